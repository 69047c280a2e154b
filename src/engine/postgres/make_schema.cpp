// SPDX-License-Identifier: MIT
#include "engine/postgres/make_schema.hpp"

#include "base/error.hpp"
#include "engine/postgres/connection.hpp"
#include "engine/postgres/made_names.hpp"
#include "engine/postgres/translator_types.hpp"
#include "engine/postgres/translator_values.hpp"
#include "sql/type_words.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <optional>

namespace dbsync::postgres {

namespace {

constexpr std::size_t name_bytes_max = 63;
// Foreign keys of foreign keys, when a column takes the type of what it refers to.
constexpr int reference_depth_max = 16;

std::string cut(const std::string& text, std::size_t bytes) {
    if (text.size() <= bytes) {
        return text;
    }
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0U) == 0x80U) {
        --bytes;
    }
    return text.substr(0, bytes);
}

std::string column_list(const std::vector<std::string>& names) {
    std::string list;
    for (const std::string& name : names) {
        list += (list.empty() ? "" : ", ") + quote_ident(shortened_name(name));
    }
    return list;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// The operator's own words go into the statement as they are: they must be a type and nothing else.
void require_type(const ModelColumn& column) {
    constexpr std::string_view allowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ .,()[]\"";
    const bool is_name =
        column.declared.find_first_not_of(allowed) == std::string::npos &&
        std::count(column.declared.begin(), column.declared.end(), '"') % 2 == 0;
    const std::optional<std::string> behind = sql::word_behind_type(column.declared);
    if (!is_name || behind) {
        throw Error{{.kind = ErrorKind::Usage,
                     .what_failed = "--map gives column " + column.name + " the type " +
                                    column.declared + ", " +
                                    (behind ? "and " + *behind + " is part of no type"
                                            : "which is no type's name"),
                     .hint = "write a type of PostgreSQL, for example numeric(20) or text"}};
    }
}

// Types that an index can compare with one another.
enum class Family { Integer, Numeric, Float, Text, Other };

Family family_of(const std::string& declared) {
    const Form form = form_of(type_spelling(declared));
    if (form == Form::Int2 || form == Form::Int4 || form == Form::Int8) {
        return Family::Integer;
    }
    if (form == Form::Real || form == Form::Double) {
        return Family::Float;
    }
    if (form == Form::Text || form == Form::Char) {
        return Family::Text;
    }
    return form == Form::Numeric ? Family::Numeric : Family::Other;
}

class SchemaMaker {
  public:
    explicit SchemaMaker(const SchemaModel& model) : model_{model}, names_{model} {
        for (const ModelTable& table : model.tables) {
            tables_[table.name] = &table;
        }
    }

    MadeSchema run() {
        for (const ModelTable& table : model_.tables) {
            add_table(table);
        }
        for (const ModelTable& table : model_.tables) {
            add_key(table);
            add_indexes(table);
        }
        for (const ModelTable& table : model_.tables) {
            add_foreign_keys(table);
        }
        return {.items = std::move(items_),
                .left_out = std::move(left_out_),
                .tables = std::move(made_),
                .problems = std::move(problems_)};
    }

  private:
    void add(const ModelTable& table, const std::string& id, SchemaStage stage,
             const std::string& description, std::string sql) {
        items_.push_back({.id = id,
                          .stage = stage,
                          .description = description,
                          .sql = std::move(sql),
                          .table_id = table.table_id});
    }

    void add_table(const ModelTable& table);
    void add_key(const ModelTable& table);
    void add_indexes(const ModelTable& table);
    void add_foreign_keys(const ModelTable& table);
    void look_at_name(const ModelTable& table, const ModelColumn& column);
    std::string column_sql(const ModelTable& table, const ModelColumn& column);
    std::string default_of(const ModelTable& table, const ModelColumn& column,
                           const std::string& type);
    std::string type_sql(const ModelTable& table, const ModelColumn& column, int depth) const;
    bool can_refer(const ModelForeignKey& key) const;

    const SchemaModel& model_;
    std::map<TableName, const ModelTable*> tables_;
    MadeNames names_;
    std::vector<SchemaItem> items_;
    std::vector<std::string> left_out_;
    std::vector<Table> made_;
    std::vector<Finding> problems_;
};

const ModelColumn* find_column(const ModelTable& table, const std::string& name) {
    const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                    [&](const ModelColumn& each) { return each.name == name; });
    return found == table.columns.end() ? nullptr : &*found;
}

// A column that refers to another takes a type that can be compared with it.
std::string SchemaMaker::type_sql(const ModelTable& table, const ModelColumn& column,
                                  int depth) const {
    if (!column.declared.empty()) {
        require_type(column);
        return column.declared;
    }
    const std::string own =
        declare(column.type, contains(table.key, column.name) || column.auto_increment);
    for (const ModelForeignKey& key : table.foreign_keys) {
        const auto at = std::find(key.columns.begin(), key.columns.end(), column.name);
        const auto parent = tables_.find(key.parent);
        const auto place = static_cast<std::size_t>(at - key.columns.begin());
        if (at == key.columns.end() || parent == tables_.end() ||
            place >= key.parent_columns.size() || depth >= reference_depth_max) {
            continue;
        }
        const ModelColumn* there = find_column(*parent->second, key.parent_columns[place]);
        if (there == nullptr || there == &column) {
            continue;
        }
        const std::string other = type_sql(*parent->second, *there, depth + 1);
        if (family_of(own) != family_of(other)) {
            return other;
        }
    }
    return own;
}

std::string now_sql(const ModelType& type) {
    const std::uint32_t digits = std::min<std::uint32_t>(type.scale, 6);
    if (type.kind == Kind::DateTime) {
        return fmt::format("LOCALTIMESTAMP({})", digits);
    }
    if (type.kind == Kind::Instant) {
        return fmt::format("CURRENT_TIMESTAMP({})", digits);
    }
    if (type.kind == Kind::Time) {
        return fmt::format("LOCALTIME({})", digits);
    }
    return type.kind == Kind::Date ? "CURRENT_DATE"
                                   : "pg_catalog.to_char(CURRENT_TIMESTAMP AT TIME ZONE 'UTC', "
                                     "'YYYY-MM-DD HH24:MI:SS')";
}

// " DEFAULT …", empty where there is none; nothing where it has no form here.
std::optional<std::string> default_sql(const ModelColumn& column, const std::string& declared) {
    switch (column.default_function) {
        case ModelColumn::DefaultFunction::UtcTimestamp:
            if (column.type.kind == Kind::DateTime) {
                return " DEFAULT (CURRENT_TIMESTAMP AT TIME ZONE 'UTC')";
            }
            return " DEFAULT " + now_sql(column.type);
        case ModelColumn::DefaultFunction::CurrentTimestamp:
            return " DEFAULT " + now_sql(column.type);
        case ModelColumn::DefaultFunction::CurrentDate:
            return column.type.kind == Kind::Text ? " DEFAULT (CURRENT_DATE)::pg_catalog.text"
                                                  : " DEFAULT CURRENT_DATE";
        case ModelColumn::DefaultFunction::UtcDate:
            return std::string{" DEFAULT ((CURRENT_TIMESTAMP AT TIME ZONE 'UTC')"} +
                   "::pg_catalog.date)" +
                   (column.type.kind == Kind::Text ? "::pg_catalog.text" : "");
        case ModelColumn::DefaultFunction::RandomUuid:
            return column.type.kind == Kind::Text
                       ? " DEFAULT (pg_catalog.gen_random_uuid())::pg_catalog.text"
                       : " DEFAULT pg_catalog.gen_random_uuid()";
        case ModelColumn::DefaultFunction::None: break;
    }
    if (!column.default_value) {
        return std::string{};
    }
    ColumnCrossing crossing;
    crossing.column.type = type_spelling(declared);
    crossing.type = model_type(crossing.column.type);
    crossing.kind = crossing.type.kind;
    std::string text;
    if (write_value(crossing, *column.default_value, text)) {
        return std::nullopt;
    }
    return " DEFAULT " + quote_literal(text);
}

std::string SchemaMaker::default_of(const ModelTable& table, const ModelColumn& column,
                                    const std::string& type) {
    const auto value = default_sql(column, type);
    if (!value) {
        left_out_.push_back("default of column " + table.name.display() + "." + column.name +
                            " (it has no form in the type " + type + ")");
    }
    return value.value_or("");
}

// Documentation of 18, section 5.6 "System Columns".
void SchemaMaker::look_at_name(const ModelTable& table, const ModelColumn& column) {
    constexpr std::array<std::string_view, 6> own{"tableoid", "xmin", "cmin",
                                                  "xmax",     "cmax", "ctid"};
    if (std::find(own.begin(), own.end(), column.name) != own.end()) {
        problems_.push_back({Severity::Fail, table.name.display(),
                             "column " + column.name + " is called like a system column, which "
                             "every table of PostgreSQL has",
                             "rename it on the source, or leave the table out with --exclude"});
    }
}

std::string SchemaMaker::column_sql(const ModelTable& table, const ModelColumn& column) {
    const std::string type = type_sql(table, column, 0);
    look_at_name(table, column);
    made_.back().columns.push_back(
        {.name = shortened_name(column.name),
         .type = type_spelling(type),
         .not_null = column.not_null || contains(table.key, column.name)});
    std::string sql = quote_ident(shortened_name(column.name)) + " " + type;
    if (column.not_null) {
        sql += " NOT NULL";
    }
    if (column.auto_increment && family_of(type) == Family::Integer) {
        const std::string name = names_.sequence(table, column.name);
        sql += " GENERATED BY DEFAULT AS IDENTITY";
        sql += name.empty() ? ""
                            : " (SEQUENCE NAME " +
                                  qualified({target_name(table.name).schema, name}) + ")";
    } else {
        sql += default_of(table, column, type);
    }
    if (!column.type.members.empty() && !column.type.many_members && column.declared.empty()) {
        std::string members;
        for (const std::string& member : column.type.members) {
            members += (members.empty() ? "" : ", ") + quote_literal(member);
        }
        sql += " CHECK (" + quote_ident(shortened_name(column.name)) + " IN (" + members + "))";
    }
    return sql;
}

std::string comments_sql(const ModelTable& table) {
    const TableName name = target_name(table.name);
    std::string sql;
    if (!table.comment.empty()) {
        sql += ";\nCOMMENT ON TABLE " + qualified(name) + " IS " + quote_literal(table.comment);
    }
    for (const ModelColumn& column : table.columns) {
        if (!column.comment.empty()) {
            sql += ";\nCOMMENT ON COLUMN " + qualified(name) + "." +
                   quote_ident(shortened_name(column.name)) + " IS " +
                   quote_literal(column.comment);
        }
    }
    return sql;
}

void SchemaMaker::add_table(const ModelTable& table) {
    const TableName name = target_name(table.name);
    made_.emplace_back().name = name;
    std::string body;
    for (const ModelColumn& column : table.columns) {
        body += (body.empty() ? "\n    " : ",\n    ") + column_sql(table, column);
    }
    for (const std::string& check : table.checks) {
        body += (body.empty() ? "\n    CHECK (" : ",\n    CHECK (") + check + ")";
    }
    std::string sql = "CREATE TABLE " + qualified(name) + " (" + body + "\n)" +
                      comments_sql(table);
    if (name.schema != "public") {
        sql = "CREATE SCHEMA IF NOT EXISTS " + quote_ident(name.schema) + ";\n" + sql;
    }
    add(table, "table:" + name.display(), SchemaStage::Before, "TABLE " + name.display(),
        std::move(sql));
}

void SchemaMaker::add_key(const ModelTable& table) {
    const TableName name = target_name(table.name);
    if (!table.key.empty()) {
        const std::string called = names_.primary_key(table);
        add(table, "key:" + name.display(), SchemaStage::Key, "PRIMARY KEY " + name.display(),
            "ALTER TABLE " + qualified(name) + " ADD " +
                (called.empty() ? "" : "CONSTRAINT " + quote_ident(called) + " ") +
                "PRIMARY KEY (" + column_list(table.key) + ")");
    }
}

// Rows of a table without a primary key may be found by any unique index over NOT NULL columns.
bool may_be_key(const ModelTable& table, const ModelIndex& index) {
    return table.key.empty() && index.unique &&
           std::all_of(index.columns.begin(), index.columns.end(), [&](const std::string& name) {
               const ModelColumn* column = find_column(table, name);
               return column != nullptr && column->not_null;
           });
}

void SchemaMaker::add_indexes(const ModelTable& table) {
    const TableName name = target_name(table.name);
    for (const ModelIndex& index : table.indexes) {
        std::string columns;
        for (std::size_t i = 0; i < index.columns.size(); ++i) {
            columns += (i == 0 ? "" : ", ") + quote_ident(shortened_name(index.columns[i])) +
                       (i < index.descending.size() && index.descending[i] ? " DESC" : "");
        }
        const std::string called = names_.index(table, index);
        add(table, "index:" + name.schema + "." + called,
            may_be_key(table, index) ? SchemaStage::Key : SchemaStage::After,
            "INDEX " + name.schema + " " + called,
            fmt::format("CREATE {}INDEX {} ON {} ({})", index.unique ? "UNIQUE " : "",
                        quote_ident(called), qualified(name), columns));
    }
}

bool same_columns(std::vector<std::string> a, std::vector<std::string> b) {
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    return a == b;
}

// The parent moves too, and is found by a unique key over just these columns.
bool SchemaMaker::can_refer(const ModelForeignKey& key) const {
    const auto parent = tables_.find(key.parent);
    if (parent == tables_.end()) {
        return false;
    }
    const ModelTable& table = *parent->second;
    return same_columns(table.key, key.parent_columns) ||
           std::any_of(table.indexes.begin(), table.indexes.end(), [&](const ModelIndex& each) {
               return each.unique && same_columns(each.columns, key.parent_columns);
           });
}

void SchemaMaker::add_foreign_keys(const ModelTable& table) {
    const TableName name = target_name(table.name);
    int number = 0;
    for (const ModelForeignKey& key : table.foreign_keys) {
        ++number;
        if (!can_refer(key)) {
            continue;  // the source's description lists it as left behind
        }
        const std::string constraint =
            key.name.empty() ? std::string{}
                             : "CONSTRAINT " + quote_ident(shortened_name(key.name)) + " ";
        add(table, fmt::format("foreign key:{}:{}", name.display(), number), SchemaStage::Last,
            fmt::format("FOREIGN KEY {} ({})", name.display(), fmt::join(key.columns, ", ")),
            fmt::format("ALTER TABLE {} ADD {}FOREIGN KEY ({}) REFERENCES {} ({}) ON DELETE {} "
                        "ON UPDATE {}{}",
                        qualified(name), constraint, column_list(key.columns),
                        qualified(target_name(key.parent)), column_list(key.parent_columns),
                        key.on_delete, key.on_update,
                        key.deferred ? " DEFERRABLE INITIALLY DEFERRED" : ""));
    }
}

}  // namespace

std::string shortened_name(const std::string& name) {
    return cut(name, name_bytes_max);
}

TableName target_name(const TableName& name) {
    return {name.schema.empty() ? "public" : shortened_name(name.schema),
            shortened_name(name.name)};
}

std::string declare(const ModelType& type, bool in_key) {
    if (in_key && type.kind == Kind::Int && type.is_unsigned && type.size == 8) {
        return "bigint";
    }
    return declaration(type);
}

MadeSchema make_schema(const SchemaModel& model) {
    return SchemaMaker{model}.run();
}

}  // namespace dbsync::postgres
