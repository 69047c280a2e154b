// SPDX-License-Identifier: MIT
// One command moves a database under an application that inserts, changes, moves and deletes rows
// all the while, on each engine; the source stays as it was when the cutover cannot be done.
#include "scenario/traffic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dbsync::test {
namespace {

class LiveMoveTest : public testing::TestWithParam<const char*> {
  protected:
    void SetUp() override {
        if (is_sqlite()) {
            auto files = std::make_unique<SqliteEnds>(home_.path());
            connect_ = [path = files->path(End::Source)] { return sqlite_application(path); };
            ends_ = std::move(files);
        } else if (is_mysql(GetParam())) {
            DBSYNC_NEEDS_MYSQL_ENDS(GetParam());
            auto ends = std::make_unique<MysqlEnds>(GetParam());
            connect_ = [login = ends->login(End::Source)] { return mysql_application(login); };
            ends_ = std::move(ends);
        } else {
            DBSYNC_NEEDS_POSTGRES("system");
            ends_ = std::make_unique<PostgresEnds>();
            connect_ = [url = ends_->url(End::Source)] { return postgres_application(url); };
        }
        dbsync_.set("DBSYNC_SOURCE", ends_->url(End::Source));
        dbsync_.set("DBSYNC_TARGET", ends_->url(End::Target));
        ends_->must_run(End::Source, is_mysql(GetParam()) ? mysql_traffic_schema : traffic_schema);
        ends_->must_run(End::Source, traffic_seed());
    }

    [[nodiscard]] bool is_sqlite() const { return GetParam() == std::string{"sqlite"}; }
    [[nodiscard]] TrafficOptions options() const {
        return {.writers = 3,
                .pause = std::chrono::milliseconds{10},
                .sqlite = is_sqlite(),
                .cascades = is_mysql(GetParam())};
    }

    TempDir home_;
    DbsyncBinary dbsync_{home_};
    std::unique_ptr<Ends> ends_;
    Traffic::Connect connect_;
};

TEST_P(LiveMoveTest, EndsWithEveryAcknowledgedCommitOnTheTarget) {
    Traffic traffic{connect_, options()};
    ASSERT_TRUE(traffic.wait_for_commits(50));

    const ProcessResult moved = dbsync_.run(
        {"migrate", "--cutover", "--yes", "--chunk-rows", "100", "--batch-rows", "1000"});

    ASSERT_EQ(moved.exit_code, 0) << moved;
    EXPECT_TRUE(wait_until([&] { return traffic.fenced() == 3; }));
    traffic.stop();
    EXPECT_THAT(traffic.errors(), testing::ElementsAre());
    EXPECT_EQ(traffic.missing(*ends_, End::Target), "");
    EXPECT_EQ(first_difference(ends_->dump_with_sequences(End::Source),
                               ends_->dump_with_sequences(End::Target)),
              "");
}

TEST_P(LiveMoveTest, GoesOnAtTheSourceWhenTheHookRefuses) {
    Traffic traffic{connect_, options()};
    ASSERT_TRUE(traffic.wait_for_commits(20));
    ASSERT_EQ(dbsync_.run({"migrate"}).exit_code, 0);
    const std::filesystem::path aborted = home_ / "aborted";

    const ProcessResult cut = dbsync_.run({"cutover", "--yes", "--on-frozen", "exit 3",
                                           "--on-abort", "touch '" + aborted.string() + "'"});

    EXPECT_EQ(cut.exit_code, 7) << cut;
    EXPECT_TRUE(std::filesystem::exists(aborted));
    EXPECT_TRUE(traffic.wait_for_commits(20)) << "the source is not writable again";
    const ProcessResult again = dbsync_.run({"cutover", "--yes"});
    EXPECT_EQ(again.exit_code, 0) << again;
    EXPECT_TRUE(wait_until([&] { return traffic.fenced() == 3; }));
    traffic.stop();
    EXPECT_THAT(traffic.errors(), testing::ElementsAre());
    EXPECT_EQ(traffic.missing(*ends_, End::Target), "");
}

TEST_P(LiveMoveTest, NamesARowThatWasChangedOnTheTargetAndRepairsIt) {
    Traffic traffic{connect_, options()};
    ASSERT_EQ(dbsync_.run({"migrate"}).exit_code, 0);
    ends_->must_run(End::Target,
                    "UPDATE still SET body = 'tampered' WHERE id = 17;"
                    "DELETE FROM still WHERE id = 18;"
                    "INSERT INTO still VALUES (5000, 'extra');");

    const ProcessResult found = dbsync_.run({"verify", "--json"});
    const ProcessResult refused = dbsync_.run({"cutover", "--yes"});
    const ProcessResult repaired = dbsync_.run({"verify", "--repair"});
    const ProcessResult clean = dbsync_.run({"verify"});

    EXPECT_EQ(found.exit_code, 6) << found;
    for (const char* key : {"17", "18", "5000"}) {
        EXPECT_THAT(found.out, testing::HasSubstr(key));
    }
    EXPECT_EQ(refused.exit_code, 7) << refused;
    EXPECT_EQ(repaired.exit_code, 0) << repaired;
    EXPECT_EQ(clean.exit_code, 0) << clean;
    EXPECT_TRUE(traffic.wait_for_commits(10)) << "the source is not writable";
    EXPECT_EQ(dbsync_.run({"cutover", "--yes"}).exit_code, 0);
    traffic.stop();
    EXPECT_THAT(traffic.errors(), testing::ElementsAre());
    EXPECT_EQ(first_difference(ends_->dump(End::Source), ends_->dump(End::Target)), "");
}

TEST_P(LiveMoveTest, DoesNotRepairTheNewPrimaryFromTheOldSource) {
    ASSERT_EQ(dbsync_.run({"migrate", "--cutover", "--yes"}).exit_code, 0);
    ends_->must_run(End::Target,
                    "INSERT INTO still VALUES (6000, 'written after the switch');"
                    "DELETE FROM still WHERE id = 18;");
    const auto written = ends_->dump(End::Target);

    const ProcessResult refused = dbsync_.run({"verify", "--repair"});

    EXPECT_EQ(refused.exit_code, 3) << refused;
    EXPECT_EQ(first_difference(written, ends_->dump(End::Target)), "");
    EXPECT_EQ(dbsync_.run({"verify"}).exit_code, 6);
}

INSTANTIATE_TEST_SUITE_P(Engines,
                         LiveMoveTest,
                         testing::Values("sqlite", "postgres", "mariadb", "mysql"),
                         [](const auto& each) { return std::string{each.param}; });

}  // namespace
}  // namespace dbsync::test
