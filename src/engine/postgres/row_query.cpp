// SPDX-License-Identifier: MIT
#include "engine/postgres/row_query.hpp"

#include "base/check.hpp"
#include "base/error.hpp"
#include "engine/postgres/connection.hpp"
#include "engine/source.hpp"
#include "sql/statement_template.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace dbsync::postgres {

namespace {

// Order and equality of these types follow from the value alone, on every server and version.
constexpr std::array<std::string_view, 15> ordered_types{
    "smallint", "integer", "bigint", "oid", "uuid", "date", "boolean", "bytea", "real",
    "double precision", "numeric", "timestamp without time zone", "timestamp with time zone",
    "time without time zone", "bit"};

// Equal values of these types have one text form (text-like ones: unless the collation is not
// deterministic). Not here: numeric (1.0 = 1.00), floats (-0 = 0), intervals (24h = 1 day).
constexpr std::array<std::string_view, 13> exact_types{
    "smallint", "integer", "bigint", "oid", "uuid", "date", "boolean", "bytea", "text",
    "character varying", "timestamp without time zone", "timestamp with time zone", "character"};

// "numeric(10,2)" → "numeric", "timestamp(3) with time zone" → "timestamp with time zone".
std::string without_modifier(const std::string& type) {
    const auto open = type.find('(');
    if (open == std::string::npos) {
        return type;
    }
    return type.substr(0, open) + type.substr(type.find(')', open) + 1);
}

template <std::size_t N>
bool is_one_of(const std::string& type, const std::array<std::string_view, N>& types) {
    const std::string plain = without_modifier(type);
    return std::find(types.begin(), types.end(), plain) != types.end();
}

std::string joined(const std::vector<std::string>& pieces, std::string_view separator = ", ") {
    return fmt::format("{}", fmt::join(pieces, separator));
}

sql::Rendered part(std::string text) { return {"", std::move(text)}; }

sql::Parameters parameters() { return sql::Parameters{{&quote_ident, &quote_literal}}; }

// One element of an array literal; the whole is quoted as a literal afterwards.
void append_element(std::string& array, const std::optional<std::string>& value) {
    if (!array.empty()) {
        array += ',';
    }
    if (!value) {
        array += "NULL";
        return;
    }
    array += '"';
    for (const char c : *value) {
        if (c == '"' || c == '\\') {
            array += '\\';
        }
        array += c;
    }
    array += '"';
}

std::string text_array(const std::string& elements) {
    return quote_literal("{" + elements + "}") + "::pg_catalog.text[]";
}

// The arrays of a key list, one a key column.
std::vector<std::string> key_arrays(const Table& table, std::span<const std::string> keys) {
    std::vector<std::string> arrays(static_cast<std::size_t>(key_field_count(table)));
    for (const std::string& key : keys) {
        const auto fields = decode_fields(key);
        DBSYNC_CHECK(fields.size() == arrays.size(), "a key has another number of fields");
        for (std::size_t i = 0; i < arrays.size(); ++i) {
            append_element(arrays[i], fields[i]);
        }
    }
    for (std::string& array : arrays) {
        array = text_array(array);
    }
    return arrays;
}

std::vector<std::string> numbered(std::string_view prefix, std::size_t count) {
    std::vector<std::string> names;
    for (std::size_t i = 1; i <= count; ++i) {
        names.push_back(fmt::format("{}{}", prefix, i));
    }
    return names;
}

std::vector<std::string> columns_of(const Table& table, RowForm form) {
    return form == RowForm::Compare ? all_columns(table) : writable_columns(table);
}

// t."a" AS c1, t."b" AS c2 …: names that cannot collide with those of the keys.
std::vector<std::string> aliased(const std::vector<std::string>& columns) {
    std::vector<std::string> fields;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        fields.push_back(fmt::format("t.{} AS c{}", quote_ident(columns[i]), i + 1));
    }
    return fields;
}

std::string match(const Table& table, const TableShape& shape) {
    std::vector<std::string> equal;
    for (std::size_t i = 0; i < table.key.size(); ++i) {
        equal.push_back(fmt::format("t.{} OPERATOR({}.=) k.k{}", quote_ident(table.key[i]),
                                    quote_ident(shape.operator_schemas[i]), i + 1));
    }
    return joined(equal, " AND ");
}

// What stands in front of FROM: the key, for Change whether there is a row, then the row.
std::string outer_fields(const Table& table, RowForm form) {
    const auto keys = static_cast<std::size_t>(key_field_count(table));
    std::vector<std::string> fields;
    if (form == RowForm::Compare && table.key_shape == KeyShape::Columns) {
        fields = numbered("r.key", keys);
    } else {
        fields = numbered("k.k", keys);
    }
    if (form == RowForm::Change) {
        fields.emplace_back("r.present IS NOT NULL");
    }
    const auto row = numbered("r.c", columns_of(table, form).size());
    fields.insert(fields.end(), row.begin(), row.end());
    return joined(fields);
}

// What the inner query selects of the table.
std::string inner_fields(const Table& table, RowForm form) {
    std::vector<std::string> fields{"true AS present"};
    if (table.key_shape == KeyShape::WholeRow) {
        fields.push_back(row_hash_sql("t") + " AS row_hash");
    }
    for (std::size_t i = 0; i < table.key.size(); ++i) {
        fields.push_back(fmt::format("t.{} AS key{}", quote_ident(table.key[i]), i + 1));
    }
    const auto row = aliased(columns_of(table, form));
    fields.insert(fields.end(), row.begin(), row.end());
    return joined(fields);
}

// The bound's fields as typed literals.
std::vector<std::string> bound_values(const Table& table, const std::string& bound,
                                      std::size_t count) {
    const auto fields = decode_fields(bound);
    DBSYNC_CHECK(fields.size() == count, "a chunk bound has another number of fields");
    std::vector<std::string> values;
    for (std::size_t i = 0; i < count; ++i) {
        values.push_back(fmt::format("{}::{}", quote_literal(fields[i].value_or("")),
                                     column_type(table, table.key[i])));
    }
    return values;
}

// (t."a", t."b") >= ('1'::integer, 'x'::text), by the key's own operators.
std::string bound_condition(const Table& table, const TableShape& shape, const char* comparison,
                            const std::string& bound, RowForm form) {
    const std::size_t count = bound_columns(table, shape, form);
    std::vector<std::string> columns;
    for (std::size_t i = 0; i < count; ++i) {
        columns.push_back("t." + quote_ident(table.key[i]));
    }
    return fmt::format("ROW({}) OPERATOR({}.{}) ROW({})", joined(columns),
                       quote_ident(shape.operator_schemas.front()), comparison,
                       joined(bound_values(table, bound, count)));
}

std::string chunk_condition(const Table& table, const TableShape& shape, const Chunk& chunk,
                            RowForm form) {
    std::vector<std::string> conditions{"true"};
    if (chunk.lower) {
        conditions.push_back(bound_condition(table, shape, ">=", *chunk.lower, form));
    }
    if (chunk.upper) {
        conditions.push_back(bound_condition(table, shape, "<", *chunk.upper, form));
    }
    return joined(conditions, " AND ");
}

// Compare rows come in an order that both ends share: bytes of the text form, except where the
// type's own order (and with it the key's index) is the same everywhere.
std::string compare_order(const Table& table, const TableShape& shape) {
    if (table.key_shape == KeyShape::WholeRow) {
        return "1, (t.*)::pg_catalog.text COLLATE pg_catalog.\"C\"";
    }
    const std::size_t native = bound_columns(table, shape, RowForm::Compare);
    std::vector<std::string> order;
    for (std::size_t i = 0; i < table.key.size(); ++i) {
        const std::string column = "t." + quote_ident(table.key[i]);
        order.push_back(i < native ? column
                                   : column + "::pg_catalog.text COLLATE pg_catalog.\"C\"");
    }
    return joined(order);
}

std::string chunk_fields(const Table& table, RowForm form) {
    std::vector<std::string> fields;
    if (form == RowForm::Compare && table.key_shape == KeyShape::WholeRow) {
        fields.push_back(row_hash_sql("t"));
    } else if (form == RowForm::Compare) {
        for (const std::string& column : table.key) {
            fields.push_back("t." + quote_ident(column));
        }
    }
    for (const std::string& column : columns_of(table, form)) {
        fields.push_back("t." + quote_ident(column));
    }
    return joined(fields);
}

}  // namespace

TableShape look_up_shape(Connection& connection, const Table& table) {
    std::string keys;
    for (const std::string& column : table.key) {
        append_element(keys, column);
    }
    const auto rendered = sql::render("schemas/postgres/read_shape.sql",
                                      parameters()
                                          .literal("schema", table.name.schema)
                                          .literal("name", table.name.name)
                                          .literal("key", "{" + keys + "}"));
    const Result result = connection.run(rendered.text);
    if (result.rows() == 0) {
        throw Error{{.kind = ErrorKind::SchemaChanged,
                     .what_failed = "table or key column is not there: " + table.name.display(),
                     .statement = rendered.asset,
                     .table = table.name.display(),
                     .hint = "start anew with the schema as it is now"}};
    }
    TableShape shape;
    shape.partitioned = result.boolean(0, 0);
    shape.key_text_is_exact = true;
    for (int row = 0; row < result.rows() && !table.key.empty(); ++row) {
        shape.operator_schemas.push_back(result.text(row, 1));
        const auto& column = table.key[static_cast<std::size_t>(row)];
        shape.key_text_is_exact = shape.key_text_is_exact && !result.boolean(row, 2) &&
                                  is_one_of(column_type(table, column), exact_types);
    }
    return shape;
}

int key_field_count(const Table& table) {
    return table.key_shape == KeyShape::WholeRow ? 1 : static_cast<int>(table.key.size());
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

std::vector<std::string> all_columns(const Table& table) {
    std::vector<std::string> names;
    for (const Column& column : table.columns) {
        names.push_back(column.name);
    }
    return names;
}

const std::string& column_type(const Table& table, const std::string& column) {
    const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                    [&](const Column& c) { return c.name == column; });
    DBSYNC_CHECK(found != table.columns.end(), "a key column is not a column");
    return found->type;
}

std::string from_table(const Table& table, const TableShape& shape) {
    return (shape.partitioned ? "" : "ONLY ") + qualified(table.name);
}

std::string row_hash_sql(const std::string& alias) {
    return "pg_catalog.hashtextextended((" + alias + ".*)::pg_catalog.text, 0)";
}

std::string key_list_sql(const Table& table, const TableShape& shape,
                         std::span<const std::string> keys) {
    const auto arrays = key_arrays(table, keys);
    const auto names = numbered("c", arrays.size());
    const std::string list =
        fmt::format("ROWS FROM ({}) AS u ({})",
                    joined([&] {
                        std::vector<std::string> calls;
                        for (const std::string& array : arrays) {
                            calls.push_back("pg_catalog.unnest(" + array + ")");
                        }
                        return calls;
                    }()),
                    joined(names));
    if (table.key_shape == KeyShape::WholeRow) {
        return "SELECT DISTINCT u.c1::bigint AS k1 FROM " + list;
    }
    // The first arm is empty: it lends the keys the collations of the table's columns, by which
    // UNION tells equal keys.
    std::vector<std::string> typed;
    std::vector<std::string> model;
    for (std::size_t i = 0; i < arrays.size(); ++i) {
        model.push_back(fmt::format("t.{} AS k{}", quote_ident(table.key[i]), i + 1));
        typed.push_back(fmt::format("u.c{}::{}", i + 1, column_type(table, table.key[i])));
    }
    return fmt::format("SELECT {} FROM {} AS t WHERE false UNION SELECT {} FROM {} ORDER BY {}",
                       joined(model), from_table(table, shape), joined(typed), list,
                       joined(numbered("k", arrays.size())));
}

std::string copy_rows_of_keys(const Table& table, const TableShape& shape,
                              const std::string& keys_query, RowForm form) {
    DBSYNC_CHECK(form != RowForm::Copy, "rows of keys are read with their keys");
    const bool change = form == RowForm::Change;
    sql::Parameters values = parameters();
    values.parts("fields", {part(outer_fields(table, form))})
        .parts("keys", {part(keys_query)})
        .parts("join", {part(change ? "LEFT JOIN" : "JOIN")})
        .parts("columns", {part(inner_fields(table, form))})
        .parts("table", {part(from_table(table, shape))});
    if (table.key_shape == KeyShape::WholeRow) {
        return sql::render("schemas/postgres/read_rows_of_hashes.sql", values).text;
    }
    values.parts("match", {part(match(table, shape))});
    return sql::render("schemas/postgres/read_rows_of_keys.sql", values).text;
}

std::string copy_keys_sql(const Table& table, const TableShape& shape,
                          std::span<const std::string> keys, RowForm form) {
    return copy_rows_of_keys(table, shape, key_list_sql(table, shape, keys), form);
}

std::string copy_chunk_sql(const Table& table, const TableShape& shape, const Chunk& chunk,
                           RowForm form) {
    DBSYNC_CHECK(form != RowForm::Change, "a chunk has no changes");
    return fmt::format("COPY (SELECT {} FROM {} AS t WHERE {}{}) TO STDOUT",
                       chunk_fields(table, form), from_table(table, shape),
                       chunk_condition(table, shape, chunk, form),
                       form == RowForm::Compare ? " ORDER BY " + compare_order(table, shape) : "");
}

std::size_t bound_columns(const Table& table, const TableShape& shape, RowForm form) {
    std::size_t count = 0;
    while (count < table.key.size() &&
           shape.operator_schemas[count] == shape.operator_schemas.front() &&
           (form == RowForm::Copy ||
            is_one_of(column_type(table, table.key[count]), ordered_types))) {
        ++count;
    }
    return count;
}

// Strictly beyond the lower bound, so that every chunk ends later than it began, also where many
// rows share the bound's columns.
std::string chunk_end_sql(const Table& table, const TableShape& shape,
                          const std::optional<std::string>& lower, std::uint64_t rows,
                          RowForm form) {
    const std::size_t count = bound_columns(table, shape, form);
    DBSYNC_CHECK(count > 0, "the table has no bounds");
    std::vector<std::string> columns;
    for (std::size_t i = 0; i < count; ++i) {
        columns.push_back("t." + quote_ident(table.key[i]));
    }
    const std::uint64_t offset = lower && rows > 0 ? rows - 1 : rows;
    return fmt::format(
        "SELECT {0} FROM {1} AS t WHERE {2} ORDER BY {0} OFFSET {3} LIMIT 1", joined(columns),
        from_table(table, shape),
        lower ? bound_condition(table, shape, ">", *lower, form) : std::string{"true"}, offset);
}

}  // namespace dbsync::postgres
