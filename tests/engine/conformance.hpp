// SPDX-License-Identifier: MIT
// What the conformance suite needs: two ends of an engine, and a move between them written against
// Source and Target alone.
#pragma once

#include "engine/conformance_ends.hpp"
#include "engine/conformance_mysql.hpp"
#include "engine/registry.hpp"
#include "engine/source.hpp"
#include "engine/target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace dbsync::test {

// The least that a phase does, without its parallelism and retries.
class PlainMove {
  public:
    explicit PlainMove(Ends& ends)
        : source{open_source(ends.source())}, target{open_target(ends.target())} {}

    // Capture, schema and rows.
    void begin() {
        capture();
        target->prepare(job, source->identity());
        schema = source->export_schema(tables);
        run_schema(SchemaStage::Before);
        copy_rows();
        run_schema(SchemaStage::Key);
        target->set_rows_copied(job);
    }

    void capture() {
        static_cast<void>(source->install_capture(source->inspect({}).tables, {.job = job}, {}));
        tables = source->captured_tables();
    }

    void run_schema(SchemaStage stage) {
        for (const SchemaItem& item : schema) {
            if (item.stage == stage) {
                target->run_schema(job, {&item, 1});
            }
        }
    }

    void copy_rows() {
        const auto reader = source->open_reader();
        const auto session = target->open_session(job);
        for (const Table& table : tables) {
            const Chunk chunk{.table_id = table.id};
            reader->begin({&table, 1}, lock_timeout);
            reader->snapshot();
            session->begin();
            session->record_chunk_plan({&chunk, 1});
            const auto writer = session->copy_into(table);
            reader->read_chunk(table, chunk, RowForm::Copy, *writer);
            session->record_chunk(chunk, writer->finish(), 0);
            session->commit();
            reader->end();
        }
    }

    // One batch in one target transaction. Throws what apply_stage() throws, rolled back.
    Batch pass(std::uint64_t deltas_max = 1'000'000, bool widened = false) {
        Batch batch = apply(deltas_max, widened);
        source->forget(batch);
        return batch;
    }

    // The same without letting go of the deltas.
    Batch apply(std::uint64_t deltas_max = 1'000'000, bool widened = false) {
        const auto reader = source->open_reader();
        const auto session = target->open_session(job);
        const Cursor from = target->job(job)->watermark;
        reader->begin(tables, lock_timeout);
        const SnapshotTime time = reader->snapshot();
        Batch batch = reader->plan_batch(from, deltas_max);
        session->begin();
        try {
            for (const BatchTable& part : batch.tables) {
                apply_table(*reader, *session, batch, part, widened);
            }
            session->set_watermark(from, batch.to, time.source_unix_us);
            session->commit();
        } catch (...) {
            session->rollback();
            throw;
        }
        reader->end();
        return batch;
    }

    // Passes until nothing is left.
    std::size_t catch_up(std::uint64_t deltas_max = 1'000'000) {
        constexpr std::size_t passes_max = 1'000;
        std::size_t passes = 1;
        while (!pass(deltas_max).complete && passes < passes_max) {
            ++passes;
        }
        return passes;
    }

    [[nodiscard]] const Table& table(const std::string& name) const {
        for (const Table& each : tables) {
            if (each.name.name == name) {
                return each;
            }
        }
        throw std::runtime_error{"no table " + name};
    }

    static constexpr std::chrono::milliseconds lock_timeout{2'000};
    std::string job = "job";
    std::unique_ptr<Source> source;
    std::unique_ptr<Target> target;
    std::vector<Table> tables;
    std::vector<SchemaItem> schema;

  private:
    void apply_table(SourceReader& reader,
                     TargetSession& session,
                     const Batch& batch,
                     const BatchTable& part,
                     bool widened) {
        for (const Table& each : tables) {
            if (each.id != part.table_id) {
                continue;
            }
            if (part.whole_table) {
                session.clear_table(each);
                session.mark_table_unverified(each);
                const auto writer = session.copy_into(each);
                reader.read_chunk(each, Chunk{.table_id = each.id}, RowForm::Copy, *writer);
                writer->finish();
            } else {
                const auto writer = session.stage(each);
                reader.read_deltas(each, {.batch = &batch, .widened = widened}, *writer);
                writer->finish();
                session.apply_stage(each);
            }
        }
    }
};

// Keeps rows of form Compare as bytes.
class CompareRows : public RowSink {
  public:
    void push(RowBlock block) override {
        for (std::size_t i = 0; i < block.ends.size(); ++i) {
            keys.emplace_back(block.key(i));
            rows.emplace_back(block.row(i));
        }
        count += block.rows;
    }
    std::vector<std::string> keys;
    std::vector<std::string> rows;
    std::uint64_t count = 0;
};

// The parameter is "sqlite-wal", "sqlite-journal", "postgres", "mariadb" or "mysql".
class Conformance : public ::testing::TestWithParam<const char*> {
  protected:
    void SetUp() override {
        const std::string engine = GetParam();
        if (engine == "postgres") {
            DBSYNC_NEEDS_POSTGRES("system");
            ends_ = std::make_unique<PostgresEnds>();
        } else if (engine == "mariadb" || engine == "mysql") {
            DBSYNC_NEEDS_MYSQL(engine);
            ends_ = std::make_unique<MysqlEnds>(engine);
        } else {
            ends_ = std::make_unique<SqliteEnds>(engine == "sqlite-wal" ? "WAL" : "DELETE");
        }
        app_ = ends_->source_session();
    }

    // Rows of a table of the source or the target, whole, in form Compare.
    std::vector<std::string> source_rows(PlainMove& move, const Table& table) {
        const auto reader = move.source->open_reader();
        CompareRows rows;
        reader->begin({&table, 1}, PlainMove::lock_timeout);
        reader->snapshot();
        reader->read_chunk(table, Chunk{.table_id = table.id}, RowForm::Compare, rows);
        reader->end();
        return rows.rows;
    }
    std::vector<std::string> target_rows(PlainMove& move, const Table& table) {
        CompareRows rows;
        move.target->open_session(move.job)->read_chunk(table, Chunk{.table_id = table.id}, rows);
        return rows.rows;
    }

    std::unique_ptr<Ends> ends_;
    std::unique_ptr<AppSession> app_;
};

inline std::string engine_of(const ::testing::TestParamInfo<const char*>& parameter) {
    std::string name = parameter.param;
    for (char& c : name) {
        c = c == '-' ? '_' : c;
    }
    return name;
}

}  // namespace dbsync::test

#define DBSYNC_EVERY_ENGINE(suite)                                                         \
    INSTANTIATE_TEST_SUITE_P(                                                              \
        Engines, suite,                                                                    \
        ::testing::Values("sqlite-wal", "sqlite-journal", "postgres", "mariadb", "mysql"), \
        ::dbsync::test::engine_of)
