// SPDX-License-Identifier: MIT
#include "engine/mysql/describe_schema.hpp"

#include "engine/mysql/catalog.hpp"
#include "engine/mysql/connection.hpp"
#include "engine/mysql/describe_default.hpp"
#include "engine/mysql/quoting.hpp"
#include "engine/mysql/translator_types.hpp"
#include "sql/check_clause.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace dbsync::mysql {

namespace {

constexpr int orphans_counted_max = 1'000;

Result run_file(Connection& connection, const char* file) {
    return connection.run(sql::render(file, sql::Parameters{quoting}));
}

bool ignores_case(const std::string& collation) {
    return collation.find("_ci") != std::string::npos ||
           (!collation.empty() && collation.find("_bin") == std::string::npos &&
            collation.find("_cs") == std::string::npos);
}

// Character sets all of whose characters Unicode has.
bool is_whole_in_unicode(std::string_view charset) {
    return charset.empty() || charset.starts_with("utf") || charset == "latin1" ||
           charset == "ascii" || charset == "binary";
}

class Describer {
  public:
    explicit Describer(Connection& connection) : connection_{connection} {}

    SchemaModel run(std::span<const Table> tables) {
        for (TableShape& shape : read_shapes(connection_)) {
            const std::string name = shape.table.name.name;
            shapes_.emplace(name, std::move(shape));
        }
        for (const Table& table : tables) {
            if (const auto found = shapes_.find(table.name.name); found != shapes_.end()) {
                add_table(table, found->second);
            }
        }
        add_checks();
        add_columns();
        add_table_words();
        add_indexes();
        for (ModelTable& table : model_.tables) {
            note_case(table);
            note_lost_characters(table);
            add_foreign_keys(table);
        }
        const Result others = run_file(connection_, "schemas/mysql/describe_others.sql");
        for (std::size_t row = 0; row < others.rows(); ++row) {
            leave(others.text(row, 0));
        }
        return std::move(model_);
    }

  private:
    struct FoundIndex {
        ModelIndex index;
        std::string problem;
    };

    void add_table(const Table& table, const TableShape& shape);
    static ModelType type(const Column& column, const ColumnForm& form, bool in_key);
    void add_columns();
    void add_default(const ModelTable& table, const Result& rows, std::size_t row,
                     const TableShape& shape, ModelColumn& column);
    void add_checks();
    bool is_json_check(const std::string& clause, ModelTable& table);
    void add_table_words();
    void add_indexes();
    void add_index(ModelTable& table, FoundIndex found);
    static void note_case(ModelTable& table);
    void note_lost_characters(ModelTable& table);
    void add_foreign_keys(ModelTable& table);
    std::string refusal(const ModelTable& table, const ForeignKey& key);
    std::uint64_t orphans(const ModelTable& table, const ForeignKey& key);
    ModelTable* find_table(const std::string& name) {
        const auto found =
            std::find_if(model_.tables.begin(), model_.tables.end(),
                         [&](const ModelTable& each) { return each.name.name == name; });
        return found == model_.tables.end() ? nullptr : &*found;
    }
    static ModelColumn* find_column(ModelTable& table, const std::string& name) {
        const auto found =
            std::find_if(table.columns.begin(), table.columns.end(),
                         [&](const ModelColumn& each) { return each.name == name; });
        return found == table.columns.end() ? nullptr : &*found;
    }
    void leave(std::string what) { model_.left_behind.push_back(std::move(what)); }

    Connection& connection_;
    std::map<std::string, TableShape> shapes_;
    SchemaModel model_;
};

// One of a few values, and no key: a boolean. A key of that type counts.
ModelType Describer::type(const Column& column, const ColumnForm& form, bool in_key) {
    const DeclaredType declared = declared_type(column.type);
    ModelType type = model_type(column.type);
    type.ignores_case = ignores_case(form.collation);
    if (is_boolean(declared) && (form.auto_increment || in_key)) {
        type.kind = Kind::Int;
        type.size = 1;
    } else if (declared.form == Form::Uuid) {
        type.kind = Kind::Uuid;
    } else if (declared.form == Form::Spatial) {
        type.note = "kept as the server's bytes: the SRID, and the geometry as WKB";
    } else if (declared.form == Form::Set) {
        type.note = "kept as the names of the members, with commas between them";
    } else if (declared.form == Form::Other || declared.is("vector")) {
        type.note = form.data_type + " is kept as the server's own " +
                    (type.kind == Kind::Text ? "text" : "bytes");
    }
    return type;
}

void Describer::add_table(const Table& table, const TableShape& shape) {
    ModelTable described;
    described.table_id = table.id;
    described.name = table.name;
    if (shape.key_index == "PRIMARY") {
        described.key = shape.table.key;
    }
    for (std::size_t i = 0; i < shape.forms.size(); ++i) {
        const Column& column = shape.table.columns[i];
        const bool in_key = std::find(shape.table.key.begin(), shape.table.key.end(),
                                      column.name) != shape.table.key.end();
        ModelColumn& added = described.columns.emplace_back();
        added.name = column.name;
        added.source_type = column.type;
        added.type = type(column, shape.forms[i], in_key);
        added.not_null = column.not_null;
        added.auto_increment = shape.forms[i].auto_increment;
    }
    model_.tables.push_back(std::move(described));
}

void Describer::add_columns() {
    const Result rows = run_file(connection_, "schemas/mysql/describe_columns.sql");
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        ModelTable* table = find_table(rows.text(row, 0));
        ModelColumn* column = table == nullptr ? nullptr : find_column(*table, rows.text(row, 1));
        if (column != nullptr) {
            column->comment = rows.text(row, 4);
            add_default(*table, rows, row, shapes_.at(table->name.name), *column);
        }
    }
}

void Describer::add_default(const ModelTable& table, const Result& rows, std::size_t row,
                            const TableShape& shape, ModelColumn& column) {
    const std::string where = table.name.name + "." + column.name;
    const std::string& extra = rows.text(row, 3);
    const auto at = std::find_if(shape.table.columns.begin(), shape.table.columns.end(),
                                 [&](const Column& each) { return each.name == column.name; });
    if (at->generated) {
        leave("expression of generated column " + where + " (its values move into a plain column)");
        return;
    }
    if (extra.find("on update") != std::string::npos) {
        leave("ON UPDATE CURRENT_TIMESTAMP of column " + where);
    }
    if (rows.is_null(row, 2) || column.auto_increment) {
        return;
    }
    const ShownDefault shown{.text = rows.text(row, 2),
                             .expression = extra.find("default_generated") != std::string::npos,
                             .mariadb = connection_.server().mariadb};
    if (!carry_default(shown, column.source_type, column)) {
        leave("default of column " + where + " (" + shown.text + ")");
    }
}

// MariaDB's JSON is a text with this check.
bool Describer::is_json_check(const std::string& clause, ModelTable& table) {
    for (ModelColumn& column : table.columns) {
        if (clause == "json_valid(" + quote_ident(column.name) + ")" &&
            column.type.kind == Kind::Text && column.type.members.empty()) {
            column.type = {};
            column.type.kind = Kind::Json;
            column.type.note = "blanks, and the order of keys, are not kept";
            return true;
        }
    }
    return false;
}

void Describer::add_checks() {
    const Result rows =
        run_file(connection_, connection_.server().mariadb
                                  ? "schemas/mysql/describe_checks_mariadb.sql"
                                  : "schemas/mysql/describe_checks_mysql.sql");
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        ModelTable* table = find_table(rows.text(row, 0));
        const std::string& clause = rows.text(row, 2);
        if (table == nullptr || is_json_check(clause, *table)) {
            continue;
        }
        auto portable = rows.boolean(row, 3) ? sql::portable_check(clause, table->columns)
                                             : std::nullopt;
        if (portable) {
            table->checks.push_back(std::move(*portable));
        } else {
            leave("check constraint " + rows.text(row, 1) + " of " + table->name.name + " (" +
                  clause + ")");
        }
    }
}

void Describer::add_table_words() {
    const Result rows = run_file(connection_, "schemas/mysql/describe_tables.sql");
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        if (ModelTable* table = find_table(rows.text(row, 0)); table != nullptr) {
            table->comment = rows.text(row, 1);
            if (!rows.is_null(row, 2) && rows.boolean(row, 2)) {
                leave("partitions of " + table->name.name + " (its rows move into one table)");
            }
        }
    }
}

void Describer::add_indexes() {
    const Result rows = run_file(connection_, "schemas/mysql/describe_indexes.sql");
    FoundIndex found;
    ModelTable* table = nullptr;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        const bool same = table != nullptr && table == find_table(rows.text(row, 0)) &&
                          found.index.name == rows.text(row, 1);
        if (!same) {
            FoundIndex before = std::exchange(found, {});
            if (table != nullptr) {
                add_index(*table, std::move(before));
            }
            table = find_table(rows.text(row, 0));
            found.index.name = rows.text(row, 1);
            found.index.unique = rows.boolean(row, 2);
        }
        const std::string& kind = rows.text(row, 6);
        if (kind != "BTREE" && kind != "HASH") {
            found.problem = kind;
        } else if (rows.is_null(row, 3)) {
            found.problem = "over an expression";
        } else if (!rows.is_null(row, 4)) {
            found.problem = fmt::format("over the first {} characters of {}", rows.text(row, 4),
                                        rows.text(row, 3));
        }
        found.index.columns.push_back(rows.text(row, 3));
        found.index.descending.push_back(!rows.is_null(row, 5) && rows.boolean(row, 5));
    }
    if (table != nullptr) {
        add_index(*table, std::move(found));
    }
}

void Describer::add_index(ModelTable& table, FoundIndex found) {
    if (!found.problem.empty()) {
        leave("index " + found.index.name + " of " + table.name.name + " (" + found.problem + ")");
    } else if (found.index.name != "PRIMARY") {
        table.indexes.push_back(std::move(found.index));
    }
}

// Where it matters most: what is one key here may be two there.
void Describer::note_case(ModelTable& table) {
    for (ModelColumn& column : table.columns) {
        const auto has = [&](const std::vector<std::string>& names) {
            return std::find(names.begin(), names.end(), column.name) != names.end();
        };
        const bool in_key =
            has(table.key) ||
            std::any_of(table.indexes.begin(), table.indexes.end(),
                        [&](const ModelIndex& each) { return each.unique && has(each.columns); });
        if (in_key && column.type.ignores_case && column.type.note.empty()) {
            column.type.note = "its unique values may differ in nothing but case there";
        }
    }
}

// The server makes question marks of them on their way to us, and says nothing.
void Describer::note_lost_characters(ModelTable& table) {
    const TableShape& shape = shapes_.at(table.name.name);
    std::vector<ModelColumn*> looked_at;
    std::string counts;
    for (ModelColumn& column : table.columns) {
        const ColumnForm& form = shape.form(column.name);
        if (!is_whole_in_unicode(form.charset)) {
            counts += fmt::format(
                "{0}COUNT(IF(HEX(CONVERT(CONVERT({1} USING utf8mb4) USING {2})) <=> HEX({1}),"
                " NULL, 1))",
                counts.empty() ? "" : ", ", quote_ident(column.name), form.charset);
            looked_at.push_back(&column);
        }
    }
    if (looked_at.empty()) {
        return;
    }
    const Result rows =
        connection_.run("SELECT " + counts + " FROM " + quote_ident(table.name.name));
    for (std::size_t i = 0; i < looked_at.size(); ++i) {
        if (const std::uint64_t lost = rows.unsigned_integer(0, i); lost > 0) {
            std::string& note = looked_at[i]->type.note;
            note += fmt::format("{}{} values have characters that Unicode lacks: question marks "
                                "take their place",
                                note.empty() ? "" : "; ", lost);
        }
    }
}

bool same_columns(std::vector<std::string> a, std::vector<std::string> b) {
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    return a == b;
}

// Rows without a parent, and those that spell their parent's key otherwise than the parent does:
// other servers take neither. Keys can be switched off, and are as equal as collations say.
std::uint64_t Describer::orphans(const ModelTable& table, const ForeignKey& key) {
    const TableShape& shape = shapes_.at(table.name.name);
    std::string match;
    std::string given;
    for (std::size_t i = 0; i < key.columns.size(); ++i) {
        const std::string mine = "c." + quote_ident(key.columns[i]);
        const std::string theirs = "p." + quote_ident(key.parent_columns[i]);
        match += (i == 0 ? "" : " AND ") + mine + " = " + theirs;
        if (shape.form(key.columns[i]).wire == Wire::Text) {
            match += " AND CAST(" + mine + " AS BINARY) = CAST(" + theirs + " AS BINARY)";
        }
        given += " AND " + mine + " IS NOT NULL";
    }
    return connection_
        .run(fmt::format("SELECT COUNT(*) FROM (SELECT 1 FROM {} AS c LEFT JOIN {} AS p ON {}"
                         " WHERE p.{} IS NULL{} LIMIT {}) AS o",
                         quote_ident(table.name.name), quote_ident(key.parent_table), match,
                         quote_ident(key.parent_columns.front()), given, orphans_counted_max))
        .unsigned_integer(0, 0);
}

// Why the key cannot be made elsewhere; empty if it can.
std::string Describer::refusal(const ModelTable& table, const ForeignKey& key) {
    const ModelTable* parent =
        key.parent_schema == connection_.database() ? find_table(key.parent_table) : nullptr;
    if (parent == nullptr) {
        return key.parent_table + " does not move";
    }
    const bool unique =
        same_columns(parent->key, key.parent_columns) ||
        std::any_of(parent->indexes.begin(), parent->indexes.end(), [&](const ModelIndex& each) {
            return each.unique && same_columns(each.columns, key.parent_columns);
        });
    if (!unique) {
        return "what it refers to is not unique";
    }
    const std::uint64_t rows = orphans(table, key);
    return rows == 0 ? std::string{}
                     : fmt::format("{}{} rows refer to no parent of just their spelling",
                                   rows == orphans_counted_max ? "at least " : "", rows);
}

void Describer::add_foreign_keys(ModelTable& table) {
    for (const ForeignKey& key : shapes_.at(table.name.name).foreign_keys) {
        if (const std::string problem = refusal(table, key); !problem.empty()) {
            leave("foreign key " + key.name + " of " + table.name.name + " (" + problem + ")");
            continue;
        }
        table.foreign_keys.push_back({.name = key.name,
                                      .columns = key.columns,
                                      .parent = {{}, key.parent_table},
                                      .parent_columns = key.parent_columns,
                                      .on_delete = key.on_delete,
                                      .on_update = key.on_update});
    }
}

}  // namespace

SchemaModel describe_schema(Connection& connection, std::span<const Table> tables) {
    return Describer{connection}.run(tables);
}

}  // namespace dbsync::mysql
