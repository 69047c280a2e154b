// SPDX-License-Identifier: MIT
#include "engine/mysql/target_quarantine.hpp"

#include "engine/mysql/quoting.hpp"
#include "engine/mysql/target_writer.hpp"
#include "engine/mysql/wire.hpp"
#include "row/canonical.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace dbsync::mysql {

namespace {

constexpr std::size_t hashes_per_statement = 1'000;

// What this server takes as text; a reason may show a part of a value that is none.
std::string as_text(const std::string& text) {
    return is_utf8(text) ? text : hex_of(text);
}

std::string of_table(const std::string& job, std::int32_t table_id) {
    return fmt::format(" WHERE `job` = {} AND `table_id` = {}", quote_literal(job), table_id);
}

void settle(Connection& connection,
            const std::string& job,
            std::int32_t table_id,
            std::span<const std::string> keys) {
    for (std::size_t i = 0; i < keys.size(); i += hashes_per_statement) {
        std::vector<sql::Rendered> hashes;
        for (const std::string& key :
             keys.subspan(i, std::min(hashes_per_statement, keys.size() - i))) {
            hashes.push_back({{}, "X'" + canonical_digest(key) + "'"});
        }
        connection.run(sql::render("schemas/mysql/target_quarantine_settle.sql",
                                   sql::Parameters{quoting}
                                       .literal("job", job)
                                       .literal("table_id", table_id)
                                       .parts("hashes", hashes, ", ")));
    }
}

// A row may be longer than a statement can be.
void put(Connection& connection,
         const std::string& job,
         const Table& table,
         std::span<const QuarantinedRow> rows) {
    int unfinished = 0;
    const auto writer = make_bulk_writer(connection,
                                         {.table = "_dbsync_target_quarantine",
                                          .shown = "the rows put aside",
                                          .columns = {{.name = "job", .wire = Wire::Text},
                                                      {.name = "table_id"},
                                                      {.name = "table_name", .wire = Wire::Text},
                                                      {.name = "key_hash", .wire = Wire::Hex},
                                                      {.name = "key", .wire = Wire::Text},
                                                      {.name = "column_name", .wire = Wire::Text},
                                                      {.name = "reason", .wire = Wire::Text},
                                                      {.name = "row", .wire = Wire::Text}}},
                                         unfinished);
    for (const QuarantinedRow& row : rows) {
        RowBlock block{.bytes = {}, .rows = 1};
        append_field(block.bytes, job, Wire::Text);
        fmt::format_to(std::back_inserter(block.bytes), "\t{}\t", table.id);
        append_field(block.bytes, table.name.name, Wire::Text);
        block.bytes += '\t' + canonical_digest(row.key);
        for (const std::string* text : {&row.key, &row.column, &row.reason, &row.row}) {
            block.bytes += '\t';
            append_field(block.bytes, as_text(*text), Wire::Text);
        }
        block.bytes += '\n';
        writer->push(std::move(block));
    }
    writer->finish();
}

bool is_there(Connection& connection) {
    return connection
        .run("SELECT EXISTS (SELECT 1 FROM information_schema.tables"
             " WHERE table_schema = DATABASE() AND table_name = '_dbsync_target_quarantine')")
        .boolean(0, 0);
}

}  // namespace

void put_aside(Connection& connection,
               const std::string& job,
               const Table& table,
               std::span<const QuarantinedRow> rows,
               std::span<const std::string> settled_keys,
               bool all) {
    const std::string mine = of_table(job, table.id);
    if (all) {
        connection.run("DELETE FROM `_dbsync_target_quarantine`" + mine);
    } else if (connection
                   .run("SELECT EXISTS (SELECT 1 FROM `_dbsync_target_quarantine`" + mine + ")")
                   .boolean(0, 0)) {
        std::vector<std::string> keys{settled_keys.begin(), settled_keys.end()};
        for (const QuarantinedRow& row : rows) {
            if (!row.key.empty()) {
                keys.push_back(row.key);
            }
        }
        settle(connection, job, table.id, keys);
    }
    if (!rows.empty()) {
        put(connection, job, table, rows);
    }
}

void read_put_aside(Connection& connection,
                    const std::string& job,
                    std::int32_t table_id,
                    const std::function<void(const QuarantinedRow&)>& take) {
    const Result rows = connection.run("SELECT `key`, `row` FROM `_dbsync_target_quarantine`" +
                                       of_table(job, table_id));
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        take({.key = rows.text(row, 0), .column = {}, .reason = {}, .row = rows.text(row, 1)});
    }
}

std::vector<std::pair<std::int32_t, std::uint64_t>> count_put_aside(Connection& connection,
                                                                    const std::string& job) {
    std::vector<std::pair<std::int32_t, std::uint64_t>> found;
    if (!is_there(connection)) {
        return found;
    }
    const Result counts = connection.run(
        "SELECT `table_id`, COUNT(*) FROM `_dbsync_target_quarantine` WHERE `job` = " +
        quote_literal(job) + " GROUP BY `table_id` ORDER BY `table_id`");
    for (std::size_t row = 0; row < counts.rows(); ++row) {
        found.emplace_back(static_cast<std::int32_t>(counts.integer(row, 0)),
                           counts.unsigned_integer(row, 1));
    }
    return found;
}

std::uint64_t count_left(Connection& connection) {
    return is_there(connection)
               ? connection
                     .run("SELECT COUNT(*) FROM `_dbsync_target_quarantine` WHERE `job` = ''")
                     .unsigned_integer(0, 0)
               : 0;
}

}  // namespace dbsync::mysql
