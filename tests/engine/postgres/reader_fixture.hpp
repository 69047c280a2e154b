// SPDX-License-Identifier: MIT
// A captured database and a reader of it, for the tests that read a source.
#pragma once

#include "captured.hpp"
#include "engine/postgres/reader.hpp"
#include "row_collector.hpp"
#include "support/postgres_server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dbsync::test {

class ReaderTest : public ::testing::Test {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_POSTGRES("system");
        database_ = server().create_database();
        app_.emplace(server().session(database_));
    }

    static PostgresServer& server() { return source_server(); }

    // Makes the tables and captures all of them.
    void capture(const std::string& schema) {
        app_->exec(schema);
        tables_ = capture_all(server().url(database_));
        reader_ = postgres::make_reader(
            Endpoint{EngineKind::Postgres, server().url(database_), ""});
    }

    const Table& table(const std::string& name) {
        return *std::find_if(tables_.begin(), tables_.end(),
                             [&](const Table& t) { return t.name.name == name; });
    }

    SnapshotTime look() {
        reader_->begin(tables_, std::chrono::seconds{2});
        return reader_->snapshot();
    }

    std::vector<std::string> changes(const Table& of, const Batch& batch) {
        RowCollector rows;
        DeltaRange range;
        range.batch = &batch;
        reader_->read_deltas(of, range, rows);
        return rows.lines;
    }

    std::vector<std::string> chunk(const Table& of, const Chunk& part, RowForm form) {
        RowCollector rows;
        reader_->read_chunk(of, part, form, rows);
        return rows.lines;
    }

    // All chunks of about `rows` rows.
    std::vector<Chunk> chunks(const Table& of, std::uint64_t rows, RowForm form) {
        std::vector<Chunk> all;
        std::optional<std::string> lower;
        do {
            Chunk next{of.id, static_cast<std::int32_t>(all.size()), lower, std::nullopt};
            next.upper = reader_->chunk_end(of, lower, rows, form);
            lower = next.upper;
            all.push_back(next);
        } while (lower);
        return all;
    }

    // Rows of all chunks one after the other, which must be the table.
    std::vector<std::string> tiled(const Table& of, std::uint64_t rows, RowForm form) {
        std::vector<std::string> lines;
        for (const Chunk& part : chunks(of, rows, form)) {
            const auto more = chunk(of, part, form);
            lines.insert(lines.end(), more.begin(), more.end());
        }
        return lines;
    }

    std::string database_;
    std::optional<PgSession> app_;
    std::vector<Table> tables_;
    std::unique_ptr<SourceReader> reader_;
};

}  // namespace dbsync::test
