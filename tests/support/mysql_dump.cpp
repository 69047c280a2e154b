// SPDX-License-Identifier: MIT
// What a MySQL or MariaDB database holds, in texts that can be compared: every row byte by byte,
// every object's definition.
#include "support/mysql_server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <set>

namespace dbsync::test {

namespace {

std::string quoted(const std::string& name) {
    std::string text = "`";
    for (const char c : name) {
        text += c;
        if (c == '`') {
            text += c;
        }
    }
    return text + "`";
}

std::string hex(const std::string& bytes) {
    std::string text;
    for (const char c : bytes) {
        text += fmt::format("{:02x}", static_cast<unsigned char>(c));
    }
    return text;
}

// A column as bytes. Text of a column would be converted to the session's character set, FLOAT
// would lose digits, and an ENUM's error value would look like ''.
std::string bytes_of(const std::string& column, const std::string& type) {
    const std::string name = quoted(column);
    static const std::set<std::string> plain{
        "geometry",        "point",        "linestring",     "polygon", "multipoint",
        "multilinestring", "multipolygon", "geomcollection", "bit",     "geometrycollection",
        "vector"};
    if (plain.contains(type)) {
        return fmt::format("HEX({})", name);
    }
    if (type == "float") {
        return fmt::format("CONCAT(CAST({} AS DOUBLE))", name);
    }
    if (type == "enum" || type == "set") {
        return fmt::format("CONCAT(CAST({0} + 0 AS UNSIGNED), ':', HEX(CAST({0} AS BINARY)))",
                           name);
    }
    return fmt::format("HEX(CAST({} AS BINARY))", name);
}

std::string rows_of(MysqlSession& session, const std::string& database, const std::string& table) {
    const MysqlRows columns = session.exec(fmt::format(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = '{}'"
        " AND table_name = CONVERT(x'{}' USING utf8mb4) ORDER BY ordinal_position",
        database, hex(table)));
    std::string list;
    for (const MysqlRow& column : columns) {
        list += list.empty() ? "" : ", ";
        list += bytes_of(column[0].value(), column[1].value());
    }
    std::vector<std::string> lines;
    for (const MysqlRow& row : session.exec("SELECT " + list + " FROM " + quoted(table))) {
        std::string& line = lines.emplace_back();
        for (const auto& value : row) {
            line += value ? "|" + *value : "|NULL";
        }
    }
    std::sort(lines.begin(), lines.end());
    std::string text = std::to_string(lines.size()) + "\n";
    for (const std::string& line : lines) {
        text += line + "\n";
    }
    return text;
}

// Names of one kind of object in a database, in the order of their bytes.
std::vector<std::string> names(MysqlSession& session, const std::string& query) {
    std::vector<std::string> all;
    for (const MysqlRow& row : session.exec(query)) {
        all.push_back(row[0].value());
    }
    std::sort(all.begin(), all.end());
    return all;
}

struct ObjectKind {
    const char* kind;    // SHOW CREATE …
    std::size_t column;  // of its text
    const char* query;   // all names; {} is the database
};

constexpr ObjectKind object_kinds[] = {
    {"TABLE", 1,
     "SELECT table_name FROM information_schema.tables WHERE table_schema = '{}'"
     " AND table_type NOT IN ('VIEW', 'SEQUENCE')"},
    {"SEQUENCE", 1,
     "SELECT table_name FROM information_schema.tables WHERE table_schema = '{}'"
     " AND table_type = 'SEQUENCE'"},
    {"VIEW", 1, "SELECT table_name FROM information_schema.views WHERE table_schema = '{}'"},
    {"FUNCTION", 2,
     "SELECT routine_name FROM information_schema.routines WHERE routine_schema = '{}'"
     " AND routine_type = 'FUNCTION'"},
    {"PROCEDURE", 2,
     "SELECT routine_name FROM information_schema.routines WHERE routine_schema = '{}'"
     " AND routine_type = 'PROCEDURE'"},
    {"EVENT", 3, "SELECT event_name FROM information_schema.events WHERE event_schema = '{}'"},
};

// A counter is content, not schema; the database's own name appears in views; MySQL remembers
// whether a column's character set was written out although its collation says it, and keeps the
// semicolon after an event or a routine.
std::string neutral(const std::string& text, const std::string& database) {
    static const std::regex counter{" AUTO_INCREMENT=[0-9]+"};
    static const std::regex implied{" CHARACTER SET ([a-z0-9]+) COLLATE (\\1_)"};
    std::string plain = std::regex_replace(text, counter, "");
    plain = std::regex_replace(plain, implied, " COLLATE $2");
    if (plain.ends_with(';')) {
        plain.pop_back();
    }
    return std::regex_replace(plain, std::regex{database}, "DB");
}

// By their parts: SHOW CREATE TRIGGER repeats the blanks and quotes of whoever created it.
std::string triggers_of(MysqlSession& session, const std::string& database) {
    std::string text;
    for (const MysqlRow& row : session.exec(fmt::format(
             "SELECT CONCAT_WS(' ', trigger_name, action_timing, event_manipulation, 'ON',"
             " event_object_table, action_order, definer, sql_mode, character_set_client,"
             " collation_connection, action_statement) FROM information_schema.triggers"
             " WHERE trigger_schema = '{}' ORDER BY BINARY trigger_name",
             database))) {
        text += "== TRIGGER " + neutral(row[0].value(), database) + "\n";
    }
    return text;
}

}  // namespace

std::string MysqlServer::dump(const std::string& database, bool with_counters) const {
    MysqlSession session{login(database)};
    session.exec("SET sql_mode = ''");
    if (!install_.mariadb) {
        session.exec("SET information_schema_stats_expiry = 0");
    }
    std::string text;
    for (const std::string& table :
         names(session, fmt::format("SELECT table_name FROM information_schema.tables WHERE"
                                    " table_schema = '{}' AND table_type IN"
                                    " ('BASE TABLE', 'SYSTEM VERSIONED')"
                                    " AND table_name NOT LIKE '\\_dbsync\\_%'",
                                    database))) {
        text += "== " + table + " " + rows_of(session, database, table);
    }
    if (with_counters) {
        for (const MysqlRow& row : session.exec(fmt::format(
                 "SELECT table_name, auto_increment FROM information_schema.tables WHERE"
                 " table_schema = '{}' AND auto_increment IS NOT NULL"
                 " AND table_name NOT LIKE '\\_dbsync\\_%' ORDER BY BINARY table_name",
                 database))) {
            text += fmt::format("== counter {} {}\n", row[0].value(), row[1].value());
        }
    }
    return text;
}

std::string MysqlServer::schema(const std::string& database) const {
    MysqlSession session{login(database)};
    std::string text;
    for (const ObjectKind& object : object_kinds) {
        for (const std::string& name :
             names(session, fmt::format(fmt::runtime(object.query), database))) {
            const MysqlRows rows =
                session.exec(fmt::format("SHOW CREATE {} {}", object.kind, quoted(name)));
            const bool program = object.column >= 2;
            text += fmt::format("== {} {}{}\n{}\n", object.kind, name,
                                program ? " " + rows[0][1].value_or("") : "",
                                neutral(rows[0][object.column].value_or(""), database));
        }
    }
    return text + triggers_of(session, database);
}

}  // namespace dbsync::test
