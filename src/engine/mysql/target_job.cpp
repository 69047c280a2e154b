// SPDX-License-Identifier: MIT
#include "engine/mysql/target_job.hpp"

#include "base/error.hpp"
#include "engine/mysql/quoting.hpp"

#include <fmt/format.h>

#include <array>

namespace dbsync::mysql {

namespace {

constexpr const char* quarantine = "_dbsync_target_quarantine";

constexpr std::array create_files{
    "schemas/mysql/target_job.sql",        "schemas/mysql/target_noting.sql",
    "schemas/mysql/target_chunk.sql",      "schemas/mysql/target_schema_item.sql",
    "schemas/mysql/target_unverified.sql", "schemas/mysql/target_unverified_table.sql",
    "schemas/mysql/target_quarantine_create.sql"};

// Names of the tables that are there.
std::vector<std::string> own_tables(Connection& connection) {
    const Result rows = connection.run(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
        " ORDER BY table_name");
    std::vector<std::string> names;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        if (rows.text(row, 0).starts_with(target_prefix)) {
            names.push_back(rows.text(row, 0));
        }
    }
    return names;
}

bool there(Connection& connection) {
    return connection
        .run(
            "SELECT EXISTS (SELECT 1 FROM information_schema.tables"
            " WHERE table_schema = DATABASE() AND table_name = '_dbsync_target_job')")
        .boolean(0, 0);
}

std::optional<std::string> nullable(const Result& result, std::size_t row, std::size_t column) {
    return result.is_null(row, column) ? std::nullopt : std::optional{result.text(row, column)};
}

[[noreturn]] void refuse_unknown(const std::string& job) {
    throw Error{{.kind = ErrorKind::Precondition,
                 .what_failed = "the target knows nothing of job " + job,
                 .hint = "run `dbsync snapshot` first"}};
}

}  // namespace

// The tables are made one by one, as each CREATE TABLE commits: whatever was made is kept.
void add_job(Connection& connection, const std::string& job, const std::string& source_identity) {
    for (const char* file : create_files) {
        connection.run(sql::render(file, sql::Parameters{quoting}));
    }
    connection.run(
        fmt::format("INSERT INTO `_dbsync_target_job` (`job`, `source_identity`, `watermark`)"
                    " VALUES ({0}, {1}, '') ON DUPLICATE KEY UPDATE `job` = {0}",
                    quote_literal(job), quote_literal(source_identity)));
    connection.run(
        fmt::format("INSERT INTO `_dbsync_target_noting` (`job`) VALUES ({0})"
                    " ON DUPLICATE KEY UPDATE `job` = {0}",
                    quote_literal(job)));
    const std::string known = read_job(connection, job)->source_identity;
    if (known != source_identity) {
        throw Error{
            {.kind = ErrorKind::Precondition,
             .what_failed = "job " + job + " on the target belongs to another source: " + known,
             .hint = "check the source's URL, or choose another job name with --job"}};
    }
}

std::optional<TargetJob> read_job(Connection& connection, const std::string& job) {
    if (!there(connection)) {
        return std::nullopt;
    }
    const Result row = connection.run(
        "SELECT j.`source_identity`, j.`watermark`, j.`watermark_unix_us`, j.`rows_copied`,"
        " j.`indexes_built`, n.`notes`, j.`verified`, j.`woken`,"
        " EXISTS (SELECT 1 FROM `_dbsync_target_schema_item` AS i WHERE i.`job` = j.`job`)"
        " FROM `_dbsync_target_job` AS j JOIN `_dbsync_target_noting` AS n ON n.`job` = j.`job`"
        " WHERE j.`job` = " +
        quote_literal(job));
    if (row.rows() == 0) {
        return std::nullopt;
    }
    return TargetJob{.source_identity = row.text(0, 0),
                     .watermark = Cursor{row.text(0, 1)},
                     .watermark_unix_us = row.integer(0, 2),
                     .rows_copied = row.boolean(0, 3),
                     .indexes_built = row.boolean(0, 4),
                     .tracks_unverified = row.boolean(0, 5),
                     .verified = row.boolean(0, 6),
                     .woken = row.boolean(0, 7),
                     .made_schema = row.boolean(0, 8)};
}

// affected() would not count a row that is as it should be already.
void update_job(Connection& connection, const std::string& job, std::string_view assignment) {
    if (!read_job(connection, job)) {
        refuse_unknown(job);
    }
    connection.run(fmt::format("UPDATE `_dbsync_target_job` SET {} WHERE `job` = {}", assignment,
                               quote_literal(job)));
}

void begin_noting(Connection& connection, const std::string& job) {
    const std::string where = " WHERE `job` = " + quote_literal(job);
    update_job(connection, job, "`verified` = 0");
    connection.run("START TRANSACTION");
    try {
        connection.run("SELECT `notes` FROM `_dbsync_target_noting`" + where + " FOR UPDATE");
        connection.run("DELETE FROM `_dbsync_target_unverified`" + where);
        connection.run("DELETE FROM `_dbsync_target_unverified_table`" + where);
        connection.run("UPDATE `_dbsync_target_noting` SET `notes` = 1" + where);
        connection.commit();
    } catch (...) {
        connection.rollback();
        throw;
    }
}

std::vector<ChunkRecord> read_chunks(Connection& connection, const std::string& job) {
    if (!there(connection)) {
        return {};
    }
    const Result result = connection.run(
        "SELECT `table_id`, `number`, `lower`, `upper`, `done`, `rows`, `bytes`"
        " FROM `_dbsync_target_chunk` WHERE `job` = " +
        quote_literal(job) + " ORDER BY `table_id`, `number`");
    std::vector<ChunkRecord> records;
    for (std::size_t row = 0; row < result.rows(); ++row) {
        records.push_back({.chunk = {.table_id = static_cast<std::int32_t>(result.integer(row, 0)),
                                     .number = static_cast<std::int32_t>(result.integer(row, 1)),
                                     .lower = nullable(result, row, 2),
                                     .upper = nullable(result, row, 3)},
                           .done = result.boolean(row, 4),
                           .rows = result.unsigned_integer(row, 5),
                           .bytes = result.unsigned_integer(row, 6)});
    }
    return records;
}

std::vector<std::int32_t> read_unverified_tables(Connection& connection, const std::string& job) {
    const Result result =
        connection.run("SELECT `table_id` FROM `_dbsync_target_unverified_table` WHERE `job` = " +
                       quote_literal(job) + " ORDER BY `table_id`");
    std::vector<std::int32_t> ids;
    for (std::size_t row = 0; row < result.rows(); ++row) {
        ids.push_back(static_cast<std::int32_t>(result.integer(row, 0)));
    }
    return ids;
}

// The job's own row goes last: until then the job can be removed again.
void remove_job(Connection& connection, const std::string& job) {
    const std::vector<std::string> tables = own_tables(connection);
    if (tables.empty()) {
        return;
    }
    const std::optional<TargetJob> known = read_job(connection, job);
    const std::string of_job = " WHERE `job` = " + quote_literal(job);
    // What was put aside for good becomes nobody's first: each statement commits by itself, and
    // once the others have run the job is not known to have been woken.
    if (known && known->woken) {
        connection.run("UPDATE " + quote_ident(quarantine) + " SET `job` = ''" + of_job);
    }
    for (const std::string& table : tables) {
        if (table != "_dbsync_target_job") {
            connection.run("DELETE FROM " + quote_ident(table) + of_job);
        }
    }
    if (there(connection)) {
        connection.run("DELETE FROM `_dbsync_target_job`" + of_job);
        if (connection.run("SELECT EXISTS (SELECT 1 FROM `_dbsync_target_job`)").boolean(0, 0)) {
            return;
        }
    }
    for (auto table = tables.rbegin(); table != tables.rend(); ++table) {
        if (*table == quarantine &&
            connection.run("SELECT EXISTS (SELECT 1 FROM " + quote_ident(*table) + ")")
                .boolean(0, 0)) {
            continue;
        }
        connection.run("DROP TABLE IF EXISTS " + quote_ident(*table));
    }
}

}  // namespace dbsync::mysql
