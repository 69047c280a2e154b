// SPDX-License-Identifier: MIT
#include "engine/sqlite/describe_schema.hpp"

#include "base/error.hpp"
#include "engine/sqlite/catalog.hpp"
#include "engine/sqlite/column_scan.hpp"
#include "engine/sqlite/quoting.hpp"
#include "engine/sqlite/table_text.hpp"
#include "engine/sqlite/translator.hpp"
#include "sql/check_clause.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <utility>

namespace dbsync::sqlite {

namespace {

using Function = ModelColumn::DefaultFunction;

// Dates are whatever the application puts there.
constexpr sql::CheckDialect as_written_here{.tokens = table_tokens,
                                            .equal_texts_are_alike = true,
                                            .dates_are_texts = true,
                                            .folds_names = true};

// The text of 'it''s'; nothing for anything else.
std::optional<std::string> unquoted(std::string_view text) {
    if (text.size() < 2 || text.front() != '\'' || text.back() != '\'') {
        return std::nullopt;
    }
    std::string value;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if (text[i] == '\'' && (i + 2 >= text.size() || text[++i] != '\'')) {
            return std::nullopt;  // more than one literal
        }
        value += text[i];
    }
    return value;
}

std::optional<WireValueView> literal(std::string_view text, std::string& held) {
    if (const auto quoted = unquoted(text)) {
        held = *quoted;
        return WireValueView{.null = false, .storage = 't', .text = held};
    }
    if ((text.starts_with("x'") || text.starts_with("X'")) && text.ends_with('\'')) {
        const auto bytes = bytes_of(text.substr(2, text.size() - 3));
        held = bytes.value_or("");
        return bytes ? std::optional{WireValueView{.null = false, .storage = 'b', .text = held}}
                     : std::nullopt;
    }
    if (same_name(text, "TRUE") || same_name(text, "FALSE")) {
        held = same_name(text, "TRUE") ? "1" : "0";
        return WireValueView{.null = false, .storage = 'i', .text = held};
    }
    if (const auto number = canonical_decimal(text)) {
        held = *number;
        const bool whole = held.find('.') == std::string::npos;
        return WireValueView{.null = false, .storage = whole ? 'i' : 'r', .text = held};
    }
    return std::nullopt;
}

bool is_key(const TableShape& shape, const std::string& column) {
    return std::find(shape.table.key.begin(), shape.table.key.end(), column) !=
           shape.table.key.end();
}

class Describer {
  public:
    Describer(Database& db, std::span<const Table> tables) : db_{db} {
        for (const Table& table : tables) {
            shapes_.push_back(read_shape(db, table.name.name));
            if (shapes_.back().table.key != table.key) {
                shapes_.back().take_nullable_key();
            }
            shapes_.back().table.id = table.id;
        }
    }

    SchemaModel run() {
        for (const TableShape& shape : shapes_) {
            model_.tables.push_back(describe(shape));
        }
        for (std::size_t i = 0; i < shapes_.size(); ++i) {
            add_foreign_keys(model_.tables[i]);
        }
        list_other_objects();
        return std::move(model_);
    }

  private:
    ModelTable describe(const TableShape& shape);
    ModelColumn describe(const TableShape& shape, const ColumnDetail& column, ModelType type);
    void add_default(const std::string& table, const ColumnDetail& detail, ModelColumn& column);
    void add_key(const TableShape& shape, ModelTable& table);
    void add_indexes(ModelTable& table);
    std::optional<ModelIndex> read_index(const std::string& name, std::string& collations);
    void add_checks(const TableShape& shape, ModelTable& table);
    bool hold_for_all_rows(const std::string& table, const std::string& condition);
    void add_foreign_keys(ModelTable& table);
    bool complete(const ModelTable& table, ModelForeignKey& key, int number);
    const TableShape& shape_of(const ModelTable& table) const;
    bool has_no_orphans(const ModelTable& table, const std::string& what, int number);
    void list_other_objects();
    ModelTable* find_table(const std::string& name) {
        const auto found =
            std::find_if(model_.tables.begin(), model_.tables.end(),
                         [&](const ModelTable& each) { return same_name(each.name.name, name); });
        return found == model_.tables.end() ? nullptr : &*found;
    }
    void leave(std::string what) { model_.left_behind.push_back(std::move(what)); }

    Database& db_;
    std::vector<TableShape> shapes_;
    SchemaModel model_;
};

void Describer::add_default(const std::string& table, const ColumnDetail& detail,
                            ModelColumn& column) {
    std::string text = detail.default_text;
    while (text.size() > 2 && text.front() == '(' && text.back() == ')') {
        text = text.substr(1, text.size() - 2);
    }
    if (text.empty() || same_name(text, "NULL")) {
        return;
    }
    const Kind kind = column.type.kind;
    const bool moment = kind == Kind::DateTime || kind == Kind::Instant || kind == Kind::Text;
    if (same_name(text, "CURRENT_TIMESTAMP") && moment) {
        column.default_function = Function::UtcTimestamp;
        return;
    }
    if (same_name(text, "CURRENT_DATE") && (kind == Kind::Date || kind == Kind::Text)) {
        column.default_function = Function::UtcDate;
        return;
    }
    std::string held;
    std::string canonical;
    const auto value = literal(text, held);
    if (value && !read_value(kind, *value, canonical)) {
        column.default_value = canonical;
    } else {
        leave("default of column " + table + "." + column.name + " (" + detail.default_text + ")");
    }
}

ModelColumn Describer::describe(const TableShape& shape, const ColumnDetail& detail,
                                ModelType type) {
    const std::string& table = shape.table.name.name;
    ModelColumn column;
    column.name = detail.name;
    column.source_type = detail.type.empty() ? "(none)" : detail.type;
    column.type = std::move(type);
    column.type.ignores_case = same_name(detail.collation, "NOCASE");
    column.auto_increment = same_name(detail.name, shape.rowid_alias);
    column.not_null = detail.not_null || is_key(shape, detail.name);
    if (detail.generated) {
        leave("expression of generated column " + table + "." + detail.name +
              " (its values move into a plain column)");
    } else if (!column.auto_increment) {
        add_default(table, detail, column);
    }
    return column;
}

// SQLite lets NULLs into a PRIMARY KEY; where they are, it is no more than unique.
void Describer::add_key(const TableShape& shape, ModelTable& table) {
    std::map<int, const ColumnDetail*> key;
    bool never_null = true;
    for (const ColumnDetail& column : shape.columns) {
        if (column.key_position > 0) {
            key[column.key_position] = &column;
            never_null = never_null && (column.not_null || shape.without_rowid ||
                                        is_key(shape, column.name));
        }
    }
    ModelIndex unique{.name = table.name.name + "_key", .columns = {}, .descending = {},
                      .unique = true};
    for (const auto& [position, column] : key) {
        unique.columns.push_back(column->name);
    }
    if (never_null) {
        table.key = unique.columns;
    } else {
        table.indexes.push_back(std::move(unique));
    }
}

// Nothing for an index over expressions. `collations`: those that are not by bytes.
std::optional<ModelIndex> Describer::read_index(const std::string& name,
                                                std::string& collations) {
    Statement rows{db_,
                   "SELECT cid, ifnull(name, ''), \"desc\", coll"
                   " FROM pragma_index_xinfo(?1, 'main') WHERE key = 1 ORDER BY seqno"};
    rows.bind_text(1, name);
    ModelIndex index;
    index.name = name;
    collations.clear();
    while (rows.step()) {
        if (rows.integer(0) < 0) {
            return std::nullopt;
        }
        const std::string collation{rows.text(3)};
        if (!same_name(collation, "BINARY")) {
            collations += (collations.empty() ? "" : ", ") + collation;
        }
        index.columns.emplace_back(rows.text(1));
        index.descending.push_back(rows.integer(2) != 0);
    }
    return index;
}

void Describer::add_indexes(ModelTable& table) {
    Statement rows{db_,
                   "SELECT name, \"unique\", origin, partial FROM pragma_index_list(?1, 'main')"
                   " ORDER BY seq DESC"};
    rows.bind_text(1, table.name.name);
    while (rows.step()) {
        const std::string name{rows.text(0)};
        std::string collations;
        auto index = read_index(name, collations);
        if (index && !collations.empty()) {
            leave(fmt::format("COLLATE {} of the {}index of {} over ({})", collations,
                              rows.integer(1) != 0 ? "unique " : "", table.name.name,
                              fmt::join(index->columns, ", ")));
        }
        if (rows.text(2) == "pk") {
            continue;
        }
        if (!index || rows.integer(3) != 0) {
            leave("index " + name + " of " + table.name.name +
                  (index ? " (over some of the rows)" : " (over an expression)"));
            continue;
        }
        index->unique = rows.integer(1) != 0;
        if (name.starts_with("sqlite_autoindex_")) {
            index->name = table.name.name;
            for (const std::string& column : index->columns) {
                index->name += "_" + column;
            }
            index->name += "_key";
        }
        table.indexes.push_back(std::move(*index));
    }
}

// Rows that came with PRAGMA ignore_check_constraints break a condition without a word.
bool Describer::hold_for_all_rows(const std::string& table, const std::string& condition) {
    return db_.integer("SELECT NOT EXISTS (SELECT 1 FROM " + quote_ident(table) + " WHERE NOT (" +
                       condition + "))") != 0;
}

// SQLite has no catalogue of them: they stand in the table's own text, where CHECK is no name.
void Describer::add_checks(const TableShape& shape, ModelTable& table) {
    std::vector<ModelColumn> columns = table.columns;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        columns[i].type.ignores_case = !same_name(shape.columns[i].collation, "BINARY");
    }
    const std::string_view text = shape.table.fingerprint;
    const auto tokens = sql::tokenize(text, as_written_here.tokens);
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
        if (!tokens[i].is_word("CHECK") || !tokens[i + 1].is_symbol('(')) {
            continue;
        }
        const std::size_t begin = tokens[i + 1].end;
        const std::string_view clause =
            text.substr(begin, tokens[sql::closing(tokens, i + 1)].begin - begin);
        auto portable = sql::portable_check(clause, columns, as_written_here);
        if (!portable) {
            leave("check constraint of " + table.name.name + " (" + std::string{clause} + ")");
        } else if (!hold_for_all_rows(table.name.name, *portable)) {
            leave("check constraint of " + table.name.name + " (" + std::string{clause} +
                  ", which some of its rows break)");
        } else {
            table.checks.push_back(std::move(*portable));
        }
    }
}

ModelTable Describer::describe(const TableShape& shape) {
    ModelTable table;
    table.table_id = shape.table.id;
    table.name = shape.table.name;
    const std::vector<ModelType> types = scan_columns(db_, shape);
    for (std::size_t i = 0; i < shape.columns.size(); ++i) {
        table.columns.push_back(describe(shape, shape.columns[i], types[i]));
    }
    add_key(shape, table);
    add_indexes(table);
    add_checks(shape, table);
    for (const std::string& clause : conflict_clauses(shape.table.fingerprint)) {
        leave(clause + " of " + table.name.name);
    }
    return table;
}

std::string column_there(const ModelTable& table, const std::string& name) {
    for (const ModelColumn& column : table.columns) {
        if (same_name(column.name, name)) {
            return column.name;
        }
    }
    return name;
}

bool is_unique(const ModelTable& table, std::vector<std::string> columns) {
    const auto same = [&](std::vector<std::string> others) {
        std::sort(others.begin(), others.end());
        return others == columns;
    };
    std::sort(columns.begin(), columns.end());
    return same(table.key) ||
           std::any_of(table.indexes.begin(), table.indexes.end(),
                       [&](const ModelIndex& each) { return each.unique && same(each.columns); });
}

// SQLite cannot check a key that does not fit its parent, and then fails for the whole table.
bool Describer::has_no_orphans(const ModelTable& table, const std::string& what, int number) {
    try {
        Statement rows{db_, "SELECT count(*) FROM pragma_foreign_key_check(?1) WHERE fkid = ?2"};
        rows.bind_text(1, table.name.name).bind(2, number);
        if (!rows.step() || rows.integer(0) == 0) {
            return true;
        }
        leave(what + " (" + std::to_string(rows.integer(0)) + " rows refer to no parent)");
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Busy || error.kind() == ErrorKind::Connection) {
            throw;
        }
        leave(what + " (it cannot be checked: " + error.fields().native_text + ")");
    }
    return false;
}

// Names as the tables spell them, the parent's key where none is named; whether it can be made.
bool Describer::complete(const ModelTable& table, ModelForeignKey& key, int number) {
    const std::string what = "foreign key of " + table.name.name + " to " + key.parent.name;
    const ModelTable* parent = find_table(key.parent.name);
    if (parent == nullptr) {
        leave(what + " (that table does not move)");
        return false;
    }
    key.parent = parent->name;
    if (std::any_of(key.parent_columns.begin(), key.parent_columns.end(),
                    [](const std::string& name) { return name.empty(); })) {
        key.parent_columns = parent->key;
    }
    for (std::string& name : key.parent_columns) {
        name = column_there(*parent, name);
    }
    for (std::string& name : key.columns) {
        name = column_there(table, name);
    }
    if (key.parent_columns.size() != key.columns.size() ||
        !is_unique(*parent, key.parent_columns)) {
        leave(what + " (what it refers to is not unique)");
        return false;
    }
    return has_no_orphans(table, what, number);
}

const TableShape& Describer::shape_of(const ModelTable& table) const {
    return *std::find_if(shapes_.begin(), shapes_.end(), [&](const TableShape& each) {
        return each.table.name.name == table.name.name;
    });
}

void Describer::add_foreign_keys(ModelTable& table) {
    Statement rows{db_,
                   "SELECT id, \"table\", \"from\", ifnull(\"to\", ''), on_update, on_delete"
                   " FROM pragma_foreign_key_list(?1) ORDER BY id, seq"};
    rows.bind_text(1, table.name.name);
    std::map<int, ModelForeignKey> keys;
    while (rows.step()) {
        ModelForeignKey& key = keys[static_cast<int>(rows.integer(0))];
        key.parent.name = rows.text(1);
        key.columns.emplace_back(rows.text(2));
        key.parent_columns.emplace_back(rows.text(3));
        key.on_update = rows.text(4);
        key.on_delete = rows.text(5);
    }
    // Numbered from the last.
    const std::vector<bool> deferred = deferred_keys(shape_of(table).table.fingerprint);
    for (auto& [number, key] : keys) {
        const auto from_last = static_cast<std::size_t>(number) + 1;
        key.deferred = deferred.size() == keys.size() && deferred[deferred.size() - from_last];
        if (complete(table, key, number)) {
            table.foreign_keys.push_back(std::move(key));
        }
    }
}

void Describer::list_other_objects() {
    Statement rows{db_,
                   "SELECT type, name FROM sqlite_master WHERE type IN ('view', 'trigger')"
                   " AND substr(name, 1, 8) <> '_dbsync_' COLLATE NOCASE ORDER BY type, name"};
    while (rows.step()) {
        leave(std::string{rows.text(0)} + " " + std::string{rows.text(1)});
    }
    for (const ListedTable& listed : list_tables(db_)) {
        if (listed.kind == ListedKind::Virtual) {
            leave("virtual table " + listed.name);
        }
    }
}

}  // namespace

SchemaModel describe_schema(Database& database, std::span<const Table> tables) {
    return Describer{database, tables}.run();
}

}  // namespace dbsync::sqlite
