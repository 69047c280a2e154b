// SPDX-License-Identifier: MIT
// The two ends of a move as an application and an auditor see them, for each engine: run SQL, and
// look at everything. Independent of the code under test. Header only, because DbsyncBinary is.
#pragma once

#include "support/dbsync_binary.hpp"
#include "support/postgres_server.hpp"
#include "support/sqlite_file.hpp"
#include "support/temp_dir.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace dbsync::test {

enum class End { Source, Target };

class Ends {
  public:
    virtual ~Ends() = default;
    [[nodiscard]] virtual std::string url(End end) const = 0;
    // A whole script, as an application would run it, until the first error.
    virtual ProcessResult script(End end, const std::string& sql) const = 0;
    // Every row of every table, byte by byte.
    [[nodiscard]] virtual std::string dump(End end) const = 0;
    // The same with sequences or counters.
    [[nodiscard]] virtual std::string dump_with_sequences(End end) const = 0;
    [[nodiscard]] virtual std::string schema(End end) const = 0;
    [[nodiscard]] virtual std::string value(End end, const std::string& sql) const = 0;

    void must_run(End end, const std::string& sql) const {
        const ProcessResult result = script(end, sql);
        if (result.exit_code != 0) {
            throw std::runtime_error{"the test's own SQL failed: " + result.err};
        }
    }
};

// Two servers, a new database on each.
class PostgresEnds : public Ends {
  public:
    PostgresEnds()
        : source_{source_server().create_database()}, target_{target_server().create_database()} {}

    [[nodiscard]] std::string url(End end) const override { return server(end).url(database(end)); }
    ProcessResult script(End end, const std::string& sql) const override {
        return run(psql(url(end), sql));
    }
    static Command psql(const std::string& url, const std::string& sql) {
        return {.program = "psql",
                .args = {"-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", "-"},
                .input = sql};
    }
    [[nodiscard]] std::string dump(End end) const override {
        return server(end).dump(database(end));
    }
    [[nodiscard]] std::string dump_with_sequences(End end) const override {
        return server(end).dump(database(end), true);
    }
    [[nodiscard]] std::string schema(End end) const override {
        return server(end).schema(database(end));
    }
    [[nodiscard]] std::string value(End end, const std::string& sql) const override {
        return server(end).value(sql, database(end));
    }
    [[nodiscard]] const std::string& database(End end) const {
        return end == End::Source ? source_ : target_;
    }
    [[nodiscard]] static PostgresServer& server(End end) {
        return end == End::Source ? source_server() : target_server();
    }

  private:
    std::string source_;
    std::string target_;
};

// Two files in a folder.
class SqliteEnds : public Ends {
  public:
    explicit SqliteEnds(const std::filesystem::path& folder)
        : source_{folder / "source.db"}, target_{folder / "target.db"} {
        SqliteFile{source_}.exec("PRAGMA journal_mode = WAL");
    }

    [[nodiscard]] std::string url(End end) const override {
        return "sqlite://" + path(end).string();
    }
    ProcessResult script(End end, const std::string& sql) const override {
        try {
            SqliteFile{path(end)}.exec(sql);
            return {.exit_code = 0, .out = {}, .err = {}};
        } catch (const std::exception& error) {
            return {.exit_code = 1, .out = {}, .err = error.what()};
        }
    }
    // Values with their type and their bytes; no function of SQLite's in between that would stop
    // at a NUL or round a number.
    [[nodiscard]] std::string dump(End end) const override {
        SqliteFile file{path(end)};
        std::string text;
        for (const std::string& table : tables(file, false)) {
            text += rows(file, table);
        }
        return text;
    }
    [[nodiscard]] std::string dump_with_sequences(End end) const override {
        SqliteFile file{path(end)};
        std::string text;
        for (const std::string& table : tables(file, true)) {
            text += rows(file, table);
        }
        return text;
    }
    [[nodiscard]] std::string schema(End end) const override {
        return SqliteFile{path(end)}.schema();
    }
    [[nodiscard]] std::string value(End end, const std::string& sql) const override {
        return SqliteFile{path(end)}.value(sql);
    }
    [[nodiscard]] const std::filesystem::path& path(End end) const {
        return end == End::Source ? source_ : target_;
    }

  private:
    static std::vector<std::string> tables(SqliteFile& file, bool with_sequences) {
        SQLite::Statement query{file.database(),
                                "SELECT name FROM sqlite_schema WHERE type = 'table'"
                                " AND (name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
                                " OR (?1 AND name = 'sqlite_sequence'))"
                                " AND name NOT LIKE '%dbsync\\_%' ESCAPE '\\' ORDER BY name"};
        query.bind(1, with_sequences ? 1 : 0);
        std::vector<std::string> all;
        while (query.executeStep()) {
            all.push_back(query.getColumn(0).getString());
        }
        return all;
    }

    static std::string rows(SqliteFile& file, const std::string& table) {
        std::string quoted;
        for (const char c : table) {
            quoted += c == '"' ? "\"\"" : std::string{c};
        }
        SQLite::Statement query{file.database(), "SELECT * FROM \"" + quoted + "\""};
        std::vector<std::string> all;
        while (query.executeStep()) {
            std::string row;
            for (int i = 0; i < query.getColumnCount(); ++i) {
                row += value(query.getColumn(i));
            }
            // dbsync's own counters are no part of the application's content.
            if (table != "sqlite_sequence" || row.find("dbsync_") == std::string::npos) {
                all.push_back(std::move(row));
            }
        }
        std::sort(all.begin(), all.end());
        std::string text = fmt::format("== {} {}\n", table, all.size());
        for (const std::string& row : all) {
            text += row + "\n";
        }
        return text;
    }

    static std::string value(const SQLite::Column& column) {
        if (column.isFloat()) {
            return fmt::format("|real:{:a}", column.getDouble());
        }
        const auto* bytes = static_cast<const char*>(column.getBlob());
        const auto size = static_cast<std::size_t>(column.getBytes());
        return fmt::format("|{}:{}:{}", column.getType(), size,
                           std::string{bytes == nullptr ? "" : bytes, size});
    }

    std::filesystem::path source_;
    std::filesystem::path target_;
};

// Where two texts of lines begin to differ, in a few lines; empty if they are equal. Google Test's
// own diff of two long texts takes minutes.
inline std::string first_difference(const std::string& source, const std::string& target) {
    if (source == target) {
        return "";
    }
    const auto at = static_cast<std::size_t>(
        std::mismatch(source.begin(), source.end(), target.begin(), target.end()).first -
        source.begin());
    constexpr std::size_t shown = 400;
    const std::size_t line =
        source.rfind('\n', at) == std::string::npos || at == 0 ? 0 : source.rfind('\n', at - 1) + 1;
    const std::size_t table = source.rfind("\n==", at);
    return fmt::format(
        "at byte {} of {} and {}, in table {}:\n- {}\n+ {}\n", at, source.size(), target.size(),
        table == std::string::npos
            ? source.substr(0, source.find('\n'))
            : source.substr(table + 1, source.find('\n', table + 1) - table - 1),
        source.substr(line, shown), target.substr(std::min(line, target.size()), shown));
}

}  // namespace dbsync::test
