// SPDX-License-Identifier: MIT
// Between engines, what would fail on the target, or stay behind, is said by check before anything
// is written.
#include "scenario/cross_ends.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dbsync::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class CrossPlanTest : public testing::Test {
  protected:
    // False where the test is skipped.
    void open(const std::string& source, const std::string& target) {
        ends_ = std::make_unique<CrossEnds>(source, target, home_);
        dbsync_.set("DBSYNC_SOURCE", ends_->url(End::Source));
        dbsync_.set("DBSYNC_TARGET", ends_->url(End::Target));
    }
    void on_source(const std::string& sql) { ends_->must_run(End::Source, sql); }
    void on_target(const std::string& sql) { ends_->must_run(End::Target, sql); }

    ProcessResult check(std::vector<std::string> options = {}) {
        options.insert(options.begin(), "check");
        return dbsync_.run(options);
    }
    // check and snapshot both, and the target stays as it is.
    void expect_refused(const std::string& because, std::vector<std::string> options = {}) {
        const std::string before = ends_->schema(End::Target);
        const ProcessResult checked = check(options);
        EXPECT_EQ(checked.exit_code, 3) << checked;
        EXPECT_THAT(checked.out, HasSubstr(because)) << checked;
        ASSERT_EQ(dbsync_.run({"start-capture"}).exit_code, 0);
        options.insert(options.begin(), "snapshot");
        const ProcessResult refused = dbsync_.run(options);
        EXPECT_EQ(refused.exit_code, 3) << refused;
        EXPECT_THAT(refused.err, HasSubstr(because)) << refused;
        EXPECT_EQ(ends_->schema(End::Target), before);
    }
    void expect_moved(std::vector<std::string> options = {}) {
        const ProcessResult checked = check(options);
        EXPECT_EQ(checked.exit_code, 0) << checked;
        options.insert(options.begin(), {"migrate", "--cutover", "--yes"});
        const ProcessResult moved = dbsync_.run(options);
        EXPECT_EQ(moved.exit_code, 0) << moved;
    }

    TempDir home_;
    DbsyncBinary dbsync_{home_};
    std::unique_ptr<CrossEnds> ends_;
};

class CrossPlanToMysqlTest : public CrossPlanTest,
                             public testing::WithParamInterface<std::string> {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_ENGINE(GetParam());
        DBSYNC_NEEDS_POSTGRES("system");
        open("postgres", GetParam());
    }
    [[nodiscard]] static std::string columns(int count, const std::string& each) {
        std::string list;
        for (int i = 1; i <= count; ++i) {
            list += fmt::format(", c{} ", i) + each;
        }
        return list;
    }
};

TEST_P(CrossPlanToMysqlTest, RefusesColumnsThatDifferInCaseOnly) {
    on_source(R"(CREATE TABLE t (id int PRIMARY KEY, "A" int, a int))");
    expect_refused("Duplicate column name 'a'");
}

TEST_P(CrossPlanToMysqlTest, RefusesTooManyIndexes) {
    on_source("CREATE TABLE t (id int PRIMARY KEY" + columns(70, "int UNIQUE") + ")");
    expect_refused("Too many keys");
}

TEST_P(CrossPlanToMysqlTest, RefusesTooManyColumns) {
    on_source("CREATE TABLE t (id int PRIMARY KEY" + columns(1'100, "int") + ")");
    expect_refused("oo many columns");
}

TEST_P(CrossPlanToMysqlTest, RefusesRowsThatAreTooLong) {
    on_source("CREATE TABLE t (id int PRIMARY KEY" + columns(25, "text UNIQUE") + ")");
    expect_refused("Row size too large");
}

TEST_P(CrossPlanToMysqlTest, RefusesATableWithoutColumns) {
    on_source("CREATE TABLE t ()");
    expect_refused("it has no column");
}

TEST_P(CrossPlanToMysqlTest, RefusesATableThatIsCalledLikeDbsyncsOwn) {
    on_source("CREATE TABLE _dbsync_delta (id int PRIMARY KEY)");
    expect_refused("as dbsync calls tables of its own");
}

TEST_P(CrossPlanToMysqlTest, RefusesForeignKeysWithoutThePrivilege) {
    on_source("CREATE TABLE p (id int PRIMARY KEY);"
              "CREATE TABLE c (id int PRIMARY KEY REFERENCES p)");
    const std::string url = ends_->url(End::Target);
    const std::string database = url.substr(url.rfind('/') + 1);
    on_target(fmt::format(
        "DROP USER IF EXISTS 'norefs{0}'@'%'; CREATE USER 'norefs{0}'@'%' IDENTIFIED BY 'x';"
        "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, CREATE TEMPORARY "
        "TABLES ON `{0}`.* TO 'norefs{0}'@'%'", database.substr(0, database.find('?'))));
    const std::string name = "norefs" + database.substr(0, database.find('?'));
    dbsync_.set("DBSYNC_TARGET", url.substr(0, url.find("//") + 2) + name + ":x" +
                                     url.substr(url.find('@')));

    const ProcessResult checked = check();
    on_target("DROP USER '" + name + "'@'%'");

    EXPECT_EQ(checked.exit_code, 3) << checked;
    EXPECT_THAT(checked.out, HasSubstr("refuse foreign keys: this user lacks REFERENCES"))
        << checked;
    EXPECT_THAT(checked.out, Not(HasSubstr("CREATE VIEW"))) << checked;
}

TEST_P(CrossPlanToMysqlTest, CallsNoIndexAsTheServerCallsItsOwn) {
    on_source("CREATE TABLE t (id int PRIMARY KEY, a int);"
              "CREATE INDEX gen_clust_index ON t (a)");
    expect_moved();
}

TEST_P(CrossPlanToMysqlTest, RefusesTypesThatAreNone) {
    on_source("CREATE TABLE t (id int PRIMARY KEY, b text)");
    const ProcessResult behind = check({"--map", "t.b=varchar(10) not null"});
    EXPECT_EQ(behind.exit_code, 2) << behind;
    EXPECT_THAT(behind.err, HasSubstr("not is part of no type")) << behind;
    expect_refused("nonsense", {"--map", "t.b=nonsense"});
}

TEST_P(CrossPlanToMysqlTest, LeavesTheRestOfAKeyToTheColumnsWithoutAType) {
    on_source("CREATE TABLE t (a varchar(500), b varchar(500), PRIMARY KEY (a, b));"
              "INSERT INTO t VALUES ('x', 'y')");
    EXPECT_THAT(check({"--map", "t.a=varchar(500)"}).out, HasSubstr("→ varchar(268)"));
    expect_moved({"--map", "t.a=varchar(500)"});
}

TEST_P(CrossPlanToMysqlTest, RefusesAKeyThatTheOperatorsTypesMakeTooLong) {
    on_source("CREATE TABLE t (a varchar(500), b varchar(500), PRIMARY KEY (a, b))");
    expect_refused("key was too long",
                   {"--map", "t.a=varchar(500)", "--map", "t.b=varchar(500)"});
}

TEST_P(CrossPlanToMysqlTest, CountsOnFromTheSequenceOfItsColumn) {
    on_source("CREATE TABLE t (id bigserial PRIMARY KEY,"
              " x int GENERATED BY DEFAULT AS IDENTITY (START 100 INCREMENT 5), v int);"
              "INSERT INTO t (v) VALUES (1), (2)");
    expect_moved();
    on_target("INSERT INTO t (x, v) VALUES (1, 3)");
    EXPECT_EQ(ends_->value(End::Target, "SELECT id FROM t WHERE v = 3"), "3");
}

TEST_P(CrossPlanToMysqlTest, ListsWhatStaysBehind) {
    on_source("CREATE EXTENSION citext;"
              "CREATE TABLE ci (id int PRIMARY KEY, name citext UNIQUE);"
              "CREATE DOMAIN posint AS int CHECK (VALUE > 0);"
              "CREATE TABLE t (id int PRIMARY KEY, p posint, a int, b int) PARTITION BY RANGE (id);"
              "CREATE TABLE t1 PARTITION OF t DEFAULT;"
              "CREATE TABLE u (id int PRIMARY KEY, a int, b int);"
              "CREATE TABLE w (more int) INHERITS (u);"
              "CREATE UNIQUE INDEX u_ab ON u (a) INCLUDE (b);"
              "CREATE UNIQUE INDEX u_nulls ON u (b) NULLS NOT DISTINCT;"
              "CREATE SEQUENCE free;"
              "CREATE RULE keep AS ON DELETE TO u DO INSTEAD NOTHING;"
              "CREATE POLICY mine ON u USING (a = 1);"
              "CREATE MATERIALIZED VIEW mv AS SELECT 1 AS one");
    const ProcessResult checked = check();
    EXPECT_THAT(
        checked.out,
        AllOf(HasSubstr("check posint_check of domain public.posint"),
              HasSubstr("partitioning of public.t (RANGE (id)) is not carried over"),
              HasSubstr("inheritance of public.w from public.u"),
              HasSubstr("INCLUDE columns of index u_ab of public.u is not carried over"),
              HasSubstr("NULLS NOT DISTINCT of index u_nulls"),
              HasSubstr("sequence public.free (no column owns it) is not carried over"),
              HasSubstr("rule keep of public.u"), HasSubstr("row security policy mine of public.u"),
              HasSubstr("materialized view public.mv is not carried over"),
              HasSubstr("uniqueness whatever the spelling of index ci_name_key of public.ci"),
              Not(HasSubstr("REFRESH MATERIALIZED VIEW")), Not(HasSubstr("extension"))))
        << checked;
}

TEST_P(CrossPlanToMysqlTest, SaysWhatNamesBecome) {
    on_source("CREATE TABLE \"😀\" (id int PRIMARY KEY, \"c \" int)");
    const ProcessResult checked = check();
    EXPECT_THAT(checked.out, AllOf(HasSubstr("is called _"), HasSubstr("c  as c: ")))
        << checked;
}

TEST_P(CrossPlanToMysqlTest, RefusesAViewOfTheTablesName) {
    on_source("CREATE TABLE t (id int PRIMARY KEY)");
    on_target("CREATE VIEW t AS SELECT 1 AS id");
    expect_refused("a view of this name is on the target");
}

INSTANTIATE_TEST_SUITE_P(Targets,
                         CrossPlanToMysqlTest,
                         testing::Values("mariadb", "mysql"),
                         [](const auto& target) { return target.param; });

class CrossPlanToPostgresTest : public CrossPlanTest {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_POSTGRES("system");
        open("sqlite", "postgres");
    }
};

TEST_F(CrossPlanToPostgresTest, GivesWayToTablesThatAreCalledAsTheServerWouldCallItsOwn) {
    on_source("CREATE TABLE a (id INTEGER PRIMARY KEY);"
              "CREATE TABLE a_id_seq (id INTEGER PRIMARY KEY);"
              "CREATE TABLE a_pkey (id INTEGER PRIMARY KEY, v INT);"
              "CREATE INDEX a_id_seq_pkey ON a_pkey (v);"
              "INSERT INTO a VALUES (1); INSERT INTO a_id_seq VALUES (7)");
    expect_moved();
    on_target("INSERT INTO a DEFAULT VALUES; INSERT INTO a_id_seq DEFAULT VALUES");
    EXPECT_EQ(ends_->value(End::Target, "SELECT max(id) FROM a"), "2");
    EXPECT_EQ(ends_->value(End::Target, "SELECT max(id) FROM a_id_seq"), "8");
}

TEST_F(CrossPlanToPostgresTest, RefusesTypesThatAreNone) {
    on_source("CREATE TABLE t (id INTEGER PRIMARY KEY, b TEXT)");
    const ProcessResult behind = check({"--map", "t.b=varchar(10) NOT NULL"});
    EXPECT_EQ(behind.exit_code, 2) << behind;
    EXPECT_THAT(behind.err, HasSubstr("NOT is part of no type")) << behind;
    const ProcessResult dry = dbsync_.run(
        {"snapshot", "--schema", "only", "--dry-run", "--map", "t.b=nonsense"});
    EXPECT_EQ(dry.exit_code, 3) << dry;
    expect_refused("type \"nonsense\" does not exist", {"--map", "t.b=nonsense"});
}

TEST_F(CrossPlanToPostgresTest, RefusesATypeWithoutItsSchema) {
    on_source("CREATE TABLE t (id INTEGER PRIMARY KEY, b TEXT)");
    on_target("CREATE TYPE public.mood AS ENUM ('good', 'bad')");
    expect_refused("type \"mood\" does not exist", {"--map", "t.b=mood"});
    EXPECT_EQ(check({"--map", "t.b=public.mood"}).exit_code, 0);
}

TEST_F(CrossPlanToPostgresTest, ListsCollationsAndConflictClauses) {
    on_source("CREATE TABLE u (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE UNIQUE,"
              " code TEXT UNIQUE ON CONFLICT REPLACE);"
              "CREATE INDEX u_code ON u (code COLLATE RTRIM);"
              "CREATE VIEW v AS SELECT 1");
    const ProcessResult checked = check();
    EXPECT_THAT(checked.out,
                AllOf(HasSubstr("COLLATE NOCASE of the unique index of u over (name) is not"),
                      HasSubstr("COLLATE RTRIM of the index of u over (code) is not"),
                      HasSubstr("ON CONFLICT REPLACE of u is not carried over"),
                      HasSubstr("view v is not carried over"), Not(HasSubstr("move too"))))
        << checked;
}

TEST_F(CrossPlanToPostgresTest, SaysWhyAKeyIsKeptAsText) {
    on_source("CREATE TABLE t (k DATETIME PRIMARY KEY, at DATETIME);"
              "INSERT INTO t VALUES ('2024-01-01 00:00:00', '2024-01-01 00:00:00')");
    const ProcessResult checked = check();
    EXPECT_THAT(checked.out, HasSubstr("kept as text, as it is part of the key")) << checked;
}

TEST_F(CrossPlanToPostgresTest, KeepsEachFindingOnALine) {
    on_source("CREATE TABLE t (id INTEGER PRIMARY KEY, \"new\nline\" TEXT)");
    EXPECT_THAT(check().out, HasSubstr("new\\nline: TEXT → text"));
}

TEST_F(CrossPlanToPostgresTest, RefusesASourceWithoutTables) {
    on_source("CREATE VIEW v AS SELECT 1");
    const ProcessResult checked = check();
    EXPECT_EQ(checked.exit_code, 3) << checked;
    EXPECT_THAT(checked.out, HasSubstr("has no table")) << checked;
}

TEST_F(CrossPlanToPostgresTest, RefusesAViewOfTheTablesName) {
    on_source("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    on_target("CREATE VIEW t AS SELECT 1 AS id");
    expect_refused("a view, index or sequence of this name is on the target");
}

class PlanForARoleTest : public CrossPlanTest, public testing::WithParamInterface<std::string> {};

TEST_P(PlanForARoleTest, RefusesARoleThatMayNotCreateInTheSchema) {
    DBSYNC_NEEDS_POSTGRES("system");
    open(GetParam(), "postgres");
    on_source("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    on_target("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    const std::string url = ends_->url(End::Target);
    const std::string role = "mover_" + std::to_string(::getpid());
    const std::string database = ends_->value(End::Target, "SELECT current_database()");
    on_target(fmt::format("CREATE ROLE {0} LOGIN; GRANT CREATE ON DATABASE \"{1}\" TO {0}", role,
                          database));
    const auto host = url.find('@') == std::string::npos ? url.find("//") + 2 : url.find('@') + 1;
    dbsync_.set("DBSYNC_TARGET", "postgresql://" + role + "@" + url.substr(host));

    const ProcessResult checked = check();
    on_target(fmt::format("DROP OWNED BY {0}; DROP ROLE {0}", role));

    EXPECT_EQ(checked.exit_code, 3) << checked;
    EXPECT_THAT(checked.out, HasSubstr("run GRANT CREATE ON SCHEMA public TO " + role)) << checked;
}

INSTANTIATE_TEST_SUITE_P(Sources,
                         PlanForARoleTest,
                         testing::Values("sqlite", "postgres"),
                         [](const auto& source) { return source.param; });

class CrossPlanFromMysqlTest : public CrossPlanTest,
                               public testing::WithParamInterface<std::string> {};

TEST_P(CrossPlanFromMysqlTest, SaysNothingOfWhatIsOnlyMadeWithinOneEngine) {
    DBSYNC_NEEDS_ENGINE(GetParam());
    DBSYNC_NEEDS_POSTGRES("system");
    open(GetParam(), "postgres");
    on_source("CREATE TABLE t (id INT PRIMARY KEY);"
              "CREATE VIEW v AS SELECT 1 AS one;"
              "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.id = NEW.id");
    const ProcessResult checked = check();
    EXPECT_THAT(checked.out,
                AllOf(HasSubstr("trigger tr"), HasSubstr("view v"), Not(HasSubstr("move too")),
                      Not(HasSubstr("made on the target at the cutover"))))
        << checked;
}

TEST_P(CrossPlanFromMysqlTest, RefusesColumnsThatAreOneWhenTheyAreCut) {
    DBSYNC_NEEDS_ENGINE(GetParam());
    DBSYNC_NEEDS_POSTGRES("system");
    open(GetParam(), "postgres");
    const std::string name(63, 'n');
    on_source("CREATE TABLE t (id INT PRIMARY KEY, " + name + "1 INT, " + name + "2 INT)");
    expect_refused("column \"" + name + "\" specified more than once");
}

INSTANTIATE_TEST_SUITE_P(Sources,
                         CrossPlanFromMysqlTest,
                         testing::Values("mariadb", "mysql"),
                         [](const auto& source) { return source.param; });

}  // namespace
}  // namespace dbsync::test
