// SPDX-License-Identifier: MIT
// Commit order is not id order: transactions that take their ids early and commit late are where
// tools of this kind lose rows.
#include "scenario/ends.hpp"
#include "support/wait.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dbsync::test {
namespace {

class LateCommitTest : public testing::Test {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_POSTGRES("system");
        ends_ = std::make_unique<PostgresEnds>();
        dbsync_.set("DBSYNC_SOURCE", ends_->url(End::Source));
        dbsync_.set("DBSYNC_TARGET", ends_->url(End::Target));
        ends_->must_run(End::Source,
                        "CREATE TABLE t (id bigserial PRIMARY KEY, v text);"
                        "CREATE TABLE keyless (v text);"
                        "INSERT INTO t (v) SELECT 'seed' FROM generate_series(1, 1000);");
    }

    void must(const std::vector<std::string>& args) {
        const ProcessResult result = dbsync_.run(args);
        ASSERT_EQ(result.exit_code, 0) << args.front() << ": " << result;
    }

    // Others commit, and dbsync takes it all, while the slow transaction stays open.
    void passes(int count) {
        for (int i = 0; i < count; ++i) {
            ends_->must_run(End::Source,
                            "INSERT INTO t (v) SELECT 'quick' FROM generate_series(1, 50);"
                            "UPDATE t SET v = v || '+' WHERE id BETWEEN 1 AND 10;");
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

    TempDir home_;
    DbsyncBinary dbsync_{home_};
    std::unique_ptr<PostgresEnds> ends_;
};

TEST_F(LateCommitTest, ArrivesAfterSeveralPassesWentByIt) {
    must({"start-capture"});
    PgSession slow{ends_->url(End::Source)};
    slow.exec(
        "BEGIN; INSERT INTO t (v) VALUES ('slow, first'); INSERT INTO keyless VALUES ('slow')");
    must({"snapshot"});
    passes(3);
    slow.exec(
        "SAVEPOINT s; INSERT INTO t (v) VALUES ('slow, in a savepoint'); RELEASE s;"
        "UPDATE t SET v = 'slow, update' WHERE id = 500; DELETE FROM t WHERE id = 501");
    passes(2);
    slow.exec("COMMIT");
    passes(1);

    EXPECT_EQ(ends_->value(End::Target, "SELECT count(*) FROM t WHERE v LIKE 'slow%'"), "3");
    EXPECT_EQ(ends_->value(End::Target, "SELECT count(*) FROM keyless"), "1");
    expect_complete();
}

TEST_F(LateCommitTest, ArrivesWithManyRowsAndSmallBatches) {
    must({"start-capture"});
    PgSession slow{ends_->url(End::Source)};
    slow.exec("BEGIN; INSERT INTO t (v) SELECT 'slow' FROM generate_series(1, 30000)");
    must({"snapshot"});
    ends_->must_run(End::Source, "INSERT INTO t (v) SELECT 'quick' FROM generate_series(1, 5000)");
    must({"catchup", "--until-lag", "0", "--batch-rows", "1000"});
    slow.exec("UPDATE t SET v = v || '!' WHERE v = 'slow' AND id % 2 = 0");
    ends_->must_run(End::Source, "INSERT INTO t (v) SELECT 'quick' FROM generate_series(1, 5000)");
    must({"catchup", "--until-lag", "0", "--batch-rows", "1000"});
    slow.exec("COMMIT");
    must({"catchup", "--until-lag", "0", "--batch-rows", "1000"});

    EXPECT_EQ(ends_->value(End::Target, "SELECT count(*) FROM t WHERE v LIKE 'slow%'"), "30000");
    expect_complete();
}

TEST_F(LateCommitTest, RolledBackLeavesNothing) {
    must({"start-capture"});
    PgSession slow{ends_->url(End::Source)};
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
// let others queue up behind itself meanwhile.
TEST_F(LateCommitTest, OpenBeforeCaptureIsWaitedForWithoutHarm) {
    PgSession slow{ends_->url(End::Source)};
    slow.exec("BEGIN; INSERT INTO t (v) VALUES ('before capture')");
    Process capture = dbsync_.start({"start-capture", "--lock-timeout", "200ms"});
    PgSession quick{ends_->url(End::Source)};
    std::chrono::milliseconds longest{0};
    for (int i = 0; i < 200; ++i) {
        const auto begun = std::chrono::steady_clock::now();
        quick.exec("INSERT INTO t (v) VALUES ('quick'); SELECT pg_sleep(0.005)");
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

}  // namespace
}  // namespace dbsync::test
