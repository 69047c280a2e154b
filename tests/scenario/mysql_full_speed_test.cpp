// SPDX-License-Identifier: MIT
// Writers that never pause through the whole of a move, and then both ends compared by a program
// that knows nothing of dbsync: the rows that mariadb-dump prints, sorted.
#include "scenario/traffic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dbsync::test {
namespace {

class MysqlFullSpeedTest : public testing::TestWithParam<const char*> {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_MYSQL_ENDS(GetParam());
        ends_ = std::make_unique<MysqlEnds>(GetParam());
        dbsync_.set("DBSYNC_SOURCE", ends_->url(End::Source));
        dbsync_.set("DBSYNC_TARGET", ends_->url(End::Target));
        ends_->must_run(End::Source, mysql_traffic_schema);
        ends_->must_run(End::Source, traffic_seed());
    }

    TempDir home_;
    DbsyncBinary dbsync_{home_};
    std::unique_ptr<MysqlEnds> ends_;
};

TEST_P(MysqlFullSpeedTest, EndsWithTheSameRowsInBothDumps) {
    Traffic traffic{[login = ends_->login(End::Source)] { return mysql_application(login); },
                    {.writers = 4, .pause = std::chrono::milliseconds{0}, .cascades = true}};
    ASSERT_TRUE(traffic.wait_for_commits(500));

    const ProcessResult moved = dbsync_.run({"migrate", "--cutover", "--yes"});

    ASSERT_EQ(moved.exit_code, 0) << moved;
    EXPECT_TRUE(wait_until([&] { return traffic.fenced() == 4; }));
    traffic.stop();
    EXPECT_THAT(traffic.errors(), testing::ElementsAre());
    EXPECT_LT(traffic.longest_stall(), std::chrono::seconds{5});
    EXPECT_EQ(traffic.missing(*ends_, End::Target), "");
    EXPECT_EQ(first_difference(ends_->mysqldump(End::Source), ends_->mysqldump(End::Target)), "");
}

INSTANTIATE_TEST_SUITE_P(Engines,
                         MysqlFullSpeedTest,
                         testing::Values("mariadb", "mysql"),
                         [](const auto& each) { return std::string{each.param}; });

}  // namespace
}  // namespace dbsync::test
