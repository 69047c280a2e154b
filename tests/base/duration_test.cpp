// SPDX-License-Identifier: MIT
#include "base/duration.hpp"

#include <gtest/gtest.h>

namespace dbsync {
namespace {

using std::chrono::milliseconds;

TEST(DurationTest, ReadsEveryUnit) {
    EXPECT_EQ(parse_duration("200ms"), milliseconds{200});
    EXPECT_EQ(parse_duration("2s"), milliseconds{2'000});
    EXPECT_EQ(parse_duration("10m"), milliseconds{600'000});
    EXPECT_EQ(parse_duration("1h"), milliseconds{3'600'000});
    EXPECT_EQ(parse_duration("2d"), milliseconds{172'800'000});
}

TEST(DurationTest, TakesAPlainNumberForSeconds) {
    EXPECT_EQ(parse_duration("0"), milliseconds{0});
    EXPECT_EQ(parse_duration("30"), milliseconds{30'000});
    EXPECT_EQ(parse_duration("0.5"), milliseconds{500});
}

TEST(DurationTest, AddsPartsUp) {
    EXPECT_EQ(parse_duration("1h30m"), milliseconds{5'400'000});
    EXPECT_EQ(parse_duration("1.5s"), milliseconds{1'500});
}

TEST(DurationTest, RefusesWhatIsNoDuration) {
    for (const char* text : {"", "s", "abc", "-1s", "5 s", "5x", "1.2.3s", "1h30", "2S", "1e3",
                             "99999999999999999999", "400d", "."}) {
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
    }
}

TEST(DurationTest, ShowsTheTwoLargestUnits) {
    EXPECT_EQ(show_duration(milliseconds{640}), "640 ms");
    EXPECT_EQ(show_duration(milliseconds{2'540}), "2.5 s");
    EXPECT_EQ(show_duration(milliseconds{200'000}), "3 min 20 s");
    EXPECT_EQ(show_duration(milliseconds{3'900'000}), "1 h 5 min");
}

}  // namespace
}  // namespace dbsync
