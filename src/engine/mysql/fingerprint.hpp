// SPDX-License-Identifier: MIT
// What stands in the source's database now, in the form in which capture records it: definitions,
// InnoDB's numbers and dbsync's triggers.
#pragma once

#include "engine/mysql/connection.hpp"
#include "engine/mysql/innodb_ids.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace dbsync::mysql {

struct LiveTrigger {
    std::string table;
    std::string event;      // "INSERT", "UPDATE", "DELETE"
    std::string statement;  // what stands behind FOR EACH ROW
    // Of all of it and of the moment at which it was made: one that was dropped and made again in
    // the same words is another.
    std::string checksum;
};

struct LiveState {
    // By name, with the moment of the last ALTER (in seconds; empty where the server says none).
    std::map<std::string, std::string, std::less<>> tables;
    std::map<std::string, LiveTrigger> triggers;  // by name; only those named with own_prefix
    std::optional<InnodbIds> ids;                 // nothing without PROCESS
};

// Three queries, however many tables there are.
[[nodiscard]] LiveState read_live(Connection& connection);

// SHOW CREATE TABLE without the next AUTO_INCREMENT value.
[[nodiscard]] std::string read_definition(Connection& connection, const std::string& table);
[[nodiscard]] std::string without_counter(const std::string& definition);

}  // namespace dbsync::mysql
