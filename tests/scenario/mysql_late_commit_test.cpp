// SPDX-License-Identifier: MIT
// Transactions of MySQL and MariaDB that take their ids early and commit late, and what triggers
// cannot see: after it is named, the move goes on without beginning anew.
#include "scenario/mysql_ends.hpp"
#include "support/wait.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dbsync::test {
namespace {

using testing::HasSubstr;

// Without locks on gaps, which would stop the test's other writers for as long as it is open.
constexpr const char* read_committed = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";

std::string numbers(int last) {
    return fmt::format(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})", last);
}

class MysqlLateCommitTest : public testing::TestWithParam<const char*> {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_MYSQL_ENDS(GetParam());
        ends_ = std::make_unique<MysqlEnds>(GetParam());
        dbsync_.set("DBSYNC_SOURCE", ends_->url(End::Source));
        dbsync_.set("DBSYNC_TARGET", ends_->url(End::Target));
        ends_->must_run(End::Source,
                        "CREATE TABLE t (id bigint AUTO_INCREMENT PRIMARY KEY, v varchar(50));"
                        "CREATE TABLE keyless (v varchar(20));"
                        "INSERT INTO t (v) " +
                            numbers(1000) + " SELECT 'seed' FROM n");
    }

    void must(const std::vector<std::string>& args) {
        const ProcessResult result = dbsync_.run(args);
        ASSERT_EQ(result.exit_code, 0) << args.front() << ": " << result;
    }

    // Others commit, and dbsync takes it all, while the slow transaction stays open.
    void passes(int count) {
        for (int i = 0; i < count; ++i) {
            ends_->must_run(End::Source,
                            "INSERT INTO t (v) " + numbers(50) +
                                " SELECT 'quick' FROM n;"
                                "UPDATE t SET v = CONCAT(v, '+') WHERE id BETWEEN 1 AND 10;");
            must({"catchup", "--until-lag", "0"});
        }
    }

    void expect_complete() {
        must({"verify"});
        must({"cutover", "--yes"});
        EXPECT_EQ(first_difference(ends_->dump_with_sequences(End::Source),
                                   ends_->dump_with_sequences(End::Target)),
                  "");
    }

    [[nodiscard]] std::string deltas_left() const {
        std::int64_t left = 0;
        for (const MysqlRow& row :
             ends_->server(End::Source)
                 .exec("SELECT table_name FROM information_schema.tables WHERE table_schema ="
                       " DATABASE() AND table_name LIKE '\\_dbsync\\_delta\\_%'",
                       ends_->database(End::Source))) {
            left += std::stoll(
                ends_->value(End::Source, "SELECT COUNT(*) FROM `" + row[0].value() + "`"));
        }
        return std::to_string(left);
    }

    TempDir home_;
    DbsyncBinary dbsync_{home_};
    std::unique_ptr<MysqlEnds> ends_;
};

TEST_P(MysqlLateCommitTest, ArrivesAfterSeveralPassesWentByIt) {
    must({"start-capture"});
    MysqlSession slow{ends_->login(End::Source)};
    slow.exec(read_committed);
    slow.exec(
        "BEGIN; INSERT INTO t (v) VALUES ('slow, first'); INSERT INTO keyless VALUES ('slow')");
    must({"snapshot"});
    passes(3);
    slow.exec(
        "SAVEPOINT s; INSERT INTO t (v) VALUES ('slow, in a savepoint'); RELEASE SAVEPOINT s;"
        "UPDATE t SET v = 'slow, update' WHERE id = 500; DELETE FROM t WHERE id = 501");
    passes(2);
    EXPECT_EQ(deltas_left(), "0") << "deltas that were applied are still there";
    slow.exec("COMMIT");
    passes(1);

    EXPECT_EQ(ends_->value(End::Target, "SELECT count(*) FROM t WHERE v LIKE 'slow%'"), "3");
    EXPECT_EQ(ends_->value(End::Target, "SELECT count(*) FROM keyless"), "1");
    expect_complete();
}

TEST_P(MysqlLateCommitTest, ArrivesWithManyRowsAndSmallBatches) {
    must({"start-capture"});
    MysqlSession slow{ends_->login(End::Source)};
    slow.exec(read_committed);
    slow.exec("BEGIN");
    for (int i = 0; i < 20; ++i) {
        slow.exec("INSERT INTO t (v) " + numbers(1000) + " SELECT 'slow' FROM n");
    }
    must({"snapshot"});
    const std::string quick = "INSERT INTO t (v) " + numbers(1000) + " SELECT 'quick' FROM n;";
    ends_->must_run(End::Source, quick + quick + quick);
    must({"catchup", "--until-lag", "0", "--batch-rows", "1000"});
    slow.exec("UPDATE t SET v = CONCAT(v, '!') WHERE v = 'slow' AND id % 2 = 0");
    ends_->must_run(End::Source, quick);
    must({"catchup", "--until-lag", "0", "--batch-rows", "1000"});
    slow.exec("COMMIT");
    must({"catchup", "--until-lag", "0", "--batch-rows", "1000"});

    EXPECT_EQ(ends_->value(End::Target, "SELECT count(*) FROM t WHERE v LIKE 'slow%'"), "20000");
    expect_complete();
}

TEST_P(MysqlLateCommitTest, RolledBackLeavesNothing) {
    must({"start-capture"});
    MysqlSession slow{ends_->login(End::Source)};
    slow.exec(read_committed);
    slow.exec(
        "BEGIN; INSERT INTO t (v) VALUES ('never'); DELETE FROM t WHERE id BETWEEN 500 AND 600");
    must({"snapshot"});
    passes(2);
    slow.exec("ROLLBACK");
    passes(1);

    EXPECT_EQ(ends_->value(End::Target, "SELECT count(*) FROM t WHERE v = 'never'"), "0");
    expect_complete();
}

// What it wrote before the trigger was there has no delta: capture has to wait for it, and may not
// let others queue up behind itself for longer than its lock timeout.
TEST_P(MysqlLateCommitTest, OpenBeforeCaptureIsWaitedForWithoutHarm) {
    MysqlSession slow{ends_->login(End::Source)};
    slow.exec(read_committed);
    slow.exec("BEGIN; INSERT INTO t (v) VALUES ('before capture')");
    Process capture = dbsync_.start({"start-capture", "--lock-timeout", "300ms"});
    MysqlSession quick{ends_->login(End::Source)};
    std::chrono::milliseconds longest{0};
    for (int i = 0; i < 200; ++i) {
        const auto begun = std::chrono::steady_clock::now();
        quick.exec("INSERT INTO t (v) VALUES ('quick'); DO SLEEP(0.005)");
        longest = std::max(longest, std::chrono::duration_cast<std::chrono::milliseconds>(
                                        std::chrono::steady_clock::now() - begun));
    }
    EXPECT_TRUE(capture.running()) << capture.wait();
    slow.exec("COMMIT");
    const ProcessResult captured = capture.wait();

    EXPECT_EQ(captured.exit_code, 0) << captured;
    EXPECT_LT(longest, std::chrono::milliseconds{1'500});
    must({"snapshot"});
    must({"catchup", "--until-lag", "0"});
    EXPECT_EQ(ends_->value(End::Target, "SELECT count(*) FROM t WHERE v = 'before capture'"), "1");
    expect_complete();
}

// An old snapshot of the application neither hides its writes nor gets past the fence.
TEST_P(MysqlLateCommitTest, AnOldSnapshotIsCapturedAndFenced) {
    MysqlSession old{ends_->login(End::Source)};
    old.exec("START TRANSACTION WITH CONSISTENT SNAPSHOT");
    must({"start-capture"});
    must({"snapshot"});
    old.exec("UPDATE t SET v = 'by an old snapshot' WHERE id = 7; COMMIT");
    old.exec("START TRANSACTION WITH CONSISTENT SNAPSHOT");
    must({"catchup", "--until-lag", "0"});
    EXPECT_EQ(ends_->value(End::Target, "SELECT v FROM t WHERE id = 7"), "by an old snapshot");
    expect_complete();

    try {
        old.exec("UPDATE t SET v = 'past the fence' WHERE id = 8");
        ADD_FAILURE() << "the fence let an old snapshot through";
    } catch (const MysqlError& error) {
        EXPECT_THAT(error.what(), HasSubstr("dbsync"));
    }
}

// The way on that the message names: the table is read anew.
TEST_P(MysqlLateCommitTest, ATruncatedTableIsReadAnewAfterStartCapture) {
    must({"start-capture"});
    must({"snapshot"});
    must({"catchup", "--until-lag", "0"});
    ends_->must_run(End::Source, "TRUNCATE t; INSERT INTO t (v) VALUES ('after')");

    const ProcessResult stopped = dbsync_.run({"catchup", "--until-lag", "0"});

    EXPECT_EQ(stopped.exit_code, 8) << stopped;
    EXPECT_THAT(stopped.err, HasSubstr("start-capture"));
    must({"start-capture"});
    passes(1);
    expect_complete();
}

INSTANTIATE_TEST_SUITE_P(Engines,
                         MysqlLateCommitTest,
                         testing::Values("mariadb", "mysql"),
                         [](const auto& each) { return std::string{each.param}; });

}  // namespace
}  // namespace dbsync::test
