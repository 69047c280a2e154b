// SPDX-License-Identifier: MIT
// A SQLite file in a folder of its own, an application's connection to it, and a source over it:
// what the tests of the source role have in common.
#pragma once

#include "engine/sqlite/capture.hpp"
#include "engine/sqlite/database.hpp"
#include "engine/sqlite/quoting.hpp"
#include "engine/sqlite/source.hpp"
#include "engine/sqlite/wire.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace dbsync::sqlite {

// Rows as lists of wire-encoded values.
class RowList : public RowSink {
  public:
    explicit RowList(std::size_t values) : values_{values} {}
    void push(RowBlock block) override {
        ++blocks;
        WireReader reader{block.bytes};
        while (!reader.done()) {
            rows.emplace_back(reader.take(values_));
        }
    }
    std::vector<std::string> rows = {};
    int blocks = 0;

  private:
    std::size_t values_;
};

inline std::string wire_key(std::int64_t id) {
    std::string key;
    append_integer(key, id);
    return key;
}

inline std::unique_ptr<Database> open_file(const std::string& path) {
    return std::make_unique<Database>(
        path, OpenOptions{.role = Role::Target,
                          .create = true,
                          .busy_timeout = std::chrono::milliseconds{5'000}});
}

// Every row of a table by its key, both wire-encoded.
inline std::map<std::string, std::string> content(Database& db, const Table& table) {
    std::vector<std::string> columns = compared_columns(table);
    Statement rows{db, "SELECT " + quote_list(columns) + " FROM " + quote_ident(table.name.name)};
    std::map<std::string, std::string> found;
    while (rows.step()) {
        std::string key;
        std::string row;
        append_columns(key, rows, 0, static_cast<int>(table.key.size()));
        append_columns(row, rows, 0, rows.column_count());
        found[key] = row;
    }
    return found;
}

// The keys in a table's delta table.
inline std::set<std::string> marks(Database& db, const Table& table) {
    const int keys = static_cast<int>(table.key.size());
    Statement rows{db, "SELECT " + quote_list(delta_columns(table.key.size())) + " FROM " +
                           quote_ident(delta_name(table.id))};
    std::set<std::string> found;
    while (rows.step()) {
        std::string key;
        append_columns(key, rows, 0, keys);
        found.insert(key);
    }
    return found;
}

class SourceTest : public testing::Test {
  protected:
    void make(const std::string& schema, const std::string& journal = "wal") {
        app_ = open_file(path_);
        app_->run("PRAGMA journal_mode=" + journal);
        app_->run(schema);
    }
    // Captures every table.
    std::vector<Table> capture() {
        const Inspection found = source_->inspect({});
        return source_->install_capture(found.tables, {.job = "test"}, {}).tables;
    }
    Table captured(const std::string& name) {
        for (const Table& table : source_->captured_tables()) {
            if (table.name.name == name) {
                return table;
            }
        }
        ADD_FAILURE() << "not captured: " << name;
        return {};
    }
    std::string master() {
        Statement rows{*app_,
                       "SELECT type, name, tbl_name, ifnull(sql, '') FROM sqlite_master"
                       " ORDER BY type, name"};
        std::string text;
        while (rows.step()) {
            append_columns(text, rows, 0, 4);
        }
        return text;
    }

    test::TempDir folder_;
    std::string path_ = (folder_ / "app.db").string();
    std::unique_ptr<Database> app_;
    std::unique_ptr<SqliteSource> source_ = std::make_unique<SqliteSource>(
        Endpoint{.engine = EngineKind::Sqlite, .url = "sqlite:" + path_, .password = {}});
};

}  // namespace dbsync::sqlite
