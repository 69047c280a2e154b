// SPDX-License-Identifier: MIT
// The contract of engine/source.hpp, executable: the same claims for every engine.
#include "base/error.hpp"
#include "engine/conformance.hpp"

#include <algorithm>
#include <set>

namespace dbsync::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SourceConformance : public Conformance {
  protected:
    static void expect_schema_change(PlainMove& move) {
        try {
            move.pass();
            FAIL() << "went on";
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::SchemaChanged);
            EXPECT_THAT(std::string{error.what()}, HasSubstr("T x"));
        }
    }
};
DBSYNC_EVERY_ENGINE(SourceConformance);

constexpr const char* plain_table = R"(
    CREATE TABLE "T x"(id INTEGER PRIMARY KEY, v TEXT);
    INSERT INTO "T x" VALUES (1, 'a'), (2, 'b'), (3, 'c');)";

TEST_P(SourceConformance, ValuesSurviveACopyAndAPass) {
    app_->exec(ends_->hard_values());
    PlainMove move{*ends_};
    move.begin();
    EXPECT_EQ(ends_->target_dump(), ends_->source_dump());

    app_->exec("UPDATE \"Types\" SET id = id + 100");
    EXPECT_TRUE(move.pass().complete);

    EXPECT_EQ(ends_->target_dump(), ends_->source_dump());
    EXPECT_EQ(target_rows(move, move.table("Types")), source_rows(move, move.table("Types")));
}

TEST_P(SourceConformance, NamesMayBeAnything) {
    app_->exec(R"(
        CREATE TABLE "select"("from" INTEGER PRIMARY KEY, "k1" TEXT, "present" TEXT);
        CREATE TABLE "it's ""quoted"" {}.%s"("a.b" TEXT, "Ünïcode 🙂" INTEGER,
            "123456789012345678901234567890123456789012345678901234567890123" TEXT,
            PRIMARY KEY ("Ünïcode 🙂", "a.b"));
        INSERT INTO "select" VALUES (1, 'x', 'y');
        INSERT INTO "it's ""quoted"" {}.%s" VALUES ('k', 1, 'z');)");
    PlainMove move{*ends_};
    move.begin();

    app_->exec("UPDATE \"it's \"\"quoted\"\" {}.%s\" SET \"a.b\" = 'new'");
    app_->exec("INSERT INTO \"select\" VALUES (2, NULL, '')");
    move.catch_up();

    EXPECT_EQ(ends_->target_dump(), ends_->source_dump());
}

TEST_P(SourceConformance, AKeyUpdateMovesTheRow) {
    app_->exec(plain_table);
    PlainMove move{*ends_};
    move.begin();

    app_->exec("UPDATE \"T x\" SET id = 30 WHERE id = 3; UPDATE \"T x\" SET id = 3 WHERE id = 1");
    move.catch_up();

    EXPECT_EQ(ends_->target_dump(), ends_->source_dump());
}

TEST_P(SourceConformance, ATableWithoutAKeyMovesWithItsDuplicates) {
    app_->exec("CREATE TABLE t(a INTEGER, b TEXT)");
    app_->exec("INSERT INTO t VALUES (1, 'x'), (1, 'x'), (NULL, NULL), (2, '')");
    PlainMove move{*ends_};
    move.begin();

    app_->exec("INSERT INTO t VALUES (1, 'x'), (NULL, NULL); DELETE FROM t WHERE a = 2");
    move.catch_up();

    EXPECT_EQ(ends_->target_dump(), ends_->source_dump());
}

TEST_P(SourceConformance, AnEmptiedTableIsEmptyOnTheTarget) {
    app_->exec(plain_table);
    PlainMove move{*ends_};
    move.begin();

    app_->exec(ends_->many_writers() ? "TRUNCATE \"T x\"" : "DELETE FROM \"T x\"");
    app_->exec("INSERT INTO \"T x\" VALUES (9, 'after')");
    if (!ends_->sees_truncate()) {
        expect_schema_change(move);
        move.capture();
    }
    move.catch_up();

    EXPECT_EQ(ends_->target_dump(), ends_->source_dump());
}

TEST_P(SourceConformance, AWriterThatIsOpenDuringAPassIsSeenByTheNext) {
    app_->exec(plain_table);
    PlainMove move{*ends_};
    move.begin();
    const auto slow = ends_->source_session();
    slow->exec(ends_->many_writers() ? "BEGIN" : "BEGIN IMMEDIATE");
    slow->exec("UPDATE \"T x\" SET v = 'slow' WHERE id = 1");
    if (ends_->many_writers()) {
        app_->exec("UPDATE \"T x\" SET v = 'quick' WHERE id = 2");
    }

    EXPECT_TRUE(move.pass().complete);
    slow->exec("COMMIT");
    move.catch_up();

    EXPECT_EQ(ends_->target_dump(), ends_->source_dump());
}

TEST_P(SourceConformance, AChangeBehindTheSnapshotIsNotForgotten) {
    app_->exec(plain_table);
    PlainMove move{*ends_};
    move.begin();
    app_->exec("UPDATE \"T x\" SET v = 'first'");
    const Batch batch = move.apply();

    app_->exec("UPDATE \"T x\" SET v = 'second'");
    move.source->forget(batch);
    move.source->forget(batch);
    move.catch_up();

    EXPECT_EQ(ends_->target_dump(), ends_->source_dump());
}

TEST_P(SourceConformance, ABacklogIsCutIntoBatches) {
    app_->exec(plain_table);
    PlainMove move{*ends_};
    move.begin();
    for (int i = 0; i < 40; ++i) {
        const std::string id = std::to_string(100 + i);
        app_->exec("INSERT INTO \"T x\" VALUES (" + id + ", 'x')");
        app_->exec("UPDATE \"T x\" SET v = v || '!' WHERE id <= 2");
    }

    EXPECT_GT(move.catch_up(10), 3U);

    EXPECT_EQ(ends_->target_dump(), ends_->source_dump());
    EXPECT_EQ(move.pass().deltas, 0U);
}

TEST_P(SourceConformance, BucketsShareTheKeysOfABatchOut) {
    app_->exec(plain_table);
    PlainMove move{*ends_};
    move.begin();
    for (int i = 0; i < 50; ++i) {
        app_->exec("INSERT INTO \"T x\" VALUES (" + std::to_string(100 + i) + ", 'x')");
    }
    const Table& table = move.table("T x");
    const auto reader = move.source->open_reader();
    reader->begin(move.tables, PlainMove::lock_timeout);
    reader->snapshot();
    const Batch batch = reader->plan_batch(move.target->job(move.job)->watermark, 1'000'000);
    class Count : public RowSink {
      public:
        void push(RowBlock block) override { rows += block.rows; }
        std::uint64_t rows = 0;
    } count;

    for (std::uint32_t bucket = 0; bucket < 3; ++bucket) {
        reader->read_deltas(table, {.batch = &batch, .bucket = bucket, .buckets = 3}, count);
    }
    reader->end();

    EXPECT_EQ(count.rows, 50U);
}

TEST_P(SourceConformance, ValuesSwappedAcrossBatchesConflictUntilTheBatchIsWidened) {
    app_->exec(R"(CREATE TABLE t(id INTEGER PRIMARY KEY, u TEXT UNIQUE);
                  INSERT INTO t VALUES (1, 'a'), (2, 'b');)");
    PlainMove move{*ends_};
    move.begin();
    move.catch_up();
    move.run_schema(SchemaStage::After);
    app_->exec("UPDATE t SET u = 'tmp' WHERE id = 1");
    app_->exec("UPDATE t SET u = 'a' WHERE id = 2");
    app_->exec("UPDATE t SET u = 'b' WHERE id = 1");
    ASSERT_TRUE(move.table("t").has_other_unique);

    try {
        move.pass(1);
        FAIL() << "the first batch did not conflict";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Conflict);
    }
    move.pass(1, true);
    move.catch_up();

    EXPECT_EQ(ends_->target_dump(), ends_->source_dump());
}

TEST_P(SourceConformance, ChunksTileATableInBothForms) {
    app_->exec("CREATE TABLE t(a INTEGER, b TEXT, PRIMARY KEY (a, b))");
    app_->exec("CREATE TABLE no_key(a INTEGER)");
    for (int i = 0; i < 60; ++i) {
        app_->exec("INSERT INTO t VALUES (" + std::to_string(i / 2) + ", '" +
                   (i % 2 == 0 ? "x" : "y") + "'); INSERT INTO no_key VALUES (" +
                   std::to_string(i % 50) + ")");
    }
    PlainMove move{*ends_};
    move.capture();
    const auto reader = move.source->open_reader();

    for (const Table& table : move.tables) {
        for (const RowForm form : {RowForm::Copy, RowForm::Compare}) {
            CompareRows rows;
            Chunk chunk{.table_id = table.id};
            int chunks = 0;
            do {
                reader->begin({&table, 1}, PlainMove::lock_timeout);
                reader->snapshot();
                chunk.upper = reader->chunk_end(table, chunk.lower, 7, form);
                reader->read_chunk(table, chunk, form, rows);
                reader->end();
                chunk.lower = chunk.upper;
                ++chunks;
            } while (chunk.upper && chunks < 1'000);
            EXPECT_EQ(rows.count, 60U) << table.name.display();
            if (form == RowForm::Compare && table.key_shape == KeyShape::Columns) {
                EXPECT_EQ(std::set<std::string>(rows.keys.begin(), rows.keys.end()).size(), 60U);
                EXPECT_GT(chunks, 3);
            }
        }
    }
}

TEST_P(SourceConformance, ReadsKeysInBothForms) {
    app_->exec(plain_table);
    PlainMove move{*ends_};
    move.begin();
    const Table& table = move.table("T x");
    CompareRows all;
    const auto session = move.target->open_session(move.job);
    session->read_chunk(table, Chunk{.table_id = table.id}, all);
    ASSERT_EQ(all.keys.size(), 3U);
    app_->exec("DELETE FROM \"T x\" WHERE id = 2; UPDATE \"T x\" SET v = 'new' WHERE id = 3");
    const auto reader = move.source->open_reader();
    reader->begin({&table, 1}, PlainMove::lock_timeout);
    reader->snapshot();

    CompareRows found;
    reader->read_keys(table, all.keys, RowForm::Compare, found);
    session->begin();
    const auto writer = session->stage(table);
    reader->read_keys(table, all.keys, RowForm::Change, *writer);
    EXPECT_EQ(writer->finish(), 3U);
    const ApplyCounts counts = session->apply_stage(table);
    session->commit();
    reader->end();

    EXPECT_EQ(found.count, 2U);
    EXPECT_EQ(counts.keys, 3U);
    EXPECT_EQ(counts.rows_deleted, 1U);
    EXPECT_EQ(counts.rows_written, 1U);
    EXPECT_EQ(ends_->target_dump(), ends_->source_dump());
}

TEST_P(SourceConformance, AFreezeStopsWritersUntilItIsDestroyed) {
    app_->exec(plain_table);
    PlainMove move{*ends_};
    move.capture();
    auto freeze = move.source->open_freeze(move.tables);
    freeze->arm({});
    EXPECT_TRUE(app_->attempt("UPDATE \"T x\" SET v = 'armed'").done);

    freeze->block();
    EXPECT_THAT(freeze->prove_drained(), ::testing::Not(IsEmpty()));
    freeze->renew();
    EXPECT_TRUE(app_->attempt("UPDATE \"T x\" SET v = 'frozen'").waited);
    freeze.reset();

    EXPECT_TRUE(app_->attempt("UPDATE \"T x\" SET v = 'free'").done);
}

TEST_P(SourceConformance, AFreezeGivesUpOnAnOpenWriter) {
    app_->exec(plain_table);
    PlainMove move{*ends_};
    move.capture();
    const auto freeze = move.source->open_freeze(move.tables);
    freeze->arm({});
    const auto slow = ends_->source_session();
    slow->exec("BEGIN");
    slow->exec("UPDATE \"T x\" SET v = 'slow'");

    try {
        freeze->block();
        FAIL() << "blocked beside an open writer";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Busy);
    }

    slow->exec("COMMIT");
}

TEST_P(SourceConformance, AFenceRefusesEveryWriteUntilCaptureIsRemoved) {
    app_->exec(plain_table);
    const std::string schema = ends_->source_schema();
    PlainMove move{*ends_};
    move.capture();
    {
        const auto freeze = move.source->open_freeze(move.tables);
        freeze->arm({});
        freeze->block();
        freeze->fence("moved: use the new server's address");
    }

    for (const char* write : {"UPDATE \"T x\" SET v = 'late'", "DELETE FROM \"T x\"",
                              "INSERT INTO \"T x\" VALUES (50, 'late')"}) {
        const Outcome outcome = app_->attempt(write);
        EXPECT_FALSE(outcome.done) << write;
        EXPECT_THAT(outcome.message, HasSubstr("moved: use the new server's address"));
    }
    EXPECT_TRUE(move.source->fence_holds());
    EXPECT_TRUE(move.source->capture_state().fenced);
    move.source->remove_capture({.job = move.job}, {});

    EXPECT_TRUE(app_->attempt("UPDATE \"T x\" SET v = 'again'").done);
    EXPECT_FALSE(move.source->capture_state().installed);
    EXPECT_EQ(ends_->source_schema(), schema);
}

TEST_P(SourceConformance, CaptureIsIdempotentProvenAndLeavesNoTrace) {
    app_->exec(plain_table);
    const std::string schema = ends_->source_schema();
    const std::string rows = ends_->source_dump();
    PlainMove move{*ends_};

    move.capture();
    move.source->prove_capture();
    move.source->audit();
    const CaptureResult again = move.source->install_capture(move.tables, {.job = move.job}, {});
    EXPECT_EQ(again.already_captured, 1U);
    EXPECT_EQ(move.source->capture_state().job, "job");
    move.source->remove_capture({.job = move.job}, {});
    move.source->remove_capture({.job = move.job}, {});

    EXPECT_EQ(ends_->source_schema(), schema);
    EXPECT_EQ(ends_->source_dump(), rows);
}

TEST_P(SourceConformance, AChangedTableStopsThePass) {
    app_->exec(plain_table);
    PlainMove move{*ends_};
    move.begin();

    app_->exec("ALTER TABLE \"T x\" ADD COLUMN extra TEXT");

    expect_schema_change(move);
}

TEST_P(SourceConformance, CountersGoOnAboveTheLargestKey) {
    app_->exec(ends_->counting_table());
    app_->exec("INSERT INTO t(v) VALUES ('a'), ('b'), ('c')");
    PlainMove move{*ends_};
    move.begin();
    app_->exec("INSERT INTO t(v) VALUES ('d')");
    app_->exec("DELETE FROM t WHERE v = 'd'");
    move.catch_up();

    const auto reader = move.source->open_reader();
    reader->begin(move.tables, PlainMove::lock_timeout);
    reader->snapshot();
    const std::vector<SequenceState> sequences = reader->read_sequences();
    reader->end();
    move.target->wake(move.job, sequences, {});
    app_->exec("INSERT INTO t(v) VALUES ('e')");
    ends_->target_session()->exec("INSERT INTO t(v) VALUES ('e')");

    ASSERT_EQ(sequences.size(), 1U);
    EXPECT_EQ(ends_->target_dump(), ends_->source_dump());
}

TEST_P(SourceConformance, ABacklogIsCountedPerTable) {
    app_->exec(plain_table);
    PlainMove move{*ends_};
    move.begin();
    move.catch_up();
    const Cursor here = move.target->job(move.job)->watermark;

    app_->exec("UPDATE \"T x\" SET v = 'x'");

    std::uint64_t deltas = 0;
    for (const BacklogTable& table : move.source->backlog(here)) {
        deltas += table.deltas;
    }
    EXPECT_EQ(deltas, 3U);
}

}  // namespace
}  // namespace dbsync::test
