// SPDX-License-Identifier: MIT
#include "engine/mysql/capture_plan.hpp"

#include "base/check.hpp"
#include "engine/mysql/quoting.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dbsync::mysql {

namespace {

// A piece of SQL that was made with our quoting functions.
sql::Rendered piece(std::string text) {
    return {.asset = {}, .text = std::move(text)};
}

sql::Rendered fixed(const std::string& stem) {
    return sql::render("schemas/mysql/" + stem + ".sql", sql::Parameters{quoting});
}

sql::Rendered recording_table(const std::string& name, const std::vector<std::string>& types) {
    const std::vector<std::string> names = recorded_columns(types.size());
    std::vector<sql::Rendered> columns;
    for (std::size_t i = 0; i < types.size(); ++i) {
        columns.push_back(sql::render(
            "schemas/mysql/source_delta_column.sql",
            sql::Parameters{quoting}.ident("column", names[i]).parts("type", {piece(types[i])})));
    }
    return sql::render(
        "schemas/mysql/source_delta.sql",
        sql::Parameters{quoting}.ident("delta", name).parts("columns", columns, ",\n    "));
}

// What stands in a delta for a row: its key, or its hash.
std::vector<sql::Rendered> key_of(const TableShape& shape, const std::string& row) {
    if (shape.table.key_shape == KeyShape::WholeRow) {
        return {piece(row_hash_expression(shape, row))};
    }
    std::vector<sql::Rendered> key;
    for (const std::string& column : shape.table.key) {
        key.push_back(piece(row + quote_ident(column)));
    }
    return key;
}

// Equal for the server's own comparison is not enough: 'a' = 'A', and 'x' = 'x '. An ENUM is
// compared as its number, for its error value is an empty text as a member may be.
std::string same_value(const ColumnForm& form, const std::string& column) {
    const std::string name = quote_ident(column);
    if (form.data_type == "enum" || form.data_type == "set") {
        return fmt::format("OLD.{0} + 0 <=> NEW.{0} + 0", name);
    }
    if (!form.charset.empty()) {
        return fmt::format("CAST(OLD.{0} AS BINARY) <=> CAST(NEW.{0} AS BINARY)", name);
    }
    return fmt::format("OLD.{0} <=> NEW.{0}", name);
}

std::vector<sql::Rendered> same_values(const TableShape& shape,
                                       const std::vector<std::string>& columns) {
    std::vector<sql::Rendered> conditions;
    for (const std::string& column : columns) {
        conditions.push_back(piece(same_value(shape.form(column), column)));
    }
    return conditions;
}

PlannedTrigger capture_trigger(const TableShape& shape,
                               const std::string& event,
                               const std::string& asset,
                               bool old_row,
                               bool new_row) {
    const std::string name = capture_trigger_name(shape.table.id, event);
    sql::Parameters parameters{quoting};
    parameters.ident("trigger", name)
        .ident("table", shape.table.name)
        .ident("delta", delta_name(shape.table.id))
        .columns("delta", recorded_columns(key_declarations(shape).size()));
    if (old_row) {
        parameters.parts("old", key_of(shape, "OLD."), ", ");
    }
    if (new_row) {
        parameters.parts("new", key_of(shape, "NEW."), ", ");
    }
    if (old_row && new_row && shape.table.key_shape == KeyShape::Columns) {
        parameters.parts("same", same_values(shape, shape.table.key), " AND ");
    }
    return {.name = name,
            .table = shape.table.name.name,
            .event = event,
            .create = sql::render("triggers/mysql/" + asset + ".sql", parameters)};
}

// The columns whose change matters to those who refer to a row: what they refer to, and where the
// row itself is a child of a cascade, to whom it belongs.
std::vector<std::string> watched_columns(const Cascade& cascade, const TableShape& parent) {
    std::vector<std::string> columns = cascade.parent_columns;
    for (const std::string& own : cascading_columns(parent)) {
        if (std::find(columns.begin(), columns.end(), own) == columns.end()) {
            columns.push_back(own);
        }
    }
    return columns;
}

// One of a cascade's triggers: its template, and which rows that speaks of.
struct MarkTrigger {
    const char* asset;
    const char* suffix;  // of the trigger's name
    const char* event;
    bool old_row = false;
    bool new_row = false;
    // Which columns of the old row are compared with the new one's.
    enum class Compares { Nothing, Referenced, Watched } compares = Compares::Nothing;
};

constexpr MarkTrigger before_update{"mark_before_update", "before", "update", true, true,
                                    MarkTrigger::Compares::Referenced};
constexpr MarkTrigger after_update{"mark_update", "update", "update", true, true,
                                   MarkTrigger::Compares::Watched};
constexpr MarkTrigger before_delete{"mark_delete", "delete", "delete", true, false};
constexpr MarkTrigger after_insert{"mark_insert", "insert", "insert", false, true};

PlannedTrigger mark_trigger(const Cascade& cascade,
                            const TableShape& parent,
                            const MarkTrigger& of) {
    const std::string name = mark_trigger_name(cascade.id, of.suffix);
    const std::vector<std::string>& referenced = cascade.parent_columns;
    sql::Parameters parameters{quoting};
    parameters.ident("trigger", name)
        .ident("table", parent.table.name)
        .ident("mark", mark_name(cascade.id))
        .columns("mark", recorded_columns(referenced.size()));
    if (of.old_row) {
        parameters.columns("old", referenced, "OLD.{}");
        parameters.columns("old_is", referenced, "OLD.{} IS NOT NULL", " AND ");
    }
    if (of.new_row) {
        parameters.columns("new", referenced, "NEW.{}");
        parameters.columns("new_is", referenced, "NEW.{} IS NOT NULL", " AND ");
    }
    if (of.compares != MarkTrigger::Compares::Nothing) {
        const std::vector<std::string> watched = of.compares == MarkTrigger::Compares::Watched
                                                     ? watched_columns(cascade, parent)
                                                     : referenced;
        parameters.parts("same", same_values(parent, watched), " AND ");
    }
    return {.name = name,
            .table = parent.table.name.name,
            .event = of.event,
            .create = sql::render(fmt::format("triggers/mysql/{}.sql", of.asset), parameters)};
}

}  // namespace

std::string PlannedTrigger::statement() const {
    constexpr std::string_view before = " FOR EACH ROW\n";
    const auto at = create.text.find(before);
    DBSYNC_CHECK(at != std::string::npos, "a trigger's body on its own line");
    return create.text.substr(at + before.size());
}

// The gate is made here, long before a cutover arms it: a transaction with an older snapshot than a
// table may not read it, not even by a locking read (error 1412; seen on MariaDB 10.11 and MySQL
// 9.7), and its write would fail for it.
std::vector<sql::Rendered> catalogue_statements() {
    std::vector<sql::Rendered> all;
    for (const char* stem : {"source_capture", "source_captured_table", "source_captured_column",
                             "source_captured_trigger", "source_cascade", "source_cascade_column",
                             "source_whole", "source_gate", "source_canary",
                             "source_canary_row"}) {
        all.push_back(fixed(stem));
    }
    return all;
}

sql::Rendered capture_row(const std::string& job,
                          const std::string& identity,
                          const std::string& epoch) {
    return sql::render("schemas/mysql/source_capture_row.sql", sql::Parameters{quoting}
                                                                   .literal("job", job)
                                                                   .literal("identity", identity)
                                                                   .literal("epoch", epoch));
}

sql::Rendered delta_table(const TableShape& shape) {
    return recording_table(delta_name(shape.table.id), key_declarations(shape));
}

std::vector<PlannedTrigger> capture_triggers(const TableShape& shape) {
    const bool hash = shape.table.key_shape == KeyShape::WholeRow;
    return {capture_trigger(shape, "insert", "capture_insert", false, true),
            capture_trigger(shape, "update", hash ? "capture_update_hash" : "capture_update", true,
                            true),
            capture_trigger(shape, "delete", "capture_delete", true, false)};
}

sql::Rendered mark_table(const Cascade& cascade, const TableShape& parent) {
    std::vector<std::string> types;
    for (const std::string& column : cascade.parent_columns) {
        types.push_back(parent.form(column).declaration);
    }
    return recording_table(mark_name(cascade.id), types);
}

std::vector<PlannedTrigger> mark_triggers(const Cascade& cascade, const TableShape& parent) {
    std::vector<PlannedTrigger> triggers{mark_trigger(cascade, parent, before_update),
                                         mark_trigger(cascade, parent, after_update),
                                         mark_trigger(cascade, parent, before_delete)};
    if (is_cascade_child(parent)) {
        triggers.push_back(mark_trigger(cascade, parent, after_insert));
    }
    return triggers;
}

}  // namespace dbsync::mysql
