// SPDX-License-Identifier: MIT
// What crosses between engines keeps its value: canonical → PostgreSQL's text → the server → COPY →
// canonical is equal, and the text is the server's own spelling, by which keys are told.
#include "engine/postgres/translator.hpp"

#include "support/postgres_server.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <optional>
#include <random>

namespace dbsync::postgres {
namespace {

using ::testing::HasSubstr;
using test::PgSession;

constexpr int random_values = 200;

ColumnCrossing crossing_to(const std::string& type) {
    const auto translator = make_translator();
    ColumnCrossing crossing;
    crossing.column.name = "v";
    crossing.column.type = type;
    crossing.type = translator->type_of(crossing.column);
    crossing.kind = crossing.type.kind;
    return crossing;
}

std::string reason_against(const std::string& type, const std::string& canonical) {
    const auto translator = make_translator();
    std::string held;
    WireValueView value;
    const auto problem = translator->write(crossing_to(type), canonical, held, value);
    return problem ? problem->reason : "";
}

class TranslatorTest : public ::testing::Test {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_POSTGRES("system");
        session_.emplace(test::target_server().url());
        session_->exec("SET DateStyle = 'ISO'; SET TimeZone = 'UTC'; SET extra_float_digits = 3;"
                       "SET bytea_output = hex; SET IntervalStyle = postgres");
    }

    // Writes the values into a column of the type, reads them back and compares.
    void expect_kept(const std::string& type, const std::vector<std::string>& canonicals) {
        SCOPED_TRACE(type);
        const ColumnCrossing crossing = crossing_to(type);
        std::string rows;
        for (const std::string& canonical : canonicals) {
            std::string held;
            WireValueView value;
            const auto problem = translator_->write(crossing, canonical, held, value);
            ASSERT_FALSE(problem) << canonical << ": " << problem->reason;
            translator_->join(rows, std::vector{value});
        }
        session_->exec("DROP TABLE IF EXISTS crossing; CREATE TABLE crossing (n serial, v " +
                       type + ")");
        session_->copy_in("COPY crossing (v) FROM STDIN", rows);
        const auto lines = session_->copy_out("COPY (SELECT v FROM crossing ORDER BY n) TO STDOUT");
        ASSERT_EQ(lines.size(), canonicals.size());
        std::string_view written = rows;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const std::string line = lines[i].ends_with('\n') ? lines[i] : lines[i] + "\n";
            if (crossing.kind != Kind::Json) {
                EXPECT_EQ(std::string{written.substr(0, line.size())}, line);
            }
            written.remove_prefix(written.find('\n') + 1);
            std::string_view rest = line;
            std::vector<WireValueView> values;
            translator_->split(rest, 1, values);
            std::string canonical;
            const auto problem = translator_->read(crossing, values.at(0), canonical);
            EXPECT_FALSE(problem) << line;
            EXPECT_EQ(canonical, canonicals[i]);
        }
    }

    std::uint64_t random() { return engine_(); }
    std::string digits(std::size_t most) {
        std::string text;
        for (std::size_t i = 0, count = 1 + random() % most; i < count; ++i) {
            text += static_cast<char>('0' + random() % 10);
        }
        return text;
    }
    std::string two(std::uint64_t below, std::uint64_t from = 0) {
        const std::string text = std::to_string(from + random() % below);
        return (text.size() < 2 ? "0" : "") + text;
    }
    std::string random_date() {
        return std::to_string(1000 + random() % 9000) + "-" + two(12, 1) + "-" + two(28, 1);
    }
    std::string random_clock() {
        return *canonical_time(two(24) + ":" + two(60) + ":" + two(60) + "." + digits(6));
    }

    std::optional<PgSession> session_;
    std::unique_ptr<Translator> translator_ = make_translator();
    std::mt19937_64 engine_{20260923};
};

TEST_F(TranslatorTest, KeepsIntegersAndBooleans) {
    expect_kept("boolean", {"0", "1"});
    expect_kept("smallint", {"0", "-1", "-32768", "32767"});
    expect_kept("integer", {"-2147483648", "2147483647", "7"});
    std::vector<std::string> values{"-9223372036854775808", "9223372036854775807"};
    for (int i = 0; i < random_values; ++i) {
        values.push_back(std::to_string(static_cast<std::int64_t>(random())));
    }
    expect_kept("bigint", values);
    expect_kept("oid", {"0", "4294967295"});
}

TEST_F(TranslatorTest, KeepsDecimals) {
    expect_kept("numeric(20,0)", {"0", "18446744073709551615", "-5"});
    std::vector<std::string> values{"0", "-0.000001", "99999999999999.999999", "0.5"};
    std::vector<std::string> free{"0.1", "-12345678901234567890123456789.000000000000001"};
    for (int i = 0; i < random_values; ++i) {
        values.push_back(*canonical_decimal(digits(14) + "." + digits(6)));
        free.push_back(*canonical_decimal("-" + digits(60) + "." + digits(60)));
    }
    expect_kept("numeric(20,6)", values);
    expect_kept("numeric", free);
}

TEST_F(TranslatorTest, KeepsEveryBitOfFloats) {
    std::vector<std::string> reals{"0", "-0", "nan", "inf", "-inf", "1e-45", "3.4028235e+38",
                                   "0.1", "1e+06", "999999", "1e-04", "9.9e-05"};
    std::vector<std::string> doubles{"0", "-0", "nan", "inf", "-inf", "5e-324",
                                     "1.7976931348623157e+308", "0.1", "1e+15",
                                     "999999999999999", "0.30000000000000004"};
    for (int i = 0; i < random_values; ++i) {
        const auto real = static_cast<float>(random()) / static_cast<float>(1 + random());
        reals.push_back(*canonical_float32(std::to_string(real)));
        double number = 0;
        const std::uint64_t bits = random();
        static_assert(sizeof number == sizeof bits);
        std::memcpy(&number, &bits, sizeof number);
        std::array<char, 40> text{};
        std::snprintf(text.data(), text.size(), "%.17g", number);
        doubles.push_back(*canonical_float64(text.data()));
    }
    for (std::vector<std::string>* list : {&reals, &doubles}) {
        for (std::string& each : *list) {
            each = *(list == &reals ? canonical_float32(each) : canonical_float64(each));
            each = each == "-nan" ? "nan" : each;
        }
    }
    expect_kept("real", reals);
    expect_kept("double precision", doubles);
}

TEST_F(TranslatorTest, KeepsTextsAndBytes) {
    std::vector<std::string> texts{"", " ", "a\tb\nc\rd\\e\bf\fg\vh", "\\N", "\\.", "ä€😀",
                                   "trailing  "};
    std::vector<std::string> bytes{"", "00", "FF00DEADBEEF"};
    for (int i = 0; i < random_values; ++i) {
        std::string text;
        std::string raw;
        for (std::size_t k = 0, count = random() % 40; k < count; ++k) {
            text += static_cast<char>(1 + random() % 127);
            raw += static_cast<char>(random() % 256);
        }
        texts.push_back(text);
        bytes.push_back(hex_of(raw));
    }
    expect_kept("text", texts);
    expect_kept("character varying(100)", texts);
    expect_kept("bytea", bytes);
    expect_kept("character(5)", {"", "abc", "abcde", "äöüßé"});
    expect_kept("uuid", {"00000000-0000-0000-0000-000000000000",
                         "ffffffff-ffff-4fff-bfff-ffffffffffff"});
    expect_kept("bit(5)", {"00000", "10101"});
    expect_kept("jsonb", {R"({"a":[1,0.5,null],"b":"ä\n\\u0000"})", "[]",
                          "12345678901234567890.5"});
}

TEST_F(TranslatorTest, KeepsDatesAndTimes) {
    std::vector<std::string> dates{"0001-01-01", "9999-12-31", "0000-02-29", "-0043-03-15",
                                   "-4712-01-01", "5874897-12-31"};
    std::vector<std::string> moments{"0001-01-01 00:00:00", "294276-12-31 23:59:59.999999",
                                     "-4711-01-01 00:00:00.5", "2026-10-25 02:30:00"};
    std::vector<std::string> times{"00:00:00", "24:00:00", "23:59:59.999999"};
    for (int i = 0; i < random_values; ++i) {
        dates.push_back(random_date());
        moments.push_back(random_date() + " " + random_clock());
        times.push_back(random_clock());
    }
    expect_kept("date", dates);
    expect_kept("timestamp(6) without time zone", moments);
    expect_kept("timestamp with time zone", moments);
    expect_kept("time without time zone", times);
    expect_kept("interval", {"-838:59:59", "838:59:59.000001", "00:00:00"});
}

TEST(TranslatorRefusals, NamesWhatAColumnDoesNotTake) {
    EXPECT_THAT(reason_against("boolean", "2"), HasSubstr("neither 0 nor 1"));
    EXPECT_THAT(reason_against("smallint", "32768"), HasSubstr("out of the range of smallint"));
    EXPECT_THAT(reason_against("numeric(4,2)", "100"), HasSubstr("before the point"));
    EXPECT_THAT(reason_against("numeric(4,2)", "1.005"), HasSubstr("behind the point"));
    EXPECT_THAT(reason_against("text", std::string{"a\0b", 3}), HasSubstr("NUL"));
    EXPECT_THAT(reason_against("text", "a\xff"), HasSubstr("UTF-8"));
    EXPECT_THAT(reason_against("character varying(3)", "äöü "), HasSubstr("4 characters"));
    EXPECT_THAT(reason_against("character(3)", "a "), HasSubstr("blanks"));
    EXPECT_THAT(reason_against("time without time zone", "-01:00:00"), HasSubstr("interval"));
    EXPECT_THAT(reason_against("time without time zone", "24:00:01"), HasSubstr("interval"));
    EXPECT_THAT(reason_against("timestamp(0) without time zone", "2026-01-01 00:00:00.5"),
                HasSubstr("digits of a second"));
    EXPECT_THAT(reason_against("date", "-5000-01-01"), HasSubstr("year -5000"));
    EXPECT_THAT(reason_against("jsonb", R"("\u0000")"), HasSubstr("\\u0000"));
    EXPECT_THAT(reason_against("bit(3)", "01"), HasSubstr("2 bits"));
}

TEST(TranslatorReading, GoesByTheKindThatTheTargetHas) {
    const auto read = [](const std::string& type, Kind kind, const std::string& text) {
        ColumnCrossing crossing{.column = {.name = "v", .type = type}, .kind = kind, .type = {}};
        std::string out;
        const auto problem =
            make_translator()->read(crossing, {.null = false, .storage = 't', .text = text}, out);
        return problem ? "no form: " + problem->reason : out;
    };
    EXPECT_EQ(read("boolean", Kind::Int, "t"), "1");
    EXPECT_EQ(read("integer", Kind::Decimal, "-5"), "-5");
    EXPECT_EQ(read("integer", Kind::Text, "-5"), "-5");
    EXPECT_EQ(read("timestamp with time zone", Kind::DateTime, "2026-01-01 10:00:00.5+00"),
              "2026-01-01 10:00:00.5");
    EXPECT_EQ(read("date", Kind::DateTime, "2026-01-01"), "2026-01-01 00:00:00");
    EXPECT_THAT(read("date", Kind::Date, "infinity"), HasSubstr("no form"));
    EXPECT_THAT(read("numeric", Kind::Decimal, "NaN"), HasSubstr("no form"));
    EXPECT_THAT(read("numeric(5,2)", Kind::Int, "1.50"), HasSubstr("no form"));
    EXPECT_EQ(read("numeric(5,2)", Kind::Int, "2.00"), "2");
    EXPECT_THAT(read("bigint", Kind::Float64, "9007199254740993"), HasSubstr("no form"));
    EXPECT_EQ(read("uuid", Kind::Bytes, "00112233-4455-6677-8899-aabbccddeeff"),
              "00112233445566778899AABBCCDDEEFF");
    EXPECT_EQ(read("integer[]", Kind::Text, "{1,NULL,3}"), "{1,NULL,3}");
}

TEST(TranslatorTypes, SpeaksOfTheOperatorsTypesInTheServersWords) {
    const auto kind = [](const std::string& type) {
        return make_translator()->type_of({.name = "v", .type = type}).kind;
    };
    EXPECT_EQ(kind("INT8"), Kind::Int);
    EXPECT_EQ(kind("varchar(20)"), Kind::Text);
    EXPECT_EQ(kind("decimal(10, 2)"), Kind::Decimal);
    EXPECT_EQ(kind("timestamptz(3)"), Kind::Instant);
    EXPECT_EQ(kind("bool"), Kind::Bool);
    EXPECT_EQ(kind("text[]"), Kind::Text);
    EXPECT_EQ(make_translator()->type_of({.name = "v", .type = "decimal(10, 2)"}).scale, 2U);
}

TEST(TranslatorRows, TakesRowsApartAndPutsThemTogether) {
    const auto translator = make_translator();
    std::string rows = "1\t\\N\ta\\tb\n2\t\t\\\\N\n";
    std::string_view rest = rows;
    std::vector<WireValueView> values;
    std::string again;
    while (!rest.empty()) {
        translator->split(rest, 3, values);
        translator->join(again, values);
    }
    EXPECT_EQ(again, rows);
    EXPECT_EQ(values[2].text, "\\N");
    translator->split_bound("5\tx\\ny", 2, values);
    EXPECT_EQ(values[1].text, "x\ny");
    EXPECT_EQ(translator->join_bound(values), "5\tx\\ny");
}

}  // namespace
}  // namespace dbsync::postgres
