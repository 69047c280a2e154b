// SPDX-License-Identifier: MIT
#include "engine/postgres/catalog.hpp"

#include "base/error.hpp"
#include "sql/statement_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace dbsync::postgres {

namespace {

std::string source_query(const std::string& path, bool with_fingerprint, bool with_key) {
    sql::Parameters parameters{quoting};
    if (with_fingerprint) {
        parameters.parts("fingerprint",
                         {sql::render("schemas/postgres/query_source_fingerprint.sql",
                                      sql::Parameters{quoting})});
    }
    if (with_key) {
        parameters.parts("key", {sql::render("schemas/postgres/query_source_key.sql",
                                             sql::Parameters{quoting})});
    }
    return sql::render(path, parameters).text;
}

std::uint64_t count_of(const Result& result, int row, int column) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, result.integer(row, column)));
}

LiveTable live_table(const Result& r, int row) {
    LiveTable live;
    live.oid = r.integer(row, 0);
    live.table.name = {r.text(row, 1), r.text(row, 2)};
    live.partitioned = r.text(row, 3) == "p";
    live.unlogged = r.text(row, 4) == "u";
    live.table.rows_estimate = count_of(r, row, 5);
    live.table.bytes_estimate = count_of(r, row, 6);
    live.owner = r.text(row, 7);
    live.owned = r.boolean(row, 8);
    live.row_security = r.boolean(row, 9);
    live.inherits = r.boolean(row, 10);
    live.subscribed = r.boolean(row, 11);
    live.foreign_partition = r.boolean(row, 12);
    live.table.fingerprint = r.text(row, 13);
    live.virtual_columns = r.boolean(row, 14);
    live.of_extension = r.boolean(row, 15);
    live.table.has_other_unique = r.boolean(row, 16);
    // Statement triggers see all rows of a statement at once, but only of the table that it names,
    // and not what a subscription applies.
    const bool by_row = live.partitioned || live.inherits || live.subscribed;
    live.table.capture = by_row ? CaptureMethod::Row : CaptureMethod::Statement;
    return live;
}

void add_column(LiveTable& live, const Result& r, int row) {
    live.table.columns.push_back({.name = r.text(row, 1),
                                  .type = r.text(row, 2),
                                  .not_null = r.boolean(row, 3),
                                  .generated = r.boolean(row, 4),
                                  .identity_always = r.boolean(row, 5)});
    const auto position = static_cast<std::size_t>(r.integer(row, 6));
    if (position == 0) {
        return;
    }
    if (live.table.key.size() < position) {
        live.table.key.resize(position);
        live.key_types.resize(position);
    }
    live.table.key[position - 1] = r.text(row, 1);
    live.key_types[position - 1] = {.type = {r.text(row, 8), r.text(row, 9)},
                                    .collation = {r.text(row, 10), r.text(row, 11)},
                                    .width = std::max<std::int64_t>(0, r.integer(row, 12)),
                                    .has_arrays = r.boolean(row, 13)};
}

Table captured_table(const Result& r, int row) {
    Table table;
    table.id = static_cast<std::int32_t>(r.integer(row, 0));
    table.name = {r.text(row, 1), r.text(row, 2)};
    table.key_shape = r.text(row, 3) == "columns" ? KeyShape::Columns : KeyShape::WholeRow;
    table.capture = r.text(row, 4) == "row" ? CaptureMethod::Row : CaptureMethod::Statement;
    table.fingerprint = r.text(row, 5);
    table.has_other_unique = r.boolean(row, 6);
    table.rows_estimate = count_of(r, row, 7);
    table.bytes_estimate = count_of(r, row, 8);
    return table;
}

}  // namespace

std::vector<TableName> slot_names(std::int32_t id, int slots) {
    std::vector<TableName> names;
    for (int slot = 0; slot < slots; ++slot) {
        names.push_back({"dbsync", fmt::format("delta_{}_{}", id, slot)});
    }
    return names;
}

std::vector<LiveTable> live_tables(Connection& connection, std::optional<std::int64_t> oid) {
    const std::vector<std::optional<std::string>> which{oid ? std::optional{std::to_string(*oid)}
                                                            : std::nullopt};
    const Result tables =
        connection.run(source_query("schemas/postgres/query_source_tables.sql", true, true), which);
    std::vector<LiveTable> found;
    std::map<std::int64_t, std::size_t> place;
    for (int row = 0; row < tables.rows(); ++row) {
        place[tables.integer(row, 0)] = found.size();
        found.push_back(live_table(tables, row));
    }
    const Result columns = connection.run(
        source_query("schemas/postgres/query_source_columns.sql", false, true), which);
    for (int row = 0; row < columns.rows(); ++row) {
        if (const auto at = place.find(columns.integer(row, 0)); at != place.end()) {
            add_column(found[at->second], columns, row);
        }
    }
    for (LiveTable& live : found) {
        live.table.key_shape = live.table.key.empty() ? KeyShape::WholeRow : KeyShape::Columns;
    }
    return found;
}

bool has_capture(Connection& connection) {
    return connection
        .run(
            "SELECT to_regclass('dbsync.capture') IS NOT NULL"
            " AND to_regclass('dbsync.captured_table') IS NOT NULL")
        .boolean(0, 0);
}

std::vector<Table> captured_tables(Connection& connection) {
    std::vector<Table> tables;
    if (!has_capture(connection)) {
        return tables;
    }
    const Result r =
        connection.run(source_query("schemas/postgres/query_source_captured.sql", false, false));
    for (int row = 0; row < r.rows(); ++row) {
        if (tables.empty() || tables.back().id != r.integer(row, 0)) {
            tables.push_back(captured_table(r, row));
        }
        if (r.is_null(row, 9)) {
            continue;
        }
        Table& table = tables.back();
        table.columns.push_back({.name = r.text(row, 9),
                                 .type = r.text(row, 10),
                                 .not_null = r.boolean(row, 11),
                                 .generated = r.boolean(row, 12),
                                 .identity_always = r.boolean(row, 13)});
        if (const auto position = static_cast<std::size_t>(r.integer(row, 14)); position > 0) {
            table.key.resize(std::max(table.key.size(), position));
            table.key[position - 1] = r.text(row, 9);
        }
    }
    return tables;
}

std::vector<TableName> referrers(Connection& connection, const TableName& table) {
    const Result found = connection.run(
        "SELECT DISTINCT n.nspname, c.relname FROM pg_catalog.pg_constraint AS k"
        " JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid"
        " JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
        " JOIN pg_catalog.pg_class AS p ON p.oid = k.confrelid"
        " JOIN pg_catalog.pg_namespace AS pn ON pn.oid = p.relnamespace"
        " WHERE k.contype = 'f' AND pn.nspname = $1 AND p.relname = $2 ORDER BY 1, 2",
        {table.schema, table.name});
    std::vector<TableName> names;
    for (int row = 0; row < found.rows(); ++row) {
        names.push_back({found.text(row, 0), found.text(row, 1)});
    }
    return names;
}

}  // namespace dbsync::postgres
