// SPDX-License-Identifier: MIT
// What the conformance suite needs of an engine: two ends on which a test can run SQL as an
// application would, and a move between them written against Source and Target alone.
#pragma once

#include "engine/endpoint.hpp"
#include "engine/registry.hpp"
#include "engine/source.hpp"
#include "engine/target.hpp"
#include "support/postgres_server.hpp"
#include "support/sqlite_file.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace dbsync::test {

// How a statement of another application session ended.
struct Outcome {
    bool done = false;
    bool waited = false;  // it was stopped by a lock for as long as it was willing to wait
    std::string message;  // the server's, if it was refused
};

class AppSession {
  public:
    virtual ~AppSession() = default;
    virtual void exec(const std::string& sql) = 0;
    // Waits for locks for a short while only.
    virtual Outcome attempt(const std::string& sql) = 0;
};

// Two fresh, empty databases of one engine.
class Ends {
  public:
    virtual ~Ends() = default;
    [[nodiscard]] virtual Endpoint source() = 0;
    [[nodiscard]] virtual Endpoint target() = 0;
    [[nodiscard]] virtual std::unique_ptr<AppSession> source_session() = 0;
    [[nodiscard]] virtual std::unique_ptr<AppSession> target_session() = 0;
    // Every row; equal for databases with the same content.
    [[nodiscard]] virtual std::string source_dump() = 0;
    [[nodiscard]] virtual std::string target_dump() = 0;
    // Every object, dbsync's included.
    [[nodiscard]] virtual std::string source_schema() = 0;
    [[nodiscard]] virtual std::string target_schema() = 0;
    // Whether several transactions can write at a time.
    [[nodiscard]] virtual bool many_writers() const = 0;
    // A plain name as an item of the schema writes it.
    [[nodiscard]] virtual std::string qualified(const std::string& name) const = 0;
    // A table "Types" with values that are hard to carry.
    [[nodiscard]] virtual std::string hard_values() const = 0;
};

inline constexpr std::chrono::milliseconds attempt_time{200};

class SqliteApp : public AppSession {
  public:
    explicit SqliteApp(const std::filesystem::path& path) : file_{path} {}
    void exec(const std::string& sql) override { file_.exec(sql); }
    Outcome attempt(const std::string& sql) override {
        file_.database().setBusyTimeout(static_cast<int>(attempt_time.count()));
        try {
            file_.exec(sql);
            return {.done = true, .waited = false, .message = {}};
        } catch (const SQLite::Exception& error) {
            const bool waited = (error.getErrorCode() & 0xff) == 5;  // SQLITE_BUSY
            return {.done = false, .waited = waited, .message = error.what()};
        }
    }

  private:
    SqliteFile file_;
};

class SqliteEnds : public Ends {
  public:
    explicit SqliteEnds(const std::string& journal_mode) {
        SqliteFile{source_}.exec("PRAGMA journal_mode=" + journal_mode);
        SqliteFile{target_}.exec("PRAGMA journal_mode=" + journal_mode);
    }
    Endpoint source() override { return Endpoint::parse("sqlite://" + source_.string(), ""); }
    Endpoint target() override { return Endpoint::parse("sqlite://" + target_.string(), ""); }
    std::unique_ptr<AppSession> source_session() override {
        return std::make_unique<SqliteApp>(source_);
    }
    std::unique_ptr<AppSession> target_session() override {
        return std::make_unique<SqliteApp>(target_);
    }
    std::string source_dump() override { return SqliteFile{source_}.dump(); }
    std::string target_dump() override { return SqliteFile{target_}.dump(); }
    std::string source_schema() override { return SqliteFile{source_}.schema(); }
    std::string target_schema() override { return SqliteFile{target_}.schema(); }
    [[nodiscard]] bool many_writers() const override { return false; }
    [[nodiscard]] std::string qualified(const std::string& name) const override { return name; }
    [[nodiscard]] std::string hard_values() const override {
        return R"(CREATE TABLE "Types"(id INTEGER PRIMARY KEY, i INTEGER, r REAL, t TEXT, b BLOB,
                      "any ""thing""", g AS (i + 1));
                  INSERT INTO "Types" VALUES
                    (1, NULL, NULL, NULL, NULL, NULL),
                    (2, 9223372036854775807, 0.1, '', x'', 1),
                    (3, -9223372036854775807 - 1, -0.0, char(97, 0, 98), x'0000ff', 1.0),
                    (4, 'text in an integer', 9e999, CAST(x'fffe80' AS TEXT), 'text', '1'),
                    (-5, x'01', -9e999, '|''"\	\\n', zeroblob(300000), x'31');)";
    }

  private:
    TempDir dir_;
    std::filesystem::path source_ = dir_ / "source.db";
    std::filesystem::path target_ = dir_ / "target.db";
};

class PostgresApp : public AppSession {
  public:
    explicit PostgresApp(const std::string& url) : session_{url} {}
    void exec(const std::string& sql) override { session_.exec(sql); }
    Outcome attempt(const std::string& sql) override {
        session_.exec("SET lock_timeout = " + std::to_string(attempt_time.count()));
        try {
            session_.exec(sql);
            return {.done = true, .waited = false, .message = {}};
        } catch (const PgError& error) {
            return {.done = false, .waited = error.sqlstate == "55P03", .message = error.what()};
        }
    }

  private:
    PgSession session_;
};

class PostgresEnds : public Ends {
  public:
    Endpoint source() override { return Endpoint::parse(source_server().url(source_), ""); }
    Endpoint target() override { return Endpoint::parse(target_server().url(target_), ""); }
    std::unique_ptr<AppSession> source_session() override {
        return std::make_unique<PostgresApp>(source_server().url(source_));
    }
    std::unique_ptr<AppSession> target_session() override {
        return std::make_unique<PostgresApp>(target_server().url(target_));
    }
    std::string source_dump() override { return source_server().dump(source_); }
    std::string target_dump() override { return target_server().dump(target_); }
    std::string source_schema() override { return source_server().schema(source_); }
    std::string target_schema() override { return target_server().schema(target_); }
    [[nodiscard]] bool many_writers() const override { return true; }
    [[nodiscard]] std::string qualified(const std::string& name) const override {
        return "public." + name;
    }
    [[nodiscard]] std::string hard_values() const override {
        return R"(CREATE TABLE "Types"(id integer PRIMARY KEY, n numeric, d double precision,
                      t text, b bytea, a text[], j json, ts timestamptz, r int4range,
                      "any ""thing""" jsonb, g integer GENERATED ALWAYS AS (id + 1) STORED);
                  INSERT INTO "Types" (id, n, d, t, b, a, j, ts, r, "any ""thing""") VALUES
                    (1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
                    (2, 1.00, '-0', '', '', '{}', '{"a":1,  "a":2}', 'infinity', 'empty', 'null'),
                    (3, 'NaN', 'NaN', E'\\.', '\x00ff', '[2:3]={NULL,"NULL"}', '1',
                     '0044-03-15 12:00:00+00 BC', '[1,)', '{"b": [1.00, null]}'),
                    (4, 1e100, '-Infinity', E'tab\tnew\nline\\', '\x5c', '{{1,2},{3,4}}', '"x"',
                     '2026-10-25 02:30:00.123456+02', '(,5)', '[]');)";
    }

  private:
    std::string source_ = source_server().create_database();
    std::string target_ = target_server().create_database();
};

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

// The parameter is "sqlite-wal", "sqlite-journal" or "postgres".
class Conformance : public ::testing::TestWithParam<const char*> {
  protected:
    void SetUp() override {
        const std::string engine = GetParam();
        if (engine == "postgres") {
            DBSYNC_NEEDS_POSTGRES("system");
            ends_ = std::make_unique<PostgresEnds>();
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

#define DBSYNC_EVERY_ENGINE(suite)                                                        \
    INSTANTIATE_TEST_SUITE_P(Engines, suite,                                              \
                             ::testing::Values("sqlite-wal", "sqlite-journal", "postgres"), \
                             ::dbsync::test::engine_of)
