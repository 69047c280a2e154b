// SPDX-License-Identifier: MIT
#include "engine/mysql/fingerprint.hpp"

#include "engine/mysql/catalog.hpp"
#include "engine/mysql/quoting.hpp"

#include <algorithm>

namespace dbsync::mysql {

LiveState read_live(Connection& connection) {
    LiveState live;
    const Result tables = connection.run(
        "SELECT table_name, COALESCE(create_time, '') FROM information_schema.tables"
        " WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'");
    for (std::size_t row = 0; row < tables.rows(); ++row) {
        live.tables.emplace(tables.text(row, 0), tables.text(row, 1));
    }
    // The order among the triggers of an event is left out: an application may add its own.
    const Result triggers = connection.run(
        "SELECT trigger_name, event_object_table, event_manipulation, action_statement,"
        " SHA2(CONCAT_WS('/', event_manipulation, action_timing, definer, sql_mode, created,"
        " action_statement), 256)"
        " FROM information_schema.triggers WHERE trigger_schema = DATABASE()");
    for (std::size_t row = 0; row < triggers.rows(); ++row) {
        if (triggers.text(row, 0).starts_with(own_prefix)) {
            live.triggers[triggers.text(row, 0)] = {.table = triggers.text(row, 1),
                                                    .event = triggers.text(row, 2),
                                                    .statement = triggers.text(row, 3),
                                                    .checksum = triggers.text(row, 4)};
        }
    }
    live.ids = InnodbIds::read(connection);
    return live;
}

std::string read_definition(Connection& connection, const std::string& table) {
    return without_counter(connection.run("SHOW CREATE TABLE " + quote_ident(table)).text(0, 1));
}

// The table's options follow the only line that begins with a parenthesis before them (columns and
// keys are indented, and texts have their newlines escaped); the counter stands before any text.
std::string without_counter(const std::string& definition) {
    constexpr std::string_view counter = " AUTO_INCREMENT=";
    const auto options = definition.find("\n)");
    if (options == std::string::npos) {
        return definition;
    }
    const auto begin = definition.find(counter, options);
    if (begin == std::string::npos || begin > definition.find('\'', options)) {
        return definition;
    }
    const auto end = definition.find_first_not_of("0123456789", begin + counter.size());
    return definition.substr(0, begin) +
           (end == std::string::npos ? std::string{} : definition.substr(end));
}

}  // namespace dbsync::mysql
