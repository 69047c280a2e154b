// SPDX-License-Identifier: MIT
// InnoDB's numbers of tables and partitions: the only sign that TRUNCATE, a rebuild or EXCHANGE
// PARTITION leaves (seen on MariaDB 10.11, MySQL 9.7). Reading them needs PROCESS.
#pragma once

#include "engine/mysql/connection.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace dbsync::mysql {

class InnodbIds {
  public:
    // Of the connection's database; nothing without the PROCESS privilege.
    [[nodiscard]] static std::optional<InnodbIds> read(Connection& connection);

    // A line "<part> <number>" for each partition ("" for a table without), in order. Empty for a
    // table that InnoDB does not have.
    [[nodiscard]] std::string of(std::string_view table) const;

  private:
    std::map<std::string, std::string, std::less<>> lines_;  // by pattern, see innodb_ids.cpp
};

// Whether every line of `before` is still there: then no row can have gone with a partition.
[[nodiscard]] bool only_more_ids(std::string_view before, std::string_view now);

// A table's name as it stands in InnoDB's catalogue and as it is known otherwise, both in a form
// that can be compared: see innodb_ids.cpp.
[[nodiscard]] std::string pattern_of_name(std::string_view name);
[[nodiscard]] std::string pattern_of_file_name(std::string_view encoded);

}  // namespace dbsync::mysql
