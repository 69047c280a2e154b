// SPDX-License-Identifier: MIT
// What `check` finds on a PostgreSQL source.
#include "engine/postgres/inspect.hpp"

#include "engine/postgres/catalog.hpp"
#include "support/postgres_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

namespace dbsync::postgres {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class InspectTest : public ::testing::Test {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_POSTGRES("system");
        database_ = test::source_server().create_database();
        app_ = std::make_unique<test::PgSession>(test::source_server().url(database_));
    }

    Inspection inspect(const TableFilter& filter = {}, const std::string& user = "postgres") {
        Connection connection{Endpoint::parse(test::source_server().url(database_, user), ""),
                              {.purpose = "test"}};
        return inspect_source(connection, filter);
    }

    // "warn public.t: message" of the findings about a subject.
    static std::string about(const Inspection& inspection, const std::string& subject) {
        std::string text;
        for (const Finding& finding : inspection.findings) {
            if (finding.subject == subject && finding.severity != Severity::Ok) {
                EXPECT_FALSE(finding.hint.empty()) << finding.message;
                text += (finding.severity == Severity::Fail ? "fail: " : "warn: ") +
                        finding.message + " [" + finding.hint + "]\n";
            }
        }
        return text;
    }

    static std::vector<std::string> key(const Inspection& inspection, const std::string& table) {
        for (const Table& found : inspection.tables) {
            if (found.name.name == table) {
                return found.key;
            }
        }
        return {"no such table"};
    }

    std::string database_;
    std::unique_ptr<test::PgSession> app_;
};

TEST_F(InspectTest, ChoosesTheKey) {
    app_->exec(
        "CREATE TABLE pk (a int, b int, c int UNIQUE NOT NULL, PRIMARY KEY (b, a));"
        "CREATE TABLE uq (a int NOT NULL, b int NOT NULL, UNIQUE (a, b) INCLUDE (b));"
        "CREATE TABLE later (a int UNIQUE DEFERRABLE NOT NULL, b int UNIQUE NOT NULL);"
        "CREATE TABLE nullable (a int UNIQUE);"
        "CREATE TABLE partial (a int NOT NULL); CREATE UNIQUE INDEX ON partial (a) WHERE a > 0;"
        "CREATE TABLE expression (a int NOT NULL); CREATE UNIQUE INDEX ON expression ((a + 1))");
    const Inspection found = inspect();
    EXPECT_THAT(key(found, "pk"), ElementsAre("b", "a"));
    EXPECT_THAT(key(found, "uq"), ElementsAre("a", "b"));
    EXPECT_THAT(key(found, "later"), ElementsAre("b"));
    for (const char* table : {"nullable", "partial", "expression"}) {
        EXPECT_THAT(key(found, table), IsEmpty());
        EXPECT_THAT(about(found, std::string{"public."} + table), HasSubstr("warn: has no key"));
    }
    EXPECT_TRUE(found.tables.front().name.name == "expression") << "ordered by name";
}

TEST_F(InspectTest, DescribesColumns) {
    app_->exec(
        "CREATE SCHEMA s; CREATE DOMAIN s.d AS int;"
        "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v s.d NOT NULL,"
        " g int GENERATED ALWAYS AS (v + 1) STORED, n numeric(10,2))");
    const Inspection found = inspect();
    ASSERT_EQ(found.tables.size(), 1U);
    EXPECT_THAT(found.tables[0].columns,
                ElementsAre(Column{"id", "integer", true, false, true},
                            Column{"v", "s.d", true, false, false},
                            Column{"g", "integer", false, true, false},
                            Column{"n", "numeric(10,2)", false, false, false}));
    EXPECT_FALSE(found.tables[0].has_other_unique);
}

TEST_F(InspectTest, LeavesOutWhatTheFilterAndOthersOwn) {
    app_->exec(
        "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY);"
        "CREATE TEMP TABLE x (id int); CREATE VIEW v AS SELECT 1;"
        "CREATE TABLE p (id int) PARTITION BY RANGE (id);"
        "CREATE TABLE p1 PARTITION OF p DEFAULT");
    EXPECT_EQ(inspect().tables.size(), 3U);
    EXPECT_EQ(inspect({.include = {"a"}, .exclude = {}}).tables.size(), 1U);
}

TEST_F(InspectTest, FindsWhatSpeaksAgainstAMove) {
    app_->exec(
        "CREATE UNLOGGED TABLE u (id int PRIMARY KEY);"
        "CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child () INHERITS (parent);"
        "CREATE MATERIALIZED VIEW m AS SELECT 1 AS one;"
        "CREATE PUBLICATION everything FOR ALL TABLES; SELECT lo_create(0);"
        "CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
        "CREATE EVENT TRIGGER watcher ON ddl_command_end EXECUTE FUNCTION f()");
    test::PgSession prepared{test::source_server().url(database_)};
    prepared.exec("BEGIN; INSERT INTO u VALUES (1); PREPARE TRANSACTION 'inspect-me'");
    const Inspection found = inspect();
    prepared.exec("ROLLBACK PREPARED 'inspect-me'");
    EXPECT_THAT(about(found, "public.u"), HasSubstr("warn: is unlogged"));
    EXPECT_THAT(about(found, "public.parent"), HasSubstr("inheritance"));
    EXPECT_THAT(about(found, "public.child"), HasSubstr("inheritance"));
    EXPECT_THAT(about(found, "public.m"), HasSubstr("materialized view"));
    const std::string source = about(found, "source");
    EXPECT_THAT(source, HasSubstr("FOR ALL TABLES"));
    EXPECT_THAT(source, HasSubstr("large objects"));
    EXPECT_THAT(source, HasSubstr("event trigger watcher"));
    EXPECT_THAT(source, HasSubstr("prepared transaction 'inspect-me'"));
}

TEST_F(InspectTest, SaysWhatToGrant) {
    app_->exec(
        "DO $$ BEGIN CREATE ROLE mover LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
        "CREATE TABLE t (id int PRIMARY KEY); ALTER TABLE t ENABLE ROW LEVEL SECURITY;"
        "GRANT ALL ON t TO mover");
    const Inspection found = inspect({}, "mover");
    EXPECT_THAT(about(found, "public.t"), HasSubstr("GRANT \"postgres\" TO \"mover\""));
    EXPECT_THAT(about(found, "public.t"), HasSubstr("row-level security"));
    EXPECT_THAT(about(found, "source"), HasSubstr("GRANT CREATE ON DATABASE"));
}

TEST_F(InspectTest, RefusesAForeignSchemaOfItsOwnName) {
    app_->exec("CREATE SCHEMA dbsync; CREATE TABLE dbsync.theirs (id int)");
    EXPECT_THAT(about(inspect(), "source"), HasSubstr("fail: has a schema called dbsync"));
}

}  // namespace
}  // namespace dbsync::postgres
