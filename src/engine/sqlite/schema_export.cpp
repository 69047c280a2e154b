// SPDX-License-Identifier: MIT
#include "engine/sqlite/schema_export.hpp"

#include "engine/sqlite/catalog.hpp"
#include "engine/sqlite/quoting.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace dbsync::sqlite {

namespace {

struct MasterRow {
    std::string type;
    std::string name;
    std::string table;
    std::string sql;
};

// In the order of creation, so that nothing comes before what it names.
std::vector<MasterRow> read_master(Database& db) {
    Statement row{db,
                  "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL"
                  " AND substr(name, 1, 7) <> 'sqlite_' COLLATE NOCASE"
                  " AND substr(name, 1, 8) <> '_dbsync_' COLLATE NOCASE ORDER BY rowid"};
    std::vector<MasterRow> rows;
    while (row.step()) {
        rows.push_back({std::string{row.text(0)}, std::string{row.text(1)},
                        std::string{row.text(2)}, std::string{row.text(3)}});
    }
    return rows;
}

class Exporter {
  public:
    Exporter(Database& db, std::span<const Table> tables)
        : db_{db}, tables_{tables}, master_{read_master(db)} {}

    std::vector<SchemaItem> run() {
        for (const char* setting : {"user_version", "application_id"}) {
            add_setting(setting);
        }
        for (const char* type : {"table", "view", "index", "trigger"}) {
            for (const MasterRow& row : master_) {
                if (row.type == type) {
                    add(row);
                }
            }
        }
        if (object_exists(db_, "table", "sqlite_stat1")) {
            items_.push_back({.id = "statistics",
                              .stage = SchemaStage::Last,
                              .description = "statistics",
                              .sql = "ANALYZE"});
        }
        return std::move(items_);
    }

  private:
    [[nodiscard]] const Table* table(const std::string& name) const {
        const auto found = std::find_if(tables_.begin(), tables_.end(), [&](const Table& t) {
            return same_name(t.name.name, name);
        });
        return found == tables_.end() ? nullptr : &*found;
    }

    [[nodiscard]] bool is_view(const std::string& name) const {
        return std::any_of(master_.begin(), master_.end(), [&](const MasterRow& row) {
            return row.type == "view" && same_name(row.name, name);
        });
    }

    // The index that catch-up finds rows by cannot wait for the other indexes.
    [[nodiscard]] bool is_key(const MasterRow& row) {
        const TableShape shape = read_shape(db_, row.table);
        return shape.key_index && shape.unique[*shape.key_index].name == row.name;
    }

    SchemaStage stage_of(const MasterRow& row) {
        if (row.type == "index") {
            return is_key(row) ? SchemaStage::Key : SchemaStage::After;
        }
        return row.type == "trigger" ? SchemaStage::Asleep : SchemaStage::Before;
    }

    void add(const MasterRow& row) {
        const Table* owner = table(row.table);
        if (owner == nullptr && !is_view(row.table)) {
            return;
        }
        items_.push_back({.id = row.type + ":" + row.name,
                          .stage = stage_of(row),
                          .description = row.type + " " + row.name,
                          .sql = row.sql,
                          .table_id = owner == nullptr ? 0 : owner->id});
    }

    void add_setting(const std::string& name) {
        if (const std::int64_t value = db_.integer("PRAGMA " + name); value != 0) {
            items_.push_back({.id = "setting:" + name,
                              .stage = SchemaStage::Before,
                              .description = name,
                              .sql = "PRAGMA " + name + "=" + std::to_string(value)});
        }
    }

    Database& db_;
    std::span<const Table> tables_;
    std::vector<MasterRow> master_;
    std::vector<SchemaItem> items_;
};

}  // namespace

std::vector<SchemaItem> export_schema(Database& database, std::span<const Table> tables) {
    return Exporter{database, tables}.run();
}

}  // namespace dbsync::sqlite
