// SPDX-License-Identifier: MIT
// The target role on a real server: staged rows become the table's rows, whatever stands there.
#include "engine/postgres/target.hpp"

#include "base/error.hpp"
#include "target_tables.hpp"

#include <gmock/gmock.h>

namespace dbsync::postgres {
namespace {

using test::describe_tables;
using test::endpoint_of;
using test::PgRows;
using test::table_named;
using test::target_server;
using testing::ElementsAre;
using testing::HasSubstr;

class Gather : public RowSink {
  public:
    void push(RowBlock block) override {
        for (std::size_t i = 0; i < block.ends.size(); ++i) {
            keys.emplace_back(block.key(i));
            rows.emplace_back(block.row(i));
        }
    }
    std::vector<std::string> keys;
    std::vector<std::string> rows;
};

class PostgresTargetTest : public testing::Test {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_POSTGRES("system");
        database_ = target_server().create_database();
    }

    void create(const std::string& sql) {
        target_server().exec(sql, database_);
        tables_ = describe_tables(target_server(), database_);
        target_ = make_target(endpoint_of(target_server(), database_, user_));
        target_->prepare("job", "source 1");
        session_ = target_->open_session("job");
    }

    const Table& table(const std::string& name = "t") const { return table_named(tables_, name); }

    ApplyCounts apply(const std::string& lines, const std::string& name = "t") {
        session_->begin();
        try {
            const auto writer = session_->stage(table(name));
            writer->push({.bytes = lines});
            writer->finish();
            const ApplyCounts counts = session_->apply_stage(table(name));
            session_->commit();
            return counts;
        } catch (...) {
            session_->rollback();
            throw;
        }
    }

    // The table's rows, one line each.
    std::vector<std::string> rows(const std::string& name = "t") const {
        return target_server().session(database_).copy_out(
            "COPY (SELECT * FROM \"" + name + "\" ORDER BY 1) TO STDOUT");
    }
    std::string value(const std::string& sql) const {
        return target_server().value(sql, database_);
    }

    std::string database_;
    std::string user_ = "postgres";
    std::vector<Table> tables_;
    std::unique_ptr<Target> target_;
    std::unique_ptr<TargetSession> session_;
};

TEST_F(PostgresTargetTest, MakesRowsEqualAndCountsWhatChanged) {
    create("CREATE TABLE t (id integer PRIMARY KEY, v text);"
           "INSERT INTO t VALUES (1, 'same'), (2, 'old'), (3, 'goes')");
    const ApplyCounts counts =
        apply("1\tt\t1\tsame\n2\tt\t2\tnew\n3\tf\t\\N\t\\N\n4\tt\t4\ta\\tb\\\\\n9\tf\t\\N\t\\N\n");
    EXPECT_EQ(counts.keys, 5U);
    EXPECT_EQ(counts.rows_written, 2U);
    EXPECT_EQ(counts.rows_deleted, 1U);
    EXPECT_THAT(rows(), ElementsAre("1\tsame", "2\tnew", "4\ta\\tb\\\\"));
    EXPECT_EQ(apply("4\tf\t\\N\t\\N\n").keys, 1U);
    EXPECT_EQ(rows().size(), 2U);
}

TEST_F(PostgresTargetTest, SwapsUniqueValuesWithinAStage) {
    create("CREATE TABLE t (id integer PRIMARY KEY, u text UNIQUE);"
           "INSERT INTO t VALUES (1, 'a'), (2, 'b')");
    apply("1\tt\t1\tb\n2\tt\t2\ta\n");
    EXPECT_THAT(rows(), ElementsAre("1\tb", "2\ta"));
}

TEST_F(PostgresTargetTest, ReportsARowOutsideTheStageThatIsInTheWay) {
    create("CREATE TABLE t (id integer PRIMARY KEY, u text UNIQUE); INSERT INTO t VALUES (1, 'a')");
    try {
        apply("2\tt\t2\ta\n");
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Conflict);
        EXPECT_EQ(error.fields().table, "public.t");
    }
    EXPECT_EQ(apply("2\tt\t2\tb\n").rows_written, 1U);  // the session goes on
}

TEST_F(PostgresTargetTest, AppliesByADeferrableKey) {
    create("CREATE TABLE t (id integer PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, v text);"
           "INSERT INTO t VALUES (1, 'a')");
    apply("1\tt\t1\tb\n2\tt\t2\tc\n");
    EXPECT_THAT(rows(), ElementsAre("1\tb", "2\tc"));
}

TEST_F(PostgresTargetTest, WritesEqualKeysWithOtherBytes) {
    create("CREATE TABLE t (k numeric PRIMARY KEY, j json); INSERT INTO t VALUES (1.0, '{}')");
    apply("1.00\tt\t1.00\t{\"a\":  1}\n");
    EXPECT_THAT(rows(), ElementsAre("1.00\t{\"a\":  1}"));
}

TEST_F(PostgresTargetTest, LeavesGeneratedColumnsAloneAndSetsIdentities) {
    create("CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v integer,"
           " d integer GENERATED ALWAYS AS (v * 2) STORED);"
           "CREATE TABLE o (k text PRIMARY KEY, n bigint GENERATED ALWAYS AS IDENTITY)");
    apply("7\tt\t7\t10\n");
    apply("7\tt\t7\t11\n");
    EXPECT_THAT(rows(), ElementsAre("7\t11\t22"));
    apply("x\tt\tx\t5\n", "o");
    apply("x\tt\tx\t6\n", "o");
    EXPECT_THAT(rows("o"), ElementsAre("x\t6"));
}

TEST_F(PostgresTargetTest, CopesWithDomainsThatForbidNullAndNastyNames) {
    create("CREATE DOMAIN pos AS integer NOT NULL CHECK (VALUE > 0);"
           "CREATE DOMAIN code AS varchar(5);"
           "CREATE TABLE \"T \"\"x\"\".y\" (\"k1\" code, present pos, \"select\" text,"
           " PRIMARY KEY (\"select\", \"k1\"))");
    const std::string name = "T \"x\".y";
    apply("a b\tx\tt\tx\t3\ta b\nq\tq\tf\t\\N\t\\N\t\\N\n", name);
    EXPECT_EQ(value("SELECT count(*) FROM \"T \"\"x\"\".y\" WHERE present = 3"), "1");
}

TEST_F(PostgresTargetTest, AppliesThroughThePartitionedRoot) {
    create("CREATE TABLE t (k integer, at integer, v text, PRIMARY KEY (k, at))"
           " PARTITION BY RANGE (at);"
           "CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10);"
           "CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20);"
           "INSERT INTO t VALUES (1, 1, 'a'), (2, 11, 'b')");
    const ApplyCounts counts = apply("1\t1\tf\t\\N\t\\N\t\\N\n1\t12\tt\t1\t12\tmoved\n");
    EXPECT_EQ(counts.rows_deleted, 1U);
    EXPECT_EQ(value("SELECT count(*) FROM t2"), "2");
}

TEST_F(PostgresTargetTest, TouchesOnlyTheTableItselfWhereOthersInherit) {
    create("CREATE TABLE t (id integer PRIMARY KEY); CREATE TABLE kid () INHERITS (t);"
           "INSERT INTO t VALUES (1); INSERT INTO kid VALUES (1)");
    apply("1\tf\t\\N\n");
    EXPECT_EQ(value("SELECT count(*) FROM t"), "1");
    EXPECT_EQ(value("SELECT count(*) FROM kid"), "1");
}

TEST_F(PostgresTargetTest, ReplacesRowsWithoutAKeyByTheirHash) {
    create("CREATE TABLE t (a integer, b text);"
           "INSERT INTO t VALUES (1, 'x'), (1, 'x'), (1, 'x'), (2, NULL), (3, 'stays')");
    const auto hash = [&](const std::string& row) {
        return value("SELECT hashtextextended((" + row + ")::text, 0)");
    };
    const std::string one = hash("ROW(1, 'x')");
    const std::string two = hash("ROW(2, NULL)");
    const ApplyCounts counts =
        apply(one + "\tt\t1\tx\n" + one + "\tt\t1\tx\n" + two + "\tf\t\\N\t\\N\n");
    EXPECT_EQ(counts.keys, 2U);
    EXPECT_EQ(counts.rows_deleted, 4U);
    EXPECT_EQ(counts.rows_written, 2U);
    EXPECT_THAT(rows(), ElementsAre("1\tx", "1\tx", "3\tstays"));
}

TEST_F(PostgresTargetTest, KeepsTriggersAndForeignKeysAsleep) {
    create("CREATE TABLE p (id integer PRIMARY KEY);"
           "CREATE TABLE t (id integer PRIMARY KEY, p integer REFERENCES p);"
           "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS"
           " $$ BEGIN RAISE 'fired'; END $$;"
           "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()");
    EXPECT_EQ(apply("1\tt\t1\t77\n").rows_written, 1U);
}

TEST_F(PostgresTargetTest, NotesAppliedKeysOnceAVerificationHasBegun) {
    create("CREATE TABLE t (k text, b boolean, c character(4), PRIMARY KEY (k, b, c));"
           "CREATE TABLE e (k text PRIMARY KEY)");
    apply("early\tt\tx   \tf\t\\N\t\\N\t\\N\n");
    EXPECT_TRUE(session_->unverified_keys(table(), "", 10).empty());
    target_->begin_verification("job", tables_);
    const std::string key = "a\\tb\\\\c\\nd\\re\\vf\\bg\\fh\tt\tx   ";
    apply(key + "\tf\t\\N\t\\N\t\\N\n");
    EXPECT_THAT(session_->unverified_keys(table(), "", 10), ElementsAre(key));
    EXPECT_TRUE(session_->unverified_keys(table(), key, 10).empty());
    session_->remove_unverified(table(), std::vector<std::string>{key});
    EXPECT_TRUE(session_->unverified_keys(table(), "", 10).empty());

    apply("\tf\t\\N\n", "e");  // a key that is an empty text
    EXPECT_THAT(session_->unverified_keys(table("e"), "", 10), ElementsAre(""));
    EXPECT_TRUE(session_->unverified_keys(table("e"), "", 10).empty());
    EXPECT_THAT(session_->unverified_keys(table("e"), "", 10), ElementsAre(""));
}

TEST_F(PostgresTargetTest, PagesThroughUnverifiedKeys) {
    create("CREATE TABLE t (k text PRIMARY KEY)");
    const std::vector<std::string> keys{"a", "b", "", "c", "d\\\"{}", "e"};
    session_->add_unverified(table(), keys);
    session_->add_unverified(table(), keys);
    std::vector<std::string> seen;
    for (std::string after;;) {
        const auto page = session_->unverified_keys(table(), after, 2);
        if (page.empty()) {
            break;
        }
        seen.insert(seen.end(), page.begin(), page.end());
        after = page.back();
        ASSERT_LE(seen.size(), keys.size());
    }
    EXPECT_THAT(seen, testing::UnorderedElementsAreArray(keys));
}

TEST_F(PostgresTargetTest, ReadsTheKeysItIsAskedFor) {
    create("CREATE TABLE t (k text PRIMARY KEY, v integer,"
           " g integer GENERATED ALWAYS AS (v) STORED);"
           "INSERT INTO t VALUES ('a', 1), ('b\t', 2), ('c', 3)");
    Gather some;
    session_->read_keys(table(), std::vector<std::string>{"b\\t", "none"}, some);
    EXPECT_THAT(some.keys, ElementsAre("b\\t"));
    EXPECT_THAT(some.rows, ElementsAre("b\\t\tb\\t\t2\t2\n"));
    Gather all;
    session_->read_chunk(table(), Chunk{.table_id = table().id}, all);
    EXPECT_EQ(all.rows.size(), 3U);
}

TEST_F(PostgresTargetTest, RecordsChunksWithTheirRows) {
    create("CREATE TABLE t (id integer PRIMARY KEY)");
    const Chunk chunk{.table_id = table().id, .number = 0, .lower = {}, .upper = "5\\'"};
    session_->begin();
    session_->record_chunk_plan({&chunk, 1});
    session_->commit();
    session_->begin();
    {
        const auto writer = session_->copy_into(table());
        writer->push({.bytes = "1\n2\n"});
        EXPECT_EQ(writer->finish(), 2U);
    }
    session_->record_chunk(chunk, 2, 4);
    session_->commit();
    const auto chunks = target_->chunks("job");
    ASSERT_EQ(chunks.size(), 1U);
    EXPECT_TRUE(chunks[0].done);
    EXPECT_EQ(chunks[0].rows, 2U);
    EXPECT_EQ(chunks[0].chunk.upper, "5\\'");
    EXPECT_TRUE(target_->chunks("other").empty());
    session_->begin();
    EXPECT_THROW(session_->record_chunk(chunk, 2, 4), Error);
    session_->rollback();
    session_->begin();
    EXPECT_EQ(session_->clear_table(table()), 2U);
    session_->commit();
    EXPECT_TRUE(rows().empty());
}

TEST_F(PostgresTargetTest, GivesUpACopyThatIsNotFinished) {
    create("CREATE TABLE t (id integer PRIMARY KEY)");
    session_->begin();
    session_->copy_into(table())->push({.bytes = "1\n"});
    session_->rollback();
    session_->begin();
    session_->commit();
    EXPECT_TRUE(rows().empty());
}

TEST_F(PostgresTargetTest, MovesTheWatermarkOnlyFromWhereItIs) {
    create("CREATE TABLE t (id integer PRIMARY KEY)");
    session_->begin();
    session_->set_watermark(Cursor{}, Cursor{"1:2:"}, 77);
    session_->commit();
    EXPECT_EQ(target_->job("job")->watermark, Cursor{"1:2:"});
    session_->begin();
    try {
        session_->set_watermark(Cursor{}, Cursor{"3"}, 78);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::JobBusy);
    }
    session_->rollback();
}

TEST_F(PostgresTargetTest, TellsThatTheAnswerToCommitWasLost) {
    create("CREATE TABLE t (id integer PRIMARY KEY);"
           "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS"
           " $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;"
           "CREATE CONSTRAINT TRIGGER x AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED"
           " FOR EACH ROW EXECUTE FUNCTION die(); ALTER TABLE t ENABLE ALWAYS TRIGGER x");
    session_->begin();
    {
        const auto writer = session_->copy_into(table());
        writer->push({.bytes = "1\n"});
        writer->finish();
    }
    try {
        session_->commit();
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Connection);
        EXPECT_TRUE(error.fields().commit_unknown);
    }
}

TEST_F(PostgresTargetTest, SetsSequencesAboveEveryValueInUseAndWakesOnce) {
    create("CREATE TABLE t (id serial PRIMARY KEY); INSERT INTO t VALUES (50);"
           "CREATE SEQUENCE \"S x\"; CREATE TABLE woken ()");
    const std::vector<SequenceState> sequences{{"public", "t_id_seq", 7, true},
                                               {"public", "S x", 9, false}};
    const SchemaItem item{.id = "v", .stage = SchemaStage::Asleep, .description = "VIEW public v",
                          .sql = "CREATE VIEW public.v AS SELECT 1"};
    target_->wake("job", sequences, {&item, 1});
    target_->wake("job", sequences, {&item, 1});
    EXPECT_EQ(value("SELECT nextval('t_id_seq')"), "51");
    EXPECT_EQ(value("SELECT nextval('\"S x\"')"), "9");
    EXPECT_TRUE(target_->job("job")->woken);
}

TEST_F(PostgresTargetTest, KeepsJobsApartAndRemovesWhatItMade) {
    create("CREATE TABLE t (id integer PRIMARY KEY)");
    target_->prepare("other", "source 2");
    target_->prepare("job", "source 1");
    EXPECT_THROW(target_->prepare("job", "source 2"), Error);
    target_->remove("job");
    EXPECT_FALSE(target_->job("job"));
    EXPECT_TRUE(target_->job("other"));
    target_->remove("other");
    target_->remove("other");
    EXPECT_EQ(value("SELECT count(*) FROM pg_namespace WHERE nspname = 'dbsync'"), "0");
}

TEST_F(PostgresTargetTest, IsClaimedByOneProcessAtATime) {
    create("");
    auto claim = target_->claim("job");
    EXPECT_THROW(static_cast<void>(target_->claim("job")), Error);
    EXPECT_NO_THROW(static_cast<void>(target_->claim("other")));
    claim.reset();
    EXPECT_NO_THROW(static_cast<void>(target_->claim("job")));
    EXPECT_THAT(target_->identity(), HasSubstr("postgresql system "));
    EXPECT_THAT(target_->identity(), HasSubstr(" timeline 1"));
    EXPECT_THAT(target_->describe(), HasSubstr("PostgreSQL "));
}

TEST_F(PostgresTargetTest, FindsTablesThatHoldRowsItDidNotWrite) {
    create("CREATE TABLE t (id integer PRIMARY KEY); INSERT INTO t VALUES (1)");
    const auto fails = [&](const std::string& job) {
        const auto findings = target_->inspect(tables_, job);
        return std::count_if(findings.begin(), findings.end(), [](const Finding& finding) {
            return finding.severity == Severity::Fail;
        });
    };
    EXPECT_EQ(fails("job"), 0);
    EXPECT_EQ(fails("another"), 1);
}

TEST_F(PostgresTargetTest, AdoptsARestoredCopyOfTheSource) {
    create("CREATE TABLE t (id integer PRIMARY KEY, v text)");
    target_->remove("job");
    target_server().exec(
        "CREATE SCHEMA dbsync; CREATE TABLE dbsync.captured_table (id integer);"
        "CREATE FUNCTION dbsync.f() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RETURN NULL; END $$;"
        "CREATE TRIGGER dbsync_1 AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION dbsync.f()",
        database_);
    target_->adopt("job", tables_);
    EXPECT_EQ(value("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'dbsync%'"), "0");
    target_->prepare("job", "source 1");
    target_->adopt("job", tables_);
    EXPECT_TRUE(target_->job("job"));
    target_server().exec("ALTER TABLE t ALTER v TYPE varchar(3)", database_);
    try {
        target_->adopt("job", tables_);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Precondition);
        EXPECT_THAT(error.what(), HasSubstr("character varying(3)"));
    }
}

// A role that may not put foreign keys to sleep.
class WithoutReplicaRole : public PostgresTargetTest {
  protected:
    void SetUp() override {
        PostgresTargetTest::SetUp();
        if (IsSkipped()) {
            return;
        }
        user_ = "plain_target";
        target_server().exec("DO $$ BEGIN CREATE ROLE plain_target LOGIN;"
                             " EXCEPTION WHEN duplicate_object THEN END $$;"
                             "ALTER DATABASE " + database_ + " OWNER TO plain_target;"
                             "ALTER SCHEMA public OWNER TO plain_target", database_);
    }
};

TEST_F(WithoutReplicaRole, AppliesAndRefusesToCascade) {
    create("SET ROLE plain_target;"
           "CREATE TABLE t (id integer PRIMARY KEY, u text UNIQUE);"
           "CREATE TABLE kid (t integer PRIMARY KEY REFERENCES t DEFERRABLE INITIALLY IMMEDIATE);"
           "INSERT INTO t VALUES (1, 'a'), (2, 'b'); INSERT INTO kid VALUES (1)");
    EXPECT_EQ(apply("3\tt\t3\tc\n").rows_written, 1U);
    create("ALTER TABLE kid DROP CONSTRAINT kid_t_fkey,"
           " ADD FOREIGN KEY (t) REFERENCES t ON DELETE CASCADE");
    try {
        apply("3\tt\t3\td\n");
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Permission);
        EXPECT_THAT(error.fields().hint, HasSubstr("session_replication_role"));
    }
    EXPECT_THAT(rows("kid"), ElementsAre("1"));
    const auto findings = target_->inspect(tables_, "job");
    EXPECT_TRUE(std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
        return finding.severity == Severity::Warn &&
               finding.message.find("session_replication_role") != std::string::npos;
    }));
}

}  // namespace
}  // namespace dbsync::postgres
