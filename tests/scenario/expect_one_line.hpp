// SPDX-License-Identifier: MIT
// The form that every failure has for the operator.
#pragma once

#include "support/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace dbsync::test {

// "dbsync: …" and at most one line "  next: …" after it; no password in it.
inline void expect_one_line(const ProcessResult& result, int exit_code) {
    EXPECT_EQ(result.exit_code, exit_code) << result;
    EXPECT_THAT(result.err, testing::StartsWith("dbsync: ")) << result;
    EXPECT_LE(std::count(result.err.begin(), result.err.end(), '\n'), 2) << result;
    EXPECT_THAT(result.err, testing::Not(testing::HasSubstr("s3cret"))) << result;
}

}  // namespace dbsync::test
