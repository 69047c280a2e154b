// SPDX-License-Identifier: MIT
#include "engine/postgres/target_table.hpp"

#include "base/error.hpp"
#include "engine/postgres/catalog.hpp"
#include "engine/postgres/connection.hpp"
#include "engine/postgres/target_stage.hpp"
#include "engine/target.hpp"

#include <algorithm>

namespace dbsync::postgres {

namespace {

[[noreturn]] void refuse_awake(const Table& table, const std::string& why) {
    throw Error{{.kind = ErrorKind::Permission,
                 .what_failed = "cannot write rows of " + table.name.display() +
                                " on the target: " + why,
                 .table = table.name.display(),
                 .hint = "grant SET ON PARAMETER session_replication_role to the target's role, "
                         "connect as superuser, or drop these foreign keys and triggers until "
                         "after the cutover"}};
}

}  // namespace

std::optional<Table> find_table(Connection& connection, const TableName& name) {
    const Result oid = connection.run(
        "SELECT c.oid FROM pg_catalog.pg_class AS c"
        " JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
        " WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p')",
        {name.schema, name.name});
    if (oid.rows() == 0) {
        return std::nullopt;
    }
    const std::vector<LiveTable> found = live_tables(connection, oid.integer(0, 0));
    if (found.empty()) {
        return std::nullopt;
    }
    Table table = found.front().table;
    const Result bases = connection.run(sql::render("schemas/postgres/target_stage_columns.sql",
                                                      parameters()
                                                          .literal("schema", name.schema)
                                                          .literal("name", name.name)));
    for (int row = 0; row < bases.rows(); ++row) {
        for (Column& column : table.columns) {
            if (column.name == bases.text(row, 0)) {
                column.type = bases.text(row, 1);
            }
        }
    }
    return table;
}

// A domain's values are spelled as those of the type below.
std::vector<std::string> misfits(Connection& connection,
                                 const TableName& name,
                                 std::span<const std::string> columns,
                                 std::span<const std::string> texts) {
    const Result found = connection.run(
        sql::render("schemas/postgres/target_misfits.sql",
                    parameters().literal("schema", name.schema).literal("name", name.name)));
    const auto has = [](std::span<const std::string> names, const std::string& wanted) {
        return std::find(names.begin(), names.end(), wanted) != names.end();
    };
    std::vector<std::string> problems;
    for (int row = 0; row < found.rows(); ++row) {
        const std::string column = found.text(row, 0);
        const bool crosses = has(columns, column);
        if (!crosses && found.boolean(row, 1)) {
            problems.push_back(required_column(column));
        }
        if (crosses && found.boolean(row, 2)) {
            problems.push_back("its column " + column + " is of type money, which rounds");
        }
        if (has(texts, column) && found.boolean(row, 3)) {
            problems.push_back("its key column " + column +
                               " takes different keys of the source for one (citext, or a "
                               "collation that is not deterministic)");
        }
    }
    return problems;
}

// Tables are copied in any order, and the application's triggers have run on the source.
void require_nothing_awake(Connection& connection, const Table& table) {
    const Result awake = connection.run(
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE contype = 'f' AND conrelid = t),"
        " EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgrelid = t AND NOT tgisinternal"
        " AND tgenabled IN ('O', 'A')) FROM pg_catalog.to_regclass($1) AS t",
        {qualified(table.name)});
    if (awake.boolean(0, 0)) {
        refuse_awake(table, "its foreign keys do not sleep for this role");
    }
    if (awake.boolean(0, 1)) {
        refuse_awake(table, "its triggers do not sleep for this role");
    }
}

// A cascade here would change rows that the source has not changed: where it is the order of the
// changes that differs, where a row is deleted only to be inserted again, where the source's own
// keys are off.
void require_no_cascade(Connection& connection, const Table& table) {
    const Result cascades = connection.run(
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE contype = 'f'"
        " AND confrelid = $1::pg_catalog.regclass AND (confdeltype IN ('c', 'n', 'd')"
        " OR confupdtype IN ('c', 'n', 'd')))",
        {qualified(table.name)});
    if (cascades.boolean(0, 0)) {
        refuse_awake(table, "foreign keys that refer to it would cascade");
    }
}

}  // namespace dbsync::postgres
