// SPDX-License-Identifier: MIT
#include "engine/sqlite/target_schema.hpp"

#include "base/error.hpp"
#include "engine/sqlite/catalog.hpp"
#include "engine/sqlite/quoting.hpp"
#include "engine/sqlite/target_tables.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace dbsync::sqlite {

namespace {

struct NamedObject {
    std::string type;
    std::string name;
    std::string sql;
};

std::vector<NamedObject> read_objects(Database& db, const std::string& condition) {
    Statement row{db, "SELECT type, name, ifnull(sql, '') FROM sqlite_master WHERE " + condition};
    std::vector<NamedObject> objects;
    while (row.step()) {
        objects.push_back(
            {std::string{row.text(0)}, std::string{row.text(1)}, std::string{row.text(2)}});
    }
    return objects;
}

constexpr const char* is_ours = "substr(name, 1, 8) = '_dbsync_' COLLATE NOCASE";

std::optional<Finding> inspect_table(Database& db, const Table& table) {
    const std::string& name = table.name.name;
    const std::string type = [&] {
        Statement row{db, "SELECT type FROM sqlite_master WHERE name = ?1 COLLATE NOCASE"
                          " AND type <> 'trigger'"};
        row.bind_text(1, name);
        return row.step() ? std::string{row.text(0)} : std::string{};
    }();
    if (type.empty()) {
        return std::nullopt;
    }
    if (type != "table") {
        return Finding{Severity::Fail, table.name.display(),
                       "the target has a " + type + " of this name",
                       "drop it on the target, or use an empty file"};
    }
    if (db.integer("SELECT EXISTS (SELECT 1 FROM " + quote_ident(name) + ")") != 0) {
        return Finding{Severity::Fail, table.name.display(),
                       "the target's table holds rows that no job of dbsync wrote",
                       "use an empty target file, or --external if it is a restored copy"};
    }
    return Finding{Severity::Warn, table.name.display(),
                   "the target has this table, empty, already",
                   "use --schema none to keep it, or drop it"};
}

[[noreturn]] void refuse_table(const Table& table, const std::string& why) {
    throw Error{{.kind = ErrorKind::Precondition,
                 .what_failed = "table " + table.name.display() + " on the target " + why,
                 .table = table.name.display(),
                 .hint = "restore a copy of the source as it is now"}};
}

bool same_columns(const std::vector<Column>& a, const std::vector<Column>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
        return same_name(x.name, y.name) && x.generated == y.generated && x.type == y.type;
    });
}

void set_sequence(Database& db, const SequenceState& sequence) {
    const TableShape shape = read_shape(db, sequence.name);
    std::int64_t value = sequence.value;
    if (!shape.rowid_alias.empty()) {
        value = std::max(value, db.integer("SELECT max(" + quote_ident(shape.rowid_alias) +
                                           ") FROM " + quote_ident(sequence.name)));
    }
    // sqlite_sequence has no unique constraint, and its names are spelt as in CREATE TABLE.
    Statement remove{db, "DELETE FROM sqlite_sequence WHERE name = ?1 COLLATE NOCASE"};
    remove.bind_text(1, sequence.name);
    remove.run();
    Statement insert{db,
                     "INSERT INTO sqlite_sequence (name, seq) SELECT name, ?2 FROM sqlite_master"
                     " WHERE type = 'table' AND name = ?1 COLLATE NOCASE"};
    insert.bind_text(1, sequence.name).bind(2, value);
    insert.run();
    if (db.changes() != 1) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = "the target has no table for the AUTOINCREMENT counter of " +
                                    sequence.name,
                     .table = sequence.name,
                     .hint = "create the table on the target as it is on the source"}};
    }
}

}  // namespace

std::vector<Finding> inspect_target(Database& db,
                                    std::span<const Table> tables,
                                    const std::string& job) {
    std::vector<Finding> findings{
        {Severity::Ok, "target", std::string{"SQLite "} + sqlite3_libversion()}};
    if (db.read_only()) {
        findings.push_back({Severity::Fail, "target", db.path() + " may not be written",
                            "give this user the right to write to the file and its folder"});
    }
    if (find_job(db, job)) {
        return findings;  // the tables are ours
    }
    for (const Table& table : tables) {
        if (std::optional<Finding> finding = inspect_table(db, table)) {
            findings.push_back(std::move(*finding));
        }
    }
    return findings;
}

void run_items(Database& db, std::int64_t job_id, std::span<const SchemaItem> items) {
    Statement note{db,
                   "INSERT OR IGNORE INTO \"_dbsync_schema_item\" (job_id, id) VALUES (?1, ?2)"};
    for (const SchemaItem& item : items) {
        note.bind(1, job_id).bind_text(2, item.id);
        note.run();
        if (db.changes() == 0) {
            continue;
        }
        try {
            db.run(item.sql);
        } catch (const Error& error) {
            ErrorFields fields = error.fields();
            fields.what_failed =
                "cannot create " + item.description + " on the target " + db.path();
            if (fields.hint.empty()) {
                fields.hint = "make the target's schema by hand and run with --schema none";
            }
            throw Error{fields};
        }
    }
}

void remove_leftovers(Database& db, const std::string& job) {
    const bool known = find_job(db, job).has_value();
    const std::span<const std::string_view> own = target_tables();
    for (const char* type : {"trigger", "table"}) {
        for (const NamedObject& object :
             read_objects(db, fmt::format("type = '{}' AND {}", type, is_ours))) {
            if (!known || std::find(own.begin(), own.end(), object.name) == own.end()) {
                db.run(fmt::format("DROP {} {}", type, quote_ident(object.name)));
            }
        }
    }
}

void require_same_tables(Database& db, std::span<const Table> tables) {
    for (const Table& table : tables) {
        if (!object_exists(db, "table", table.name.name)) {
            refuse_table(table, "does not exist");
        }
        const Table there = read_shape(db, table.name.name).table;
        if (!same_columns(there.columns, table.columns)) {
            refuse_table(table, "has other columns than on the source");
        }
        if (there.key != table.key) {
            refuse_table(table, "has another key than on the source");
        }
    }
}

void put_triggers_to_sleep(Database& db) {
    Statement note{db, "INSERT OR REPLACE INTO \"_dbsync_asleep\" (name, sql) VALUES (?1, ?2)"};
    for (const NamedObject& trigger : read_objects(db, "type = 'trigger'")) {
        note.bind_text(1, trigger.name).bind_text(2, trigger.sql);
        note.run();
        db.run("DROP TRIGGER " + quote_ident(trigger.name));
    }
}

void wake_triggers(Database& db) {
    std::vector<std::string> texts;
    {
        Statement row{db, "SELECT sql FROM \"_dbsync_asleep\" ORDER BY name"};
        while (row.step()) {
            texts.emplace_back(row.text(0));
        }
    }
    for (const std::string& text : texts) {
        db.run(text);
    }
    db.run("DELETE FROM \"_dbsync_asleep\"");
}

void set_sequences(Database& db, std::span<const SequenceState> sequences) {
    for (const SequenceState& sequence : sequences) {
        set_sequence(db, sequence);
    }
}

}  // namespace dbsync::sqlite
