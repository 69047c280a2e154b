// SPDX-License-Identifier: MIT
#include "engine/postgres/target_quarantine.hpp"

#include "engine/postgres/connection.hpp"
#include "engine/postgres/target_stage.hpp"
#include "row/canonical.hpp"

#include <algorithm>

namespace dbsync::postgres {

namespace {

constexpr std::size_t rows_per_statement = 1'000;

// What this server takes as text; a reason may show a part of a value that it does not take.
std::string as_text(const std::string& text) {
    return is_utf8(text) && text.find('\0') == std::string::npos ? text : hex_of(text);
}

bool any_put_aside(Connection& connection, const std::string& job, std::int32_t table_id) {
    return connection
        .run("SELECT EXISTS (SELECT FROM dbsync.target_quarantine WHERE job = $1"
             " AND table_id = $2)",
             {job, std::to_string(table_id)})
        .boolean(0, 0);
}

void settle(Connection& connection,
            const std::string& job,
            std::int32_t table_id,
            std::span<const std::string> keys) {
    for (std::size_t i = 0; i < keys.size(); i += rows_per_statement) {
        const auto some = keys.subspan(i, std::min(rows_per_statement, keys.size() - i));
        connection.run(sql::render("schemas/postgres/target_quarantine_settle.sql",
                                   parameters()
                                       .literal("job", job)
                                       .literal("table_id", table_id)
                                       .literal("keys", array_text(some))));
    }
}

void put(Connection& connection,
         const std::string& job,
         const Table& table,
         std::span<const QuarantinedRow> rows) {
    std::vector<std::string> keys;
    std::vector<std::string> columns;
    std::vector<std::string> reasons;
    std::vector<std::string> texts;
    for (const QuarantinedRow& row : rows) {
        keys.push_back(as_text(row.key));
        columns.push_back(as_text(row.column));
        reasons.push_back(as_text(row.reason));
        texts.push_back(as_text(row.row));
    }
    connection.run(sql::render("schemas/postgres/target_quarantine_put.sql",
                               parameters()
                                   .literal("job", job)
                                   .literal("table_id", table.id)
                                   .literal("table", table.name.display())
                                   .literal("keys", array_text(keys))
                                   .literal("columns", array_text(columns))
                                   .literal("reasons", array_text(reasons))
                                   .literal("rows", array_text(texts))));
}

}  // namespace

void put_aside(Connection& connection,
               const std::string& job,
               const Table& table,
               std::span<const QuarantinedRow> rows,
               std::span<const std::string> settled_keys,
               bool all) {
    if (all) {
        connection.run("DELETE FROM dbsync.target_quarantine WHERE job = $1 AND table_id = $2",
                       {job, std::to_string(table.id)});
    } else if (any_put_aside(connection, job, table.id)) {
        std::vector<std::string> keys;
        for (const std::string& key : settled_keys) {
            keys.push_back(as_text(key));
        }
        for (const QuarantinedRow& row : rows) {
            if (!row.key.empty()) {
                keys.push_back(as_text(row.key));
            }
        }
        settle(connection, job, table.id, keys);
    }
    for (std::size_t i = 0; i < rows.size(); i += rows_per_statement) {
        put(connection, job, table,
            rows.subspan(i, std::min(rows_per_statement, rows.size() - i)));
    }
}

void read_put_aside(Connection& connection,
                    const std::string& job,
                    std::int32_t table_id,
                    const std::function<void(const QuarantinedRow&)>& take) {
    const Result rows = connection.run(
        "SELECT key, \"row\" FROM dbsync.target_quarantine WHERE job = $1 AND table_id = $2",
        {job, std::to_string(table_id)});
    for (int row = 0; row < rows.rows(); ++row) {
        take({.key = rows.text(row, 0), .column = {}, .reason = {}, .row = rows.text(row, 1)});
    }
}

std::vector<std::pair<std::int32_t, std::uint64_t>> count_put_aside(Connection& connection,
                                                                    const std::string& job) {
    const Result counts = connection.run(
        "SELECT table_id, count(*) FROM dbsync.target_quarantine WHERE job = $1"
        " GROUP BY table_id ORDER BY table_id",
        {job});
    std::vector<std::pair<std::int32_t, std::uint64_t>> found;
    for (int row = 0; row < counts.rows(); ++row) {
        found.emplace_back(static_cast<std::int32_t>(counts.integer(row, 0)),
                           static_cast<std::uint64_t>(counts.integer(row, 1)));
    }
    return found;
}

void leave_put_aside(Connection& connection, const std::string& job, bool for_good) {
    connection.run(for_good ? "UPDATE dbsync.target_quarantine SET job = '' WHERE job = $1"
                            : "DELETE FROM dbsync.target_quarantine WHERE job = $1",
                   {job});
}

std::uint64_t count_left(Connection& connection) {
    const bool there =
        connection.run("SELECT pg_catalog.to_regclass('dbsync.target_quarantine') IS NOT NULL")
            .boolean(0, 0);
    return there ? static_cast<std::uint64_t>(
                       connection
                           .run("SELECT count(*) FROM dbsync.target_quarantine WHERE job = ''")
                           .integer(0, 0))
                 : 0;
}

}  // namespace dbsync::postgres
