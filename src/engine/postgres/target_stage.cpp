// SPDX-License-Identifier: MIT
#include "engine/postgres/target_stage.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>

namespace dbsync::postgres {

namespace {

// Types whose text form has nothing that COPY escapes.
constexpr std::array<std::string_view, 10> plain_types{
    "smallint", "integer", "bigint", "oid", "uuid", "date", "boolean", "numeric",
    "timestamp without time zone", "timestamp with time zone"};

// What COPY escapes in its text form (documentation of COPY, "Text Format"); the backslash first.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> escapes{{
    {R"(E'\\')", R"(E'\\\\')"},
    {R"(E'\b')", R"(E'\\b')"},
    {R"(E'\f')", R"(E'\\f')"},
    {R"(E'\n')", R"(E'\\n')"},
    {R"(E'\r')", R"(E'\\r')"},
    {R"(E'\t')", R"(E'\\t')"},
    {R"(E'\013')", R"(E'\\v')"},
}};

std::string joined(const std::vector<std::string>& pieces, std::string_view separator = ", ") {
    return fmt::format("{}", fmt::join(pieces, separator));
}

std::vector<std::string> numbered(std::string_view prefix, std::size_t count) {
    std::vector<std::string> names;
    for (std::size_t i = 1; i <= count; ++i) {
        names.push_back(fmt::format("{}{}", prefix, i));
    }
    return names;
}

std::string stage_name(const Table& table) {
    return "dbsync_stage_" + std::to_string(table.id);
}

std::size_t keys_of(const Table& table) {
    return static_cast<std::size_t>(key_field_count(table));
}

// A key field as COPY writes it. format() calls the type's output function, as COPY does; a cast to
// text does not always ('t' and 'true', blanks at the end of character(n)). Bytes decide, whatever
// the column's collation: replace() refuses nondeterministic ones (seen on 15).
std::string key_field_text(const Table& table, std::size_t index) {
    std::string text = fmt::format(R"((pg_catalog.format('%s', s.k{}) COLLATE pg_catalog."C"))",
                                   index + 1);
    const bool plain = table.key_shape == KeyShape::WholeRow ||
                       std::find(plain_types.begin(), plain_types.end(),
                                 column_type(table, table.key[index])) != plain_types.end();
    if (!plain) {
        for (const auto& [raw, escaped] : escapes) {
            text = fmt::format("pg_catalog.replace({}, {}, {})", text, raw, escaped);
        }
    }
    return text;
}

std::string keys_text(const Table& table, const std::string& stage) {
    std::vector<std::string> fields;
    for (std::size_t i = 0; i < keys_of(table); ++i) {
        fields.push_back(key_field_text(table, i));
    }
    return fmt::format("SELECT DISTINCT {} AS key FROM pg_temp.{} AS s",
                       joined(fields, R"( || E'\t' || )"), quote_ident(stage));
}

std::map<std::string, std::string> domain_bases(Connection& connection, const Table& table) {
    const Result result = connection.run(sql::render("schemas/postgres/target_stage_columns.sql",
                                                     parameters()
                                                         .literal("schema", table.name.schema)
                                                         .literal("name", table.name.name)));
    std::map<std::string, std::string> bases;
    for (int row = 0; row < result.rows(); ++row) {
        bases[result.text(row, 0)] = result.text(row, 1);
    }
    return bases;
}

sql::Rendered create_sql(Connection& connection, const Table& table, const TableShape& shape) {
    const auto bases = domain_bases(connection, table);
    const auto field = [&](const std::string& column, const std::string& name) {
        const auto base = bases.find(column);
        const std::string cast = base == bases.end() ? "" : "::" + base->second;
        return fmt::format("(t.{}){} AS {}", quote_ident(column), cast, name);
    };
    std::vector<std::string> fields;
    for (std::size_t i = 0; i < table.key.size(); ++i) {
        fields.push_back(field(table.key[i], fmt::format("k{}", i + 1)));
    }
    if (table.key_shape == KeyShape::WholeRow) {
        fields.emplace_back("NULL::pg_catalog.int8 AS k1");
    }
    fields.emplace_back("true AS present");
    const auto columns = writable_columns(table);
    for (std::size_t i = 0; i < columns.size(); ++i) {
        fields.push_back(field(columns[i], fmt::format("c{}", i + 1)));
    }
    return sql::render("schemas/postgres/target_stage_create.sql",
                       parameters()
                           .ident("stage", stage_name(table))
                           .parts("fields", {part(joined(fields))})
                           .parts("table", {part(from_table(table, shape))}));
}

// The columns an UPDATE may set: a GENERATED ALWAYS identity may only be set by an INSERT
// (PostgreSQL 12-18, documentation of UPDATE and INSERT, OVERRIDING SYSTEM VALUE).
std::vector<std::string> updatable_columns(const Table& table) {
    std::vector<std::string> names;
    for (const Column& column : table.columns) {
        if (!column.generated && !column.identity_always) {
            names.push_back(column.name);
        }
    }
    return names;
}

bool identity_outside_key(const Table& table) {
    return std::any_of(table.columns.begin(), table.columns.end(), [&](const Column& column) {
        return column.identity_always &&
               std::find(table.key.begin(), table.key.end(), column.name) == table.key.end();
    });
}

sql::Rendered upsert_sql(const Table& table) {
    const auto columns = writable_columns(table);
    const auto updatable = updatable_columns(table);
    const sql::Rendered action =
        updatable.empty() ? part("NOTHING")
                          : sql::render("schemas/postgres/target_upsert_action.sql",
                                        parameters()
                                            .columns("assign", updatable, "{} = excluded.{}")
                                            .columns("existing", columns, "t.{}")
                                            .columns("excluded", columns, "excluded.{}"));
    return sql::render("schemas/postgres/target_upsert.sql",
                       parameters()
                           .ident("table", table.name)
                           .columns("columns", columns)
                           .parts("staged", {part(joined(numbered("s.c", columns.size())))})
                           .ident("stage", stage_name(table))
                           .parts("order", {part(joined(numbered("s.k", table.key.size())))})
                           .columns("key", table.key)
                           .parts("action", {action}));
}

sql::Rendered delete_sql(const Table& table, const TableShape& shape, const char* which) {
    std::vector<std::string> match;
    for (std::size_t i = 0; i < table.key.size(); ++i) {
        match.push_back(fmt::format("t.{} OPERATOR({}.=) k.k{}", quote_ident(table.key[i]),
                                    quote_ident(shape.operator_schemas[i]), i + 1));
    }
    return sql::render("schemas/postgres/target_delete.sql",
                       parameters()
                           .parts("table", {part(from_table(table, shape))})
                           .parts("keys", {part(joined(numbered("s.k", table.key.size())))})
                           .ident("stage", stage_name(table))
                           .parts("which", {part(which)})
                           .parts("match", {part(joined(match, " AND "))}));
}

sql::Rendered delete_hashes_sql(const Table& table, const TableShape& shape) {
    return sql::render("schemas/postgres/target_delete_hashes.sql",
                       parameters()
                           .parts("table", {part(from_table(table, shape))})
                           .ident("stage", stage_name(table))
                           .parts("hash", {part(row_hash_sql("t"))}));
}

std::string column_list(const Table& table) {
    std::vector<std::string> quoted;
    for (const std::string& column : writable_columns(table)) {
        quoted.push_back(quote_ident(column));
    }
    return quoted.empty() ? std::string{} : "(" + joined(quoted) + ")";
}

sql::Rendered insert_sql(const Table& table) {
    const auto staged = numbered("s.c", writable_columns(table).size());
    const std::string order = joined(numbered("s.k", keys_of(table)));
    const bool once = table.key_shape == KeyShape::Columns;
    return sql::render("schemas/postgres/target_insert.sql",
                       parameters()
                           .ident("table", table.name)
                           .parts("columns", {part(column_list(table))})
                           .parts("distinct", {part(once ? "DISTINCT ON (" + order + ")" : "")})
                           .parts("staged", {part(joined(staged))})
                           .ident("stage", stage_name(table))
                           .parts("order", {part(order)}));
}

}  // namespace

StageSql make_stage_sql(Connection& connection, const Table& table, const TableShape& shape) {
    const std::string stage = stage_name(table);
    StageSql sql;
    sql.create = create_sql(connection, table, shape);
    sql.clear = "DELETE FROM pg_temp." + quote_ident(stage);
    sql.truncate = "TRUNCATE pg_temp." + quote_ident(stage);
    sql.copy = "COPY pg_temp." + quote_ident(stage) + " FROM STDIN";
    sql.keys_text = keys_text(table, stage);
    sql.insert = insert_sql(table);
    if (table.key_shape == KeyShape::WholeRow) {
        sql.delete_absent = delete_hashes_sql(table, shape);
        return sql;
    }
    sql.replaces_always = identity_outside_key(table);
    sql.upsert = upsert_sql(table);
    sql.delete_absent = delete_sql(table, shape, "NOT s.present");
    sql.delete_present = delete_sql(table, shape, "s.present");
    return sql;
}

std::string copy_into_sql(const Table& table) {
    return "COPY " + qualified(table.name) + " " + column_list(table) + " FROM STDIN";
}

}  // namespace dbsync::postgres
