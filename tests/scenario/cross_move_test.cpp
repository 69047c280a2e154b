// SPDX-License-Identifier: MIT
// One command moves a database to a server of another kind under an application that inserts,
// changes, moves and deletes rows all the while; both ends are compared in a spelling of the test's
// own.
#include "scenario/cross_traffic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dbsync::test {
namespace {

class CrossMoveTest : public testing::TestWithParam<EnginePairName> {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_ENGINE(GetParam().first);
        DBSYNC_NEEDS_ENGINE(GetParam().second);
        ends_ = std::make_unique<CrossEnds>(GetParam().first, GetParam().second, home_,
                                            cross_tables());
        dbsync_.set("DBSYNC_SOURCE", ends_->url(End::Source));
        dbsync_.set("DBSYNC_TARGET", ends_->url(End::Target));
        ends_->must_run(End::Source, cross_schema(GetParam().first));
        ends_->must_run(End::Source, cross_seed(GetParam().first));
        connect_ = [this] { return ends_->application(); };
    }

    [[nodiscard]] TrafficOptions options() const {
        return {.writers = 3,
                .pause = std::chrono::milliseconds{10},
                .sqlite = GetParam().first == "sqlite",
                .cascades = true};
    }
    [[nodiscard]] std::string count_columns() const {
        return fmt::format("SELECT count(*) FROM information_schema.columns WHERE table_schema = {}"
                           " AND table_name IN ('item', 'line', 'wide', 'leaf', 'twig')",
                           GetParam().second == "postgres" ? "'public'" : "database()");
    }
    void expect_equal() const {
        EXPECT_EQ(first_difference(ends_->dump(End::Source), ends_->dump(End::Target)), "");
    }

    TempDir home_;
    DbsyncBinary dbsync_{home_};
    std::unique_ptr<CrossEnds> ends_;
    Traffic::Connect connect_;
};

TEST_P(CrossMoveTest, EndsWithEveryAcknowledgedCommitOnTheTarget) {
    Traffic traffic{connect_, options()};
    WideTraffic wide{connect_, GetParam().first};
    ASSERT_TRUE(traffic.wait_for_commits(50));
    ASSERT_TRUE(wide.wait_for_commits(20));

    const ProcessResult moved = dbsync_.run(
        {"migrate", "--cutover", "--yes", "--chunk-rows", "50", "--batch-rows", "500"});

    EXPECT_EQ(moved.exit_code, 0) << moved;
    if (moved.exit_code == 0) {
        EXPECT_TRUE(wait_until([&] { return traffic.fenced() == 3 && wide.fenced(); }));
    }
    traffic.stop();
    wide.stop();
    EXPECT_THAT(traffic.errors(), testing::ElementsAre());
    EXPECT_EQ(wide.error(), "");
    ASSERT_EQ(moved.exit_code, 0);
    EXPECT_EQ(traffic.missing(*ends_, End::Target), "");
    EXPECT_EQ(wide.missing(*ends_, End::Target), "");
    expect_equal();
}

TEST_P(CrossMoveTest, GivesTheNextRowANumberThatIsFree) {
    ends_->must_run(End::Source,
                    "INSERT INTO leaf (branch_id, name) VALUES (1, 'before');"
                    "DELETE FROM leaf WHERE name = 'before'");

    const ProcessResult moved = dbsync_.run({"migrate", "--cutover", "--yes"});
    ASSERT_EQ(moved.exit_code, 0) << moved;
    expect_equal();
    ends_->must_run(End::Target, "INSERT INTO leaf (branch_id, name) VALUES (1, 'after')");

    EXPECT_GT(std::stoll(ends_->value(End::Target, "SELECT id FROM leaf WHERE name = 'after'")),
              121);
}

TEST_P(CrossMoveTest, FollowsTheSourceFromOneCatchUpToTheNext) {
    const ProcessResult snapshot = dbsync_.run({"migrate"});
    ASSERT_EQ(snapshot.exit_code, 0) << snapshot;
    WideTraffic wide{connect_, GetParam().first};
    for (int pass = 0; pass < 3; ++pass) {
        ASSERT_TRUE(wide.wait_for_commits(30));
        const ProcessResult caught_up = dbsync_.run({"catchup", "--batch-rows", "100"});
        ASSERT_EQ(caught_up.exit_code, 0) << caught_up;
    }
    wide.stop();
    EXPECT_EQ(wide.error(), "");
    ASSERT_EQ(dbsync_.run({"catchup"}).exit_code, 0);

    expect_equal();
    const ProcessResult verified = dbsync_.run({"verify"});
    EXPECT_EQ(verified.exit_code, 0) << verified;
}

// Made by hand there, with that server's own types, foreign keys and indexes.
// A collation under which a blank at the end makes another key, as the source has it.
std::string without_padding(std::string schema) {
    const std::string padded = "COLLATE utf8mb4_bin";
    const auto at = schema.find(padded);
    return at == std::string::npos
               ? schema
               : schema.replace(at, padded.size(),
                                "/*M!100203 COLLATE utf8mb4_nopad_bin */"
                                " /*!80017 COLLATE utf8mb4_0900_bin */");
}

TEST_P(CrossMoveTest, FillsTheTablesThatTheTargetHas) {
    ends_->must_run(End::Target, without_padding(cross_schema(GetParam().second)));
    const std::string schema = ends_->value(End::Target, count_columns());
    Traffic traffic{connect_, options()};
    WideTraffic wide{connect_, GetParam().first};
    ASSERT_TRUE(wide.wait_for_commits(20));

    const ProcessResult moved = dbsync_.run(
        {"migrate", "--cutover", "--yes", "--schema", "none", "--chunk-rows", "100"});

    traffic.stop();
    wide.stop();
    ASSERT_EQ(moved.exit_code, 0) << moved;
    EXPECT_THAT(traffic.errors(), testing::ElementsAre());
    EXPECT_EQ(wide.error(), "");
    EXPECT_EQ(wide.missing(*ends_, End::Target), "");
    expect_equal();
    EXPECT_EQ(ends_->value(End::Target, count_columns()), schema);
}

// Keys that the source's collation takes for equal are two on the target.
TEST_P(CrossMoveTest, FollowsAKeyThatOnlyChangesItsCase) {
    const std::string& source = GetParam().first;
    ends_->must_run(
        End::Source,
        fmt::format("CREATE TABLE word (k {} PRIMARY KEY, v VARCHAR(20));"
                    "INSERT INTO word VALUES ('Alpha', '1'), ('beta', '2'), ('gamma', '3'),"
                    " ('Delta', '4'), ('epsilon', '5')",
                    source == "sqlite"     ? "TEXT COLLATE NOCASE NOT NULL"
                    : source == "postgres" ? "text"
                                           : "VARCHAR(60) COLLATE utf8mb4_general_ci"));
    ends_->set_tables({{"word", {{"k"}, {"v"}}}});
    ASSERT_EQ(dbsync_.run({"migrate"}).exit_code, 0);
    for (const char* sql : {"UPDATE word SET k = 'ALPHA' WHERE k = 'Alpha'",
                            "DELETE FROM word WHERE k = 'beta';"
                            "INSERT INTO word VALUES ('BETA', 'b')",
                            "UPDATE word SET k = 'Gamma', v = 'g' WHERE k = 'gamma';"
                            "UPDATE word SET k = 'GAMMA' WHERE k = 'Gamma'"}) {
        // SQLite's readers hold no snapshot in the other journal modes: they take another way.
        ends_->must_run(End::Source, source == "sqlite" && sql[0] == 'D'
                                         ? "PRAGMA journal_mode = DELETE"
                                         : "SELECT 1");
        ends_->must_run(End::Source, sql);
        const ProcessResult caught_up = dbsync_.run({"catchup", "--until-lag", "0"});
        EXPECT_EQ(caught_up.exit_code, 0) << caught_up;
        expect_equal();
    }
    ends_->must_run(End::Target, "INSERT INTO word VALUES ('aLPHA', '1')");
    EXPECT_EQ(dbsync_.run({"verify"}).exit_code, 6);
    EXPECT_EQ(dbsync_.run({"verify", "--repair"}).exit_code, 0);
    expect_equal();
    ends_->must_run(End::Source, "UPDATE word SET k = 'DELTA' WHERE k = 'Delta';"
                                 "DELETE FROM word WHERE k = 'epsilon'");
    const ProcessResult cut = dbsync_.run({"cutover", "--yes"});
    EXPECT_EQ(cut.exit_code, 0) << cut;
    expect_equal();
}

TEST_P(CrossMoveTest, LeavesTheSourceAsItWasWhenItIsGivenUp) {
    const std::string schema = ends_->schema(End::Source);
    const std::string content = ends_->dump(End::Source);
    ASSERT_EQ(dbsync_.run({"migrate"}).exit_code, 0);

    const ProcessResult stopped = dbsync_.run({"stop-capture"});

    EXPECT_EQ(stopped.exit_code, 0) << stopped;
    EXPECT_EQ(first_difference(schema, ends_->schema(End::Source)), "");
    EXPECT_EQ(first_difference(content, ends_->dump(End::Source)), "");
}

INSTANTIATE_TEST_SUITE_P(Pairs,
                         CrossMoveTest,
                         testing::ValuesIn(engine_pairs()),
                         engine_pair_name);

}  // namespace
}  // namespace dbsync::test
