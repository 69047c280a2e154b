// SPDX-License-Identifier: MIT
// The contract of engine/target.hpp, executable: the same claims for every engine.
#include "base/error.hpp"
#include "engine/conformance.hpp"

#include <algorithm>

namespace dbsync::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class TargetConformance : public Conformance {
  protected:
    void SetUp() override {
        Conformance::SetUp();
        if (ends_) {
            app_->exec(R"(CREATE TABLE "T x"(id INTEGER PRIMARY KEY, v TEXT);
                          INSERT INTO "T x" VALUES (1, 'a'), (2, 'b'), (3, 'c');)");
        }
    }

    template <class Step>
    ErrorKind kind_of(Step&& step) {
        try {
            step();
        } catch (const Error& error) {
            return error.kind();
        }
        ADD_FAILURE() << "nothing was thrown";
        return ErrorKind::Internal;
    }
};
DBSYNC_EVERY_ENGINE(TargetConformance);

TEST_P(TargetConformance, AJobIsUnknownBeforeAndRememberedAfterPrepare) {
    PlainMove move{*ends_};
    EXPECT_FALSE(move.target->job("job").has_value());

    move.target->prepare("job", "source");
    move.target->prepare("job", "source");

    const std::optional<TargetJob> job = move.target->job("job");
    ASSERT_TRUE(job.has_value());
    EXPECT_EQ(job->source_identity, "source");
    EXPECT_EQ(job->watermark, Cursor{});
    EXPECT_FALSE(job->rows_copied || job->indexes_built || job->tracks_unverified ||
                 job->verified || job->woken);
    EXPECT_EQ(kind_of([&] { move.target->prepare("job", "another"); }), ErrorKind::Precondition);
}

TEST_P(TargetConformance, FlagsAreRemembered) {
    PlainMove move{*ends_};
    move.target->prepare("job", "source");

    move.target->set_rows_copied("job");
    move.target->set_indexes_built("job");
    move.target->begin_verification("job", {});
    move.target->end_verification("job", true);
    move.target->wake("job", {}, {});

    const TargetJob job = *move.target->job("job");
    EXPECT_TRUE(job.rows_copied && job.indexes_built && job.tracks_unverified && job.verified &&
                job.woken);
}

TEST_P(TargetConformance, TheWatermarkMovesOnlyFromWhereItWas) {
    PlainMove move{*ends_};
    move.target->prepare("job", "source");
    const auto session = move.target->open_session("job");
    session->begin();
    session->set_watermark(Cursor{}, Cursor{"1:1:"}, 42);
    session->commit();

    session->begin();
    EXPECT_EQ(kind_of([&] { session->set_watermark(Cursor{}, Cursor{"2:2:"}, 43); }),
              ErrorKind::JobBusy);
    session->rollback();

    EXPECT_EQ(move.target->job("job")->watermark, Cursor{"1:1:"});
    EXPECT_EQ(move.target->job("job")->watermark_unix_us, 42);
}

TEST_P(TargetConformance, RowsLedgerAndWatermarkAreCommittedTogetherOrNotAtAll) {
    PlainMove move{*ends_};
    move.begin();
    app_->exec("UPDATE \"T x\" SET v = 'new'");
    const std::string before = ends_->target_dump();
    const auto reader = move.source->open_reader();
    reader->begin(move.tables, PlainMove::lock_timeout);
    reader->snapshot();
    const Batch batch = reader->plan_batch(Cursor{}, 1'000);
    {
        const auto session = move.target->open_session(move.job);
        session->begin();
        const auto writer = session->stage(move.tables[0]);
        reader->read_deltas(move.tables[0], {.batch = &batch}, *writer);
        writer->finish();
        session->apply_stage(move.tables[0]);
        session->set_watermark(Cursor{}, batch.to, 1);
    }
    reader->end();

    EXPECT_EQ(ends_->target_dump(), before);
    EXPECT_EQ(move.target->job(move.job)->watermark, Cursor{});
    move.catch_up();
    EXPECT_EQ(ends_->target_dump(), ends_->source_dump());
}

TEST_P(TargetConformance, AnAbandonedWriterLeavesNoRows) {
    PlainMove move{*ends_};
    move.begin();
    const Table& table = move.tables[0];
    {
        const auto session = move.target->open_session(move.job);
        session->begin();
        session->clear_table(table);
        session->commit();
    }
    const auto reader = move.source->open_reader();
    reader->begin(move.tables, PlainMove::lock_timeout);
    reader->snapshot();
    const auto session = move.target->open_session(move.job);
    session->begin();
    {
        const auto writer = session->copy_into(table);
        reader->read_chunk(table, Chunk{.table_id = table.id}, RowForm::Copy, *writer);
    }
    reader->end();
    try {
        session->commit();
    } catch (const Error&) {
        session->rollback();
    }

    EXPECT_THAT(target_rows(move, table), IsEmpty());
}

TEST_P(TargetConformance, AChunkIsDoneOnce) {
    PlainMove move{*ends_};
    move.begin();
    const std::vector<ChunkRecord> chunks = move.target->chunks(move.job);
    ASSERT_THAT(chunks, SizeIs(1));
    EXPECT_TRUE(chunks[0].done);
    EXPECT_EQ(chunks[0].rows, 3U);
    EXPECT_FALSE(chunks[0].chunk.lower || chunks[0].chunk.upper);

    const auto session = move.target->open_session(move.job);
    session->begin();
    EXPECT_EQ(kind_of([&] { session->record_chunk(chunks[0].chunk, 3, 0); }), ErrorKind::Conflict);
    session->rollback();
}

TEST_P(TargetConformance, AppliedKeysAreUnverifiedOnceAVerificationHasBegun) {
    PlainMove move{*ends_};
    move.begin();
    const Table& table = move.tables[0];
    app_->exec("UPDATE \"T x\" SET v = 'before' WHERE id = 1");
    move.catch_up();
    const auto session = move.target->open_session(move.job);
    EXPECT_THAT(session->unverified_keys(table, "", 10), IsEmpty());

    move.target->begin_verification(move.job, move.tables);
    app_->exec("UPDATE \"T x\" SET v = 'after' WHERE id = 2; DELETE FROM \"T x\" WHERE id = 3");
    move.catch_up();
    const std::vector<std::string> keys = session->unverified_keys(table, "", 10);

    ASSERT_THAT(keys, SizeIs(2));
    CompareRows found;
    session->read_keys(table, keys, found);
    ASSERT_THAT(found.keys, SizeIs(1));
    EXPECT_EQ(std::count(keys.begin(), keys.end(), found.keys[0]), 1);
    EXPECT_THAT(session->unverified_keys(table, keys[0], 10), ElementsAre(keys[1]));
    EXPECT_THAT(session->unverified_keys(table, "", 1), ElementsAre(keys[0]));
    session->remove_unverified(table, keys);
    EXPECT_THAT(session->unverified_keys(table, "", 10), IsEmpty());
}

TEST_P(TargetConformance, TheUnverifiedSetIsASetAndABeginEmptiesIt) {
    PlainMove move{*ends_};
    move.begin();
    const Table& table = move.tables[0];
    move.target->begin_verification(move.job, move.tables);
    CompareRows all;
    const auto session = move.target->open_session(move.job);
    session->read_chunk(table, Chunk{.table_id = table.id}, all);

    session->add_unverified(table, all.keys);
    session->add_unverified(table, all.keys);
    session->begin();
    session->mark_table_unverified(table);
    session->mark_table_unverified(table);
    session->commit();
    EXPECT_THAT(session->unverified_keys(table, "", 10), SizeIs(3));
    EXPECT_THAT(move.target->unverified_tables(move.job), ElementsAre(table.id));
    move.target->clear_unverified_table(move.job, table.id);
    EXPECT_THAT(move.target->unverified_tables(move.job), IsEmpty());
    move.target->begin_verification(move.job, move.tables);

    EXPECT_THAT(session->unverified_keys(table, "", 10), IsEmpty());
}

TEST_P(TargetConformance, SchemaItemsAreRunOnce) {
    PlainMove move{*ends_};
    move.capture();
    move.target->prepare("job", "source");
    const std::vector<SchemaItem> schema = move.source->export_schema(move.tables);
    const auto table = std::find_if(schema.begin(), schema.end(), [](const SchemaItem& item) {
        return item.stage == SchemaStage::Before && item.sql.find("T x") != std::string::npos;
    });
    ASSERT_NE(table, schema.end());
    SchemaItem another = *table;
    another.id = "another";

    move.target->run_schema("job", {&*table, 1});
    move.target->run_schema("job", {&*table, 1});

    EXPECT_THROW(move.target->run_schema("job", {&another, 1}), Error);
}

TEST_P(TargetConformance, TriggersSleepUntilTheyAreWoken) {
    app_->exec("CREATE TABLE log(id INTEGER PRIMARY KEY, v TEXT)");
    app_->exec(ends_->logging_trigger());
    PlainMove move{*ends_};
    move.begin();
    app_->exec("INSERT INTO \"T x\" VALUES (4, 'd')");
    move.catch_up();
    EXPECT_EQ(ends_->target_dump(), ends_->source_dump());

    std::vector<SchemaItem> asleep;
    std::copy_if(move.schema.begin(), move.schema.end(), std::back_inserter(asleep),
                 [](const SchemaItem& item) { return item.stage == SchemaStage::Asleep; });
    move.target->wake(move.job, {}, asleep);
    move.target->wake(move.job, {}, asleep);
    app_->exec("INSERT INTO \"T x\" VALUES (5, 'e')");
    ends_->target_session()->exec("INSERT INTO \"T x\" VALUES (5, 'e')");

    EXPECT_EQ(ends_->target_dump(), ends_->source_dump());
}

TEST_P(TargetConformance, NothingOfDbsyncIsLeftAfterRemove) {
    app_->exec("CREATE INDEX i ON \"T x\"(v)");
    const std::string schema = ends_->source_schema();
    PlainMove move{*ends_};
    move.begin();
    move.catch_up();
    for (const SchemaStage stage : {SchemaStage::After, SchemaStage::Last}) {
        move.run_schema(stage);
    }
    move.target->analyze(move.tables[0]);
    move.target->begin_verification(move.job, move.tables);
    move.target->wake(move.job, {}, {});

    move.target->remove(move.job);
    move.target->remove(move.job);

    EXPECT_EQ(ends_->target_schema(), schema);
    EXPECT_EQ(ends_->target_dump(), ends_->source_dump());
    EXPECT_FALSE(move.target->job(move.job).has_value());
}

TEST_P(TargetConformance, RowsThatNoJobWroteAreAReasonToRefuse) {
    ends_->target_session()->exec(
        "CREATE TABLE \"T x\"(id INTEGER PRIMARY KEY, v TEXT);"
        " INSERT INTO \"T x\" VALUES (9, 'z')");
    PlainMove move{*ends_};
    const std::vector<Table> tables = move.source->inspect({}).tables;

    const std::vector<Finding> findings = move.target->inspect(tables, "job");

    EXPECT_TRUE(std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
        return finding.severity == Severity::Fail && finding.subject == tables[0].name.display();
    }));
}

TEST_P(TargetConformance, OneProcessWorksOnAJobAtATime) {
    PlainMove move{*ends_};
    move.target->prepare("job", "source");
    const auto held = move.target->claim("job");
    const auto other = open_target(ends_->target());

    EXPECT_EQ(kind_of([&] { static_cast<void>(other->claim("job")); }), ErrorKind::JobBusy);
}

}  // namespace
}  // namespace dbsync::test
