// SPDX-License-Identifier: MIT
#include "engine/sqlite/target_tables.hpp"

#include "base/error.hpp"
#include "engine/sqlite/catalog.hpp"
#include "engine/sqlite/quoting.hpp"

#include <array>

namespace dbsync::sqlite {

namespace {

constexpr std::array<std::string_view, 6> own_tables{
    "_dbsync_job",        "_dbsync_chunk",            "_dbsync_schema_item",
    "_dbsync_unverified", "_dbsync_unverified_table", "_dbsync_asleep"};

std::optional<std::string> text_or_nothing(const Statement& row, int column) {
    return row.is_null(column) ? std::nullopt : std::optional{std::string{row.text(column)}};
}

}  // namespace

std::span<const std::string_view> target_tables() {
    return own_tables;
}

void create_target_tables(Database& db) {
    for (const char* asset :
         {"schemas/sqlite/target_job.sql", "schemas/sqlite/target_chunk.sql",
          "schemas/sqlite/target_schema_item.sql", "schemas/sqlite/target_unverified.sql",
          "schemas/sqlite/target_unverified_table.sql", "schemas/sqlite/target_asleep.sql"}) {
        db.run(sql::render(asset, sql::Parameters{quoting}));
    }
}

void drop_target_tables(Database& db) {
    for (const std::string_view table : own_tables) {
        db.run("DROP TABLE IF EXISTS " + quote_ident(table));
    }
}

std::optional<std::int64_t> find_job(Database& db, const std::string& job) {
    if (!object_exists(db, "table", "_dbsync_job")) {
        return std::nullopt;
    }
    Statement row{db, "SELECT id FROM \"_dbsync_job\" WHERE name = ?1"};
    row.bind_text(1, job);
    return row.step() ? std::optional{row.integer(0)} : std::nullopt;
}

std::int64_t require_job(Database& db, const std::string& job) {
    if (const std::optional<std::int64_t> id = find_job(db, job)) {
        return *id;
    }
    throw Error{{.kind = ErrorKind::Precondition,
                 .what_failed = "the target " + db.path() + " knows nothing of job " + job,
                 .hint = "run `dbsync snapshot` first"}};
}

TargetJob read_job(Database& db, std::int64_t job_id) {
    Statement row{db,
                  "SELECT source_identity, watermark, watermark_unix_us, rows_copied,"
                  " indexes_built, tracks_unverified, verified, woken,"
                  " EXISTS (SELECT 1 FROM \"_dbsync_schema_item\" WHERE job_id = ?1)"
                  " FROM \"_dbsync_job\" WHERE id = ?1"};
    row.bind(1, job_id);
    TargetJob job;
    if (row.step()) {
        job.source_identity = row.text(0);
        job.watermark = Cursor{std::string{row.text(1)}};
        job.watermark_unix_us = row.integer(2);
        job.rows_copied = row.integer(3) != 0;
        job.indexes_built = row.integer(4) != 0;
        job.tracks_unverified = row.integer(5) != 0;
        job.verified = row.integer(6) != 0;
        job.woken = row.integer(7) != 0;
        job.made_schema = row.integer(8) != 0;
    }
    return job;
}

std::vector<ChunkRecord> read_ledger(Database& db, std::int64_t job_id) {
    Statement row{db,
                  "SELECT table_id, number, lower, upper, done, rows, bytes"
                  " FROM \"_dbsync_chunk\" WHERE job_id = ?1 ORDER BY table_id, number"};
    row.bind(1, job_id);
    std::vector<ChunkRecord> records;
    while (row.step()) {
        records.push_back({.chunk = {.table_id = static_cast<std::int32_t>(row.integer(0)),
                                     .number = static_cast<std::int32_t>(row.integer(1)),
                                     .lower = text_or_nothing(row, 2),
                                     .upper = text_or_nothing(row, 3)},
                           .done = row.integer(4) != 0,
                           .rows = static_cast<std::uint64_t>(row.integer(5)),
                           .bytes = static_cast<std::uint64_t>(row.integer(6))});
    }
    return records;
}

void add_job(Database& db, const std::string& job, const std::string& source_identity) {
    if (const std::optional<std::int64_t> id = find_job(db, job)) {
        if (read_job(db, *id).source_identity != source_identity) {
            throw Error{{.kind = ErrorKind::Precondition,
                         .what_failed = "job " + job + " on the target " + db.path() +
                                        " is for another source",
                         .hint = "use another --job name, or remove the old job with "
                                 "`dbsync stop-capture`"}};
        }
        return;
    }
    Statement row{db,
                  "INSERT INTO \"_dbsync_job\" (name, identity, source_identity)"
                  " SELECT ?1, ifnull((SELECT min(identity) FROM \"_dbsync_job\"),"
                  " lower(hex(randomblob(16)))), ?2"};
    row.bind_text(1, job).bind_text(2, source_identity);
    row.run();
}

void delete_job(Database& db, std::int64_t job_id) {
    const std::string id = std::to_string(job_id);
    for (const char* table : {"_dbsync_chunk", "_dbsync_schema_item", "_dbsync_unverified",
                              "_dbsync_unverified_table"}) {
        db.run("DELETE FROM " + quote_ident(table) + " WHERE job_id = " + id);
    }
    db.run("DELETE FROM \"_dbsync_job\" WHERE id = " + id);
}

}  // namespace dbsync::sqlite
