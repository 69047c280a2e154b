// SPDX-License-Identifier: MIT
// Reading a source against a real server.
#include "base/error.hpp"
#include "reader_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fmt/format.h>
#include <set>

namespace dbsync {
namespace {

using namespace std::chrono_literals;
using test::ReaderTest;
using test::RowCollector;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TEST_F(ReaderTest, ReadsEachDirtyKeyOnceWithTheRowOfTheSnapshot) {
    capture("CREATE TABLE t (id int PRIMARY KEY, v text)");
    app_->exec("INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, E'tab\\there')");
    app_->exec("UPDATE t SET v = 'aa' WHERE id = 1; DELETE FROM t WHERE id = 2");
    app_->exec("UPDATE t SET id = 4 WHERE id = 3");
    look();

    const Batch batch = reader_->plan_batch({}, 1000);
    app_->exec("UPDATE t SET v = 'later'");

    EXPECT_TRUE(batch.complete);
    EXPECT_THAT(changes(table("t"), batch),
                ElementsAre("1\tt\t1\taa", "2\tf\t\\N\t\\N", "3\tf\t\\N\t\\N",
                            "4\tt\t4\ttab\\there"));
}

TEST_F(ReaderTest, TheSecondPassTakesOnlyWhatCameSince) {
    capture("CREATE TABLE t (id int PRIMARY KEY)");
    app_->exec("INSERT INTO t VALUES (1)");
    look();
    const Batch first = reader_->plan_batch({}, 1000);
    reader_->end();
    app_->exec("INSERT INTO t VALUES (2)");

    look();
    const Batch second = reader_->plan_batch(first.to, 1000);

    EXPECT_THAT(changes(table("t"), second), ElementsAre("2\tt\t2"));
    reader_->end();
    look();
    EXPECT_THAT(reader_->plan_batch(second.to, 1000).tables, IsEmpty());
}

TEST_F(ReaderTest, ATransactionThatCommitsLateIsTakenLate) {
    capture("CREATE TABLE t (id int PRIMARY KEY)");
    test::PgSession late = server().session(database_);
    late.exec("BEGIN; INSERT INTO t VALUES (1); SAVEPOINT s; INSERT INTO t VALUES (2)");
    app_->exec("INSERT INTO t VALUES (3)");
    look();
    const Batch first = reader_->plan_batch({}, 1000);
    EXPECT_THAT(changes(table("t"), first), ElementsAre("3\tt\t3"));
    reader_->end();

    late.exec("COMMIT");
    look();

    EXPECT_THAT(changes(table("t"), reader_->plan_batch(first.to, 1000)),
                ElementsAre("1\tt\t1", "2\tt\t2"));
}

TEST_F(ReaderTest, CutsABacklogAndLosesNothing) {
    capture("CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE u (id int PRIMARY KEY)");
    for (int i = 0; i < 50; ++i) {
        app_->exec(fmt::format("BEGIN; INSERT INTO t VALUES ({0}); INSERT INTO u VALUES ({0});"
                               " COMMIT",
                               i));
    }
    std::set<std::string> seen;
    Cursor cursor;
    int batches = 0;
    bool complete = false;
    while (!complete && batches < 100) {
        look();
        const Batch batch = reader_->plan_batch(cursor, 7);
        EXPECT_LE(batch.deltas, 8U);
        for (const Table& t : tables_) {
            for (const std::string& line : changes(t, batch)) {
                EXPECT_TRUE(seen.insert(t.name.name + line).second) << line;
            }
        }
        cursor = batch.to;
        complete = batch.complete;
        ++batches;
        reader_->end();
    }
    EXPECT_EQ(seen.size(), 100U);
    EXPECT_GE(batches, 13);
}

TEST_F(ReaderTest, ATransactionIsNeverSplit) {
    capture("CREATE TABLE t (id int PRIMARY KEY)");
    app_->exec("INSERT INTO t SELECT generate_series(1, 100)");
    app_->exec("INSERT INTO t VALUES (101)");
    look();

    const Batch first = reader_->plan_batch({}, 10);
    const Batch second = reader_->plan_batch(first.to, 10);

    EXPECT_EQ(first.deltas, 100U);
    EXPECT_EQ(first.deltas_behind, 101U);
    EXPECT_FALSE(first.complete);
    EXPECT_EQ(second.deltas, 1U);
    EXPECT_TRUE(second.complete);
}

TEST_F(ReaderTest, AWidenedRangeTakesAllThatIsPending) {
    capture("CREATE TABLE t (id int PRIMARY KEY)");
    app_->exec("INSERT INTO t VALUES (1)");
    app_->exec("INSERT INTO t VALUES (2)");
    look();
    const Batch batch = reader_->plan_batch({}, 1);
    EXPECT_THAT(changes(table("t"), batch), ElementsAre("1\tt\t1"));

    RowCollector rows;
    reader_->read_deltas(table("t"), {.batch = &batch, .widened = true}, rows);

    EXPECT_THAT(rows.lines, ElementsAre("1\tt\t1", "2\tt\t2"));
}

TEST_F(ReaderTest, BucketsShareTheKeysOut) {
    capture("CREATE TABLE t (a int, b text, PRIMARY KEY (a, b));"
            "CREATE TABLE n (id numeric PRIMARY KEY); CREATE TABLE w (v text)");
    app_->exec("INSERT INTO t SELECT i, 'x' || i FROM generate_series(1, 200) i;"
               "INSERT INTO n SELECT generate_series(1, 200);"
               "INSERT INTO w SELECT generate_series(1, 200)");
    look();
    const Batch batch = reader_->plan_batch({}, 10'000);

    for (const Table& t : tables_) {
        std::set<std::string> all;
        for (std::uint32_t bucket = 0; bucket < 4; ++bucket) {
            RowCollector rows;
            reader_->read_deltas(t, {.batch = &batch, .bucket = bucket, .buckets = 4}, rows);
            EXPECT_TRUE(t.name.name == "n" || (rows.rows > 20 && rows.rows < 100)) << rows.rows;
            all.insert(rows.lines.begin(), rows.lines.end());
        }
        EXPECT_EQ(all.size(), 200U) << t.name.name;
    }
}

TEST_F(ReaderTest, TruncateAsksForTheWholeTable) {
    capture("CREATE TABLE t (id int PRIMARY KEY)");
    app_->exec("TRUNCATE t; INSERT INTO t VALUES (1)");
    look();

    const Batch batch = reader_->plan_batch({}, 1000);

    ASSERT_EQ(batch.tables.size(), 1U);
    EXPECT_TRUE(batch.tables[0].whole_table);
    EXPECT_THAT(chunk(table("t"), {}, RowForm::Copy), ElementsAre("1"));
    EXPECT_THAT(reader_->plan_batch(batch.to, 1000).tables, IsEmpty());
}

TEST_F(ReaderTest, RowsWithoutAKeyAreFoundByTheirHash) {
    capture("CREATE TABLE w (a int, t text, j json)");
    app_->exec("INSERT INTO w VALUES (1, 'x', '{}'), (1, 'x', '{}'), (2, NULL, '[1]'), "
               "(3, 'gone', NULL)");
    app_->exec("DELETE FROM w WHERE a = 3");
    look();
    const Batch batch = reader_->plan_batch({}, 1000);

    std::vector<std::string> rows;
    for (const std::string& line : changes(table("w"), batch)) {
        rows.push_back(line.substr(line.find('\t') + 1));
    }

    EXPECT_THAT(rows, UnorderedElementsAre("t\t1\tx\t{}", "t\t1\tx\t{}", "t\t2\t\\N\t[1]",
                                           "f\t\\N\t\\N\t\\N"));
    RowCollector compared;
    reader_->read_chunk(table("w"), {}, RowForm::Compare, compared);
    ASSERT_EQ(compared.keys.size(), 3U);
    RowCollector again;
    reader_->read_keys(table("w"), compared.keys, RowForm::Compare, again);
    EXPECT_EQ(again.lines, compared.lines);
}

TEST_F(ReaderTest, ReadKeysGivesEveryKeyOrEveryRow) {
    capture("CREATE SCHEMA \"we ird\"; CREATE TABLE \"we ird\".\"T\"\"a.b\" (\"select\" text,"
            " t timestamptz, \"r\" bytea, k1 float8, v int GENERATED ALWAYS AS (2) STORED,"
            " PRIMARY KEY (\"select\", t, \"r\", k1))");
    app_->exec("INSERT INTO \"we ird\".\"T\"\"a.b\" VALUES"
               " (E'\\\\ \\t\\n ''\"{},', 'infinity', '\\x00ff5c', 'NaN'),"
               " ('', '0044-03-15 BC', '', '-0'), ('\\N', 'epoch', '\\x09', 1e-300)");
    const Table& t = tables_.at(0);
    look();
    RowCollector rows;
    reader_->read_chunk(t, {}, RowForm::Compare, rows);
    ASSERT_EQ(rows.keys.size(), 3U);

    RowCollector again;
    reader_->read_keys(t, rows.keys, RowForm::Compare, again);
    EXPECT_THAT(again.lines, ::testing::UnorderedElementsAreArray(rows.lines));

    std::vector<std::string> keys = rows.keys;
    keys.push_back("nobody\tepoch\t\\\\x\t0");
    RowCollector changed;
    reader_->read_keys(t, keys, RowForm::Change, changed);
    EXPECT_EQ(changed.rows, 4U);
}

TEST_F(ReaderTest, EqualKeysOfOtherTextAreOneKey) {
    capture("CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2',"
            " deterministic = false); CREATE EXTENSION citext;"
            "CREATE TABLE n (id numeric PRIMARY KEY); CREATE TABLE c (id citext PRIMARY KEY);"
            "CREATE TABLE i (id text COLLATE nocase PRIMARY KEY)");
    app_->exec("INSERT INTO n VALUES (1.00); INSERT INTO c VALUES ('A'); INSERT INTO i VALUES "
               "('A')");
    app_->exec("UPDATE n SET id = 1.0; UPDATE c SET id = 'a'; UPDATE i SET id = 'a'");
    look();
    const Batch batch = reader_->plan_batch({}, 1000);

    EXPECT_EQ(changes(table("n"), batch).size(), 1U);
    EXPECT_EQ(changes(table("c"), batch).size(), 1U);
    EXPECT_EQ(changes(table("i"), batch).size(), 1U);
    const std::vector<std::string> keys{"A", "a"};
    for (const char* name : {"c", "i"}) {
        RowCollector rows;
        reader_->read_keys(table(name), keys, RowForm::Compare, rows);
        EXPECT_THAT(rows.lines, ElementsAre("a\ta")) << name;
        EXPECT_THAT(tiled(table(name), 1, RowForm::Copy), ElementsAre("a"));
    }
}

TEST_F(ReaderTest, ChunksTileTheTable) {
    capture("CREATE TABLE i (id int PRIMARY KEY); CREATE TABLE t (id text PRIMARY KEY);"
            "CREATE TABLE m (tenant int, name text, PRIMARY KEY (tenant, name));"
            "CREATE TABLE w (v int, filler text);"
            "CREATE TABLE p (id int, v int) PARTITION BY RANGE (id);"
            "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (5000);"
            "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (5000) TO (10000)");
    app_->exec("INSERT INTO i SELECT generate_series(1, 1000);"
               "INSERT INTO t SELECT 'k ' || generate_series(1, 1000);"
               "INSERT INTO m SELECT i % 3, 'n' || i FROM generate_series(1, 1000) i;"
               "INSERT INTO w SELECT i, repeat('x', 100) FROM generate_series(1, 9999) i;"
               "INSERT INTO p SELECT i, i FROM generate_series(1, 9999) i; ANALYZE");
    look();

    for (const RowForm form : {RowForm::Copy, RowForm::Compare}) {
        for (const Table& t : tables_) {
            SCOPED_TRACE(t.name.name);
            const auto all = tiled(t, 100, form);
            auto whole = chunk(t, {}, form);
            if (form == RowForm::Copy) {
                EXPECT_THAT(all, ::testing::UnorderedElementsAreArray(whole));
            } else {
                EXPECT_EQ(all, whole) << "not in order";
            }
        }
    }
    EXPECT_EQ(chunks(table("i"), 100, RowForm::Compare).size(), 10U);
    EXPECT_EQ(chunks(table("t"), 100, RowForm::Copy).size(), 10U);
    EXPECT_EQ(chunks(table("t"), 100, RowForm::Compare).size(), 1U);
    EXPECT_GT(chunks(table("w"), 1000, RowForm::Copy).size(), 5U);
    EXPECT_GT(chunks(table("p"), 1000, RowForm::Copy).size(), 5U);
}

TEST_F(ReaderTest, ARewrittenTableWithoutAKeyIsNotCopiedOn) {
    capture("CREATE TABLE w (v int)");
    app_->exec("INSERT INTO w SELECT generate_series(1, 10000); ANALYZE");
    look();
    const auto plan = chunks(table("w"), 1000, RowForm::Copy);
    reader_->end();
    app_->exec("VACUUM FULL w");
    look();

    try {
        (void)chunk(table("w"), plan.at(2), RowForm::Copy);
        FAIL() << "the chunk was read";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::SchemaChanged);
        EXPECT_EQ(error.fields().table, "public.w");
    }
}

TEST_F(ReaderTest, InheritedRowsBelongToTheirOwnTable) {
    capture("CREATE TABLE parent (id int PRIMARY KEY);"
            "CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent)");
    app_->exec("INSERT INTO parent VALUES (1); INSERT INTO child VALUES (2)");
    look();

    EXPECT_THAT(chunk(table("parent"), {}, RowForm::Copy), ElementsAre("1"));
    EXPECT_THAT(chunk(table("child"), {}, RowForm::Copy), ElementsAre("2"));
}

TEST_F(ReaderTest, GivesSequencesAsTheyStand) {
    capture("CREATE TABLE t (id int PRIMARY KEY); CREATE SEQUENCE \"S q\"; CREATE SEQUENCE called;"
            "SELECT nextval('called'), nextval('called'); SELECT setval('\"S q\"', 77, false)");
    look();

    const auto states = reader_->read_sequences();

    ASSERT_EQ(states.size(), 2U);
    EXPECT_EQ(states[0].name, "S q");
    EXPECT_EQ(states[0].value, 77);
    EXPECT_FALSE(states[0].is_called);
    EXPECT_EQ(states[1].value, 2);
    EXPECT_TRUE(states[1].is_called);
}

TEST_F(ReaderTest, SaysWhenATableCannotBeRead) {
    capture("CREATE TABLE t (id int PRIMARY KEY)");
    app_->exec("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE");

    const auto begun = std::chrono::steady_clock::now();
    try {
        reader_->begin(tables_, 200ms);
        FAIL() << "the lock was granted";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Busy);
        EXPECT_FALSE(error.fields().hint.empty());
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 1s);
    app_->exec("COMMIT");
    look();
}

TEST_F(ReaderTest, ReconnectsAfterALostConnection) {
    capture("CREATE TABLE t (id int PRIMARY KEY)");
    look();
    app_->exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
               " WHERE application_name = 'dbsync reader'");
    RowCollector rows;
    try {
        reader_->read_chunk(table("t"), {}, RowForm::Copy, rows);
        FAIL() << "read over a dead connection";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Connection);
    }

    look();

    EXPECT_NO_THROW(reader_->read_chunk(table("t"), {}, RowForm::Copy, rows));
}

TEST_F(ReaderTest, RefusesACursorFromALostHistory) {
    capture("CREATE TABLE t (id int PRIMARY KEY)");
    look();

    EXPECT_THROW((void)reader_->plan_batch(Cursor{"9999999:9999999:"}, 10), Error);
}

}  // namespace
}  // namespace dbsync
