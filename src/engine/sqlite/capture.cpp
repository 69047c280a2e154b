// SPDX-License-Identifier: MIT
#include "engine/sqlite/capture.hpp"

#include "engine/sqlite/quoting.hpp"
#include "engine/sqlite/trigger_marks.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dbsync::sqlite {

namespace {

using sql::Parameters;
using sql::render;
using sql::Rendered;

Parameters trigger_parameters(const TableShape& shape, const char* suffix) {
    Parameters p{quoting};
    p.ident("trigger", trigger_prefix(shape.table.id) + suffix).ident("table", shape.table.name);
    return p;
}

Parameters after_parameters(const TableShape& shape, const char* suffix) {
    Parameters p = trigger_parameters(shape, suffix);
    p.ident("delta", delta_name(shape.table.id))
        .columns("delta_key", delta_columns(shape.table.key.size()));
    return p;
}

Rendered create_delta(const TableShape& shape) {
    std::vector<Rendered> columns;
    for (std::size_t i = 0; i < shape.table.key.size(); ++i) {
        columns.push_back(
            {"", fmt::format("k{} COLLATE {}", i + 1, quote_ident(shape.key_collations[i]))});
    }
    return render("schemas/sqlite/source_delta.sql", Parameters{quoting}
                                                         .ident("delta", delta_name(shape.table.id))
                                                         .parts("columns", columns, ", "));
}

void add_after_triggers(const TableShape& shape, std::vector<Rendered>& statements) {
    const std::vector<std::string>& key = shape.table.key;
    statements.push_back(render("triggers/sqlite/after_insert.sql",
                                after_parameters(shape, "ai").columns("new_key", key, "NEW.{}")));
    statements.push_back(render("triggers/sqlite/after_update.sql",
                                after_parameters(shape, "au")
                                    .columns("old_key", key, "OLD.{}")
                                    .columns("new_key", key, "NEW.{}")
                                    .columns("key_differs", key, "NEW.{} IS NOT OLD.{}", " OR ")));
    statements.push_back(render("triggers/sqlite/after_delete.sql",
                                after_parameters(shape, "ad").columns("old_key", key, "OLD.{}")));
}

void add_before_triggers(const TableShape& shape, std::vector<Rendered>& statements) {
    const std::string delta = delta_name(shape.table.id);
    const std::vector<Rendered> on_insert = insert_marks(shape, delta);
    if (!on_insert.empty()) {
        statements.push_back(render("triggers/sqlite/before_insert.sql",
                                    trigger_parameters(shape, "bi").parts("marks", on_insert)));
    }
    const std::vector<Rendered> on_update = update_marks(shape, delta);
    if (!on_update.empty()) {
        statements.push_back(
            render("triggers/sqlite/before_update.sql", trigger_parameters(shape, "bu")
                                                            .parts("of", update_columns(shape))
                                                            .parts("marks", on_update)));
    }
    const std::vector<Rendered> on_rowid = rowid_marks(shape, delta);
    if (!on_rowid.empty()) {
        statements.push_back(
            render("triggers/sqlite/before_rowid_update.sql", trigger_parameters(shape, "br")
                                                                  .ident("rowid", shape.rowid_name)
                                                                  .parts("marks", on_rowid)));
    }
}

std::int64_t key_position(const Table& table, const std::string& column) {
    const auto at = std::find(table.key.begin(), table.key.end(), column);
    return at == table.key.end() ? -1 : at - table.key.begin();
}

Rendered add_column(const Table& table, const Column& column, std::int64_t position) {
    return render("schemas/sqlite/source_add_column.sql",
                  Parameters{quoting}
                      .literal("table_id", table.id)
                      .literal("position", position)
                      .literal("name", column.name)
                      .literal("type", column.type)
                      .literal("not_null", std::int64_t{column.not_null})
                      .literal("generated", std::int64_t{column.generated})
                      .literal("key_position", key_position(table, column.name)));
}

void add_catalogue_rows(const TableShape& shape, std::vector<Rendered>& statements) {
    const Table& table = shape.table;
    statements.push_back(render("schemas/sqlite/source_add_table.sql",
                                Parameters{quoting}
                                    .literal("table_id", table.id)
                                    .literal("name", table.name.name)
                                    .literal("has_other_unique", table.has_other_unique)
                                    .literal("fingerprint", table.fingerprint)));
    if (const auto rowid = hidden_rowid(table)) {
        statements.push_back(
            add_column(table, {.name = *rowid, .type = "INTEGER", .not_null = true}, -1));
    }
    std::int64_t position = 0;
    for (const Column& column : table.columns) {
        statements.push_back(add_column(table, column, position++));
    }
    statements.push_back(render("schemas/sqlite/source_add_objects.sql",
                                Parameters{quoting}
                                    .literal("table_id", table.id)
                                    .literal("name", table.name.name)
                                    .literal("delta", delta_name(table.id))
                                    .literal("trigger_prefix", trigger_prefix(table.id))));
}

void read_captured_columns(Database& db, Table& table) {
    Statement rows{db,
                   "SELECT name, type, not_null, generated, position, ifnull(key_position, -1)"
                   " FROM \"_dbsync_captured_column\" WHERE table_id = ?1 ORDER BY position"};
    rows.bind(1, table.id);
    std::vector<std::pair<std::int64_t, std::string>> key;
    while (rows.step()) {
        const std::string name{rows.text(0)};
        if (rows.integer(4) >= 0) {
            table.columns.push_back({.name = name,
                                     .type = std::string{rows.text(1)},
                                     .not_null = rows.integer(2) != 0,
                                     .generated = rows.integer(3) != 0});
        }
        if (rows.integer(5) >= 0) {
            key.emplace_back(rows.integer(5), name);
        }
    }
    std::sort(key.begin(), key.end());
    for (auto& [position, name] : key) {
        table.key.push_back(std::move(name));
    }
}

}  // namespace

std::string delta_name(std::int32_t table_id) {
    return fmt::format("_dbsync_delta_{}", table_id);
}

std::string trigger_prefix(std::int32_t table_id) {
    return fmt::format("_dbsync_{}_", table_id);
}

std::vector<std::string> delta_columns(std::size_t keys) {
    std::vector<std::string> names;
    for (std::size_t i = 1; i <= keys; ++i) {
        names.push_back(fmt::format("k{}", i));
    }
    return names;
}

std::vector<Rendered> catalogue_statements(const std::string& job, const std::string& identity) {
    const Parameters none{quoting};
    return {render("schemas/sqlite/source_capture.sql", none),
            render("schemas/sqlite/source_captured_table.sql", none),
            render("schemas/sqlite/source_captured_column.sql", none),
            render("schemas/sqlite/source_captured_object.sql", none),
            render("schemas/sqlite/source_add_capture.sql",
                   Parameters{quoting}.literal("job", job).literal("identity", identity))};
}

std::vector<Rendered> trigger_statements(const TableShape& shape) {
    std::vector<Rendered> statements{create_delta(shape)};
    add_before_triggers(shape, statements);
    add_after_triggers(shape, statements);
    return statements;
}

std::vector<Rendered> table_statements(const TableShape& shape) {
    std::vector<Rendered> statements = trigger_statements(shape);
    add_catalogue_rows(shape, statements);
    return statements;
}

Rendered note_schema_version() {
    return render("schemas/sqlite/source_note_schema_version.sql", Parameters{quoting});
}

std::optional<CaptureRow> read_capture(Database& db) {
    if (!object_exists(db, "table", "_dbsync_capture")) {
        return std::nullopt;
    }
    Statement row{db,
                  "SELECT job, epoch, identity, schema_version, fenced, fence_message"
                  " FROM \"_dbsync_capture\""};
    if (!row.step()) {
        return std::nullopt;
    }
    return CaptureRow{std::string{row.text(0)}, std::string{row.text(1)}, std::string{row.text(2)},
                      row.integer(3),           row.integer(4) != 0,      std::string{row.text(5)}};
}

std::vector<Table> read_captured(Database& db) {
    std::vector<Table> tables;
    if (!object_exists(db, "table", "_dbsync_captured_table")) {
        return tables;
    }
    Statement rows{db,
                   "SELECT id, name, has_other_unique, fingerprint"
                   " FROM \"_dbsync_captured_table\" ORDER BY id"};
    while (rows.step()) {
        Table table;
        table.id = static_cast<std::int32_t>(rows.integer(0));
        table.name.name = rows.text(1);
        table.has_other_unique = rows.integer(2) != 0;
        table.fingerprint = rows.text(3);
        read_captured_columns(db, table);
        tables.push_back(std::move(table));
    }
    return tables;
}

void drop_capture(Database& db) {
    Statement rows{db,
                   "SELECT type, name FROM sqlite_master"
                   " WHERE substr(name, 1, 8) = '_dbsync_' AND type IN ('trigger', 'table')"
                   " AND (type = 'trigger' OR name IN ('_dbsync_capture', '_dbsync_captured_table',"
                   " '_dbsync_captured_column', '_dbsync_captured_object')"
                   " OR substr(name, 1, 14) = '_dbsync_delta_') ORDER BY type DESC, name"};
    std::vector<std::string> drops;
    while (rows.step()) {
        const std::string kind = rows.text(0) == "trigger" ? "TRIGGER " : "TABLE ";
        drops.push_back("DROP " + kind + quote_ident(rows.text(1)));
    }
    rows.reset();
    for (const std::string& drop : drops) {
        db.run(drop);
    }
}

}  // namespace dbsync::sqlite
