// SPDX-License-Identifier: MIT
#include "base/long_bytes.hpp"

#include "engine/field_splitter.hpp"

#include <gtest/gtest.h>

namespace dbsync {
namespace {

TEST(LongBytesTest, ReleaseGivesTheMemoryBack) {
    std::string bytes(4 * long_value_bytes, 'x');
    release(bytes);
    EXPECT_TRUE(bytes.empty());
    EXPECT_LT(bytes.capacity(), 100U);
}

TEST(LongBytesTest, RoomForWhatIsLongIsMadeOnce) {
    std::string bytes = "in front";
    make_room(bytes, 2 * long_value_bytes);
    const char* const place = bytes.data();
    bytes.append(2 * long_value_bytes, 'x');
    bytes += "\tand what follows\n";
    EXPECT_EQ(bytes.data(), place);
}

TEST(LongBytesTest, WhatIsShortGrowsAsItWould) {
    std::string bytes;
    make_room(bytes, 1000);
    EXPECT_LT(bytes.capacity(), 100U);
}

void unescape(std::string_view field, std::string& text) {
    text += "unescaped ";
    text += field;
}

// A bytea's one backslash is in front: its bytes are taken as they stand.
TEST(FieldSplitterTest, FieldsWithoutEscapesAreNotCopied) {
    const std::string row = "plain\t\\\\x00ff\t\\\\x\\n\t\\n\t\\N\t\\\\\n";
    std::string_view rows = row;
    std::vector<WireValueView> values;
    FieldSplitter splitter{unescape};
    splitter.split(rows, 6, values);
    ASSERT_EQ(values.size(), 6U);
    EXPECT_EQ(values[0].text.data(), row.data());
    EXPECT_EQ(values[1].text, "\\x00ff");
    EXPECT_EQ(values[1].text.data(), row.data() + 7);
    EXPECT_EQ(values[2].text, "unescaped \\\\x\\n");
    EXPECT_EQ(values[3].text, "unescaped \\n");
    EXPECT_TRUE(values[4].null);
    EXPECT_EQ(values[5].text, "\\");
    EXPECT_TRUE(rows.empty());
}

}  // namespace
}  // namespace dbsync
