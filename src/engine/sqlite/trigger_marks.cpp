// SPDX-License-Identifier: MIT
#include "engine/sqlite/trigger_marks.hpp"

#include "engine/sqlite/capture.hpp"
#include "engine/sqlite/index_text.hpp"
#include "engine/sqlite/quoting.hpp"

#include <algorithm>
#include <cctype>

namespace dbsync::sqlite {

namespace {

using sql::Rendered;

// A default as an expression. A bare or quoted name stands for the text of the name there.
std::string default_expression(const std::string& text) {
    static const std::vector<std::string> keywords{
        "NULL", "TRUE", "FALSE", "CURRENT_TIME", "CURRENT_DATE", "CURRENT_TIMESTAMP"};
    const std::vector<std::string> names = names_in(text);
    const bool quoted = text.front() == '"' || text.front() == '`' || text.front() == '[';
    const bool bare = names.size() == 1 && names[0] == text;
    const bool keyword = std::any_of(keywords.begin(), keywords.end(),
                                     [&](const std::string& k) { return same_name(k, text); });
    if (names.size() == 1 && (quoted || (bare && !keyword))) {
        return quote_literal(names[0]);
    }
    return "(" + text + ")";
}

bool has_replacement(const ColumnDetail& column) {
    return column.not_null && !column.generated && !column.default_text.empty() &&
           !same_name(column.default_text, "NULL");
}

// The value that the new row will hold. REPLACE stores the default where NULL is given to a NOT
// NULL column, but NEW still shows NULL in a BEFORE trigger (seen on 3.40.1).
std::string new_value(const ColumnDetail& column) {
    const std::string name = "NEW." + quote_ident(column.name);
    return has_replacement(column)
               ? "coalesce(" + name + ", " + default_expression(column.default_text) + ")"
               : name;
}

std::vector<const ColumnDetail*> columns_used(const TableShape& shape, const UniqueIndex& index) {
    std::vector<std::string> names = names_in(index.where);
    for (const IndexPart& part : index.parts) {
        if (!part.column.empty()) {
            names.push_back(part.column);
        }
        const std::vector<std::string> inner = names_in(part.expression);
        names.insert(names.end(), inner.begin(), inner.end());
    }
    std::vector<const ColumnDetail*> used;
    for (const std::string& name : names) {
        const ColumnDetail* column = shape.column(name);
        if (column != nullptr && std::find(used.begin(), used.end(), column) == used.end()) {
            used.push_back(column);
        }
    }
    return used;
}

bool uses_generated(const std::vector<const ColumnDetail*>& used) {
    return std::any_of(used.begin(), used.end(),
                       [](const ColumnDetail* c) { return c->generated; });
}

// The expression over the new row's values: the same text, in a scope where the column names are
// the new row's.
std::string over_new_row(const IndexPart& part, const std::vector<const ColumnDetail*>& used) {
    std::string columns;
    for (const ColumnDetail* column : used) {
        columns += columns.empty() ? "" : ", ";
        columns += new_value(*column) + " AS " + quote_ident(column->name);
    }
    return "(SELECT " + part.expression + " FROM (SELECT " + (columns.empty() ? "1" : columns) +
           "))";
}

// "=" and not "IS": NULLs do not clash. The index's own collation decides what is equal. The
// WHERE of a partial index is asked of the old row only: of the new one it could come out
// differently here, and marks may be too many.
std::vector<Rendered> clash_conditions(const TableShape& shape, const UniqueIndex& index) {
    const std::vector<const ColumnDetail*> used = columns_used(shape, index);
    std::vector<Rendered> conditions;
    for (const IndexPart& part : index.parts) {
        const bool plain = !part.column.empty();
        const std::string left = plain ? quote_ident(part.column) : "(" + part.expression + ")";
        const std::string right =
            plain ? new_value(*shape.column(part.column)) : over_new_row(part, used);
        conditions.push_back(
            {"", left + " COLLATE " + quote_ident(part.collation) + " = " + right});
    }
    if (!index.where.empty()) {
        conditions.push_back({"", "(" + index.where + ")"});
    }
    return conditions;
}

// True when none of the index's columns changes: the rows in the way are then none.
Rendered something_changes(const std::vector<const ColumnDetail*>& used) {
    std::string text;
    for (const ColumnDetail* column : used) {
        const std::string name = quote_ident(column->name);
        text += text.empty() ? "(" : " OR ";
        text += "NEW." + name + " IS NOT OLD." + name + " COLLATE BINARY";
    }
    return {"", text + ")"};
}

Rendered mark(const TableShape& shape,
              const std::string& delta,
              const std::vector<Rendered>& conditions) {
    return render("triggers/sqlite/mark_in_the_way.sql",
                  sql::Parameters{quoting}
                      .ident("table", shape.table.name)
                      .ident("delta", delta)
                      .columns("delta_key", delta_columns(shape.table.key.size()))
                      .columns("key", shape.table.key)
                      .parts("conditions", conditions, " AND "));
}

// A unique generated column shows in NEW what follows from NULL, where the row will hold what
// follows from the default: nothing tells which row is in the way then, so every row is marked.
void add_default_mark(const TableShape& shape,
                      const std::string& delta,
                      std::vector<Rendered>& marks) {
    std::string nulls;
    for (const ColumnDetail& column : shape.columns) {
        if (has_replacement(column)) {
            nulls +=
                (nulls.empty() ? "(" : " OR ") + ("NEW." + quote_ident(column.name)) + " IS NULL";
        }
    }
    if (!nulls.empty()) {
        marks.push_back(mark(shape, delta, {{"", nulls + ")"}}));
    }
}

std::string rowid_in_the_way(const TableShape& shape) {
    const std::string rowid = quote_ident(shape.rowid_name);
    return rowid + " = NEW." + rowid;
}

// The hidden rowid is a unique constraint of its own where it is not the key.
bool rowid_is_another_key(const TableShape& shape) {
    return !shape.rowid_name.empty() && shape.key_index.has_value();
}

// 'a' takes the place of 'A', which is another key on another engine.
bool folds_spellings(const TableShape& shape) {
    return std::any_of(
        shape.key_collations.begin(), shape.key_collations.end(),
        [](const std::string& collation) { return !same_name(collation, "BINARY"); });
}

std::vector<Rendered> index_marks(const TableShape& shape, const std::string& delta, bool update) {
    std::vector<Rendered> marks;
    bool generated = false;
    for (std::size_t i = 0; i < shape.unique.size(); ++i) {
        if (shape.key_index == i && !folds_spellings(shape)) {
            continue;
        }
        const std::vector<const ColumnDetail*> used = columns_used(shape, shape.unique[i]);
        generated = generated || uses_generated(used);
        std::vector<Rendered> conditions = clash_conditions(shape, shape.unique[i]);
        if (update && !used.empty()) {
            conditions.insert(conditions.begin(), something_changes(used));
        }
        marks.push_back(mark(shape, delta, conditions));
    }
    if (generated) {
        add_default_mark(shape, delta, marks);
    }
    return marks;
}

}  // namespace

std::vector<Rendered> insert_marks(const TableShape& shape, const std::string& delta) {
    std::vector<Rendered> marks = index_marks(shape, delta, false);
    if (rowid_is_another_key(shape)) {
        marks.push_back(mark(shape, delta, {{"", rowid_in_the_way(shape)}}));
    }
    return marks;
}

std::vector<Rendered> update_marks(const TableShape& shape, const std::string& delta) {
    return index_marks(shape, delta, true);
}

std::vector<Rendered> rowid_marks(const TableShape& shape, const std::string& delta) {
    if (!rowid_is_another_key(shape)) {
        return {};
    }
    return {mark(shape, delta, {{"", rowid_in_the_way(shape)}})};
}

std::vector<Rendered> update_columns(const TableShape& shape) {
    std::string text;
    for (std::size_t i = 0; i < shape.unique.size(); ++i) {
        const std::vector<const ColumnDetail*> used = columns_used(shape, shape.unique[i]);
        if (shape.key_index == i && !folds_spellings(shape)) {
            continue;
        }
        if (used.empty() || uses_generated(used)) {
            return {};
        }
        for (const ColumnDetail* column : used) {
            text += (text.empty() ? "OF " : ", ") + quote_ident(column->name);
        }
    }
    return {{"", text}};
}

}  // namespace dbsync::sqlite
