// SPDX-License-Identifier: MIT
// Two processes on one job, an operator who presses Ctrl-C, and a dbsync that stands still or dies
// in the freeze: the job goes on afterwards, and the source is never left frozen.
#include "fault/fault_move.hpp"

namespace dbsync::test {
namespace {

class InterruptedTest : public FaultMove, public testing::WithParamInterface<const char*> {
  protected:
    void SetUp() override { prepare(GetParam()); }
    Hold hold_{home_};
};

TEST_P(InterruptedTest, SecondProcessOnTheSameJobIsRefused) {
    const std::unique_ptr<Traffic> writers = traffic();
    Process first = dbsync_.start(migrate(), hold_.at("snapshot.after_schema"));
    ASSERT_TRUE(hold_.wait_reached()) << first.wait(std::chrono::milliseconds{1});

    for (const char* command : {"migrate", "snapshot", "catchup", "stop-capture"}) {
        const ProcessResult second = dbsync_.run({command});
        EXPECT_EQ(second.exit_code, 10) << command << ": " << second;
    }
    // Another state file does not make it another job: the two ends know.
    const ProcessResult elsewhere =
        dbsync_.run({"catchup"}, {{"DBSYNC_STATE", (home_ / "other.db").string()}});
    EXPECT_EQ(elsewhere.exit_code, 10) << elsewhere;
    hold_.release();
    const ProcessResult finished = first.wait();

    EXPECT_EQ(finished.exit_code, 0) << finished;
    expect_moved(*writers);
}

TEST_P(InterruptedTest, ControlCEndsWith130AndCanBeResumed) {
    for (const char* checkpoint : {"snapshot.before_chunk_commit", "catchup.after_read",
                                   "verify.mid_scan", "cutover.armed"}) {
        SCOPED_TRACE(checkpoint);
        const TempDir folder;
        const Hold hold{folder};
        const std::unique_ptr<Traffic> writers = traffic();
        Process process = dbsync_.start(migrate(), hold.at(checkpoint));
        ASSERT_TRUE(hold.wait_reached()) << process.wait(std::chrono::milliseconds{1});
        process.kill(SIGINT);
        hold.release();
        const ProcessResult interrupted = process.wait();

        EXPECT_EQ(interrupted.exit_code, 130) << interrupted;
        EXPECT_TRUE(writers->wait_for_commits(10)) << "the source is not writable";
        writers->stop();
        EXPECT_THAT(writers->errors(), testing::ElementsAre());
        // The next round's writers begin with nothing of their own.
        ends_->must_run(End::Source,
                        "DELETE FROM line WHERE item_id > 1000; DELETE FROM item WHERE id > 1000;"
                        "UPDATE counter SET n = 0");
    }
    const std::unique_ptr<Traffic> writers = traffic();
    const ProcessResult resumed = dbsync_.run(migrate());

    EXPECT_EQ(resumed.exit_code, 0) << resumed;
    expect_moved(*writers);
}

// The lease: a dbsync that stands still in the freeze does not keep the writers waiting for ever.
TEST_P(InterruptedTest, StandingStillInTheFreezeOpensTheSourceAgain) {
    const std::unique_ptr<Traffic> writers = traffic();
    ASSERT_EQ(dbsync_.run({"migrate"}).exit_code, 0);
    Process process =
        dbsync_.start({"cutover", "--yes", "--max-freeze", "2s"}, hold_.at("cutover.frozen"));
    ASSERT_TRUE(hold_.wait_reached()) << process.wait(std::chrono::milliseconds{1});

    process.kill(SIGSTOP);
    EXPECT_TRUE(writers->wait_for_commits(10, std::chrono::seconds{9}))
        << "still frozen; longest stall " << writers->longest_stall().count() << " ms";
    process.kill(SIGCONT);
    hold_.release();
    const ProcessResult stopped = process.wait(std::chrono::seconds{20});
    EXPECT_NE(stopped.exit_code, 0) << stopped;
    EXPECT_EQ(writers->fenced(), 0);
    const ProcessResult again = dbsync_.run({"cutover", "--yes"});

    EXPECT_EQ(again.exit_code, 0) << again;
    expect_moved(*writers);
}

TEST_P(InterruptedTest, KilledInTheFreezeOpensTheSourceAtOnce) {
    for (const char* checkpoint : {"cutover.frozen", "cutover.final_pass_done", "cutover.verified",
                                   "cutover.before_fence"}) {
        SCOPED_TRACE(checkpoint);
        const std::unique_ptr<Traffic> writers = traffic();
        const ProcessResult killed = dbsync_.run(migrate(), {{"DBSYNC_FAULT_AT", checkpoint}});
        EXPECT_EQ(killed.signal, SIGKILL) << killed;

        EXPECT_TRUE(writers->wait_for_commits(10, std::chrono::seconds{5}));

        writers->stop();
        EXPECT_THAT(writers->errors(), testing::ElementsAre());
        ends_->must_run(End::Source,
                        "DELETE FROM line WHERE item_id > 1000; DELETE FROM item WHERE id > 1000;"
                        "UPDATE counter SET n = 0");
    }
}

INSTANTIATE_TEST_SUITE_P(Engines,
                         InterruptedTest,
                         testing::Values("sqlite", "postgres", "mariadb", "mysql"),
                         [](const auto& each) { return std::string{each.param}; });

}  // namespace
}  // namespace dbsync::test
