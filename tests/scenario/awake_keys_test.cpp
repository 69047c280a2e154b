// SPDX-License-Identifier: MIT
// A role of the target that cannot put foreign keys to sleep, as a hosted server gives it: they are
// made at the cutover, since awake ones would refuse changes, or make some of their own.
#include "scenario/ends.hpp"
#include "support/dbsync_binary.hpp"
#include "support/postgres_server.hpp"
#include "support/sqlite_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dbsync::test {
namespace {

using testing::HasSubstr;

constexpr const char* schema =
    "CREATE TABLE t (id bigint PRIMARY KEY, pid bigint REFERENCES t (id) ON DELETE CASCADE);"
    "CREATE TABLE c (id bigint PRIMARY KEY, t_id bigint NOT NULL"
    "  REFERENCES t (id) ON DELETE CASCADE ON UPDATE CASCADE);"
    "INSERT INTO t VALUES (1, NULL), (2, 1), (3, 2);"
    "INSERT INTO c VALUES (1, 1), (2, 2), (3, 3)";

// A child before its parent by name, a tree whose branch leaves before its root goes.
constexpr const char* changes =
    "INSERT INTO t VALUES (9, NULL); INSERT INTO c VALUES (9, 9);"
    "UPDATE t SET pid = 9 WHERE id = 2; DELETE FROM t WHERE id = 1;";

class AwakeKeysTest : public testing::Test {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_POSTGRES("system");
        PostgresServer& target = target_server();
        target.exec("DO $$ BEGIN CREATE ROLE plain LOGIN;"
                    " EXCEPTION WHEN duplicate_object THEN END $$");
        database_ = target.create_database();
        target.exec("ALTER DATABASE " + database_ + " OWNER TO plain");
        target.exec("ALTER SCHEMA public OWNER TO plain", database_);
        dbsync_.set("DBSYNC_TARGET", target.url(database_, "plain"));
    }

    void cut_over() {
        const ProcessResult over = dbsync_.run({"cutover", "--yes"});
        ASSERT_EQ(over.exit_code, 0) << over;
    }
    std::string on_target(const std::string& sql) { return target_server().value(sql, database_); }

    void expect_keys(const std::string& valid) {
        EXPECT_EQ(on_target("SELECT string_agg(conname || ' ' || convalidated, ', ' ORDER BY "
                            "conname) FROM pg_constraint WHERE contype = 'f'"),
                  valid);
    }

    TempDir home_;
    DbsyncBinary dbsync_{home_};
    std::string database_;
};

TEST_F(AwakeKeysTest, LeaveWhatAppliesAlone) {
    PostgresServer& source = source_server();
    const std::string database = source.create_database();
    source.exec(std::string{schema} +
                    ";CREATE TABLE p (id bigint, r int, t_id bigint REFERENCES t (id) ON DELETE"
                    "  SET NULL, PRIMARY KEY (id, r)) PARTITION BY LIST (r);"
                    "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);"
                    "INSERT INTO p VALUES (1, 1, 1), (2, 1, 2);"
                    "COMMENT ON CONSTRAINT c_t_id_fkey ON c IS 'whose'",
                database);
    dbsync_.set("DBSYNC_SOURCE", source.url(database));
    const ProcessResult moved = dbsync_.run({"migrate"});
    ASSERT_EQ(moved.exit_code, 0) << moved;
    source.exec(changes, database);

    cut_over();

    EXPECT_EQ(target_server().dump(database_), source.dump(database));
    const std::string keys =
        "SELECT string_agg(concat_ws(' ', conrelid::regclass, conname, convalidated,"
        " pg_get_constraintdef(oid), obj_description(oid, 'pg_constraint')), E'\\n'"
        " ORDER BY conrelid::regclass::text, conname) FROM pg_constraint WHERE contype = 'f'";
    EXPECT_EQ(on_target(keys), source.value(keys, database));
}

TEST_F(AwakeKeysTest, LeaveChildrenAloneThatTheSourceKeeps) {
    SqliteFile source{home_ / "app.db"};
    source.exec(std::string{"PRAGMA journal_mode = WAL;"} + schema);
    dbsync_.set("DBSYNC_SOURCE", source.url());
    const ProcessResult moved = dbsync_.run({"migrate"});
    ASSERT_EQ(moved.exit_code, 0) << moved;
    source.exec(std::string{"PRAGMA foreign_keys = ON;"} + changes +
                "PRAGMA foreign_keys = OFF; DELETE FROM t WHERE id = 3");

    const ProcessResult over = dbsync_.run({"cutover", "--yes"});

    ASSERT_EQ(over.exit_code, 0) << over;
    EXPECT_THAT(over.err, HasSubstr("Key (t_id)=(3) is not present in table"));
    EXPECT_EQ(on_target("SELECT string_agg(id || ' ' || t_id, ', ' ORDER BY id) FROM c"),
              "2 2, 3 3, 9 9");
    EXPECT_EQ(on_target("SELECT string_agg(id::text, ', ' ORDER BY id) FROM t"), "2, 9");
    expect_keys("c_t_id_fkey false, t_pid_fkey true");
}

TEST_F(AwakeKeysTest, AreRefusedWhereTheyStandAndCascade) {
    SqliteFile source{home_ / "app.db"};
    source.exec(std::string{"PRAGMA journal_mode = WAL;"} + schema);
    dbsync_.set("DBSYNC_SOURCE", source.url());
    target_server().exec("SET ROLE plain; CREATE TABLE t (id bigint PRIMARY KEY, pid bigint);"
                         "CREATE TABLE c (id bigint PRIMARY KEY, t_id bigint NOT NULL"
                         "  REFERENCES t (id) ON DELETE CASCADE)",
                         database_);
    ASSERT_EQ(dbsync_.run({"start-capture"}).exit_code, 0);

    const ProcessResult refused = dbsync_.run({"snapshot", "--schema", "none"});

    EXPECT_EQ(refused.exit_code, 3) << refused;
    EXPECT_THAT(refused.err, HasSubstr("public.c on the target: its foreign keys do not sleep"));
}

TEST_F(AwakeKeysTest, AreRefusedAsTriggersAre) {
    SqliteFile source{home_ / "app.db"};
    source.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (id bigint PRIMARY KEY);"
                "INSERT INTO t VALUES (1)");
    dbsync_.set("DBSYNC_SOURCE", source.url());
    target_server().exec("SET ROLE plain; CREATE TABLE t (id bigint PRIMARY KEY);"
                         "CREATE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql"
                         "  AS 'BEGIN RETURN NULL; END';"
                         "CREATE TRIGGER gone BEFORE INSERT ON t FOR EACH ROW"
                         "  EXECUTE FUNCTION gone()",
                         database_);
    ASSERT_EQ(dbsync_.run({"start-capture"}).exit_code, 0);

    const ProcessResult refused = dbsync_.run({"snapshot", "--schema", "none"});

    EXPECT_EQ(refused.exit_code, 3) << refused;
    EXPECT_THAT(refused.err, HasSubstr("public.t on the target: its triggers do not sleep"));
}

// One that comes when the rows are there already.
TEST_F(AwakeKeysTest, AreRefusedWhereTheyComeAndCascade) {
    SqliteFile source{home_ / "app.db"};
    source.exec(std::string{"PRAGMA journal_mode = WAL;"} + schema);
    dbsync_.set("DBSYNC_SOURCE", source.url());
    ASSERT_EQ(dbsync_.run({"migrate"}).exit_code, 0);
    target_server().exec("ALTER TABLE c ADD FOREIGN KEY (t_id) REFERENCES t (id) ON DELETE CASCADE",
                         database_);
    source.exec("DELETE FROM t WHERE id = 3");

    const ProcessResult refused = dbsync_.run({"catchup", "--until-lag", "0"});

    EXPECT_EQ(refused.exit_code, 3) << refused;
    EXPECT_THAT(refused.err, HasSubstr("foreign keys that refer to it would cascade"));
    EXPECT_EQ(on_target("SELECT count(*) FROM c"), "3");
}

}  // namespace
}  // namespace dbsync::test
