// SPDX-License-Identifier: MIT
// For every named checkpoint and engine: SIGKILL there while the application writes, run the same
// command again, and compare both ends exactly. A checkpoint that is never reached fails: the list
// must not promise what does not exist.
#include "fault/fault_move.hpp"

namespace dbsync::test {
namespace {

class KillAndResumeTest : public FaultMove, public testing::WithParamInterface<FaultPoint> {
  protected:
    void SetUp() override { prepare(std::get<0>(GetParam())); }
};

TEST_P(KillAndResumeTest, LosesNothing) {
    const std::string checkpoint = std::get<1>(GetParam());
    const bool in_stop = checkpoint.starts_with("stop.");
    const Environment kill_there{{"DBSYNC_FAULT_AT", checkpoint}};
    const std::unique_ptr<Traffic> writers = traffic();
    ASSERT_TRUE(writers->wait_for_commits(10));

    const ProcessResult killed = dbsync_.run(migrate(), in_stop ? Environment{} : kill_there);
    EXPECT_EQ(killed.signal, in_stop ? 0 : SIGKILL) << checkpoint << " was not reached: " << killed;
    const ProcessResult resumed = dbsync_.run(migrate());

    EXPECT_EQ(resumed.exit_code, 0) << resumed;
    expect_moved(*writers);
    if (in_stop) {
        const ProcessResult stopping = dbsync_.run({"stop-capture"}, kill_there);
        EXPECT_EQ(stopping.signal, SIGKILL) << checkpoint << " was not reached: " << stopping;
    }
    const ProcessResult stopped = dbsync_.run({"stop-capture"});
    EXPECT_EQ(stopped.exit_code, 0) << stopped;
    expect_no_trace();
}

INSTANTIATE_TEST_SUITE_P(,
                         KillAndResumeTest,
                         testing::ValuesIn(and_some(fault_points({"sqlite", "postgres", "mariadb"}),
                                                    "mysql")),
                         fault_point_name);

}  // namespace
}  // namespace dbsync::test
