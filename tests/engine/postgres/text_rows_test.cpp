// SPDX-License-Identifier: MIT
#include "engine/postgres/text_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dbsync::postgres {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

Table orders() {
    Table table;
    for (const char* name : {"shop", "number", "note"}) {
        Column column;
        column.name = name;
        column.type = "text";
        table.columns.push_back(column);
    }
    table.key = {"number", "shop"};
    return table;
}

TEST(ShowKeyTest, NamesTheColumnsAndUndoesTheEscapes) {
    EXPECT_THAT(show_key(orders(), "7\tnorth\\tend"),
                ElementsAre(Pair("number", "7"), Pair("shop", "north\tend")));
}

TEST(ShowKeyTest, ARowWithoutAKeyHasAHash) {
    Table table = orders();
    table.key.clear();
    table.key_shape = KeyShape::WholeRow;

    EXPECT_THAT(show_key(table, "-42"), ElementsAre(Pair("row hash", "-42")));
}

TEST(DifferingColumnsTest, TellsNullFromEmpty) {
    EXPECT_THAT(differing_columns(orders(), "7\tn\tn\t7\t\\N\n", "7\tn\tn\t7\t\n"),
                ElementsAre("note"));
    EXPECT_THAT(differing_columns(orders(), "7\tn\tn\t7\tx\n", "7\tn\tn\t7\tx\n"), IsEmpty());
}

}  // namespace
}  // namespace dbsync::postgres
