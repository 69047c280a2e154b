// SPDX-License-Identifier: MIT
#include "engine/postgres/describe_schema.hpp"

#include "engine/postgres/connection.hpp"
#include "engine/postgres/translator_types.hpp"
#include "engine/postgres/translator_values.hpp"
#include "sql/check_clause.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace dbsync::postgres {

namespace {

using Function = ModelColumn::DefaultFunction;

constexpr sql::CheckDialect as_printed_here{.tokens = sql::standard_tokens,
                                            .equal_texts_are_alike = true};

Result run_file(Connection& connection, const char* file, const TableName& name) {
    return connection.run(sql::render(file, sql::Parameters{quoting}
                                                .literal("schema", name.schema)
                                                .literal("name", name.name)));
}

const char* action_name(const std::string& letter) {
    return letter == "c"   ? "CASCADE"
           : letter == "n" ? "SET NULL"
           : letter == "d" ? "SET DEFAULT"
           : letter == "r" ? "RESTRICT"
                           : "NO ACTION";
}

// Interval and time with zone, arrays, ranges and the like keep PostgreSQL's own text.
bool is_kept_as_text(Form form, const std::string& type) {
    return form == Form::Interval || form == Form::VarBit ||
           (form == Form::Other && !type.ends_with(".citext"));
}

// 'it''s'::text → it's. pg_get_expr() writes constants so.
std::optional<std::string> constant(const std::string& expression) {
    if (expression.empty()) {
        return std::nullopt;
    }
    if (expression.front() != '\'') {
        return expression == "true"    ? std::optional<std::string>{"t"}
               : expression == "false" ? std::optional<std::string>{"f"}
                                       : canonical_decimal(expression);
    }
    std::string value;
    for (std::size_t i = 1; i < expression.size(); ++i) {
        if (expression[i] != '\'') {
            value += expression[i];
        } else if (i + 1 < expression.size() && expression[i + 1] == '\'') {
            value += expression[++i];
        } else {
            const std::string_view rest = std::string_view{expression}.substr(i + 1);
            return rest.empty() || (rest.starts_with("::") &&
                                    rest.find_first_of("'|+*/") == std::string_view::npos)
                       ? std::optional{value}
                       : std::nullopt;
        }
    }
    return std::nullopt;
}

Function function_of(const std::string& expression) {
    constexpr std::array<std::string_view, 3> now{"now()", "CURRENT_TIMESTAMP", "LOCALTIMESTAMP"};
    constexpr std::array<std::string_view, 2> uuid{"gen_random_uuid()",
                                                   "public.uuid_generate_v4()"};
    constexpr std::array<std::string_view, 3> utc{
        "(CURRENT_TIMESTAMP AT TIME ZONE 'UTC'::text)", "(now() AT TIME ZONE 'utc'::text)",
        "timezone('utc'::text, now())"};
    const auto is_one_of = [&](const auto& names) {
        return std::find(names.begin(), names.end(), expression) != names.end();
    };
    // With a precision, too: LOCALTIMESTAMP(6).
    const std::string word = expression.substr(0, expression.find('('));
    const bool is_now = is_one_of(now) || word == "CURRENT_TIMESTAMP" || word == "LOCALTIMESTAMP";
    return is_now                         ? Function::CurrentTimestamp
           : is_one_of(utc)               ? Function::UtcTimestamp
           : expression == "CURRENT_DATE" ? Function::CurrentDate
           : is_one_of(uuid)              ? Function::RandomUuid
                                          : Function::None;
}

// A default may be a word that stands for a moment: 'now', 'today'.
bool is_spelled(Kind kind, const std::string& canonical) {
    return kind == Kind::Date       ? canonical_date(canonical).has_value()
           : kind == Kind::Time     ? canonical_time(canonical).has_value()
           : kind == Kind::DateTime ? canonical_datetime(canonical).has_value()
           : kind == Kind::Instant  ? canonical_instant(canonical).has_value()
                                    : true;
}

class Describer {
  public:
    explicit Describer(Connection& connection) : connection_{connection} {}

    SchemaModel run(std::span<const Table> tables) {
        for (const Table& table : tables) {
            moving_.insert(table.name);
        }
        for (const Table& table : tables) {
            model_.tables.push_back(describe(table));
        }
        const Result others =
            connection_.run(sql::render("schemas/postgres/describe_others.sql",
                                        sql::Parameters{quoting}));
        for (int row = 0; row < others.rows(); ++row) {
            leave(others.text(row, 0));
        }
        return std::move(model_);
    }

  private:
    ModelTable describe(const Table& source);
    ModelColumn column(const TableName& table, const Result& rows, int row);
    ModelType type(const Result& rows, int row);
    void add_default(const std::string& where, const std::string& base,
                     const std::string& expression, ModelColumn& column);
    void leave_of_index(const ModelTable& table, const Result& rows, int row);
    void add_indexes(ModelTable& table);
    void add_constraints(ModelTable& table);
    std::vector<std::string> enum_members(const std::string& type_oid);
    void leave(std::string what) { model_.left_behind.push_back(std::move(what)); }

    Connection& connection_;
    std::set<TableName> moving_;
    SchemaModel model_;
};

std::vector<std::string> Describer::enum_members(const std::string& type_oid) {
    const Result labels = connection_.run(
        "SELECT enumlabel FROM pg_catalog.pg_enum WHERE enumtypid = $1::pg_catalog.oid"
        " ORDER BY enumsortorder",
        {type_oid});
    std::vector<std::string> members;
    for (int row = 0; row < labels.rows(); ++row) {
        members.push_back(labels.text(row, 0));
    }
    return members;
}

ModelType Describer::type(const Result& rows, int row) {
    const std::string base = rows.text(row, 2);
    const Form form = form_of(base);
    ModelType type = model_type(base);
    if (rows.text(row, 3) == "e") {
        type.members = enum_members(rows.text(row, 11));
    } else if (is_kept_as_text(form, base)) {
        type = {};
        type.note = base + " is kept as PostgreSQL's own text";
    } else if (form == Form::TimestampTz) {
        type.note = "kept as UTC, without a zone";
    } else if (form == Form::Numeric && type.size == 0) {
        type.note = "numbers with more digits than the target's decimal type have no form";
    } else if (form == Form::Oid) {
        type.size = 4;
    }
    return type;
}

void Describer::add_default(const std::string& where, const std::string& base,
                            const std::string& expression, ModelColumn& column) {
    if (expression.empty() || expression.starts_with("NULL::")) {
        return;
    }
    column.default_function = function_of(expression);
    if (column.default_function != Function::None) {
        return;
    }
    if (const auto text = constant(expression)) {
        ColumnCrossing crossing;
        crossing.column.type = base;
        crossing.kind = column.type.kind;
        std::string canonical;
        if (!read_value(crossing, *text, canonical) && is_spelled(crossing.kind, canonical)) {
            column.default_value = canonical;
            return;
        }
    }
    leave("default of column " + where + " (" + expression + ")");
}

ModelColumn Describer::column(const TableName& table, const Result& rows, int row) {
    ModelColumn column;
    column.name = rows.text(row, 0);
    column.source_type = rows.text(row, 1);
    column.type = type(rows, row);
    column.not_null = rows.boolean(row, 4);
    column.comment = rows.text(row, 9);
    const std::string where = table.display() + "." + column.name;
    const std::string expression = rows.text(row, 7);
    column.auto_increment =
        rows.boolean(row, 6) || (rows.boolean(row, 8) && expression.starts_with("nextval("));
    if (rows.boolean(row, 5)) {
        leave("expression of generated column " + where + " (its values move into a plain column)");
    } else if (!column.auto_increment) {
        add_default(where, rows.text(row, 2), expression, column);
    }
    return column;
}

// What an index of the same columns is not on another engine. A row is one of its columns.
void Describer::leave_of_index(const ModelTable& table, const Result& rows, int row) {
    const std::string name = rows.text(row, 0);
    const std::string of_index = " of index " + name + " of " + table.name.display();
    const bool first = row == 0 || rows.text(row - 1, 0) != name;
    if (first && rows.boolean(row, 6)) {
        leave("INCLUDE columns" + of_index);
    }
    if (first && rows.boolean(row, 7)) {
        leave("NULLS NOT DISTINCT" + of_index);
    }
    if (rows.boolean(row, 8)) {
        leave("uniqueness whatever the spelling" + of_index + " (column " + rows.text(row, 3) +
              ")");
    }
}

void Describer::add_indexes(ModelTable& table) {
    const Result rows = run_file(connection_, "schemas/postgres/describe_indexes.sql", table.name);
    std::string last_left;
    for (int row = 0; row < rows.rows(); ++row) {
        const std::string name = rows.text(row, 0);
        if (const std::string problem = rows.text(row, 5); !problem.empty()) {
            if (std::exchange(last_left, name) != name) {
                leave("index " + name + " of " + table.name.display() + " (" + problem + ")");
            }
            continue;
        }
        leave_of_index(table, rows, row);
        if (rows.boolean(row, 1)) {
            table.key.push_back(rows.text(row, 3));
            continue;
        }
        if (table.indexes.empty() || table.indexes.back().name != name) {
            table.indexes.push_back(
                {.name = name, .columns = {}, .descending = {}, .unique = rows.boolean(row, 2)});
        }
        table.indexes.back().columns.push_back(rows.text(row, 3));
        table.indexes.back().descending.push_back(rows.boolean(row, 4));
    }
}

// Equal intervals, addresses or citexts need not be equal as the texts that they move as.
std::vector<ModelColumn> with_texts_of_their_own(std::vector<ModelColumn> columns) {
    for (ModelColumn& column : columns) {
        const bool plain = column.source_type.starts_with("text") ||
                           column.source_type.starts_with("character varying");
        column.type.ignores_case = column.type.ignores_case || !plain;
    }
    return columns;
}

void Describer::add_constraints(ModelTable& table) {
    const std::vector<ModelColumn> columns = with_texts_of_their_own(table.columns);
    const Result rows =
        run_file(connection_, "schemas/postgres/describe_constraints.sql", table.name);
    for (int row = 0; row < rows.rows(); ++row) {
        const std::string name = rows.text(row, 0);
        if (rows.text(row, 1) == "c") {
            const std::string clause = rows.text(row, 8);
            auto portable = rows.boolean(row, 9)
                                ? sql::portable_check(clause, columns, as_printed_here)
                                : std::nullopt;
            if (portable) {
                table.checks.push_back(std::move(*portable));
                continue;
            }
            leave("check constraint " + name + " of " + table.name.display() + " (" +
                  clause + ")");
            continue;
        }
        const TableName parent{rows.text(row, 3), rows.text(row, 4)};
        if (!moving_.contains(parent)) {
            leave("foreign key " + name + " of " + table.name.display() + " (" +
                  parent.display() + " does not move)");
            continue;
        }
        if (table.foreign_keys.empty() || table.foreign_keys.back().name != name) {
            table.foreign_keys.push_back({.name = name,
                                          .columns = {},
                                          .parent = parent,
                                          .parent_columns = {},
                                          .on_delete = action_name(rows.text(row, 6)),
                                          .on_update = action_name(rows.text(row, 7)),
                                          .deferred = rows.boolean(row, 10)});
        }
        table.foreign_keys.back().columns.push_back(rows.text(row, 2));
        table.foreign_keys.back().parent_columns.push_back(rows.text(row, 5));
    }
}

ModelTable Describer::describe(const Table& source) {
    ModelTable table;
    table.table_id = source.id;
    table.name = source.name;
    const Result rows = run_file(connection_, "schemas/postgres/describe_columns.sql", table.name);
    for (int row = 0; row < rows.rows(); ++row) {
        table.columns.push_back(column(table.name, rows, row));
        table.comment = rows.text(row, 10);
    }
    add_indexes(table);
    add_constraints(table);
    return table;
}

}  // namespace

SchemaModel describe_schema(Connection& connection, std::span<const Table> tables) {
    return Describer{connection}.run(tables);
}

}  // namespace dbsync::postgres
