// SPDX-License-Identifier: MIT
// What comes from another engine keeps its value: canonical → a row of ours → the server → our
// reader → canonical is equal; and what the server would not keep is refused with a reason.
#include "engine/mysql/translator.hpp"
#include "target_fixture.hpp"

#include <array>
#include <cstdio>
#include <cstring>
#include <random>

namespace dbsync::mysql {
namespace {

using ::testing::HasSubstr;

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

class MysqlWriteTest : public TargetFixture {
  protected:
    // Writes the values into a column of the type, reads them back and compares.
    void expect_kept(const std::string& type, const std::vector<std::string>& canonicals) {
        SCOPED_TRACE(type);
        exec("DROP TABLE IF EXISTS t");
        exec("CREATE TABLE t (n INT PRIMARY KEY, v " + type +
             ") DEFAULT CHARACTER SET utf8mb4 /*M!100203 COLLATE utf8mb4_nopad_bin */"
             " /*!80017 COLLATE utf8mb4_0900_bin */");
        target_ = make_target(endpoint());
        target_->prepare("job", "source 1");
        session_ = target_->open_session("job");
        tables_ = {*target_->find_table({"", "t"})};
        tables_[0].id = 1;
        ColumnCrossing crossing = crossing_to(tables_[0].columns[1].type);
        copy(rows_of(crossing, canonicals));
        Gather read;
        session_->read_chunk(tables_[0], {.table_id = 1}, read);
        ASSERT_EQ(read.rows.size(), canonicals.size());
        for (std::size_t i = 0; i < canonicals.size(); ++i) {
            std::string_view rest = read.rows[i];
            std::vector<WireValueView> values;
            translator_->split(rest, 3, values);
            std::string canonical;
            const auto problem = translator_->read(crossing, values.at(2), canonical);
            EXPECT_FALSE(problem) << read.rows[i];
            EXPECT_EQ(canonical, canonicals[i]);
        }
    }

    std::string rows_of(const ColumnCrossing& crossing,
                        const std::vector<std::string>& canonicals) {
        std::string rows;
        for (std::size_t i = 0; i < canonicals.size(); ++i) {
            std::string held;
            std::vector<WireValueView> values(2);
            const std::string number = std::to_string(i);
            values[0] = {.null = false, .storage = 'i', .text = number};
            const auto problem = translator_->write(crossing, canonicals[i], held, values[1]);
            EXPECT_FALSE(problem) << canonicals[i] << ": " << problem->reason;
            translator_->join(rows, values);
        }
        return rows;
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
    std::string random_clock(std::size_t fraction = 6) {
        return *canonical_time(two(24) + ":" + two(60) + ":" + two(60) + "." + digits(fraction));
    }
    // Any double that is finite and not zero.
    std::string random_double() {
        for (;;) {
            double number = 0;
            const std::uint64_t bits = random();
            static_assert(sizeof number == sizeof bits);
            std::memcpy(&number, &bits, sizeof number);
            std::array<char, 40> text{};
            std::snprintf(text.data(), text.size(), "%.17g", number);
            if (number - number == 0 && number != 0) {
                return *canonical_float64(text.data());
            }
        }
    }
    std::string random_float() {
        for (;;) {
            float number = 0;
            const auto bits = static_cast<std::uint32_t>(random());
            static_assert(sizeof number == sizeof bits);
            std::memcpy(&number, &bits, sizeof number);
            std::array<char, 40> text{};
            std::snprintf(text.data(), text.size(), "%.9g", static_cast<double>(number));
            if (number - number == 0 && number != 0) {
                return *canonical_float32(text.data());
            }
        }
    }
    std::string random_text(std::size_t most) {
        constexpr std::array<const char*, 12> some{"a", "Z", " ", "\t", "\n", "\r",
                                                   "\\", "'", "\"", "ä", "€", "😀"};
        std::string text;
        for (std::size_t i = 0, count = random() % most; i < count; ++i) {
            const std::uint64_t which = random() % 14;
            text += which == 12 ? std::string(1, '\0')
                    : which == 13
                        ? std::string(1, static_cast<char>(1 + random() % 127))
                        : std::string{some.at(which)};
        }
        return text;
    }

    std::unique_ptr<Translator> translator_ = make_translator();
    std::mt19937_64 engine_{20261121};
};

TEST_P(MysqlWriteTest, KeepsIntegersAndBooleans) {
    expect_kept("tinyint(1)", {"0", "1"});
    expect_kept("tinyint", {"0", "-128", "127"});
    expect_kept("smallint", {"0", "-1", "-32768", "32767"});
    expect_kept("mediumint", {"-8388608", "8388607"});
    expect_kept("int", {"-2147483648", "2147483647", "7"});
    expect_kept("int unsigned", {"0", "4294967295"});
    expect_kept("int(5) unsigned zerofill", {"0", "42", "4294967295"});
    expect_kept("year", {"0", "1901", "2155"});
    std::vector<std::string> values{"-9223372036854775808", "9223372036854775807"};
    std::vector<std::string> unsigned_values{"0", "18446744073709551615"};
    for (int i = 0; i < random_values; ++i) {
        values.push_back(std::to_string(static_cast<std::int64_t>(random())));
        unsigned_values.push_back(std::to_string(random()));
    }
    expect_kept("bigint", values);
    expect_kept("bigint unsigned", unsigned_values);
}

TEST_P(MysqlWriteTest, KeepsDecimals) {
    expect_kept("decimal(20,0)", {"0", "18446744073709551615", "-5"});
    expect_kept("decimal(3,3)", {"0", "0.999", "-0.001"});
    std::vector<std::string> values{"0", "-0.000001", "99999999999999.999999", "0.5"};
    std::vector<std::string> widest{"0.1", "-12345678901234567890123456789.000000000000001"};
    for (int i = 0; i < random_values; ++i) {
        values.push_back(*canonical_decimal(digits(14) + "." + digits(6)));
        widest.push_back(*canonical_decimal("-" + digits(35) + "." + digits(30)));
    }
    expect_kept("decimal(20,6)", values);
    expect_kept("decimal(65,30)", widest);
}

TEST_P(MysqlWriteTest, KeepsEveryBitOfFloats) {
    std::vector<std::string> floats{"0", "1e-45", "3.4028235e+38", "-3.4028235e+38", "0.1",
                                    "1e+06", "16777217", "9.9e-05", "1.17549435e-38"};
    std::vector<std::string> doubles{"0", "5e-324", "1.7976931348623157e+308", "0.1", "1e+15",
                                     "999999999999999", "0.30000000000000004", "1e+20", "1e-07",
                                     "2.2250738585072014e-308"};
    for (int i = 0; i < 5 * random_values; ++i) {
        floats.push_back(random_float());
        doubles.push_back(random_double());
    }
    for (std::string& each : floats) {
        each = *canonical_float32(each);
    }
    expect_kept("float", floats);
    expect_kept("double", doubles);
    expect_kept("float(7,2)", {"0.1", "12345.67"});
}

TEST_P(MysqlWriteTest, KeepsTextsAndBytes) {
    std::vector<std::string> texts{"", " ", "a\tb\nc\rd\\e\bf\fg\vh", "\\N", "\\.", "ä€😀",
                                   "trailing  ", std::string{"a\0b", 3}, "dbsync: no member"};
    std::vector<std::string> bytes{"", "00", "FF00DEADBEEF", "5C27090A0D1A"};
    for (int i = 0; i < random_values; ++i) {
        texts.push_back(random_text(40));
        std::string raw;
        for (std::size_t k = 0, count = random() % 40; k < count; ++k) {
            raw += static_cast<char>(random() % 256);
        }
        bytes.push_back(hex_of(raw));
    }
    expect_kept("longtext", texts);
    expect_kept("varchar(100)", texts);
    expect_kept("longblob", bytes);
    expect_kept("varbinary(40)", bytes);
    expect_kept("binary(3)", {"000000", "FF2000"});
    expect_kept("char(5)", {"", "abc", "abcde", "äöüßé"});
    expect_kept("char(36) CHARACTER SET ascii", {"ffffffff-ffff-4fff-bfff-ffffffffffff"});
    expect_kept("tinytext", {std::string(255, 'x')});
    expect_kept("varchar(9) CHARACTER SET latin1", {"aÿ€", "œ"});
    expect_kept("varchar(9) CHARACTER SET utf8mb3", {"aÿ€"});
    expect_kept("varchar(9) CHARACTER SET utf16", {"aÿ€😀"});
}

TEST_P(MysqlWriteTest, KeepsMembersAndBits) {
    expect_kept("enum('new','it''s','a\\\\b','','1','0','x\\ny')",
                {"new", "it's", "a\\b", "", "1", "0", "x\ny"});
    expect_kept("set('a','b','c d')", {"", "a", "a,b", "a,c d", "b"});
    expect_kept("bit(5)", {"00000", "10101", "11111"});
    expect_kept("bit(1)", {"0", "1"});
    expect_kept("bit(64)", {std::string(64, '1'), "0" + std::string(62, '0') + "1"});
}

TEST_P(MysqlWriteTest, KeepsDatesAndTimes) {
    std::vector<std::string> dates{"0001-01-01", "9999-12-31", "2024-02-29"};
    std::vector<std::string> moments{"0001-01-01 00:00:00", "9999-12-31 23:59:59.999999",
                                     "2026-10-25 02:30:00", "1969-12-31 23:59:59.5"};
    std::vector<std::string> times{"00:00:00", "24:00:00", "-838:59:59", "838:59:59",
                                   "-00:00:00.000001", "100:00:00.5"};
    for (int i = 0; i < random_values; ++i) {
        dates.push_back(random_date());
        moments.push_back(random_date() + " " + random_clock());
        times.push_back(random_clock());
    }
    expect_kept("date", dates);
    expect_kept("datetime(6)", moments);
    expect_kept("time(6)", times);
    expect_kept("datetime", {"2026-10-25 02:30:00"});
    expect_kept("time(3)", {"01:02:03.123", "01:02:03"});
    expect_kept("timestamp(6) NULL",
                {"1970-01-01 00:00:01", "2038-01-19 03:14:07.999999", "2026-03-29 02:30:00.25"});
}

// MySQL's own type; MariaDB's is a text, which keeps whatever it is given.
TEST_P(MysqlWriteTest, KeepsJson) {
    if (server().is_mariadb()) {
        expect_kept("json", {R"({"b": 1.10, "a": 1e400})"});
        return;
    }
    std::vector<std::string> values{R"({"a":[1,0.5,null],"b":"ä\n\u0000\"\\"})",
                                    "[]",
                                    "\"\"",
                                    "0",
                                    "true",
                                    "-9223372036854775808",
                                    "18446744073709551615",
                                    "100000000000000000000",
                                    R"({"":{},"a,b]":"x:1,2"})"};
    for (int i = 0; i < random_values; ++i) {
        values.push_back(*canonical_json(random_double()));
        values.push_back(*canonical_decimal(digits(9) + ".5"));
    }
    for (std::string& each : values) {
        each = *canonical_json(each);
    }
    expect_kept("json", values);
}

TEST_P(MysqlWriteTest, KnowsOtherCharacterSets) {
    exec("CREATE TABLE t (v VARCHAR(9) PRIMARY KEY, u VARCHAR(9) CHARACTER SET utf8mb3)");
    target_ = make_target(endpoint());
    const Table table = *target_->find_table({"", "t"});
    EXPECT_EQ(table.columns[0].type, "varchar(9)");
    EXPECT_THAT(reason_against(table.columns[1].type, "😀"), HasSubstr("utf8mb3 does not have"));
}

INSTANTIATE_TEST_SUITE_P(Servers, MysqlWriteTest, every_server, server_name);

struct Refused {
    const char* type;
    std::string value;
    const char* reason;
};

TEST(MysqlRefusesTest, SaysWhyAValueHasNoForm) {
    const std::vector<Refused> all{
        {"tinyint(1)", "5", "neither 0 nor 1"},
        {"smallint", "32768", "32768 is out of the range of smallint"},
        {"tinyint unsigned", "-1", "is out of the range"},
        {"mediumint", "8388608", "is out of the range"},
        {"int", "0.5", "is no whole number"},
        {"bigint", "9223372036854775808", "is out of the range"},
        {"bigint unsigned", "18446744073709551616", "is out of the range"},
        {"year", "1900", "no year"},
        {"decimal(5,2)", "1000", "more than 3 digits before the point"},
        {"decimal(5,2)", "0.125", "more than 2 digits behind the point"},
        {"decimal(5,2) unsigned", "-1", "negative"},
        {"decimal(65,30)", "nan", "is no decimal number"},
        {"double", "nan", "no number that MySQL and MariaDB hold"},
        {"double", "-inf", "no number"},
        {"float", "-0", "negative zero"},
        {"float(7,2)", "0.125", "behind the point"},
        {"float", "1e+300", "out of the range"},
        {"varchar(3)", "abcd", "4 characters, where varchar(3) takes 3"},
        {"varchar(3)", "äöü ", "4 characters"},
        {"char(3)", "a ", "ends in blanks"},
        {"longtext", "\xff", "no valid UTF-8"},
        {"tinytext", std::string(256, 'x'), "256 bytes"},
        {"varchar(9) CHARACTER SET ascii COLLATE ascii_bin", "ä", "the character ä, which ascii"},
        {"varchar(9) CHARACTER SET latin1 COLLATE latin1_bin", "Ω", "latin1 does not have"},
        {"enum('a','b')", "c", "is no member"},
        {"enum('a','b')", "A", "is no member"},
        {"set('a','b')", "b,a", "is not spelled"},
        {"set('a','b')", "a,a", "is not spelled"},
        {"varbinary(2)", "000000", "3 bytes"},
        {"binary(3)", "0000", "fill up with zeros"},
        {"bit(5)", "1010", "4 bits"},
        {"date", "-0043-03-15", "not within the years"},
        {"date", "0000-02-29", "not within the years"},
        {"date", "10000-01-01", "not within the years"},
        {"datetime(6)", "0000-12-31 23:59:59", "not within the years"},
        {"datetime(3)", "2026-01-01 00:00:00.0001", "4 digits of a second"},
        {"datetime", "2026-01-01 00:00:00.5", "keeps 0"},
        {"timestamp", "2038-01-19 03:14:08", "beyond what TIMESTAMP holds"},
        {"timestamp", "1970-01-01 00:00:00", "beyond what TIMESTAMP holds"},
        {"time", "839:00:00", "beyond what TIME holds"},
        {"time(6)", "-838:59:59.5", "beyond what TIME holds"},
        {"json", "0.12345678901234567890", "would round"},
        {"json", "[1,18446744073709551617]", "would round"},
        {"json", std::string(101, '[') + std::string(101, ']'), "deeper than 100"},
    };
    for (const Refused& each : all) {
        EXPECT_THAT(reason_against(each.type, each.value), HasSubstr(each.reason))
            << each.type << " " << each.value;
    }
}

// Keys of a source are looked up in the target's spelling.
TEST(MysqlRefusesTest, WritesKeysInOtherKinds) {
    const auto write = [](const std::string& type, Kind kind, const std::string& canonical) {
        ColumnCrossing crossing = crossing_to(type);
        crossing.kind = kind;
        std::string held;
        WireValueView value;
        const auto problem = make_translator()->write(crossing, canonical, held, value);
        return problem ? problem->reason : std::string{value.text};
    };
    EXPECT_EQ(write("bigint", Kind::Decimal, "5"), "5");
    EXPECT_EQ(write("bigint", Kind::Float64, "1e+06"), "1000000");
    EXPECT_EQ(write("bigint", Kind::Text, "-7"), "-7");
    EXPECT_EQ(write("binary(16)", Kind::Uuid, "00112233-4455-6677-8899-aabbccddeeff"),
              "00112233445566778899AABBCCDDEEFF");
    EXPECT_EQ(write("varbinary(9)", Kind::Text, "ab"), "6162");
    EXPECT_EQ(write("varchar(9)", Kind::Bytes, "6162"), "ab");
    EXPECT_EQ(write("bit(10)", Kind::Int, "513"), "0201");
    EXPECT_EQ(write("date", Kind::DateTime, "2026-01-02 00:00:00"), "2026-01-02");
    EXPECT_EQ(write("datetime(2)", Kind::Date, "2026-01-02"), "2026-01-02 00:00:00.00");
    EXPECT_EQ(write("uuid", Kind::Uuid, "00112233-4455-6677-8899-aabbccddeeff"),
              "00112233-4455-6677-8899-aabbccddeeff");
}

}  // namespace
}  // namespace dbsync::mysql
