// SPDX-License-Identifier: MIT
#include "cutover/hooks.hpp"

#include <gtest/gtest.h>

namespace dbsync {
namespace {

using namespace std::chrono_literals;

TEST(HooksTest, ReturnsTheCommandsOwnStatus) {
    EXPECT_EQ(run_hook("exit 0", 5s), 0);
    EXPECT_EQ(run_hook("exit 3", 5s), 3);
}

TEST(HooksTest, EndsACommandThatOverrunsItsTime) {
    const auto begun = std::chrono::steady_clock::now();

    EXPECT_EQ(run_hook("sleep 60", 100ms), 124);

    EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
}

TEST(HooksTest, ReportsACommandThatDiedOfASignal) {
    EXPECT_EQ(run_hook("kill -TERM $$", 5s), 128 + 15);
}

}  // namespace
}  // namespace dbsync
