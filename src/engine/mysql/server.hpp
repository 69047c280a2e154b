// SPDX-License-Identifier: MIT
// Which server this is. MySQL and MariaDB are one engine here: where they differ, the difference is
// a question to this value.
#pragma once

#include <string>

namespace dbsync::mysql {

struct Server {
    bool mariadb = false;
    int version = 0;   // 101119 for MariaDB 10.11.19, 90704 for MySQL 9.7.4
    std::string text;  // "MariaDB 10.11.19", "MySQL 9.7.4"

    // SELECT … FOR UPDATE OF table (MySQL 8.0.1 and later; MariaDB has none).
    [[nodiscard]] bool has_for_update_of() const noexcept { return !mariadb; }
    // SET STATEMENT variable = value FOR statement (MariaDB 10.1.2 and later).
    [[nodiscard]] bool has_set_statement() const noexcept { return mariadb; }
    // information_schema table that lists InnoDB's tables with their ids.
    [[nodiscard]] const char* innodb_tables() const noexcept {
        return mariadb ? "INNODB_SYS_TABLES" : "INNODB_TABLES";
    }
};

// From VERSION(): "10.11.19-MariaDB-0+deb12u1", "9.7.4".
[[nodiscard]] Server parse_server(const std::string& version);

}  // namespace dbsync::mysql
