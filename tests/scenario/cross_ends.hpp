// SPDX-License-Identifier: MIT
// The two ends of a move between different engines, and what both hold in one agreed spelling. The
// spelling is written by hand for each server, with its own functions, and shares nothing with the
// code under test.
#pragma once

#include "scenario/traffic.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dbsync::test {

// What kind of thing a column holds, and hence how its values are compared.
enum class Spell {
    Plain,    // as the server prints it
    Number,   // integers and decimals: zeros behind the point do not count
    Float,    // the same double
    Single,   // the same 32-bit float
    Bits,     // zeros in front do not count
    Bool,
    Bytes,
    Date,
    Moment,   // date and time, microseconds, without zone or in UTC
    Time,     // time of day: zeros behind the point do not count
    Uuid,
    Json,     // the same document; members in any order
};

struct Spelled {
    std::string column;
    Spell as = Spell::Plain;
};

struct SpelledTable {
    std::string table;
    std::vector<Spelled> columns;
    std::string on_target = {};  // its name there, where it has another
};

using Cells = std::vector<std::optional<std::string>>;

// One end: a new database on a server of its kind, or a file.
class OneEnd {
  public:
    virtual ~OneEnd() = default;
    [[nodiscard]] virtual std::string url() const = 0;
    virtual ProcessResult script(const std::string& sql) const = 0;
    [[nodiscard]] virtual std::vector<Cells> rows(const std::string& sql) const = 0;
    [[nodiscard]] virtual std::string schema() const = 0;
    [[nodiscard]] virtual Application application() const = 0;
    [[nodiscard]] virtual std::string quoted(const std::string& name) const {
        return '"' + name + '"';
    }
    // An expression whose text spells the column's values.
    [[nodiscard]] virtual std::string spelling(const Spelled& column) const = 0;
};

class SqliteEnd : public OneEnd {
  public:
    explicit SqliteEnd(std::filesystem::path path) : path_{std::move(path)} {
        SqliteFile{path_}.exec("PRAGMA journal_mode = WAL");
    }
    [[nodiscard]] std::string url() const override { return "sqlite://" + path_.string(); }
    ProcessResult script(const std::string& sql) const override {
        try {
            SqliteFile file{path_};
            file.exec("PRAGMA foreign_keys = ON");
            file.exec(sql);
            return {.exit_code = 0, .out = {}, .err = {}};
        } catch (const std::exception& error) {
            return {.exit_code = 1, .out = {}, .err = error.what()};
        }
    }
    [[nodiscard]] std::vector<Cells> rows(const std::string& sql) const override {
        SqliteFile file{path_};
        SQLite::Statement query{file.database(), sql};
        std::vector<Cells> all;
        while (query.executeStep()) {
            Cells& row = all.emplace_back();
            for (int i = 0; i < query.getColumnCount(); ++i) {
                const SQLite::Column cell = query.getColumn(i);
                row.push_back(cell.isNull() ? std::nullopt
                                            : std::optional<std::string>{cell.getString()});
            }
        }
        return all;
    }
    [[nodiscard]] std::string schema() const override { return SqliteFile{path_}.schema(); }
    // Cascades are the application's wish.
    [[nodiscard]] Application application() const override {
        Application application = sqlite_application(path_);
        application("PRAGMA foreign_keys = ON");
        return application;
    }
    [[nodiscard]] std::string spelling(const Spelled& column) const override {
        const std::string name = quoted(column.column);
        switch (column.as) {
            case Spell::Bytes:
                return fmt::format("CASE WHEN {0} IS NULL THEN NULL ELSE hex({0}) END", name);
            case Spell::Float:
                return fmt::format(
                    "CASE WHEN {0} IS NULL THEN NULL ELSE printf('%!.17g', {0}) END", name);
            case Spell::Moment:
                return fmt::format("replace(replace({0}, 'T', ' '), 'Z', '')", name);
            case Spell::Plain:
            case Spell::Number:
            case Spell::Single:
            case Spell::Bits:
            case Spell::Bool:
            case Spell::Date:
            case Spell::Time:
            case Spell::Uuid:
            case Spell::Json:
                break;
        }
        return name;
    }

  private:
    std::filesystem::path path_;
};

class PostgresEnd : public OneEnd {
  public:
    explicit PostgresEnd(PostgresServer& server)
        : server_{server}, database_{server.create_database()} {}
    [[nodiscard]] std::string url() const override { return server_.url(database_); }
    ProcessResult script(const std::string& sql) const override {
        return run(PostgresEnds::psql(url(), sql));
    }
    [[nodiscard]] std::vector<Cells> rows(const std::string& sql) const override {
        return server_.exec(sql, database_);
    }
    [[nodiscard]] std::string schema() const override { return server_.schema(database_); }
    [[nodiscard]] Application application() const override { return postgres_application(url()); }
    [[nodiscard]] std::string spelling(const Spelled& column) const override {
        const std::string name = quoted(column.column);
        switch (column.as) {
            case Spell::Bytes:
                return fmt::format("upper(encode({}, 'hex'))", name);
            case Spell::Bool:
                return name + "::int";
            case Spell::Date:
                return fmt::format("to_char({}, 'YYYY-MM-DD')", name);
            case Spell::Moment:
                return fmt::format("to_char(CASE WHEN pg_typeof({0}) = 'timestamptz'::regtype THEN "
                                   "({0}::timestamptz AT TIME ZONE 'UTC') ELSE {0}::text::timestamp"
                                   " END, 'YYYY-MM-DD HH24:MI:SS.US')",
                                   name);
            case Spell::Plain:
            case Spell::Number:
            case Spell::Float:
            case Spell::Single:
            case Spell::Bits:
            case Spell::Time:
            case Spell::Uuid:
            case Spell::Json:
                break;
        }
        return name + "::text";
    }

  private:
    PostgresServer& server_;
    std::string database_;
};

class MysqlEnd : public OneEnd {
  public:
    explicit MysqlEnd(MysqlServer& server)
        : server_{server}, database_{server.create_database()} {}
    [[nodiscard]] std::string url() const override { return server_.url(database_, "dbsync"); }
    ProcessResult script(const std::string& sql) const override {
        try {
            server_.exec(sql, database_);
            return {.exit_code = 0, .out = {}, .err = {}};
        } catch (const MysqlError& error) {
            return {.exit_code = 1, .out = {}, .err = error.what()};
        }
    }
    [[nodiscard]] std::vector<Cells> rows(const std::string& sql) const override {
        return server_.exec(sql, database_);
    }
    [[nodiscard]] std::string schema() const override { return server_.schema(database_); }
    [[nodiscard]] Application application() const override {
        return mysql_application(server_.login(database_));
    }
    [[nodiscard]] std::string quoted(const std::string& name) const override {
        return '`' + name + '`';
    }
    [[nodiscard]] std::string spelling(const Spelled& column) const override {
        const std::string name = quoted(column.column);
        switch (column.as) {
            case Spell::Bytes:
                return fmt::format("HEX({})", name);
            case Spell::Bool:
                return name + " + 0";
            case Spell::Moment:
                return fmt::format("DATE_FORMAT({}, '%Y-%m-%d %H:%i:%s.%f')", name);
            case Spell::Float:
            case Spell::Single:
                return fmt::format("{} + 0e0", name);
            case Spell::Bits:
                return fmt::format("BIN({} + 0)", name);
            case Spell::Plain:
            case Spell::Number:
            case Spell::Date:
            case Spell::Time:
            case Spell::Uuid:
            case Spell::Json:
                break;
        }
        return name;
    }

  private:
    MysqlServer& server_;
    std::string database_;
};

// "sqlite", "postgres", "mariadb" or "mysql".
inline std::unique_ptr<OneEnd> make_end(const std::string& engine,
                                        End end,
                                        const TempDir& folder) {
    if (engine == "sqlite") {
        return std::make_unique<SqliteEnd>(folder /
                                           (end == End::Source ? "source.db" : "target.db"));
    }
    if (engine == "postgres") {
        return std::make_unique<PostgresEnd>(end == End::Source ? source_server()
                                                                : target_server());
    }
    return std::make_unique<MysqlEnd>(mysql_server(engine));
}

// Zeros at the end of the part behind the point do not count.
inline std::string without_zeros(std::string text) {
    if (text.find('.') != std::string::npos && text.find_first_of("eE") == std::string::npos) {
        text.erase(text.find_last_not_of('0') + 1);
        if (text.back() == '.') {
            text.pop_back();
        }
    }
    return text;
}

// What is left to agree about a value once its server has spelled it.
inline std::string agreed(Spell as, std::string text) {
    switch (as) {
        case Spell::Number:
        case Spell::Time:
            return without_zeros(std::move(text));
        case Spell::Float:
            return fmt::format("{:a}", std::strtod(text.c_str(), nullptr));
        case Spell::Single:
            return fmt::format("{:a}", std::strtof(text.c_str(), nullptr));
        case Spell::Bits:
            return text.erase(0, text.find_first_not_of('0'));
        case Spell::Moment: {
            const bool has_fraction = text.find('.') != std::string::npos;
            return without_zeros(has_fraction ? std::move(text) : text + ".0");
        }
        case Spell::Uuid:
            text.erase(std::remove(text.begin(), text.end(), '-'), text.end());
            std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
                return static_cast<char>(std::tolower(c));
            });
            return text;
        case Spell::Json:
            return nlohmann::json::parse(text).dump();
        case Spell::Plain:
        case Spell::Bool:
        case Spell::Bytes:
        case Spell::Date:
            break;
    }
    return text;
}

class CrossEnds : public Ends {
  public:
    // The tables are what dump() compares.
    CrossEnds(const std::string& source,
              const std::string& target,
              const TempDir& folder,
              std::vector<SpelledTable> tables = {})
        : source_{make_end(source, End::Source, folder)},
          target_{make_end(target, End::Target, folder)},
          tables_{std::move(tables)} {}

    [[nodiscard]] const OneEnd& end(End which) const {
        return which == End::Source ? *source_ : *target_;
    }
    void set_tables(std::vector<SpelledTable> tables) { tables_ = std::move(tables); }

    [[nodiscard]] std::string url(End which) const override { return end(which).url(); }
    ProcessResult script(End which, const std::string& sql) const override {
        return end(which).script(sql);
    }
    [[nodiscard]] std::string dump(End which) const override {
        std::string text;
        for (const SpelledTable& table : tables_) {
            text += dump_table(which, table);
        }
        return text;
    }
    [[nodiscard]] std::string dump_with_sequences(End which) const override { return dump(which); }
    [[nodiscard]] std::string schema(End which) const override { return end(which).schema(); }
    [[nodiscard]] std::string value(End which, const std::string& sql) const override {
        const std::vector<Cells> rows = end(which).rows(sql);
        return rows.empty() || rows[0].empty() ? "" : rows[0][0].value_or("");
    }
    [[nodiscard]] Application application() const { return source_->application(); }

  private:
    std::string dump_table(End which, const SpelledTable& table) const {
        std::string sql;
        for (const Spelled& column : table.columns) {
            sql += (sql.empty() ? "SELECT " : ", ") + end(which).spelling(column);
        }
        const bool renamed = which == End::Target && !table.on_target.empty();
        const std::string name = renamed ? table.on_target : table.table;
        std::vector<std::string> lines;
        for (const Cells& row : end(which).rows(sql + " FROM " + name)) {
            std::string& line = lines.emplace_back();
            for (std::size_t i = 0; i < row.size(); ++i) {
                line += row[i] ? "|" + agreed(table.columns[i].as, *row[i]) : "|NULL";
            }
        }
        std::sort(lines.begin(), lines.end());
        return fmt::format("== {} {}\n{}\n", table.table, lines.size(), fmt::join(lines, "\n"));
    }

    std::unique_ptr<OneEnd> source_;
    std::unique_ptr<OneEnd> target_;
    std::vector<SpelledTable> tables_;
};

// (source, target)
using EnginePairName = std::pair<std::string, std::string>;

inline std::vector<EnginePairName> engine_pairs() {
    return {{"sqlite", "postgres"},  {"mariadb", "postgres"}, {"mysql", "postgres"},
            {"postgres", "mariadb"}, {"postgres", "mysql"},   {"sqlite", "mariadb"},
            {"sqlite", "mysql"}};
}

inline std::string engine_pair_name(const testing::TestParamInfo<EnginePairName>& info) {
    return info.param.first + "_to_" + info.param.second;
}

// The tables of traffic_schema and mysql_traffic_schema.
inline std::vector<SpelledTable> traffic_tables() {
    return {{"item", {{"id", Spell::Number}, {"slug"}, {"v", Spell::Number}}},
            {"line", {{"item_id", Spell::Number}, {"n", Spell::Number}, {"body"}}},
            {"note", {{"item_id", Spell::Number}, {"body"}}},
            {"counter", {{"id", Spell::Number}, {"n", Spell::Number}}},
            {"still", {{"id", Spell::Number}, {"body"}}}};
}

}  // namespace dbsync::test

// Skips, or fails, where there is no server for this engine.
#define DBSYNC_NEEDS_ENGINE(engine)                  \
    if ((engine) == "postgres") {                    \
        DBSYNC_NEEDS_POSTGRES("system")              \
    } else if (dbsync::test::is_mysql(engine)) {     \
        DBSYNC_NEEDS_MYSQL(engine)                   \
    }
