// SPDX-License-Identifier: MIT
// What the session's user, and the roles that are active, may do in the session's database.
#pragma once

#include "engine/mysql/connection.hpp"

#include <set>
#include <string>

namespace dbsync::mysql {

// Names as SHOW GRANTS writes them: "SELECT", "CREATE TEMPORARY TABLES", "SUPER". With
// ALL PRIVILEGES the set holds that name alone, or with others.
struct Grants {
    std::set<std::string> privileges;         // on *.* and on the whole database
    std::set<std::string> global_privileges;  // on *.* only: SUPER and the like have no other place

    [[nodiscard]] bool has(const std::string& privilege) const {
        return privileges.contains("ALL PRIVILEGES") || privileges.contains(privilege);
    }
    [[nodiscard]] bool has_global(const std::string& privilege) const {
        return global_privileges.contains("ALL PRIVILEGES") ||
               global_privileges.contains(privilege);
    }
};

// information_schema leaves out what comes through roles; SHOW GRANTS does not (seen on
// MariaDB 10.11 and MySQL 9.7).
[[nodiscard]] Grants read_grants(Connection& connection);

}  // namespace dbsync::mysql
