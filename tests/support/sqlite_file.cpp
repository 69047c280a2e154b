// SPDX-License-Identifier: MIT
#include "support/sqlite_file.hpp"

#include <algorithm>

namespace dbsync::test {

namespace {

std::string quoted(const std::string& name) {
    std::string text = "\"";
    for (const char c : name) {
        text += c;
        if (c == '"') {
            text += c;
        }
    }
    return text + "\"";
}

constexpr int busy_timeout_ms = 10'000;

}  // namespace

SqliteFile::SqliteFile(const std::filesystem::path& path)
    : path_{path},
      database_{path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, busy_timeout_ms} {}

void SqliteFile::exec(const std::string& sql) {
    database_.exec(sql);
}

std::string SqliteFile::value(const std::string& sql) {
    SQLite::Statement query{database_, sql};
    return query.executeStep() ? query.getColumn(0).getString() : "";
}

std::vector<std::string> SqliteFile::rows(const std::string& sql) {
    std::vector<std::string> names;
    {
        SQLite::Statement query{database_, sql};
        for (int i = 0; i < query.getColumnCount(); ++i) {
            names.push_back("c" + std::to_string(i));
        }
    }
    std::string columns;
    std::string values;
    for (const std::string& name : names) {
        columns += (columns.empty() ? "" : ", ") + name;
        values += (values.empty() ? "quote(" : " || '|' || quote(") + name + ")";
    }
    SQLite::Statement query{
        database_, "WITH r(" + columns + ") AS (" + sql + ") SELECT " + values + " FROM r"};
    std::vector<std::string> all;
    while (query.executeStep()) {
        all.push_back(query.getColumn(0).getString());
    }
    return all;
}

std::string SqliteFile::dump() {
    std::vector<std::string> tables;
    SQLite::Statement query{database_,
                            "SELECT name FROM sqlite_schema WHERE type = 'table'"
                            " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
                            " AND name NOT GLOB '_dbsync_*' ORDER BY name"};
    while (query.executeStep()) {
        tables.push_back(query.getColumn(0).getString());
    }
    std::string text;
    for (const std::string& table : tables) {
        std::vector<std::string> all = rows("SELECT * FROM " + quoted(table));
        std::sort(all.begin(), all.end());
        text += "== " + table + " " + std::to_string(all.size()) + "\n";
        for (const std::string& row : all) {
            text += row + "\n";
        }
    }
    return text;
}

std::string SqliteFile::schema() {
    std::string text;
    for (const std::string& row :
         rows("SELECT type, name, tbl_name, sql FROM sqlite_schema"
              " WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name")) {
        text += row + "\n";
    }
    return text;
}

}  // namespace dbsync::test
