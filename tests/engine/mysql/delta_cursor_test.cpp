// SPDX-License-Identifier: MIT
// What a cursor of a MySQL source says, and how short it says it.
#include "engine/mysql/delta_cursor.hpp"

#include "base/error.hpp"

#include <gmock/gmock.h>

#include <cstdint>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace dbsync::mysql {
namespace {

IdSet set_of(const std::vector<std::uint64_t>& ids) {
    IdSet set;
    for (const std::uint64_t id : ids) {
        set.append(id);
    }
    return set;
}

std::vector<std::uint64_t> ids_of(const IdSet& set) {
    std::vector<std::uint64_t> ids;
    for (IdWalk walk{set}; !walk.done(); walk.next()) {
        ids.push_back(walk.id());
    }
    return ids;
}

std::string text_of(const std::vector<std::uint64_t>& ids) {
    DeltaCursor cursor;
    cursor.epoch = "e";
    cursor.batch = 1;
    cursor.objects[3] = set_of(ids);
    return cursor.cursor().text();
}

TEST(DeltaCursorTest, TheBeginningIsEmpty) {
    const DeltaCursor cursor = DeltaCursor::parse(Cursor{});

    EXPECT_EQ(cursor.epoch, "");
    EXPECT_EQ(cursor.batch, 0U);
    EXPECT_TRUE(cursor.ids(1).empty());
}

TEST(DeltaCursorTest, IdsAreKeptAsRuns) {
    EXPECT_EQ(text_of({7}), "e@0;1;3:7");
    EXPECT_EQ(text_of({1, 2, 3, 4}), "e@0;1;3:1-4");
    EXPECT_EQ(text_of({1, 3, 5, 7}), "e@0;1;3:1-7/2");
    EXPECT_EQ(text_of({1, 2, 3, 7, 8, 9}), "e@0;1;3:1-3,7-9");
    EXPECT_EQ(text_of({4, 14, 24, 34, 35, 36}), "e@0;1;3:4-34/10,35-36");
}

TEST(DeltaCursorTest, AnIdFarBelowARunDoesNotBreakIt) {
    EXPECT_EQ(text_of({1, 1000, 1001, 1002, 1003}), "e@0;1;3:1,1000-1003");
}

TEST(DeltaCursorTest, WhatIsWrittenIsReadAgain) {
    DeltaCursor cursor;
    cursor.epoch = "0af3";
    cursor.batch = 42;
    cursor.objects[-7] = set_of({1, 2, 5});
    cursor.objects[0] = set_of({9});
    cursor.objects[12] = set_of({3, 6, 9, 18'446'744'073'709'551'614U});
    const Cursor text = cursor.cursor();

    EXPECT_EQ(text.text(), "0af3@0;42;-7:1-2,5;0:9;12:3-9/3,18446744073709551614");
    const DeltaCursor again = DeltaCursor::parse(text);

    EXPECT_EQ(again.cursor(), text);
    EXPECT_EQ(again.ids(12).count(), 4U);
    EXPECT_EQ(again.ids(-7).last(), 5U);
}

TEST(DeltaCursorTest, AnObjectWithoutIdsIsNotWritten) {
    DeltaCursor cursor;
    cursor.epoch = "e";
    cursor.objects[4];

    EXPECT_EQ(cursor.cursor().text(), "e@0;0");
}

TEST(DeltaCursorTest, OtherTextsAreRefused) {
    for (const char* text :
         {"x", "e;1", "e@;1", "e@0;", "e@0;1;", "e@0;1;3", "e@0;1;3:", "e@0;1;3:5-4",
          "e@0;1;3:1-4/2", "e@0;1;3:1-4/0", "e@0;1;3:4,4", "e@0;1;3:4-9,8", "e@0;1;3:1 ",
          "e@0;1,3:1", "10:20:30"}) {
        EXPECT_THROW(static_cast<void>(DeltaCursor::parse(Cursor{text})), Error) << text;
    }
}

TEST(DeltaCursorTest, AnySetOfIdsSurvives) {
    std::mt19937 random{7};
    for (int round = 0; round < 300; ++round) {
        std::set<std::uint64_t> ids;
        std::uint64_t id = 0;
        for (int i = 0; i < 200; ++i) {
            id += 1 + random() % (random() % 8 == 0 ? 9 : 2);
            ids.insert(id);
        }
        const std::vector<std::uint64_t> all{ids.begin(), ids.end()};
        const IdSet set = DeltaCursor::parse(Cursor{text_of(all)}).ids(3);

        ASSERT_EQ(ids_of(set), all);
        ASSERT_EQ(set.count(), all.size());
        IdWalk walk{set};
        for (std::uint64_t probe = 0; probe <= id + 2; probe += 1 + random() % 3) {
            ASSERT_EQ(walk.reach(probe), ids.contains(probe)) << probe << " in " << text_of(all);
        }
    }
}

TEST(DeltaCursorTest, TheSpanOfWhatWasAddedLeavesOutTheRest) {
    const IdSpan span = span_of(set_of({1, 2, 3, 8, 9, 10, 20}), set_of({1, 2, 9, 20}));

    EXPECT_EQ(span.lowest, 3U);
    EXPECT_EQ(span.highest, 10U);
    EXPECT_EQ(span.count, 3U);
    EXPECT_EQ(span_of(set_of({4, 5}), set_of({4, 5})).count, 0U);
}

}  // namespace
}  // namespace dbsync::mysql
