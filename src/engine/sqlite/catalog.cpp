// SPDX-License-Identifier: MIT
#include "engine/sqlite/catalog.hpp"

#include "engine/sqlite/errors.hpp"
#include "engine/sqlite/index_text.hpp"
#include "engine/sqlite/quoting.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>

namespace dbsync::sqlite {

namespace {

std::string declared_collation(Database& db, const std::string& table, const std::string& column) {
    const char* collation = nullptr;
    const int code =
        sqlite3_table_column_metadata(db.handle(), "main", table.c_str(), column.c_str(), nullptr,
                                      &collation, nullptr, nullptr, nullptr);
    return code == SQLITE_OK && collation != nullptr ? collation : "BINARY";
}

// PRAGMA table_xinfo (sqlite.org/pragma.html#pragma_table_xinfo): `hidden` is 1 for a hidden column
// of a virtual table, 2 for a virtual and 3 for a stored generated column.
std::vector<ColumnDetail> read_columns(Database& db, const std::string& table) {
    Statement rows{db,
                   "SELECT name, type, \"notnull\", ifnull(dflt_value, ''), pk, hidden"
                   " FROM pragma_table_xinfo(?1, 'main') ORDER BY cid"};
    rows.bind_text(1, table);
    std::vector<ColumnDetail> columns;
    while (rows.step()) {
        ColumnDetail column;
        column.name = rows.text(0);
        column.type = rows.text(1);
        column.not_null = rows.integer(2) != 0;
        column.default_text = rows.text(3);
        column.key_position = static_cast<int>(rows.integer(4));
        column.hidden = rows.integer(5) == 1;
        column.generated = rows.integer(5) >= 2;
        columns.push_back(std::move(column));
    }
    for (ColumnDetail& column : columns) {
        column.collation = declared_collation(db, table, column.name);
    }
    return columns;
}

std::vector<IndexPart> read_parts(Database& db, const std::string& index, const IndexText& text) {
    Statement rows{db,
                   "SELECT cid, ifnull(name, ''), coll FROM pragma_index_xinfo(?1, 'main')"
                   " WHERE key = 1 ORDER BY seqno"};
    rows.bind_text(1, index);
    std::vector<IndexPart> parts;
    while (rows.step()) {
        IndexPart part;
        part.collation = rows.text(2);
        if (rows.integer(0) == -2) {  // an expression
            part.expression =
                parts.size() < text.parts.size() ? text.parts[parts.size()] : std::string{};
        } else {
            part.column = rows.text(1);
        }
        parts.push_back(std::move(part));
    }
    return parts;
}

struct IndexRow {
    std::string name;
    std::string origin;
    std::string sql;
    bool in_catalogue = false;
};

std::vector<IndexRow> read_index_rows(Database& db, const std::string& table) {
    Statement rows{db,
                   "SELECT l.name, l.origin, ifnull(m.sql, ''), m.name IS NOT NULL"
                   " FROM pragma_index_list(?1, 'main') l"
                   " LEFT JOIN sqlite_master m ON m.type = 'index' AND m.name = l.name"
                   " WHERE l.\"unique\" = 1 ORDER BY l.seq DESC"};
    rows.bind_text(1, table);
    std::vector<IndexRow> indexes;
    while (rows.step()) {
        indexes.push_back({std::string{rows.text(0)}, std::string{rows.text(1)},
                           std::string{rows.text(2)}, rows.integer(3) != 0});
    }
    return indexes;
}

// The primary key's index of a WITHOUT ROWID table is the table itself and stands in no row of
// sqlite_master; an INTEGER PRIMARY KEY has no index at all.
void read_unique(Database& db, TableShape& shape) {
    bool key_index = false;
    for (const IndexRow& row : read_index_rows(db, shape.table.name.name)) {
        const IndexText text = row.sql.empty() ? IndexText{} : parse_index(row.sql);
        UniqueIndex index{row.name, row.origin == "pk", text.where, read_parts(db, row.name, text)};
        key_index = key_index || index.primary;
        shape.without_rowid = shape.without_rowid || (index.primary && !row.in_catalogue);
        shape.unique.push_back(std::move(index));
    }
    for (const ColumnDetail& column : shape.columns) {
        if (column.key_position > 0 && !key_index) {
            shape.rowid_alias = column.name;
            shape.unique.insert(shape.unique.begin(),
                                UniqueIndex{"", true, "", {{column.name, "", "BINARY"}}});
        }
    }
}

// A key must find exactly the rows that the index holds apart: every column NOT NULL, stored, and
// compared by its own collation.
bool identifies_rows(const TableShape& shape, const UniqueIndex& index, bool nullable = false) {
    if (!index.where.empty()) {
        return false;
    }
    return std::all_of(index.parts.begin(), index.parts.end(), [&](const IndexPart& part) {
        const ColumnDetail* column = part.column.empty() ? nullptr : shape.column(part.column);
        const bool never_null =
            column != nullptr &&
            (nullable || column->not_null || same_name(column->name, shape.rowid_alias));
        return never_null && !column->generated && same_name(column->collation, part.collation);
    });
}

void name_key(TableShape& shape) {
    shape.table.key.clear();
    shape.key_collations.clear();
    for (const IndexPart& part : shape.unique[*shape.key_index].parts) {
        const ColumnDetail* column = shape.column(part.column);
        shape.table.key.push_back(column->name);
        shape.key_collations.push_back(column->collation);
    }
}

void choose_key(TableShape& shape) {
    const auto rank = [&](const UniqueIndex& index) {
        return (index.primary ? 0 : 100) + static_cast<int>(index.parts.size());
    };
    for (std::size_t i = 0; i < shape.unique.size(); ++i) {
        if (identifies_rows(shape, shape.unique[i]) &&
            (!shape.key_index || rank(shape.unique[i]) < rank(shape.unique[*shape.key_index]))) {
            shape.key_index = i;
        }
    }
    if (shape.key_index) {
        name_key(shape);
    } else if (!shape.rowid_name.empty()) {
        shape.table.key = {shape.rowid_name};
        shape.key_collations = {"BINARY"};
    }
}

void name_rowid(TableShape& shape) {
    if (shape.without_rowid || !shape.rowid_alias.empty()) {
        return;
    }
    for (const char* name : {"rowid", "_rowid_", "oid"}) {
        if (shape.column(name) == nullptr) {
            shape.rowid_name = name;
            return;
        }
    }
}

bool known_collation(std::string_view collation) {
    static constexpr std::array<std::string_view, 3> known{"BINARY", "NOCASE", "RTRIM"};
    return std::any_of(known.begin(), known.end(),
                       [&](std::string_view name) { return same_name(name, collation); });
}

void find_index_problems(TableShape& shape) {
    for (const UniqueIndex& index : shape.unique) {
        for (const IndexPart& part : index.parts) {
            if (!known_collation(part.collation)) {
                shape.problem = "unique index " + index.name + " uses the collation " +
                                part.collation + " of the application, which dbsync does not have";
            } else if (part.column.empty() &&
                       (part.expression.empty() || compares(part.expression))) {
                shape.problem = "unique index " + index.name +
                                " is made on an expression that compares values: a trigger cannot "
                                "find the row that REPLACE would remove";
            }
        }
    }
    if (!shape.problem.empty()) {
        shape.hint = "drop the index before the move, or leave the table out with --exclude";
    }
}

void find_problems(TableShape& shape) {
    find_index_problems(shape);
    if (shape.table.key.empty()) {
        shape.problem = "the rows cannot be told apart: there is no key over NOT NULL columns";
        shape.problem += shape.without_rowid ? " with the columns' own collations"
                                             : ", and columns are called rowid, _rowid_ and oid";
        shape.hint = "add a primary key, or leave the table out with --exclude";
    }
}

bool is_shadow(const std::string& name, const std::vector<ListedTable>& all) {
    return std::any_of(all.begin(), all.end(), [&](const ListedTable& other) {
        return other.kind == ListedKind::Virtual && name.starts_with(other.name + "_");
    });
}

std::int64_t statistics_rows(Database& db, const std::string& table) {
    if (!object_exists(db, "table", "sqlite_stat1")) {
        return 0;
    }
    Statement row{db,
                  "SELECT max(CAST(stat AS INTEGER)) FROM sqlite_stat1"
                  " WHERE tbl = ?1 COLLATE NOCASE"};
    row.bind_text(1, table);
    return row.step() ? row.integer(0) : 0;
}

// What the first few rows take on average.
std::uint64_t row_bytes(Database& db, const std::string& quoted_table) {
    Statement rows{db, "SELECT * FROM " + quoted_table + " LIMIT 20"};
    std::uint64_t bytes = 0;
    std::uint64_t count = 0;
    for (; rows.step(); ++count) {
        for (int i = 0; i < rows.column_count(); ++i) {
            bytes += rows.type(i) == SQLITE_INTEGER || rows.type(i) == SQLITE_FLOAT
                         ? 8
                         : rows.blob(i).size();
        }
    }
    return count == 0 ? 0 : bytes / count + 1;
}

}  // namespace

const ColumnDetail* TableShape::column(std::string_view name) const {
    for (const ColumnDetail& candidate : columns) {
        if (same_name(candidate.name, name)) {
            return &candidate;
        }
    }
    return nullptr;
}

bool TableShape::take_nullable_key() {
    for (std::size_t i = 0; i < unique.size(); ++i) {
        if (unique[i].primary && !key_index && identifies_rows(*this, unique[i], true)) {
            key_index = i;
            name_key(*this);
            table.has_other_unique = unique.size() > 1;
            return true;
        }
    }
    return false;
}

std::vector<ListedTable> list_tables(Database& db) {
    Statement rows{db,
                   "SELECT name, ifnull(sql, '') FROM sqlite_master WHERE type = 'table'"
                   " AND substr(name, 1, 7) <> 'sqlite_' COLLATE NOCASE"
                   " AND substr(name, 1, 8) <> '_dbsync_' COLLATE NOCASE ORDER BY name"};
    std::vector<ListedTable> tables;
    while (rows.step()) {
        ListedTable table{std::string{rows.text(0)}, ListedKind::Table, std::string{rows.text(1)}};
        const std::vector<std::string> names = names_in(table.sql.substr(0, 40));
        if (names.size() > 1 && same_name(names[1], "VIRTUAL")) {
            table.kind = ListedKind::Virtual;
        }
        tables.push_back(std::move(table));
    }
    for (ListedTable& table : tables) {
        if (table.kind == ListedKind::Table && is_shadow(table.name, tables)) {
            table.kind = ListedKind::Shadow;
        }
    }
    return tables;
}

TableShape read_shape(Database& db, const std::string& table) {
    TableShape shape;
    shape.table.name.name = table;
    shape.columns = read_columns(db, table);
    for (const ColumnDetail& column : shape.columns) {
        shape.table.columns.push_back({.name = column.name,
                                       .type = column.type,
                                       .not_null = column.not_null,
                                       .generated = column.generated});
    }
    read_unique(db, shape);
    name_rowid(shape);
    choose_key(shape);
    find_problems(shape);
    shape.table.has_other_unique = shape.unique.size() > (shape.key_index ? 1U : 0U);
    shape.table.fingerprint = read_fingerprint(db, table);
    return shape;
}

std::string read_fingerprint(Database& db, const std::string& table) {
    Statement rows{db,
                   "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"
                   " AND type IN ('table', 'index') AND tbl_name = ?1 COLLATE NOCASE"
                   " ORDER BY type DESC, name"};
    rows.bind_text(1, table);
    std::string text;
    while (rows.step()) {
        text += text.empty() ? "" : ";\n";
        text += rows.text(0);
    }
    return text;
}

void estimate_size(Database& db, Table& table, bool without_rowid) {
    const std::string name = quote_ident(table.name.name);
    std::int64_t rows = statistics_rows(db, table.name.name);
    if (!without_rowid) {
        // A name of the rowid that is a column would give that column's values.
        TableShape names;
        for (const Column& column : table.columns) {
            names.columns.push_back(
                {.name = column.name, .type = {}, .default_text = {}, .collation = {}});
        }
        name_rowid(names);
        if (!names.rowid_name.empty()) {
            const std::string rowid = quote_ident(names.rowid_name);
            const std::int64_t span =
                db.integer("SELECT ifnull((SELECT max(" + rowid + ") FROM " + name +
                           ") - (SELECT min(" + rowid + ") FROM " + name + ") + 1, 0)");
            rows = rows == 0 || span < rows ? span : rows;
        }
    } else if (rows == 0) {
        rows = db.integer("SELECT count(*) FROM (SELECT 1 FROM " + name + " LIMIT 100000)");
    }
    // A row takes at least two bytes, so the file's size bounds a span of rowids full of holes.
    const std::int64_t most = db.integer("PRAGMA page_count") * db.integer("PRAGMA page_size") / 2;
    table.rows_estimate = static_cast<std::uint64_t>(std::clamp<std::int64_t>(rows, 0, most));
    table.bytes_estimate = table.rows_estimate * row_bytes(db, name);
}

bool has_null_key(Database& db, const Table& table) {
    std::string nulls;
    for (const std::string& column : table.key) {
        nulls += (nulls.empty() ? "" : " OR ") + quote_ident(column) + " IS NULL";
    }
    return db.integer("SELECT EXISTS (SELECT 1 FROM " + quote_ident(table.name.name) + " WHERE " +
                      nulls + ")") != 0;
}

void require_no_null_key(Database& db, const Table& table) {
    const bool nullable = read_shape(db, table.name.name).table.key != table.key;
    if (nullable && has_null_key(db, table)) {
        throw Error{{.kind = ErrorKind::Unrepresentable,
                     .what_failed = "rows of " + table.name.display() +
                                    " have NULL in their PRIMARY KEY, which the target's cannot",
                     .table = table.name.display(),
                     .hint = "give them values, then run again"}};
    }
}

bool object_exists(Database& db, std::string_view type, std::string_view name) {
    Statement row{db, "SELECT 1 FROM sqlite_master WHERE type = ?1 AND name = ?2 COLLATE NOCASE"};
    row.bind_text(1, type).bind_text(2, name);
    return row.step();
}

}  // namespace dbsync::sqlite
