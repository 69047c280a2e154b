// SPDX-License-Identifier: MIT
// What the capture triggers record, on a real server, for every kind of table.
#include "engine/postgres/capture.hpp"

#include "base/error.hpp"
#include "engine/postgres/capture_audit.hpp"
#include "engine/postgres/catalog.hpp"
#include "engine/postgres/fence.hpp"
#include "engine/postgres/inspect.hpp"
#include "support/postgres_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace dbsync::postgres {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CaptureTest : public ::testing::Test {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_POSTGRES("system");
        database_ = test::source_server().create_database();
        app_ = std::make_unique<test::PgSession>(url());
        connection_ = std::make_unique<Connection>(Endpoint::parse(url(), ""),
                                                   SessionOptions{.purpose = "test"});
    }

    std::string url() const { return test::source_server().url(database_); }

    static bool has_merge() { return test::source_server().major() >= 15; }

    std::vector<Table> all_tables() { return inspect_source(*connection_, TableFilter{}).tables; }

    CaptureResult install(CaptureOptions options = {.job = "job"}) {
        return install_capture(*connection_, all_tables(), options, {});
    }

    Table captured(const std::string& name) {
        for (const Table& table : captured_tables(*connection_)) {
            if (table.name.name == name) {
                return table;
            }
        }
        throw std::runtime_error{"not captured: " + name};
    }

    // The keys (or row hashes) recorded for a table since the last call, each once, in order.
    std::vector<std::string> deltas(const std::string& name) {
        const Table table = captured(name);
        const std::string columns = table.key_shape == KeyShape::WholeRow ? "row_hash" : [&] {
            std::string list;
            for (std::size_t i = 1; i <= table.key.size(); ++i) {
                list += (i == 1 ? "k" : ", k") + std::to_string(i);
            }
            return "concat_ws('|', " + list + ")";
        }();
        const std::string slot = "dbsync.delta_" + std::to_string(table.id) + "_0";
        std::vector<std::string> keys;
        for (const auto& row : app_->exec("SELECT DISTINCT " + columns +
                                          "::text COLLATE \"C\" FROM " + slot + " ORDER BY 1")) {
            keys.push_back(row[0].value_or("NULL"));
        }
        app_->exec("TRUNCATE " + slot);
        return keys;
    }

    bool whole(const std::string& name) {
        const std::string id = std::to_string(captured(name).id);
        const bool marked =
            app_->value("SELECT count(*) FROM dbsync.whole_delta WHERE table_id = " + id) != "0";
        app_->exec("DELETE FROM dbsync.whole_delta");
        return marked;
    }

    // Hashes of the table's rows as the reader computes them.
    std::vector<std::string> hashes(const std::string& table) {
        std::vector<std::string> found;
        const Result r = connection_->run(
            "SELECT hashtextextended((t.*)::text, 0)::text COLLATE \"C\""
            " FROM " +
            table + " t ORDER BY 1");
        for (int row = 0; row < r.rows(); ++row) {
            found.push_back(r.text(row, 0));
        }
        return found;
    }

    std::string database_;
    std::unique_ptr<test::PgSession> app_;
    std::unique_ptr<Connection> connection_;
};

TEST_F(CaptureTest, RecordsEveryKeyThatAStatementTouches) {
    app_->exec("CREATE TABLE t (id int PRIMARY KEY, v text)");
    install();
    app_->exec("INSERT INTO t SELECT g, 'a' FROM generate_series(1, 3) g");
    EXPECT_THAT(deltas("t"), ElementsAre("1", "2", "3"));
    app_->exec("UPDATE t SET v = 'b' WHERE id >= 2");
    EXPECT_THAT(deltas("t"), ElementsAre("2", "3"));
    app_->exec("DELETE FROM t WHERE id = 1");
    EXPECT_THAT(deltas("t"), ElementsAre("1"));
    app_->exec("INSERT INTO t VALUES (2, 'c'), (9, 'c') ON CONFLICT (id) DO UPDATE SET v = 'd'");
    EXPECT_THAT(deltas("t"), ElementsAre("2", "9"));
    app_->exec(
        "WITH d AS (DELETE FROM t WHERE id = 9 RETURNING id), u AS"
        " (UPDATE t SET v = 'x' WHERE id = 2) INSERT INTO t VALUES (20, 'n')");
    EXPECT_THAT(deltas("t"), ElementsAre("2", "20", "9"));
    if (has_merge()) {
        app_->exec(
            "MERGE INTO t USING (VALUES (2), (3), (30)) s(id) ON t.id = s.id"
            " WHEN MATCHED AND t.id = 2 THEN DELETE WHEN MATCHED THEN UPDATE SET v = 'm'"
            " WHEN NOT MATCHED THEN INSERT VALUES (s.id, 'm')");
        EXPECT_THAT(deltas("t"), ElementsAre("2", "3", "30"));
    }
    app_->exec("UPDATE t SET v = 'z' WHERE false");
    EXPECT_THAT(deltas("t"), IsEmpty());
    EXPECT_FALSE(whole("t"));
    app_->exec("TRUNCATE t");
    EXPECT_TRUE(whole("t"));
}

TEST_F(CaptureTest, RecordsTheOldAndTheNewKeyWhenAnUpdateChangesIt) {
    app_->exec(
        "CREATE TABLE t (a int, b text, v int, PRIMARY KEY (b, a));"
        "INSERT INTO t VALUES (1, 'x', 0), (2, 'y', 0), (3, 'z', 0)");
    install();
    app_->exec("UPDATE t SET a = a + 10 WHERE a < 3");
    EXPECT_THAT(deltas("t"), ElementsAre("x|1", "x|11", "y|12", "y|2"));
}

TEST_F(CaptureTest, AlsoSeesCascadesAndReplicaWriters) {
    app_->exec(
        "CREATE TABLE p (id int PRIMARY KEY);"
        "CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p ON DELETE CASCADE"
        " ON UPDATE CASCADE);"
        "INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (10, 1), (20, 2)");
    install();
    app_->exec("DELETE FROM p WHERE id = 1; UPDATE p SET id = 3 WHERE id = 2");
    EXPECT_THAT(deltas("p"), ElementsAre("1", "2", "3"));
    EXPECT_THAT(deltas("c"), ElementsAre("10", "20"));
    app_->exec("SET session_replication_role = replica; INSERT INTO p VALUES (7)");
    EXPECT_THAT(deltas("p"), ElementsAre("7"));
    app_->exec("SET session_replication_role = replica; UPDATE p SET id = 8 WHERE id = 7");
    EXPECT_THAT(deltas("p"), ElementsAre("7", "8"));
}

TEST_F(CaptureTest, HashesRowsWithoutAKeyAsTheReaderDoes) {
    app_->exec(
        "CREATE TABLE t (a int, gone int, f float8, b bytea, i interval, z timestamptz,"
        " m money, j json, g int GENERATED ALWAYS AS (a * 2) STORED);"
        "ALTER TABLE t DROP COLUMN gone");
    install();
    app_->exec(
        "SET extra_float_digits = 0; SET datestyle = 'German'; SET timezone = 'Asia/Tokyo';"
        "SET intervalstyle = 'sql_standard'; SET bytea_output = 'escape'");
    app_->exec(
        "INSERT INTO t VALUES (1, 0.1::float8 + 0.2, '\\x00ff', '1 day 02:00', now(), 12.5,"
        " '{\"a\": 1}'), (NULL, 'NaN', NULL, NULL, 'infinity', NULL, NULL)");
    const auto before = hashes("public.t");
    EXPECT_EQ(deltas("t"), before);
    app_->exec("UPDATE t SET f = f + 1, a = 5");
    auto expected = hashes("public.t");
    expected.insert(expected.end(), before.begin(), before.end());
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(deltas("t"), expected);
    const auto last = hashes("public.t");
    app_->exec("DELETE FROM t");
    EXPECT_EQ(deltas("t"), last);
}

TEST_F(CaptureTest, FollowsPartitionsThroughEveryLevel) {
    app_->exec(
        "CREATE TABLE p (id int, r int, v text, PRIMARY KEY (id, r)) PARTITION BY LIST (r);"
        "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);"
        "CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2) PARTITION BY RANGE (id);"
        "CREATE TABLE p2a PARTITION OF p2 FOR VALUES FROM (0) TO (100)");
    install();
    app_->exec(
        "INSERT INTO p VALUES (1, 1, 'a'), (2, 2, 'a'); INSERT INTO p2a VALUES (3, 2, 'a');"
        "INSERT INTO p2 VALUES (4, 2, 'a')");
    EXPECT_THAT(deltas("p"), ElementsAre("1|1", "2|2", "3|2", "4|2"));
    app_->exec("UPDATE p SET r = 1 WHERE id = 2");
    EXPECT_THAT(deltas("p"), ElementsAre("2|1", "2|2"));
    if (has_merge()) {
        app_->exec(
            "MERGE INTO p USING (VALUES (1)) s(id) ON p.id = s.id"
            " WHEN MATCHED THEN UPDATE SET r = 2");
        EXPECT_THAT(deltas("p"), ElementsAre("1|1", "1|2"));
    }
    for (const char* part : {"p2a", "p2", "p1", "p"}) {
        app_->exec(std::string{"TRUNCATE "} + part);
        EXPECT_TRUE(whole("p")) << part;
    }
    EXPECT_NO_THROW(audit(*connection_, {}));
}

TEST_F(CaptureTest, HashesRowsOfPartitionsInTheOrderOfTheRoot) {
    app_->exec(
        "CREATE TABLE p (a int, b text, c date) PARTITION BY LIST (a);"
        "CREATE TABLE q (gone int, c date, b text, a int); ALTER TABLE q DROP COLUMN gone;"
        "ALTER TABLE p ATTACH PARTITION q DEFAULT");
    install();
    app_->exec("INSERT INTO p VALUES (1, 'x', '2024-01-02'); INSERT INTO q VALUES (NULL, 'y', 2)");
    EXPECT_EQ(deltas("p"), hashes("public.p"));
}

TEST_F(CaptureTest, CapturesEachTableOfAnInheritance) {
    app_->exec(
        "CREATE TABLE parent (id int PRIMARY KEY, v int);"
        "CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent);"
        "INSERT INTO parent VALUES (1, 0); INSERT INTO child VALUES (2, 0)");
    install();
    app_->exec("UPDATE parent SET v = 1");
    EXPECT_THAT(deltas("parent"), ElementsAre("1"));
    EXPECT_THAT(deltas("child"), ElementsAre("2"));
}

TEST_F(CaptureTest, TakesNamesAndTypesOfEveryKind) {
    app_->exec(
        "CREATE SCHEMA \"S \"\"q\"; CREATE TYPE \"S \"\"q\".mood AS ENUM ('ok', 'bad');"
        "CREATE DOMAIN \"S \"\"q\".code AS varchar(5); CREATE DOMAIN deeper AS \"S \"\"q\".code;"
        "CREATE TABLE \"S \"\"q\".\"Tab.le'$dbsync$\\\" (\"new\" char(4), \"found\" deeper,"
        " \"select\" \"S \"\"q\".mood, \"n b\\\" numeric(4,1)[], \"tg_op\" bit(3),"
        " \"dbsync_new\" timestamp, txid text COLLATE \"C\", v int,"
        " PRIMARY KEY (\"new\", \"found\", \"select\", \"n b\\\", \"tg_op\", \"dbsync_new\", "
        "txid));"
        "CREATE TABLE " +
        ("\"" + std::string(63, 'x') + "\"") +
        " (\"k1\" uuid PRIMARY KEY);"
        "CREATE TABLE zero (); CREATE TABLE \"order\" (\"user\" int UNIQUE NOT NULL, b int)");
    install();
    app_->exec(
        "INSERT INTO \"S \"\"q\".\"Tab.le'$dbsync$\\\" VALUES"
        " ('ab', 'cd', 'bad', '{1.5}', b'101', '2024-01-01', 't', 1);"
        "UPDATE \"S \"\"q\".\"Tab.le'$dbsync$\\\" SET v = 2, \"found\" = 'ce'");
    EXPECT_THAT(deltas("Tab.le'$dbsync$\\"),
                ElementsAre("ab  |cd|bad|{1.5}|101|2024-01-01 00:00:00|t",
                            "ab  |ce|bad|{1.5}|101|2024-01-01 00:00:00|t"));
    app_->exec("INSERT INTO zero DEFAULT VALUES; INSERT INTO \"order\" VALUES (5, 1)");
    EXPECT_EQ(deltas("zero"), hashes("public.zero"));
    EXPECT_THAT(deltas("order"), ElementsAre("5"));
    EXPECT_NO_THROW(audit(*connection_, {}));
}

TEST_F(CaptureTest, RecordsWritersWithoutPrivilegesOnItsObjects) {
    app_->exec(
        "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE n (v int);"
        "DO $$ BEGIN CREATE ROLE plain LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
        "GRANT ALL ON t, n TO plain");
    install();
    test::PgSession plain{test::source_server().url(database_, "plain")};
    plain.exec(
        "SET search_path = ''; INSERT INTO public.t VALUES (1); INSERT INTO public.n VALUES (1);"
        "TRUNCATE public.n");
    EXPECT_THAT(deltas("t"), ElementsAre("1"));
    EXPECT_TRUE(whole("n"));
    EXPECT_THROW(plain.exec("SELECT FROM dbsync.captured_table"), test::PgError);
}

TEST_F(CaptureTest, CannotBeRedirectedByTheApplicationsSearchPath) {
    app_->exec(
        "CREATE TABLE t (id int PRIMARY KEY); CREATE SCHEMA evil;"
        "CREATE FUNCTION evil.eq(text, text) RETURNS boolean LANGUAGE sql AS"
        " 'SELECT false'; CREATE OPERATOR evil.= (FUNCTION = evil.eq, LEFTARG = text,"
        " RIGHTARG = text); CREATE TABLE evil.dbsync_new (id int);"
        "CREATE TEMP TABLE dbsync_new (id int)");
    install();
    app_->exec(
        "SET search_path = evil, public, pg_catalog; INSERT INTO t VALUES (1);"
        "DELETE FROM t; SET search_path = public");
    EXPECT_THAT(deltas("t"), ElementsAre("1"));
}

TEST_F(CaptureTest, SkipsWhatItHasCapturedAndAddsWhatIsNew) {
    app_->exec("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY)");
    EXPECT_EQ(install().already_captured, 0U);
    app_->exec("CREATE TABLE c (id int PRIMARY KEY)");
    const CaptureResult again = install();
    EXPECT_EQ(again.already_captured, 2U);
    EXPECT_EQ(again.tables.size(), 3U);
    EXPECT_NO_THROW(prove_capture(*connection_));
    EXPECT_EQ(app_->value("SELECT count(*) FROM dbsync.delta_0_0"), "0");
}

TEST_F(CaptureTest, RefusesASourceThatAnotherJobCaptures) {
    app_->exec("CREATE TABLE a (id int PRIMARY KEY)");
    install();
    try {
        install({.job = "other"});
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Precondition);
        EXPECT_THAT(error.what(), HasSubstr("'job'"));
        EXPECT_THAT(error.fields().hint, HasSubstr("stop-capture"));
    }
}

TEST_F(CaptureTest, NeverMakesWritersQueueForLongAndNamesWhoIsInTheWay) {
    app_->exec("CREATE TABLE a (id int PRIMARY KEY)");
    test::PgSession old{url()};
    old.exec("BEGIN; INSERT INTO a VALUES (1)");
    CaptureOptions options{.job = "job"};
    options.retry_for = std::chrono::milliseconds{400};
    try {
        install(options);
        FAIL() << "the old transaction was not waited for";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Busy);
        EXPECT_THAT(error.fields().hint, HasSubstr("process " + std::to_string(old.pid())));
    }
    old.exec("PREPARE TRANSACTION 'forgotten'");
    try {
        install(options);
        FAIL() << "the prepared transaction was not waited for";
    } catch (const Error& error) {
        EXPECT_THAT(error.fields().hint, HasSubstr("prepared transaction 'forgotten'"));
    }
    old.exec("ROLLBACK PREPARED 'forgotten'");
    EXPECT_EQ(install(options).tables.size(), 1U);
}

TEST_F(CaptureTest, LeavesNoTraceBehind) {
    app_->exec(
        "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE n (a int);"
        "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);"
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);"
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
        "CREATE TRIGGER mine AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()");
    const std::string before = test::source_server().schema(database_);
    install();
    app_->exec("INSERT INTO t VALUES (1); INSERT INTO p VALUES (1)");
    connection_->run("BEGIN");
    put_up_fence(*connection_, captured_tables(*connection_), "moved");
    connection_->commit();
    remove_capture(*connection_, {.job = "job"}, {});
    EXPECT_EQ(test::source_server().schema(database_), before);
    EXPECT_EQ(app_->value("SELECT to_regnamespace('dbsync') IS NULL"), "t");
    EXPECT_NO_THROW(remove_capture(*connection_, {.job = "job"}, {}));
    app_->exec("INSERT INTO t VALUES (2)");
}

TEST_F(CaptureTest, RemovalLetsReadersPassAndCarriesOnLater) {
    app_->exec("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY)");
    install();
    test::PgSession reader{url()};
    reader.exec("BEGIN; SELECT FROM b");
    CaptureOptions options{.job = "job"};
    options.retry_for = std::chrono::milliseconds{300};
    EXPECT_THROW(remove_capture(*connection_, options, {}), Error);
    app_->exec("INSERT INTO b VALUES (1)");
    EXPECT_EQ(app_->value("SELECT count(*) FROM dbsync.delta_2_0"), "0") << "disabled by then";
    reader.exec("COMMIT");
    remove_capture(*connection_, options, {});
    EXPECT_EQ(app_->value("SELECT to_regnamespace('dbsync') IS NULL"), "t");
}

TEST_F(CaptureTest, PrintsTheStatementsThatItWouldRun) {
    app_->exec("CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE n (a int)");
    app_->exec("BEGIN");
    for (const std::string& statement : capture_statements(*connection_, all_tables())) {
        ASSERT_NO_THROW(app_->exec(statement)) << statement;
    }
    app_->exec("COMMIT");
    EXPECT_THAT(captured_tables(*connection_), ::testing::SizeIs(2));
    EXPECT_NO_THROW(audit(*connection_, {}));
}

}  // namespace
}  // namespace dbsync::postgres
