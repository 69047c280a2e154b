// SPDX-License-Identifier: MIT
#include "base/log.hpp"

#include <gtest/gtest.h>

namespace dbsync::log {
namespace {

TEST(LogTest, WritesAnEventAsKeysAndValues) {
    EXPECT_EQ(text_line("catchup.batch", {{"table", "orders"}, {"deltas", 480}, {"lag_ms", 640}}),
              "catchup.batch table=orders deltas=480 lag_ms=640");
}

TEST(LogTest, QuotesWhatWouldBreakTheLine) {
    EXPECT_EQ(text_line("x.y", {{"why", "it said \"no\"\n"}, {"empty", ""}}),
              R"(x.y why="it said \"no\"\u000a" empty="")");
}

TEST(LogTest, KeepsNumbersAndBooleansBareInJson) {
    EXPECT_EQ(json_members("x.y", {{"n", 7}, {"ok", true}, {"t", "7"}}),
              R"("event":"x.y","n":7,"ok":true,"t":"7")");
}

}  // namespace
}  // namespace dbsync::log
