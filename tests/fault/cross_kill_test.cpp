// SPDX-License-Identifier: MIT
// SIGKILL in the middle of a move between engines while the application writes; the same command
// again ends it, and both ends are compared in the test's own spelling.
#include "base/checkpoint.hpp"
#include "scenario/cross_traffic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace dbsync::test {
namespace {

struct KillPoint {
    std::string source;
    std::string target;
    std::string checkpoint;
};

std::ostream& operator<<(std::ostream& out, const KillPoint& point) {
    return out << point.checkpoint;
}

std::vector<KillPoint> kill_points() {
    std::vector<KillPoint> points;
    for (const auto& [source, target] : engine_pairs()) {
        for (const char* checkpoint :
             {"snapshot.after_chunk_commit", "catchup.before_commit", "cutover.fenced"}) {
            points.push_back({source, target, checkpoint});
        }
    }
    // The way of the canonical rows through each phase; on one pair, as it is the same for all.
    for (const char* checkpoint :
         {"capture.mid_install", "snapshot.before_schema", "snapshot.after_schema",
          "snapshot.before_indexes", "snapshot.after_indexes", "catchup.after_commit",
          "catchup.after_forget", "verify.mid_scan", "cutover.final_pass_done",
          "cutover.before_fence", "cutover.woken", "stop.mid_remove"}) {
        points.push_back({"sqlite", "postgres", checkpoint});
    }
    return points;
}

std::string kill_point_name(const testing::TestParamInfo<KillPoint>& info) {
    std::string name =
        info.param.source + "_to_" + info.param.target + "_" + info.param.checkpoint;
    std::replace(name.begin(), name.end(), '.', '_');
    return name;
}

class CrossKillTest : public testing::TestWithParam<KillPoint> {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_ENGINE(GetParam().source);
        DBSYNC_NEEDS_ENGINE(GetParam().target);
        ends_ = std::make_unique<CrossEnds>(GetParam().source, GetParam().target, home_,
                                            cross_tables());
        dbsync_.set("DBSYNC_SOURCE", ends_->url(End::Source));
        dbsync_.set("DBSYNC_TARGET", ends_->url(End::Target));
        ends_->must_run(End::Source, cross_schema(GetParam().source));
        ends_->must_run(End::Source, cross_seed(GetParam().source));
        schema_ = ends_->schema(End::Source);
    }

    [[nodiscard]] ProcessResult migrate(const Environment& env = {}) const {
        return dbsync_.run({"migrate", "--cutover", "--yes", "--chunk-rows", "100", "--batch-rows",
                            "500", "--jobs", "2", "--progress", "none"},
                           env);
    }

    TempDir home_;
    DbsyncBinary dbsync_{home_};
    std::unique_ptr<CrossEnds> ends_;
    std::string schema_;
};

TEST_P(CrossKillTest, LosesNothing) {
    const std::string& checkpoint = GetParam().checkpoint;
    const bool in_stop = checkpoint.starts_with("stop.");
    const Environment kill_there{{"DBSYNC_FAULT_AT", checkpoint}};
    const Traffic::Connect connect = [this] { return ends_->application(); };
    Traffic traffic{connect,
                    {.writers = 2,
                     .pause = std::chrono::milliseconds{15},
                     .sqlite = GetParam().source == "sqlite",
                     .cascades = true}};
    WideTraffic wide{connect, GetParam().source};
    ASSERT_TRUE(traffic.wait_for_commits(10));
    ASSERT_TRUE(wide.wait_for_commits(10));

    const ProcessResult killed = migrate(in_stop ? Environment{} : kill_there);
    const ProcessResult resumed = migrate();

    EXPECT_EQ(killed.signal, in_stop ? 0 : SIGKILL) << checkpoint << " was not reached: " << killed;
    EXPECT_EQ(resumed.exit_code, 0) << resumed;
    if (resumed.exit_code == 0) {
        EXPECT_TRUE(wait_until([&] { return traffic.fenced() == 2 && wide.fenced(); }));
    }
    traffic.stop();
    wide.stop();
    EXPECT_THAT(traffic.errors(), testing::ElementsAre());
    EXPECT_EQ(wide.error(), "");
    EXPECT_EQ(traffic.missing(*ends_, End::Target), "");
    EXPECT_EQ(wide.missing(*ends_, End::Target), "");
    EXPECT_EQ(first_difference(ends_->dump(End::Source), ends_->dump(End::Target)), "");
    if (in_stop) {
        const ProcessResult stopping = dbsync_.run({"stop-capture"}, kill_there);
        EXPECT_EQ(stopping.signal, SIGKILL) << checkpoint << " was not reached: " << stopping;
    }
    const ProcessResult stopped = dbsync_.run({"stop-capture"});
    EXPECT_EQ(stopped.exit_code, 0) << stopped;
    EXPECT_EQ(first_difference(schema_, ends_->schema(End::Source)), "") << "on the source";
    EXPECT_THAT(ends_->schema(End::Target), testing::Not(testing::HasSubstr("dbsync")));
}

INSTANTIATE_TEST_SUITE_P(Pairs, CrossKillTest, testing::ValuesIn(kill_points()), kill_point_name);

}  // namespace
}  // namespace dbsync::test
