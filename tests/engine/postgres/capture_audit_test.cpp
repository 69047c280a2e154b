// SPDX-License-Identifier: MIT
// What is noticed of changes that no capture trigger tells of, and how they are mended.
#include "engine/postgres/capture_audit.hpp"

#include "base/error.hpp"
#include "engine/postgres/capture.hpp"
#include "engine/postgres/catalog.hpp"
#include "engine/postgres/inspect.hpp"
#include "support/postgres_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace dbsync::postgres {
namespace {

using ::testing::HasSubstr;

class CaptureAuditTest : public ::testing::Test {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_POSTGRES("system");
        database_ = test::source_server().create_database();
        app_ = std::make_unique<test::PgSession>(test::source_server().url(database_));
        connection_ = std::make_unique<Connection>(
            Endpoint::parse(test::source_server().url(database_), ""),
            SessionOptions{.purpose = "test"});
    }

    CaptureResult install() {
        return install_capture(*connection_, inspect_source(*connection_, TableFilter{}).tables,
                               {.job = "job"}, {});
    }

    // What the audit says, and its hint in a second line; empty if nothing has changed.
    std::string finding() {
        try {
            audit(*connection_, captured_tables(*connection_));
            return "";
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::SchemaChanged);
            return std::string{error.what()} + "\n" + error.fields().hint;
        }
    }

    // How many tables were marked to be read anew since the last call.
    std::string take_marks() {
        const std::string marked = app_->value("SELECT count(*) FROM dbsync.whole_delta");
        app_->exec("DELETE FROM dbsync.whole_delta");
        return marked;
    }

    void expect_mended_by_reading_anew(const std::string& change) {
        EXPECT_THAT(finding(), HasSubstr("run start-capture again")) << change;
        install();
        EXPECT_EQ(finding(), "") << change;
        EXPECT_EQ(take_marks(), "1") << change;
    }

    std::string database_;
    std::unique_ptr<test::PgSession> app_;
    std::unique_ptr<Connection> connection_;
};

TEST_F(CaptureAuditTest, NamesEachChange) {
    struct Case {
        const char* change;
        const char* named;
    };
    const std::vector<Case> cases{
        {"ALTER TABLE t ADD COLUMN extra int", "column extra is new"},
        {"ALTER TABLE t DROP COLUMN v", "column v is gone"},
        {"ALTER TABLE t RENAME COLUMN v TO w", "column v is gone, column w is new"},
        {"ALTER TABLE t ALTER COLUMN v TYPE bigint", "column v was integer and is bigint"},
        {"ALTER TABLE t ALTER COLUMN v SET NOT NULL", "column v is NOT NULL now"},
        {"ALTER TABLE t DROP CONSTRAINT t_pkey", "key is gone"},
        {"ALTER TABLE t RENAME TO u", "is called public.u now"},
        {"DROP TABLE t", "was dropped"},
        {"ALTER TABLE t DISABLE TRIGGER USER", "capture trigger"},
        {"ALTER TABLE t ENABLE TRIGGER dbsync_1_u", "capture trigger dbsync_1_u"},
        {"DROP TRIGGER dbsync_1_t ON t", "capture trigger dbsync_1_t"},
        {"CREATE TABLE h () INHERITS (t)", "inheritance"},
        {"DROP TABLE dbsync.delta_1_0", "delta_1_0 was dropped"},
    };
    app_->exec("CREATE TABLE t (id int PRIMARY KEY, v int)");
    install();
    EXPECT_NO_THROW(audit(*connection_, {}));
    for (const Case& c : cases) {
        connection_->run(std::string{"BEGIN; SET LOCAL search_path = public; "} + c.change +
                         "; SET LOCAL search_path = pg_catalog");
        try {
            audit(*connection_, captured_tables(*connection_));
            ADD_FAILURE() << "not noticed: " << c.change;
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::SchemaChanged) << c.change;
            EXPECT_THAT(error.what(), HasSubstr(c.named)) << c.change;
            EXPECT_FALSE(error.fields().hint.empty());
        }
        connection_->rollback();
    }
}

TEST_F(CaptureAuditTest, ReportsAPartitionMadeLaterAndClosesTheGap) {
    app_->exec("CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id)");
    install();
    app_->exec("CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)");
    EXPECT_THAT(finding(), HasSubstr("public.p1"));
    expect_mended_by_reading_anew("a new partition");
}

TEST_F(CaptureAuditTest, MissesNoPartitionThatIsTakenAway) {
    struct Case {
        const char* change;
        const char* named;
    };
    const std::vector<Case> cases{
        {"DROP TABLE p1", "partition public.p1 was dropped"},
        {"DROP TABLE p3; CREATE TABLE p3 PARTITION OF p FOR VALUES IN (3)", "public.p3"},
        {"ALTER TABLE p DETACH PARTITION p3", "partition public.p3 was detached"},
        {"ALTER TABLE p DETACH PARTITION p2; UPDATE p2 SET v = 'past the triggers';"
         "ALTER TABLE p ATTACH PARTITION p2 FOR VALUES IN (2)",
         "partition public.p2 was detached and attached again"},
        {"DROP TABLE p2a", "partition public.p2a was dropped"},
        {"ALTER TABLE p2 DETACH PARTITION p2b; DROP TABLE p2b", "partition public.p2b was dropped"},
        {"DROP TABLE p2", "partition public.p2 was dropped"},
    };
    app_->exec(
        "CREATE TABLE p (id int, r int, v text, PRIMARY KEY (id, r)) PARTITION BY LIST (r);"
        "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);"
        "CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2) PARTITION BY RANGE (id);"
        "CREATE TABLE p2a PARTITION OF p2 FOR VALUES FROM (0) TO (100);"
        "CREATE TABLE p2b PARTITION OF p2 FOR VALUES FROM (100) TO (200);"
        "CREATE TABLE p3 PARTITION OF p FOR VALUES IN (3);"
        "INSERT INTO p VALUES (1, 1, 'a'), (2, 2, 'b')");
    install();
    EXPECT_EQ(finding(), "");
    for (const Case& c : cases) {
        app_->exec(c.change);
        EXPECT_THAT(finding(), HasSubstr(c.named)) << c.change;
        expect_mended_by_reading_anew(c.change);
    }
}

TEST_F(CaptureAuditTest, MissesNoRowsThatAnAlterHasWrittenAnew) {
    app_->exec(
        "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a');"
        "CREATE TABLE p (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);"
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);"
        "INSERT INTO p VALUES (1, 'a')");
    install();
    for (const char* table : {"t", "p"}) {
        const std::string change =
            "ALTER TABLE " + std::string{table} + " ALTER COLUMN v TYPE text USING upper(v)";
        app_->exec(change);
        EXPECT_THAT(finding(), HasSubstr("table public." + std::string{table})) << change;
        EXPECT_THAT(finding(), HasSubstr("its rows written anew")) << change;
        expect_mended_by_reading_anew(change);
    }
}

TEST_F(CaptureAuditTest, MissesNoNewExpressionOfAGeneratedColumn) {
    if (test::source_server().major() < 17) {
        GTEST_SKIP() << "ALTER COLUMN SET EXPRESSION came with PostgreSQL 17";
    }
    app_->exec(
        "CREATE TABLE t (id int PRIMARY KEY, v int, g int GENERATED ALWAYS AS (v + 1) STORED)");
    install();
    app_->exec("ALTER TABLE t ALTER COLUMN g SET EXPRESSION AS (v + 2)");
    EXPECT_THAT(finding(), HasSubstr("its rows written anew"));
    expect_mended_by_reading_anew("SET EXPRESSION");
}

TEST_F(CaptureAuditTest, LetsMaintenancePass) {
    app_->exec(
        "CREATE TABLE t (id int PRIMARY KEY, v text, gone int); CREATE INDEX t_v ON t (v);"
        "CREATE TABLE p (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);"
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);"
        "ALTER TABLE t DROP COLUMN gone; INSERT INTO t VALUES (1, 'a'); INSERT INTO p VALUES (1)");
    install();
    for (const char* change :
         {"VACUUM FULL t", "VACUUM FULL p", "CLUSTER t USING t_v", "TRUNCATE p",
          "ALTER TABLE t SET UNLOGGED", "ALTER TABLE t SET LOGGED", "VACUUM FREEZE pg_inherits",
          "VACUUM FULL pg_inherits", "VACUUM FULL pg_attribute", "VACUUM FULL pg_class",
          "REINDEX TABLE t", "ANALYZE t", "ALTER TABLE t SET (fillfactor = 80)",
          "COMMENT ON COLUMN t.v IS 'x'", "GRANT SELECT ON t TO public",
          "CREATE TABLE child (t int REFERENCES t)"}) {
        app_->exec(change);
        EXPECT_EQ(finding(), "") << change;
    }
}

TEST_F(CaptureAuditTest, LetsColumnsBeAlteredWhileTheirRowsStay) {
    app_->exec("CREATE TABLE t (id int PRIMARY KEY, v text)");
    install();
    for (const char* change :
         {"ALTER TABLE t ALTER v SET STATISTICS 500", "ALTER TABLE t ALTER v SET DEFAULT 'x'",
          "ALTER TABLE t ALTER v SET STORAGE EXTERNAL", "GRANT SELECT (v) ON t TO public"}) {
        app_->exec(change);
        EXPECT_EQ(finding(), "") << change;
    }
    app_->exec("VACUUM FULL t");
    expect_mended_by_reading_anew("both, which cannot be told from ALTER TYPE");
}

TEST_F(CaptureAuditTest, MissesNoChangeOfATypeThatAColumnIsMadeOf) {
    app_->exec(
        "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE DOMAIN humour AS mood;"
        "CREATE TYPE pair AS (m humour, n int); CREATE TYPE moods AS RANGE (SUBTYPE = mood);"
        "CREATE TYPE alone AS ENUM ('sad');");
    for (const char* type : {"mood", "humour", "mood[]", "pair", "moods", "pair[]"}) {
        app_->exec("DROP TABLE IF EXISTS t; CREATE TABLE t (id int PRIMARY KEY, v " +
                   std::string{type} + ")");
        install();
        app_->exec("ALTER TYPE alone RENAME VALUE 'sad' TO 'blue'");
        EXPECT_EQ(finding(), "") << type << ": no column is made of that one";
        app_->exec("ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'");
        EXPECT_THAT(finding(), HasSubstr("uses type public.mood: 'sad' is 'blue' now")) << type;
        expect_mended_by_reading_anew(type);
        app_->exec(
            "ALTER TYPE alone RENAME VALUE 'blue' TO 'sad';"
            "ALTER TYPE mood RENAME VALUE 'blue' TO 'sad'");
        remove_capture(*connection_, {.job = "job"}, {});
    }
}

TEST_F(CaptureAuditTest, ReadsATableAnewWhoseCompositesHaveAnotherText) {
    app_->exec(
        "CREATE TYPE pair AS (m text, n int); CREATE TABLE t (id int PRIMARY KEY, v pair);"
        "INSERT INTO t VALUES (1, ROW('a', 1))");
    install();
    app_->exec("ALTER TYPE pair ADD ATTRIBUTE o int");
    EXPECT_THAT(finding(), HasSubstr("uses type public.pair: 'o integer' is new"));
    expect_mended_by_reading_anew("ADD ATTRIBUTE");
}

TEST_F(CaptureAuditTest, NotesANewLabelWithoutReadingAnything) {
    app_->exec(
        "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE t (id int PRIMARY KEY, v mood);"
        "CREATE TABLE n (v mood[])");
    install();
    app_->exec("ALTER TYPE mood ADD VALUE 'so so' BEFORE 'ok'");
    EXPECT_THAT(finding(), HasSubstr("uses type public.mood: 'so so' is new"));
    EXPECT_THAT(finding(), HasSubstr("run start-capture again: it notes the type"));
    install();
    EXPECT_EQ(finding(), "");
    EXPECT_EQ(take_marks(), "0");
}

}  // namespace
}  // namespace dbsync::postgres
