// SPDX-License-Identifier: MIT
#include "sql/type_words.hpp"

#include <gtest/gtest.h>

namespace dbsync::sql {
namespace {

TEST(TypeWordsTest, ATypeAloneHasNothingBehindIt) {
    for (const char* type : {"text", "varchar(10)", "double precision", "decimal(20,0) unsigned",
                             "timestamp(3) with time zone", "varchar(9) character set utf8mb4",
                             "public.\"not\"", "enum('null','check')", "int[]"}) {
        EXPECT_EQ(word_behind_type(type), std::nullopt) << type;
    }
}

TEST(TypeWordsTest, NamesTheFirstWordThatIsNoPartOfAType) {
    EXPECT_EQ(word_behind_type("varchar(10) NOT NULL"), "NOT");
    EXPECT_EQ(word_behind_type("int default 1 check (1)"), "default");
    EXPECT_EQ(word_behind_type("int auto_increment"), "auto_increment");
}

}  // namespace
}  // namespace dbsync::sql
