// SPDX-License-Identifier: MIT
// Reading passes, chunks and keys from real files while writers write, in both journal modes.
#include "engine/sqlite/reader.hpp"

#include "base/error.hpp"
#include "engine/sqlite/position.hpp"
#include "engine/sqlite/source_fixture.hpp"

#include <fmt/format.h>

#include <functional>
#include <random>
#include <thread>

namespace dbsync::sqlite {

namespace {

using std::chrono::milliseconds;
using Rows = std::map<std::string, std::string>;

// Makes its rows equal to what it is given, as a target does.
class Replica : public RowSink {
  public:
    explicit Replica(const Table& table)
        : keys_{table.key.size()}, values_{writable_columns(table).size()} {}
    void push(RowBlock block) override {
        if (on_push) {
            on_push();
        }
        WireReader reader{block.bytes};
        while (!reader.done()) {
            const std::string key{reader.take(keys_)};
            const bool present = reader.next().integer == 1;
            const std::string row{reader.take(values_)};
            if (present) {
                rows[key] = row;
            } else {
                rows.erase(key);
            }
        }
    }
    Rows rows = {};
    std::function<void()> on_push = {};

  private:
    std::size_t keys_;
    std::size_t values_;
};

class ReaderTest : public SourceTest, public testing::WithParamInterface<std::string> {
  protected:
    void start(const std::string& schema) {
        make(schema, GetParam());
        tables_ = capture();
        reader_ = source_->open_reader();
    }
    Batch pass(std::map<std::int32_t, Replica>& replicas, std::uint64_t deltas_max = 1'000) {
        reader_->begin(tables_, milliseconds{2'000});
        reader_->snapshot();
        Batch batch = reader_->plan_batch(cursor_, deltas_max);
        for (const BatchTable& entry : batch.tables) {
            const Table& table = tables_[static_cast<std::size_t>(entry.table_id - 1)];
            reader_->read_deltas(table, {.batch = &batch}, replicas.at(table.id));
        }
        reader_->end();
        cursor_ = batch.to;
        return batch;
    }
    std::map<std::int32_t, Replica> replicas() {
        std::map<std::int32_t, Replica> all;
        for (const Table& table : tables_) {
            all.emplace(table.id, Replica{table});
        }
        return all;
    }
    // What a replica of the table must hold: the writable columns by key.
    Rows expected(const Table& table) {
        Rows rows;
        reader_->begin(tables_, milliseconds{2'000});
        reader_->snapshot();
        RowList list{compared_columns(table).size()};
        reader_->read_chunk(table, {.table_id = table.id, .lower = {}, .upper = {}},
                            RowForm::Compare, list);
        reader_->end();
        for (const std::string& row : list.rows) {
            WireReader reader{row};
            const std::string key{reader.take(table.key.size())};
            // No test table has generated columns, and a hidden rowid leads the writable ones.
            const std::string rest{reader.take(table.columns.size())};
            rows[key] = (hidden_rowid(table) ? key : std::string{}) + rest;
        }
        return rows;
    }

    std::vector<Table> tables_;
    std::unique_ptr<SourceReader> reader_;
    Cursor cursor_;
};

TEST_P(ReaderTest, BringsAReplicaToTheSourceWhileWritersWrite) {
    start(
        "CREATE TABLE a(id INTEGER PRIMARY KEY, u INT UNIQUE, v);"
        "CREATE TABLE b(k TEXT COLLATE NOCASE NOT NULL, n NUMERIC NOT NULL, v,"
        " PRIMARY KEY(k, n)) WITHOUT ROWID; CREATE TABLE c(v)");
    std::atomic<bool> done{false};
    std::atomic<int> failed{0};
    std::jthread writer{[&] {
        const auto db = open_file(path_);
        std::mt19937 random{7};
        for (int i = 0; i < 400; ++i) {
            const auto n = random() % 40;
            const auto m = random() % 40;
            try {
                db->run(fmt::format(
                    "BEGIN IMMEDIATE; REPLACE INTO a VALUES ({0}, {1}, 'v{2}');"
                    "UPDATE OR REPLACE a SET u = {0} WHERE id = {1};"
                    "REPLACE INTO b VALUES ('k{0}', {1}.5, x'00ff'), ('K{1}', 'text', {2});"
                    "DELETE FROM b WHERE k = 'k{1}' AND n = 'text';"
                    "INSERT INTO c VALUES ({2}); DELETE FROM c WHERE v = {2} - {0}; COMMIT",
                    n, m, i));
            } catch (const Error&) {
                ++failed;
                db->rollback();
            }
        }
        done = true;
    }};
    auto copies = replicas();
    int passes = 0;
    while (!done) {
        source_->forget(pass(copies, 50));
        ++passes;
    }
    writer.join();
    Batch batch;
    do {
        batch = pass(copies);
        source_->forget(batch);
    } while (!batch.complete);
    EXPECT_GT(passes, 1);
    EXPECT_EQ(failed, 0);
    for (const Table& table : tables_) {
        EXPECT_EQ(copies.at(table.id).rows, expected(table)) << table.name.name;
        EXPECT_LE(app_->integer("SELECT count(*) FROM " + quote_ident(delta_name(table.id))), 1);
    }
    for (const BacklogTable& table : source_->backlog(cursor_)) {
        EXPECT_EQ(table.deltas, 0U);
    }
}

TEST_P(ReaderTest, LetsWritersWriteWhileABatchIsHandedOn) {
    start("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
    app_->run(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
        " INSERT INTO t SELECT i, zeroblob(1000) FROM n");
    auto copies = replicas();
    int writes = 0;
    copies.at(1).on_push = [&] {
        app_->set_busy_timeout(milliseconds{0});
        app_->run(fmt::format("UPDATE t SET v = {} WHERE id = 7", ++writes));
    };
    EXPECT_TRUE(pass(copies).complete);
    EXPECT_GT(writes, 1);
    RowList list{2};
    class Interloper : public RowSink {
      public:
        explicit Interloper(std::function<void()> act) : act_{std::move(act)} {}
        void push(RowBlock block) override {
            rows += block.rows;
            act_();
        }
        std::uint64_t rows = 0;

      private:
        std::function<void()> act_;
    };
    Interloper chunk{copies.at(1).on_push};
    app_->run(
        "WITH RECURSIVE n(i) AS (SELECT 1001 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
        " INSERT INTO t SELECT i, 1 FROM n");
    reader_->begin(tables_, milliseconds{100});
    reader_->snapshot();
    reader_->read_chunk(tables_[0], {.table_id = 1, .lower = {}, .upper = {}}, RowForm::Copy,
                        chunk);
    reader_->end();
    EXPECT_EQ(chunk.rows, 5'000U);
}

TEST_P(ReaderTest, TilesATableIntoChunksOfMixedKeys) {
    start("CREATE TABLE t(a, b COLLATE NOCASE, v, PRIMARY KEY(a, b)) WITHOUT ROWID");
    app_->run(
        "INSERT INTO t VALUES (1, 'x', 0), (1.5, 'x', 0), ('1', 'X', 0), (x'31', 'y', 0),"
        " (-9223372036854775808, '', 0), (9223372036854775807, x'', 0), ('', 'Z', 0),"
        " ('', 'a', 0), ('ü', 'B', 0), (1e300, 'q', 0)");
    const Table table = tables_[0];
    for (const RowForm form : {RowForm::Copy, RowForm::Compare}) {
        RowList all{form == RowForm::Copy ? 3U : 5U};
        RowList tiled{form == RowForm::Copy ? 3U : 5U};
        reader_->begin(tables_, milliseconds{100});
        reader_->snapshot();
        reader_->read_chunk(table, {.table_id = 1, .lower = {}, .upper = {}}, form, all);
        Chunk chunk{.table_id = 1, .lower = {}, .upper = {}};
        do {
            chunk.upper = reader_->chunk_end(table, chunk.lower, 3, form);
            reader_->read_chunk(table, chunk, form, tiled);
            chunk.lower = chunk.upper;
        } while (chunk.lower);
        reader_->end();
        EXPECT_EQ(all.rows.size(), 10U);
        EXPECT_EQ(tiled.rows, all.rows);
    }
}

TEST_P(ReaderTest, ReadsKeysInBothForms) {
    start("CREATE TABLE t(id INTEGER PRIMARY KEY, v, g AS (v || 'g'))");
    app_->run("INSERT INTO t VALUES (1, 'x'), (2, NULL)");
    const std::vector<std::string> keys{wire_key(2), wire_key(3), wire_key(1)};
    reader_->begin(tables_, milliseconds{100});
    reader_->snapshot();
    RowList change{4};
    reader_->read_keys(tables_[0], keys, RowForm::Change, change);
    RowList compare{4};
    reader_->read_keys(tables_[0], keys, RowForm::Compare, compare);
    reader_->end();
    ASSERT_EQ(change.rows.size(), 3U);
    EXPECT_EQ(change.rows[1], wire_key(3) + wire_key(0) + std::string(2, '\0'));
    EXPECT_EQ(compare.rows.size(), 2U);
}

TEST_P(ReaderTest, SharesKeysOutToBucketsOnce) {
    start("CREATE TABLE t(k TEXT COLLATE NOCASE PRIMARY KEY NOT NULL, v)");
    app_->run("PRAGMA synchronous=OFF");
    for (int i = 0; i < 300; ++i) {
        app_->run(
            fmt::format("INSERT INTO t VALUES ('Key{0}', 1); UPDATE t SET k = 'kEY{0}'"
                        " WHERE k = 'key{0}'",
                        i));
    }
    reader_->begin(tables_, milliseconds{100});
    reader_->snapshot();
    const Batch batch = reader_->plan_batch({}, 10'000);
    std::size_t rows = 0;
    for (std::uint32_t bucket = 0; bucket < 4; ++bucket) {
        RowList list{4};
        reader_->read_deltas(tables_[0], {.batch = &batch, .bucket = bucket, .buckets = 4}, list);
        rows += list.rows.size();
        if (GetParam() == "wal") {
            EXPECT_GT(list.rows.size(), 40U);
        }
    }
    RowList widened{4};
    reader_->read_deltas(tables_[0], {.batch = &batch, .widened = true}, widened);
    reader_->end();
    EXPECT_EQ(rows, 300U);
    EXPECT_EQ(widened.rows.size(), 300U);
}

TEST_P(ReaderTest, ReadsATableWithoutAKeyAnewAfterVacuum) {
    start("CREATE TABLE c(v); INSERT INTO c VALUES (1), (2), (3)");
    auto copies = replicas();
    EXPECT_FALSE(pass(copies).deltas > 0);
    app_->run("DELETE FROM c WHERE v = 1");
    Batch batch = pass(copies);
    ASSERT_EQ(batch.tables.size(), 1U);
    EXPECT_FALSE(batch.tables[0].whole_table);
    app_->run("VACUUM");
    reader_->begin(tables_, milliseconds{100});
    reader_->snapshot();
    batch = reader_->plan_batch(cursor_, 100);
    reader_->end();
    ASSERT_EQ(batch.tables.size(), 1U);
    EXPECT_TRUE(batch.tables[0].whole_table);
    cursor_ = batch.to;
    EXPECT_TRUE(pass(copies).tables.empty());
}

TEST_P(ReaderTest, ForgetsTwiceWithoutLosingWhatCameSince) {
    start("CREATE TABLE t(id INTEGER PRIMARY KEY)");
    app_->run("INSERT INTO t VALUES (1), (2), (3)");
    auto copies = replicas();
    const Batch batch = pass(copies);
    source_->forget(batch);
    app_->run("INSERT INTO t VALUES (4)");
    source_->forget(batch);
    EXPECT_EQ(source_->backlog(cursor_)[0].deltas, 1U);
    EXPECT_EQ(pass(copies).deltas, 1U);
    EXPECT_EQ(copies.at(1).rows.size(), 4U);
}

TEST_P(ReaderTest, NeverWaitsForAWriterToForget) {
    start("CREATE TABLE t(id INTEGER PRIMARY KEY)");
    app_->run("INSERT INTO t VALUES (1), (2), (3)");
    auto copies = replicas();
    const Batch batch = pass(copies);
    app_->run("BEGIN IMMEDIATE");
    const auto begin = std::chrono::steady_clock::now();
    source_->forget(batch);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds{1'000});
    app_->run("ROLLBACK");
    source_->forget(batch);
    EXPECT_EQ(marks(*app_, tables_[0]).size(), 1U);
}

TEST_P(ReaderTest, NoticesAnotherHistory) {
    start("CREATE TABLE t(id INTEGER PRIMARY KEY)");
    app_->run("INSERT INTO t VALUES (1)");
    auto copies = replicas();
    pass(copies);
    source_->remove_capture({.job = "test"}, {});
    tables_ = capture();
    try {
        pass(copies);
        ADD_FAILURE();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Precondition);
    }
    EXPECT_THROW(static_cast<void>(Position::parse(Cursor{"nonsense"})), Error);
}

TEST_P(ReaderTest, MovesAutoincrementCounters) {
    start(
        "CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO t VALUES (41);"
        "DELETE FROM t");
    reader_->begin(tables_, milliseconds{100});
    reader_->snapshot();
    const auto sequences = reader_->read_sequences();
    reader_->end();
    ASSERT_EQ(sequences.size(), 1U);
    EXPECT_EQ(sequences[0].value, 41);
}

INSTANTIATE_TEST_SUITE_P(JournalModes, ReaderTest, testing::Values("wal", "delete"));

}  // namespace

}  // namespace dbsync::sqlite
