// SPDX-License-Identifier: MIT
#include "base/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <sstream>
#include <utility>

namespace dbsync {
namespace {

constexpr std::array<std::pair<ErrorKind, int>, 16> promised{{
    {ErrorKind::Usage, 2},         {ErrorKind::Precondition, 3},  {ErrorKind::Permission, 3},
    {ErrorKind::Unsupported, 3},   {ErrorKind::Connection, 4},    {ErrorKind::Busy, 1},
    {ErrorKind::Conflict, 1},      {ErrorKind::Serialization, 1}, {ErrorKind::LagNotReached, 5},
    {ErrorKind::Mismatch, 6},      {ErrorKind::CutoverAborted, 7}, {ErrorKind::SchemaChanged, 8},
    {ErrorKind::Unrepresentable, 9}, {ErrorKind::JobBusy, 10},    {ErrorKind::Interrupted, 130},
    {ErrorKind::Internal, 1},
}};

TEST(ErrorTest, GivesEachKindItsPromisedExitCode) {
    for (const auto& [kind, code] : promised) {
        EXPECT_EQ(exit_code(kind), code) << error_code(kind);
    }
}

TEST(ErrorTest, DocumentsEveryExitCodeAndErrorCode) {
    std::ifstream file{std::string{DBSYNC_SOURCE_DIR} + "/docs/operating/exit-codes.md"};
    std::stringstream page;
    page << file.rdbuf();
    for (const auto& [kind, code] : promised) {
        EXPECT_THAT(page.str(), testing::HasSubstr("| " + std::to_string(code) + " |"));
        EXPECT_THAT(page.str(), testing::HasSubstr("`" + std::string{error_code(kind)} + "`"));
    }
}

TEST(ErrorTest, SaysWhatFailedWhereAndTheServersWordsOnOneLine) {
    const Error error{{.kind = ErrorKind::Permission,
                       .what_failed = "cannot create the capture trigger",
                       .native_code = "42501",
                       .native_text = "permission denied\nfor table orders\n",
                       .statement = "triggers/postgres/x.sql",
                       .table = "public.orders"}};

    EXPECT_STREQ(error.what(),
                 "cannot create the capture trigger (public.orders, 42501, "
                 "triggers/postgres/x.sql): permission denied for table orders");
}

TEST(ErrorTest, IsNotRepeatedWhenTheOutcomeOfACommitIsUnknown) {
    EXPECT_TRUE((Error{{.kind = ErrorKind::Connection, .what_failed = "x"}}).retryable());
    EXPECT_FALSE((Error{{.kind = ErrorKind::Connection, .what_failed = "x",
                         .commit_unknown = true}})
                     .retryable());
}

TEST(ErrorTest, KeepsTheTableAndHintThatWereKnownFirst) {
    const Error error =
        Error{{.what_failed = "x", .table = "a", .hint = "do this"}}.with_table("b").with_hint("c");

    EXPECT_EQ(error.fields().table, "a");
    EXPECT_EQ(error.fields().hint, "do this");
}

}  // namespace
}  // namespace dbsync
