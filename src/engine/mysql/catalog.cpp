// SPDX-License-Identifier: MIT
#include "engine/mysql/catalog.hpp"

#include "base/check.hpp"
#include "engine/mysql/quoting.hpp"
#include "engine/mysql/wire.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace dbsync::mysql {

namespace {

struct Index {
    std::string name;
    bool unique = false;
    bool usable_as_key = true;  // whole columns that are never NULL
    std::vector<std::string> columns;
};

using ShapeMap = std::map<std::string, TableShape, std::less<>>;

std::string in_database(const char* column, const std::string& only) {
    return only.empty() ? std::string{} : fmt::format(" AND {} = {}", column, quote_literal(only));
}

bool any_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

Wire wire_of(std::string_view type) {
    if (type == "float") {
        return Wire::Float;
    }
    if (any_of(type, {"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "bit",
                      "geometry", "point", "linestring", "polygon", "multipoint",
                      "multilinestring", "multipolygon", "geometrycollection", "geomcollection",
                      "vector"})) {
        return Wire::Hex;
    }
    if (any_of(type, {"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum",
                      "set", "json"})) {
        return Wire::Text;
    }
    return Wire::Plain;
}

void add_tables(Connection& connection, const std::string& only, ShapeMap& shapes) {
    const Result rows = connection.run(
        "SELECT table_name, engine, table_rows, data_length + index_length, create_options,"
        " table_type FROM information_schema.tables WHERE table_schema = DATABASE()"
        " AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')" +
        in_database("table_name", only));
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        const std::string& name = rows.text(i, 0);
        if (name.starts_with(own_prefix) || (!only.empty() && name != only)) {
            continue;
        }
        TableShape& shape = shapes[name];
        shape.table.name = {.schema = {}, .name = name};
        shape.engine = rows.text(i, 1);
        shape.table.rows_estimate = rows.unsigned_integer(i, 2);
        shape.table.bytes_estimate = rows.unsigned_integer(i, 3);
        shape.create_options = rows.text(i, 4);
        if (rows.text(i, 5) == "SYSTEM VERSIONED") {
            shape.problem = "it is system-versioned: its history would not move";
            shape.hint = "leave it out with --exclude, or drop its system versioning";
        } else if (shape.engine != "InnoDB") {
            shape.problem = "its engine " + shape.engine + " knows no transactions";
            shape.hint = "ALTER TABLE … ENGINE = InnoDB, or leave it out with --exclude";
        }
    }
}

void add_column(const Result& rows, std::size_t row, TableShape& shape) {
    const std::string& extra = rows.text(row, 8);
    ColumnForm form;
    form.data_type = rows.text(row, 3);
    form.charset = rows.text(row, 5);
    form.collation = rows.text(row, 6);
    form.wire = wire_of(form.data_type);
    form.declaration = rows.text(row, 4);
    if (!form.collation.empty() && form.data_type != "json") {
        form.declaration +=
            fmt::format(" CHARACTER SET {} COLLATE {}", form.charset, form.collation);
    }
    form.auto_increment = extra.find("auto_increment") != std::string::npos;
    form.invisible = extra.find("INVISIBLE") != std::string::npos;
    form.default_text = rows.text(row, 7);
    shape.forms.push_back(std::move(form));
    shape.table.columns.push_back({.name = rows.text(row, 1),
                                   .type = rows.text(row, 4),
                                   .not_null = rows.text(row, 2) == "NO",
                                   .generated = !rows.text(row, 9).empty()});
}

void add_columns(Connection& connection, const std::string& only, ShapeMap& shapes) {
    const Result rows = connection.run(
        "SELECT table_name, column_name, is_nullable, data_type, column_type, character_set_name,"
        " collation_name, column_default, extra, generation_expression"
        " FROM information_schema.columns WHERE table_schema = DATABASE()" +
        in_database("table_name", only) + " ORDER BY table_name, ordinal_position");
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        if (const auto shape = shapes.find(rows.text(i, 0)); shape != shapes.end()) {
            add_column(rows, i, shape->second);
        }
    }
}

// The primary key, or else the unique key of the fewest columns, none of which is ever NULL.
void choose_key(TableShape& shape, const std::vector<Index>& indexes) {
    const Index* key = nullptr;
    for (const Index& index : indexes) {
        if (!index.unique || !index.usable_as_key) {
            continue;
        }
        if (index.name == "PRIMARY") {
            key = &index;
            break;
        }
        if (key == nullptr || index.columns.size() < key->columns.size()) {
            key = &index;
        }
    }
    shape.table.key_shape = key == nullptr ? KeyShape::WholeRow : KeyShape::Columns;
    if (key != nullptr) {
        shape.table.key = key->columns;
        shape.key_index = key->name;
    }
    shape.table.has_other_unique =
        std::any_of(indexes.begin(), indexes.end(),
                    [&](const Index& index) { return index.unique && &index != key; });
}

bool is_not_null(const TableShape& shape, const std::string& name) {
    return std::any_of(shape.table.columns.begin(), shape.table.columns.end(),
                       [&](const Column& each) { return each.name == name && each.not_null; });
}

void add_keys(Connection& connection, const std::string& only, ShapeMap& shapes) {
    const Result rows = connection.run(
        "SELECT table_name, index_name, non_unique, column_name, sub_part"
        " FROM information_schema.statistics WHERE table_schema = DATABASE()" +
        in_database("table_name", only) + " ORDER BY table_name, index_name, seq_in_index");
    std::map<std::string, std::vector<Index>> indexes;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        const auto shape = shapes.find(rows.text(i, 0));
        if (shape == shapes.end()) {
            continue;
        }
        std::vector<Index>& all = indexes[rows.text(i, 0)];
        if (all.empty() || all.back().name != rows.text(i, 1)) {
            all.push_back({.name = rows.text(i, 1), .unique = !rows.boolean(i, 2), .columns = {}});
        }
        all.back().columns.push_back(rows.text(i, 3));
        // A part of a column, or an expression, does not tell rows apart.
        all.back().usable_as_key = all.back().usable_as_key && rows.is_null(i, 4) &&
                                   !rows.is_null(i, 3) &&
                                   is_not_null(shape->second, rows.text(i, 3));
    }
    for (auto& [name, shape] : shapes) {
        choose_key(shape, indexes[name]);
    }
}

void add_foreign_keys(Connection& connection, const std::string& only, ShapeMap& shapes) {
    const Result rows = connection.run(
        "SELECT k.table_name, k.constraint_name, k.column_name, k.referenced_table_schema,"
        " k.referenced_table_name, k.referenced_column_name, r.delete_rule, r.update_rule"
        " FROM information_schema.key_column_usage AS k"
        " JOIN information_schema.referential_constraints AS r"
        " ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name"
        " AND r.table_name = k.table_name"
        " WHERE k.table_schema = DATABASE() AND k.constraint_schema = DATABASE()"
        " AND r.constraint_schema = DATABASE()" +
        in_database("k.table_name", only) +
        " ORDER BY k.table_name, k.constraint_name, k.ordinal_position");
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        const auto shape = shapes.find(rows.text(i, 0));
        if (shape == shapes.end() || rows.is_null(i, 4)) {
            continue;
        }
        std::vector<ForeignKey>& all = shape->second.foreign_keys;
        if (all.empty() || all.back().name != rows.text(i, 1)) {
            all.push_back({.name = rows.text(i, 1),
                           .columns = {},
                           .parent_schema = rows.text(i, 3),
                           .parent_table = rows.text(i, 4),
                           .parent_columns = {},
                           .on_delete = rows.text(i, 6),
                           .on_update = rows.text(i, 7)});
        }
        all.back().columns.push_back(rows.text(i, 2));
        all.back().parent_columns.push_back(rows.text(i, 5));
    }
}

void add_triggers(Connection& connection, const std::string& only, ShapeMap& shapes) {
    const Result rows = connection.run(
        "SELECT event_object_table, trigger_name FROM information_schema.triggers"
        " WHERE event_object_schema = DATABASE()" +
        in_database("event_object_table", only) + " ORDER BY 1, 2");
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        if (const auto shape = shapes.find(rows.text(i, 0)); shape != shapes.end()) {
            shape->second.triggers.push_back(rows.text(i, 1));
        }
    }
}

ShapeMap read(Connection& connection, const std::string& only) {
    ShapeMap shapes;
    add_tables(connection, only, shapes);
    if (!shapes.empty()) {
        add_columns(connection, only, shapes);
        add_keys(connection, only, shapes);
        add_foreign_keys(connection, only, shapes);
        add_triggers(connection, only, shapes);
    }
    return shapes;
}

// A value as bytes that do not depend on the session that asks: the same in an application's
// trigger, in our sessions, and on the other server. A long value by its own hash, as the server
// joins no texts above max_allowed_packet.
std::string hash_part(const ColumnForm& form, const std::string& column) {
    std::string value;
    switch (form.wire) {
        case Wire::Text: value = fmt::format("CONVERT({} USING utf8mb4)", column); break;
        case Wire::Float: value = fmt::format("CAST(CAST({} AS DOUBLE) AS CHAR)", column); break;
        case Wire::Hex: value = form.data_type == "bit" ? "HEX(" + column + ")" : column; break;
        case Wire::Plain:
            value = form.data_type == "timestamp"
                        ? fmt::format("CAST(UNIX_TIMESTAMP({}) AS CHAR)", column)
                        : fmt::format("CAST({} AS CHAR)", column);
            break;
    }
    return fmt::format("IFNULL(SHA2({}, 256), 'n')", value);
}

}  // namespace

bool ForeignKey::cascades() const noexcept {
    const auto acts = [](const std::string& rule) {
        return rule == "CASCADE" || rule == "SET NULL" || rule == "SET DEFAULT";
    };
    return acts(on_delete) || acts(on_update);
}

const ColumnForm& TableShape::form(const std::string& column) const {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        if (table.columns[i].name == column) {
            return forms[i];
        }
    }
    DBSYNC_CHECK(false, "a column of the table");
    return forms.front();
}

std::vector<TableShape> read_shapes(Connection& connection) {
    std::vector<TableShape> shapes;
    for (auto& [name, shape] : read(connection, {})) {
        shapes.push_back(std::move(shape));
    }
    return shapes;
}

std::optional<TableShape> read_shape(Connection& connection, const std::string& name) {
    ShapeMap shapes = read(connection, name);
    const auto found = shapes.find(name);
    return found == shapes.end() ? std::nullopt : std::optional{std::move(found->second)};
}

std::vector<std::string> writable_columns(const Table& table) {
    std::vector<std::string> names;
    for (const Column& column : table.columns) {
        if (!column.generated) {
            names.push_back(column.name);
        }
    }
    return names;
}

std::vector<std::string> compared_columns(const Table& table) {
    std::vector<std::string> names;
    for (const Column& column : table.columns) {
        names.push_back(column.name);
    }
    return names;
}

std::string select_expression(const TableShape& shape,
                              const std::string& column,
                              const std::string& alias) {
    const std::string name = (alias.empty() ? "" : alias + ".") + quote_ident(column);
    const ColumnForm& form = shape.form(column);
    if (form.wire == Wire::Float) {
        return "CAST(" + name + " AS DOUBLE)";
    }
    if (form.data_type == "enum") {
        // The error value reads as '', which may be a member too.
        return fmt::format("IF({0} + 0 = 0, {1}, {0})", name, quote_literal(enum_error_field));
    }
    // Only MySQL has the type. A DECIMAL inside a document has no text that would make it one
    // again: it crosses, and is compared, as the DOUBLE that its text makes.
    return form.data_type == "json" ? "CAST(CAST(" + name + " AS CHAR) AS JSON)" : name;
}

std::string row_hash_expression(const TableShape& shape, const std::string& prefix) {
    std::string parts;
    for (const std::string& column : writable_columns(shape.table)) {
        parts += (parts.empty() ? "" : ", ") +
                 hash_part(shape.form(column), prefix + quote_ident(column));
    }
    return "UNHEX(LEFT(SHA2(CONCAT(" + parts + "), 256), 32))";
}

std::vector<std::string> key_declarations(const TableShape& shape) {
    if (shape.table.key_shape == KeyShape::WholeRow) {
        return {"binary(16)"};
    }
    std::vector<std::string> declarations;
    for (const std::string& column : shape.table.key) {
        declarations.push_back(shape.form(column).declaration);
    }
    return declarations;
}

std::vector<TableName> referrers(Connection& connection, const TableName& table) {
    const Result found = connection.run(
        "SELECT DISTINCT table_name FROM information_schema.referential_constraints"
        " WHERE constraint_schema = DATABASE() AND unique_constraint_schema = DATABASE()"
        " AND referenced_table_name = " +
        quote_literal(table.name) + " ORDER BY 1");
    std::vector<TableName> names;
    for (std::size_t row = 0; row < found.rows(); ++row) {
        names.push_back({.schema = {}, .name = found.text(row, 0)});
    }
    return names;
}

}  // namespace dbsync::mysql
