// SPDX-License-Identifier: MIT
#include "engine/postgres/errors.hpp"

#include "engine/endpoint.hpp"
#include "engine/postgres/connection.hpp"

#include <gtest/gtest.h>

namespace dbsync::postgres {
namespace {

struct Case {
    const char* sqlstate;
    ErrorKind kind;
};

class ErrorKindOfSqlstate : public testing::TestWithParam<Case> {};

TEST_P(ErrorKindOfSqlstate, IsAsTheTableSays) {
    EXPECT_EQ(error_kind(GetParam().sqlstate), GetParam().kind) << GetParam().sqlstate;
}

INSTANTIATE_TEST_SUITE_P(
    Sqlstates,
    ErrorKindOfSqlstate,
    testing::Values(Case{"", ErrorKind::Connection},
                    Case{"08006", ErrorKind::Connection},
                    Case{"08P01", ErrorKind::Connection},
                    Case{"0A000", ErrorKind::Unsupported},
                    Case{"22021", ErrorKind::Unrepresentable},
                    Case{"22P02", ErrorKind::Unrepresentable},
                    Case{"23502", ErrorKind::Internal},
                    Case{"23503", ErrorKind::Internal},
                    Case{"23505", ErrorKind::Conflict},
                    Case{"23P01", ErrorKind::Conflict},
                    Case{"25006", ErrorKind::Precondition},
                    Case{"25P02", ErrorKind::Internal},
                    Case{"25P03", ErrorKind::Connection},
                    Case{"28P01", ErrorKind::Connection},
                    Case{"3D000", ErrorKind::Connection},
                    Case{"40001", ErrorKind::Serialization},
                    Case{"40P01", ErrorKind::Serialization},
                    Case{"42501", ErrorKind::Permission},
                    Case{"42601", ErrorKind::Internal},
                    Case{"53100", ErrorKind::Internal},
                    Case{"53300", ErrorKind::Connection},
                    Case{"55P03", ErrorKind::Busy},
                    Case{"57014", ErrorKind::Busy},
                    Case{"57P01", ErrorKind::Connection},
                    Case{"57P02", ErrorKind::Connection},
                    Case{"57P03", ErrorKind::Connection},
                    Case{"XX000", ErrorKind::Internal}));

TEST(Scrubbed, HidesEveryOccurrenceOfTheSecret) {
    EXPECT_EQ(scrubbed("a s3cret, again s3cret\n", "s3cret"), "a ***, again ***");
    EXPECT_EQ(scrubbed("text", ""), "text");
    EXPECT_EQ(scrubbed("**", "*"), "******");
}

TEST(Quoting, KeepsNamesAndTextsWhole) {
    EXPECT_EQ(quote_ident("a\"b.C d"), "\"a\"\"b.C d\"");
    EXPECT_EQ(quote_literal("it's"), "'it''s'");
    EXPECT_EQ(quote_literal("a\\'b"), "E'a\\\\''b'");
    EXPECT_EQ(quote_literal(""), "''");
}

TEST(Connect, SaysWhichEndAndNeverThePassword) {
    const Endpoint nowhere{.engine = EngineKind::Postgres,
                           .url = "postgresql://nobody@127.0.0.1:1/none",
                           .password = "s3cret"};
    try {
        const Connection connection{nowhere, {.role = Role::Target, .purpose = "test"}};
        FAIL() << "connected to nowhere";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Connection);
        const std::string text = error.what();
        EXPECT_NE(text.find("the target postgresql://nobody@127.0.0.1:1/none"), std::string::npos);
        EXPECT_EQ(text.find("s3cret"), std::string::npos);
        EXPECT_FALSE(error.fields().hint.empty());
    }
}

}  // namespace
}  // namespace dbsync::postgres
