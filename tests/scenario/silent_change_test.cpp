// SPDX-License-Identifier: MIT
// Changes of a PostgreSQL source's rows that no trigger tells of: the cutover does not call a
// target verified that has other rows, and start-capture is the way on.
#include "scenario/ends.hpp"
#include "support/mysql_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace dbsync::test {
namespace {

using ::testing::HasSubstr;

class SilentChangeTest : public testing::Test {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_POSTGRES("system");
        ends_ = std::make_unique<PostgresEnds>();
        dbsync_.set("DBSYNC_SOURCE", ends_->url(End::Source));
        dbsync_.set("DBSYNC_TARGET", ends_->url(End::Target));
    }

    void move(const std::string& sql) {
        ends_->must_run(End::Source, sql);
        const ProcessResult moved = dbsync_.run({"migrate"});
        ASSERT_EQ(moved.exit_code, 0) << moved;
    }

    // Names the change, and `on_target` is what the operator does about it there.
    void expect_refused_until_captured_again(const std::string& named,
                                             const std::function<void()>& on_target = [] {}) {
        const ProcessResult refused = dbsync_.run({"cutover", "--yes"});
        EXPECT_EQ(refused.exit_code, 8) << refused;
        EXPECT_THAT(refused.err, HasSubstr(named));
        EXPECT_THAT(refused.err, HasSubstr("run start-capture again"));

        on_target();
        const ProcessResult captured = dbsync_.run({"start-capture"});
        EXPECT_EQ(captured.exit_code, 0) << captured;
        const ProcessResult cut = dbsync_.run({"cutover", "--yes"});
        EXPECT_EQ(cut.exit_code, 0) << cut;
    }

    TempDir home_;
    DbsyncBinary dbsync_{home_};
    std::unique_ptr<PostgresEnds> ends_;
};

TEST_F(SilentChangeTest, APartitionIsDropped) {
    move(
        "CREATE TABLE t (id int, r int, v text, PRIMARY KEY (id, r)) PARTITION BY LIST (r);"
        "CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1);"
        "CREATE TABLE t2 PARTITION OF t FOR VALUES IN (2);"
        "INSERT INTO t VALUES (1, 1, 'a'), (2, 2, 'b')");
    ends_->must_run(End::Source, "DROP TABLE t2");

    expect_refused_until_captured_again("partition public.t2 was dropped");

    EXPECT_EQ(ends_->value(End::Target, "SELECT string_agg(v, ',') FROM t"), "a");
}

TEST_F(SilentChangeTest, EveryValueOfAColumnIsWrittenAnew) {
    move(
        "CREATE TABLE t (id int PRIMARY KEY, v text);"
        "INSERT INTO t SELECT g, 'v' || g FROM generate_series(1, 1000) g");
    ends_->must_run(End::Source, "ALTER TABLE t ALTER COLUMN v TYPE text USING upper(v)");

    expect_refused_until_captured_again("its rows written anew");

    EXPECT_EQ(first_difference(ends_->dump(End::Source), ends_->dump(End::Target)), "");
}

constexpr const char* with_an_enum =
    "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE DOMAIN humour AS mood;"
    "CREATE TABLE t (id int PRIMARY KEY, v humour); INSERT INTO t VALUES (1, 'sad'), (2, 'ok')";
constexpr const char* rename_a_label = "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'";

TEST_F(SilentChangeTest, ALabelIsRenamed) {
    move(with_an_enum);
    ends_->must_run(End::Source, rename_a_label);

    expect_refused_until_captured_again(
        "uses type public.mood: 'sad' is 'blue' now",
        [&] { ends_->must_run(End::Target, rename_a_label); });

    EXPECT_EQ(first_difference(ends_->dump(End::Source), ends_->dump(End::Target)), "");
}

TEST_F(SilentChangeTest, ALabelIsRenamedThatAnotherEngineHolds) {
    DBSYNC_NEEDS_MYSQL("mariadb");
    MysqlServer& server = mysql_server("mariadb");
    const std::string database = server.create_database();
    dbsync_.set("DBSYNC_TARGET", server.url(database));
    move(with_an_enum);
    ends_->must_run(End::Source, rename_a_label);

    expect_refused_until_captured_again("uses type public.mood: 'sad' is 'blue' now", [&] {
        server.exec("ALTER TABLE t MODIFY v ENUM('sad', 'ok', 'blue')", database);
    });

    EXPECT_EQ(server.value("SELECT GROUP_CONCAT(v ORDER BY id) FROM t", database), "blue,ok");
}

TEST_F(SilentChangeTest, ALabelIsAdded) {
    move(with_an_enum);
    const std::string add = "ALTER TYPE mood ADD VALUE 'so so'";
    ends_->must_run(End::Source, add);
    ends_->must_run(End::Source, "UPDATE t SET v = 'so so' WHERE id = 1");

    expect_refused_until_captured_again("uses type public.mood: 'so so' is new",
                                        [&] { ends_->must_run(End::Target, add); });

    EXPECT_EQ(first_difference(ends_->dump(End::Source), ends_->dump(End::Target)), "");
}

}  // namespace
}  // namespace dbsync::test
