// SPDX-License-Identifier: MIT
// One spelling for each value, however a server spells it.
#include "row/canonical.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <random>

namespace dbsync {
namespace {

using testing::Eq;
using testing::Optional;

constexpr std::optional<std::string> none = std::nullopt;

TEST(CanonicalTest, IntegersHaveNoLeadingZeros) {
    EXPECT_THAT(canonical_int("-0"), Optional(Eq("0")));
    EXPECT_THAT(canonical_int("+007"), Optional(Eq("7")));
    EXPECT_THAT(canonical_int("-18446744073709551615"), Optional(Eq("-18446744073709551615")));
    EXPECT_EQ(canonical_int("1.0"), none);
    EXPECT_EQ(canonical_int(""), none);
    EXPECT_EQ(canonical_int(" 1"), none);
}

TEST(CanonicalTest, DecimalsKeepEveryDigitAndNoMore) {
    EXPECT_THAT(canonical_decimal("1.500"), Optional(Eq("1.5")));
    EXPECT_THAT(canonical_decimal("-0.00"), Optional(Eq("0")));
    EXPECT_THAT(canonical_decimal(".5"), Optional(Eq("0.5")));
    EXPECT_THAT(canonical_decimal("1e3"), Optional(Eq("1000")));
    EXPECT_THAT(canonical_decimal("-12.5E-3"), Optional(Eq("-0.0125")));
    EXPECT_THAT(canonical_decimal("99999999999999999999999999999999999.000000000000000000000001"),
                Optional(Eq("99999999999999999999999999999999999.000000000000000000000001")));
    EXPECT_EQ(canonical_decimal("NaN"), none);
    EXPECT_EQ(canonical_decimal("1e999999999"), none);
    EXPECT_EQ(canonical_decimal("."), none);
    EXPECT_EQ(canonical_decimal("1.2.3"), none);
}

TEST(CanonicalTest, FloatsAreTheShortestDigits) {
    EXPECT_THAT(canonical_float64("0.10000000000000001"), Optional(Eq("0.1")));
    EXPECT_THAT(canonical_float64("1E+100"), Optional(Eq("1e+100")));
    EXPECT_THAT(canonical_float64("-0"), Optional(Eq("-0")));
    EXPECT_THAT(canonical_float64("Infinity"), Optional(Eq("inf")));
    EXPECT_THAT(canonical_float64("-inf"), Optional(Eq("-inf")));
    EXPECT_THAT(canonical_float64("NaN"), Optional(Eq("nan")));
    EXPECT_THAT(canonical_float32("16777216"), Optional(Eq("16777216")));
    EXPECT_THAT(canonical_float32("0.1"), Optional(Eq("0.1")));
    EXPECT_EQ(canonical_float64("1.0x"), none);
    EXPECT_EQ(canonical_float64("--1"), none);
}

TEST(CanonicalTest, EveryDoubleComesBack) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE(seed);
    std::mt19937_64 random{seed};
    for (int i = 0; i < 10'000; ++i) {
        const double number = std::bit_cast<double>(random());
        if (!std::isfinite(number)) {
            continue;
        }
        char text[64];
        const auto end = std::to_chars(text, text + sizeof text, number,
                                       std::chars_format::scientific, 17);
        const auto canonical = canonical_float64({text, end.ptr});
        ASSERT_TRUE(canonical);
        double again = 0;
        std::from_chars(canonical->data(), canonical->data() + canonical->size(), again);
        ASSERT_EQ(again, number) << *canonical;
    }
}

TEST(CanonicalTest, MomentsHaveOneSpelling) {
    EXPECT_THAT(canonical_date("2026-02-28"), Optional(Eq("2026-02-28")));
    EXPECT_THAT(canonical_date("-0043-03-15"), Optional(Eq("-0043-03-15")));
    EXPECT_EQ(canonical_date("2026-02-29"), none);
    EXPECT_EQ(canonical_date("0000-00-00"), none);
    EXPECT_THAT(canonical_time("-838:59:59.500000"), Optional(Eq("-838:59:59.5")));
    EXPECT_THAT(canonical_time("9:05"), Optional(Eq("09:05:00")));
    EXPECT_THAT(canonical_datetime("2026-10-25T02:30:00.120000"),
                Optional(Eq("2026-10-25 02:30:00.12")));
    EXPECT_THAT(canonical_datetime("2026-10-25"), Optional(Eq("2026-10-25 00:00:00")));
    EXPECT_EQ(canonical_datetime("2026-10-25 24:00:00"), none);
    EXPECT_EQ(canonical_datetime("2026-10-25 02:30:00+02"), none);
    EXPECT_THAT(canonical_instant("2026-01-01 00:30:00+02"), Optional(Eq("2025-12-31 22:30:00")));
    EXPECT_THAT(canonical_instant("2024-02-28T23:30:00-01:00"),
                Optional(Eq("2024-02-29 00:30:00")));
    EXPECT_THAT(canonical_instant("2026-10-25 02:30:00Z"), Optional(Eq("2026-10-25 02:30:00")));
    EXPECT_THAT(canonical_instant("2026-10-25 02:30:00"), Optional(Eq("2026-10-25 02:30:00")));
}

TEST(CanonicalTest, JsonIsSortedAndExact) {
    EXPECT_THAT(canonical_json(R"({"b" : 1.10, "a":[1, 2 ], "a" : 3})"),
                Optional(Eq(R"({"a":3,"b":1.1})")));
    EXPECT_THAT(canonical_json("0.12345678901234567890123"),
                Optional(Eq("0.12345678901234567890123")));
    EXPECT_THAT(canonical_json("\"\\u00e4\\n\""), Optional(Eq("\"ä\\n\"")));
    EXPECT_THAT(canonical_json("[]"), Optional(Eq("[]")));
    EXPECT_THAT(canonical_json("1e2"), Optional(Eq("100")));
    EXPECT_EQ(canonical_json("{"), none);
    EXPECT_EQ(canonical_json("{} x"), none);
    EXPECT_EQ(canonical_json("\"\xff\""), none);
}

TEST(CanonicalTest, UuidsAreLowerCaseWithDashes) {
    EXPECT_THAT(canonical_uuid("{A0EEBC99-9C0B4EF8BB6D6BB9BD380A11}"),
                Optional(Eq("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")));
    EXPECT_EQ(canonical_uuid("a0eebc99"), none);
    EXPECT_EQ(canonical_uuid("g0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), none);
}

TEST(CanonicalTest, FieldsComeBackByteByByte) {
    std::string every;
    for (int c = 0; c < 256; ++c) {
        every += static_cast<char>(c);
    }
    std::string row;
    append_canonical(row, every);
    row += '\t';
    append_canonical_null(row);
    row += '\t';
    append_canonical(row, "\\N");
    row += '\n';
    const auto fields = canonical_fields(row);
    ASSERT_EQ(fields.size(), 3U);
    EXPECT_EQ(canonical_value(fields[0]), every);
    EXPECT_EQ(canonical_value(fields[1]), none);
    EXPECT_EQ(canonical_value(fields[2]), "\\N");
    EXPECT_EQ(bytes_of(hex_of(every)), every);
}

TEST(CanonicalTest, DigestsTellRowsApart) {
    EXPECT_EQ(canonical_digest("a\tb").size(), 32U);
    EXPECT_EQ(canonical_digest("a\tb"), canonical_digest("a\tb"));
    EXPECT_NE(canonical_digest("a\tb"), canonical_digest("a\tc"));
}

}  // namespace
}  // namespace dbsync
