// SPDX-License-Identifier: MIT
// Between stop-capture and the next start-capture nothing is recorded: what the target holds of the
// time before is no base to go on from.
#include "scenario/mysql_ends.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dbsync::test {
namespace {

using testing::HasSubstr;

class CapturedAgainTest : public testing::TestWithParam<const char*> {
  protected:
    void SetUp() override {
        const std::string engine = GetParam();
        if (engine == "sqlite") {
            ends_ = std::make_unique<SqliteEnds>(home_.path());
        } else if (is_mysql(engine)) {
            DBSYNC_NEEDS_MYSQL_ENDS(engine);
            ends_ = std::make_unique<MysqlEnds>(engine);
        } else {
            DBSYNC_NEEDS_POSTGRES("system");
            ends_ = std::make_unique<PostgresEnds>();
        }
        dbsync_.set("DBSYNC_SOURCE", ends_->url(End::Source));
        dbsync_.set("DBSYNC_TARGET", ends_->url(End::Target));
        ends_->must_run(End::Source, "CREATE TABLE t (id int PRIMARY KEY, v varchar(50));"
                                     "INSERT INTO t VALUES (1, 'a'), (2, 'b')");
    }

    TempDir home_;
    DbsyncBinary dbsync_{home_};
    std::unique_ptr<Ends> ends_;
};

TEST_P(CapturedAgainTest, IsNoMoveToGoOnWith) {
    ASSERT_EQ(dbsync_.run({"migrate"}).exit_code, 0);
    ASSERT_EQ(dbsync_.run({"stop-capture", "--keep-target"}).exit_code, 0);
    ends_->must_run(End::Source, "UPDATE t SET v = 'unrecorded'; INSERT INTO t VALUES (3, 'c')");
    ASSERT_EQ(dbsync_.run({"start-capture"}).exit_code, 0);

    for (const char* command : {"snapshot", "catchup", "verify", "cutover"}) {
        const ProcessResult refused =
            dbsync_.run({command, std::string{command} == "cutover" ? "--yes" : "--json"});
        EXPECT_EQ(refused.exit_code, 3) << command << ": " << refused;
        EXPECT_THAT(refused.out + refused.err, HasSubstr("earlier capture")) << command;
    }
    EXPECT_EQ(ends_->value(End::Source, "SELECT COUNT(*) FROM t"), "3");
}

INSTANTIATE_TEST_SUITE_P(Engines, CapturedAgainTest,
                         testing::Values("sqlite", "postgres", "mariadb", "mysql"),
                         [](const auto& each) { return std::string{each.param}; });

}  // namespace
}  // namespace dbsync::test
