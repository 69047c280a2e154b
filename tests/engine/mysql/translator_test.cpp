// SPDX-License-Identifier: MIT
// Values that were written on a real server, read by a reader of ours, and spelled canonically.
#include "engine/mysql/translator.hpp"

#include "engine/mysql/translator_types.hpp"
#include "reader_fixture.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <random>

namespace dbsync::mysql {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr int random_values = 400;

struct Value {
    std::string sql;
    std::string canonical;  // "no form: …" where it has none
};

class TranslatorTest : public ReaderFixture {
  protected:
    // The column v of all rows, in order.
    std::vector<std::string> read_all(Kind kind) {
        source_ = std::make_unique<Connection>(endpoint(), SessionOptions{.role = Role::Source});
        const Table table = read_shape(*source_, "t")->table;
        reader_ = make_reader(endpoint());
        reader_->begin({&table, 1}, 5s);
        reader_->snapshot();
        Lines rows;
        reader_->read_chunk(table, Chunk{}, RowForm::Copy, rows);
        std::vector<std::string> found;
        for (const std::string& line : rows.lines) {
            found.push_back(spell(table, line, kind));
        }
        reader_->end();
        return found;
    }

    std::string spell(const Table& table, const std::string& line, Kind kind) {
        ColumnCrossing crossing;
        crossing.column = table.columns.back();
        crossing.kind = kind;
        std::string_view rest = line;
        std::vector<WireValueView> values;
        translator_->split(rest, table.columns.size(), values);
        EXPECT_TRUE(rest.empty());
        std::string canonical;
        if (values.back().null) {
            return {};
        }
        const auto problem = translator_->read(crossing, values.back(), canonical);
        return problem ? "no form: " + problem->reason : canonical;
    }

    void expect_read(const std::string& type, Kind kind, const std::vector<Value>& values) {
        SCOPED_TRACE(type + " as " + kind_name(kind));
        std::string insert = "INSERT INTO t (v) VALUES ";
        for (const Value& value : values) {
            insert += (&value == values.data() ? "(" : ", (") + value.sql + ")";
        }
        app_->exec("SET sql_mode = 'ALLOW_INVALID_DATES'; DROP TABLE IF EXISTS t;"
                   "CREATE TABLE t(n INT AUTO_INCREMENT PRIMARY KEY, v " + type + ");" + insert);
        const std::vector<std::string> found = read_all(kind);
        ASSERT_EQ(found.size(), values.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (values[i].canonical.starts_with("no form")) {
                EXPECT_THAT(found[i], HasSubstr(values[i].canonical)) << values[i].sql;
            } else {
                EXPECT_EQ(found[i], values[i].canonical) << values[i].sql;
            }
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
    // As 0x… and canonically.
    Value random_bytes(std::size_t most) {
        std::string bytes;
        for (std::size_t i = 0, count = 1 + random() % most; i < count; ++i) {
            bytes += static_cast<char>(random());
        }
        return {"X'" + hex_of(bytes) + "'", hex_of(bytes)};
    }
    std::string random_text() {
        constexpr std::array<std::string_view, 12> pieces{
            "a", "Z", " ", "'", "\\", "\n", "\t", "\"", "é", "ß", "\\N", "`"};
        std::string text;
        for (std::size_t i = 0, count = random() % 20; i < count; ++i) {
            text += pieces[random() % pieces.size()];
        }
        return text;
    }
    template <class Number>
    static std::string shortest(Number number) {
        std::array<char, 64> buffer{};
        return {buffer.data(),
                std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr};
    }

    std::unique_ptr<Translator> translator_ = make_translator();
    std::mt19937_64 engine_{20261121};
};
INSTANTIATE_TEST_SUITE_P(Servers, TranslatorTest, testing::Values("mariadb", "mysql"),
                         reader_server_name);

TEST_P(TranslatorTest, ReadsIntegers) {
    expect_read("TINYINT(1)", Kind::Bool,
                {{"0", "0"}, {"TRUE", "1"}, {"2", "no form: 2 is neither 0 nor 1"},
                 {"-1", "no form: -1"}});
    expect_read("TINYINT UNSIGNED", Kind::Int, {{"255", "255"}, {"0", "0"}});
    expect_read("INT(7) UNSIGNED ZEROFILL", Kind::Int, {{"42", "42"}, {"0", "0"}});
    expect_read("YEAR", Kind::Int, {{"1901", "1901"}, {"0", "0"}, {"2155", "2155"}});
    expect_read("BIT(1)", Kind::Bool, {{"b'0'", "0"}, {"b'1'", "1"}});
    expect_read("BIT(64)", Kind::Int, {{"18446744073709551615", "18446744073709551615"}});
    expect_read("VARCHAR(20)", Kind::Int,
                {{"'-07'", "-7"}, {"'x'", "no form: x is not a whole number"}, {"''", "no form"}});
    std::vector<Value> values{{"-9223372036854775808", "-9223372036854775808"}};
    std::vector<Value> large{{"18446744073709551615", "18446744073709551615"}};
    for (int i = 0; i < random_values; ++i) {
        values.push_back({std::to_string(static_cast<std::int64_t>(random())), {}});
        values.back().canonical = values.back().sql;
        large.push_back({std::to_string(random()), {}});
        large.back().canonical = large.back().sql;
    }
    expect_read("BIGINT", Kind::Int, values);
    expect_read("BIGINT UNSIGNED", Kind::Decimal, large);
}

TEST_P(TranslatorTest, ReadsDecimals) {
    std::vector<Value> values{{"-0.0", "0"}, {"1.50", "1.5"}, {"-0.000000000000000000000000000001",
                              "-0.000000000000000000000000000001"}};
    for (int i = 0; i < random_values; ++i) {
        const std::string text = (i % 2 == 0 ? "-" : "") + digits(35) + "." + digits(30);
        values.push_back({text, *canonical_decimal(text)});
    }
    expect_read("DECIMAL(65,30)", Kind::Decimal, values);
    expect_read("DECIMAL(8,2) ZEROFILL", Kind::Decimal, {{"12.5", "12.5"}, {"0", "0"}});
    expect_read("DECIMAL(8,2)", Kind::Int,
                {{"12", "12"}, {"12.5", "no form: 12.50 is not a whole number"}});
    expect_read("DECIMAL(30,10)", Kind::Float64,
                {{"0.5", "0.5"}, {"0.1", "0.1"}, {"12345678901234567890.0123456789", "no form"}});
}

TEST_P(TranslatorTest, ReadsEveryBitOfFloats) {
    std::vector<Value> singles{{"0", "0"}, {"0.1", "0.1"}, {"16777217", "16777216"},
                               {"3.4028234663852886e38", "3.4028235e+38"}, {"1e-37", "1e-37"}};
    std::vector<Value> doubles{{"0.1", "0.1"}, {"5e-324", "5e-324"},
                               // MariaDB shows no minus.
                               {"-0.0e0", server().is_mariadb() ? "0" : "-0"},
                               {"1.7976931348623157e308", "1.7976931348623157e+308"}};
    while (doubles.size() < random_values) {
        const auto real = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
        const auto number = std::bit_cast<double>(random());
        if (std::isnormal(real)) {
            singles.push_back({shortest(static_cast<double>(real)), shortest(real)});
        }
        if (std::isnormal(number)) {
            doubles.push_back({shortest(number), shortest(number)});
        }
    }
    expect_read("FLOAT", Kind::Float32, singles);
    expect_read("DOUBLE", Kind::Float64, doubles);
    expect_read("FLOAT", Kind::Decimal, {{"0.1", "0.1"}, {"1e20", "100000000000000000000"}});
    expect_read("FLOAT", Kind::Float64, {{"0.1", "0.10000000149011612"}});
    expect_read("FLOAT", Kind::Text, {{"0.1", "0.1"}});
    expect_read("DOUBLE", Kind::Float32, {{"0.5", "0.5"}, {"0.30000000000000004", "no form: 0.3"}});
    expect_read("BIGINT", Kind::Float64, {{"9007199254740993", "no form"}, {"5", "5"}});
    expect_read("FLOAT(20,2)", Kind::Float32, {{"0.1", "0.1"}, {"16777216", "16777216"}});
    expect_read("DOUBLE(30,5)", Kind::Float64, {{"0.1", "0.1"}, {"123456.00001", "123456.00001"}});
}

TEST_P(TranslatorTest, ReadsDatesAndRefusesWhatIsNone) {
    std::vector<Value> dates{
        {"'9999-12-31'", "9999-12-31"},
        {"'2024-02-29'", "2024-02-29"},
        {"'0000-00-00'", "no form: the date 0000-00-00 does not exist elsewhere"},
        {"'2026-02-30'", "no form: the date 2026-02-30 does not exist elsewhere"},
        {"'2026-00-10'", "no form: the date 2026-00-10"},
        {"'2026-10-00'", "no form: the date 2026-10-00"}};
    std::vector<Value> moments{
        {"'0000-00-00'", "no form: the date 0000-00-00 does not exist elsewhere"},
        {"'2026-01-01'", "2026-01-01 00:00:00"},
        {"'2026-02-31 10:00:00'", "no form: the date 2026-02-31 does not"}};
    for (int i = 0; i < random_values; ++i) {
        const std::string date = std::to_string(1000 + random() % 9000) + "-" + two(12, 1) + "-" +
                                 two(28, 1);
        const std::string text = date + " " + two(24) + ":" + two(60) + ":" + two(60) + "." +
                                 digits(6);
        dates.push_back({"'" + date + "'", date});
        moments.push_back({"'" + text + "'", *canonical_datetime(text)});
    }
    expect_read("DATE", Kind::Date, dates);
    expect_read("DATETIME(6)", Kind::DateTime, moments);
    expect_read("DATETIME(6)", Kind::Instant, moments);
    expect_read("DATETIME", Kind::Date, {{"'2026-01-02'", "2026-01-02"},
                                         {"'2026-01-02 03:00:00'", "no form"}});
    expect_read("DATE", Kind::DateTime, {{"'2026-01-02'", "2026-01-02 00:00:00"}});
    expect_read("VARCHAR(40)", Kind::Instant,
                {{"'2026-01-02T03:00:00+02:00'", "2026-01-02 01:00:00"},
                 {"'soon'", "no form: soon is not a date"}});
}

TEST_P(TranslatorTest, ReadsTimestampsInUtcWhateverTheServersZone) {
    app_->exec("SET time_zone = '+05:30'");
    expect_read("TIMESTAMP(6) NULL", Kind::Instant,
                {{"'2026-07-01 12:00:00.25'", "2026-07-01 06:30:00.25"},
                 {"'2038-01-19 08:44:07.999999'", "2038-01-19 03:14:07.999999"},
                 {"'1970-01-01 05:30:01'", "1970-01-01 00:00:01"},
                 {"'0000-00-00'", "no form: the date 0000-00-00 does not exist elsewhere"},
                 {"NULL", ""}});
}

TEST_P(TranslatorTest, ReadsTimes) {
    expect_read("TIME(6)", Kind::Time,
                {{"'-838:59:59'", "-838:59:59"}, {"'838:59:58.999999'", "838:59:58.999999"},
                 {"'24:00:00'", "24:00:00"}, {"'-00:00:00.5'", "-00:00:00.5"},
                 {"'00:00:00'", "00:00:00"}, {"'09:08:07.10'", "09:08:07.1"}});
}

TEST_P(TranslatorTest, ReadsTextsOfEveryCharset) {
    std::vector<Value> values{
        {"'tab\\t nl\\n nul\\0 bs\\\\'", std::string{"tab\t nl\n nul\0 bs\\", 17}},
        {"''", ""},
        {"'x  '", "x  "}};
    for (int i = 0; i < random_values; ++i) {
        const std::string text = random_text();
        values.push_back({"CONVERT(X'" + hex_of(text) + "' USING utf8mb4)", text});
    }
    for (const char* charset : {"utf8mb4", "utf8mb3", "latin1", "utf16", "utf32", "ucs2"}) {
        expect_read(std::string{"VARCHAR(200) CHARACTER SET "} + charset, Kind::Text, values);
    }
    expect_read("CHAR(5)", Kind::Text,
                {{"'x  '", "x"}, {"'\xF0\x9F\x90\xAC'", "\xF0\x9F\x90\xAC"}});
    expect_read("VARCHAR(5) CHARACTER SET cp1251", Kind::Text, {{"'Ж'", "Ж"}});
    expect_read("VARCHAR(5) CHARACTER SET binary", Kind::Bytes, {{"'Ж'", "D096"}});
    expect_read("VARCHAR(40)", Kind::Uuid,
                {{"'12345678-9ABC-def0-1234-56789abcdef0'", "12345678-9abc-def0-1234-56789abcdef0"},
                 {"'x'", "no form: x is not a UUID"}});
    expect_read("VARCHAR(5)", Kind::Bytes, {{"'ab'", "6162"}});
}

TEST_P(TranslatorTest, ReadsBytesAndBits) {
    std::vector<Value> values{{"''", ""}, {"X'00090a5c27ff'", "00090A5C27FF"}};
    for (int i = 0; i < random_values; ++i) {
        values.push_back(random_bytes(100));
    }
    expect_read("VARBINARY(100)", Kind::Bytes, values);
    expect_read("LONGBLOB", Kind::Bytes, values);
    expect_read("BINARY(3)", Kind::Bytes, {{"X'01'", "010000"}});
    expect_read("BINARY(16)", Kind::Uuid,
                {{"X'123456789ABCdef0123456789abcdef0'", "12345678-9abc-def0-1234-56789abcdef0"}});
    expect_read("VARBINARY(9)", Kind::Text,
                {{"'Ж'", "Ж"}, {"X'ff'", "no form: bytes that are no text in UTF-8"}});
    expect_read("BIT(10)", Kind::Bits, {{"b'1000000001'", "1000000001"}, {"0", "0000000000"}});
    expect_read("BIT(64)", Kind::Bits, {{"1", std::string(63, '0') + "1"}});
    expect_read("BIT(8)", Kind::Text, {{"5", "00000101"}});
    expect_read("GEOMETRY", Kind::Bytes,
                {{"ST_GeomFromText('POINT(0 0)')", "000000000101000000" + std::string(32, '0')}});
    expect_read("GEOMETRY", Kind::Text, {{"ST_GeomFromText('POINT(0 0)')", "no form: a geometry"}});
}

TEST_P(TranslatorTest, ReadsEnumsSetsAndJson) {
    expect_read("ENUM('a','','c''d\\\\e')", Kind::Text,
                {{"'a'", "a"}, {"''", ""}, {"'c\\'d\\\\e'", "c'd\\e"},
                 {"'none'", "no form: the ENUM's error value"}});
    expect_read("SET('a','b c','é')", Kind::Text, {{"'é,a'", "a,é"}, {"''", ""}});
    expect_read("JSON", Kind::Json,
                {{"'{\"b\": [1, 2.50, \"\\\\u00e9\"], \"a\": null}'",
                  R"({"a":null,"b":[1,2.5,"é"]})"},
                 {"'1e2'", "100"}, {"'\"x\"'", "\"x\""},
                 {"'18446744073709551615'", "18446744073709551615"}});
    expect_read("TEXT", Kind::Json, {{"'{}'", "{}"}, {"'{'", "no form: { is not JSON"}});
}

TEST_P(TranslatorTest, MembersAreReadAsTheServerShowsThem) {
    app_->exec("CREATE TABLE t(e ENUM('a''b','c\\\\d','','x,y','tab\\t','nl\\n','cr\\r','nul\\0l',"
               "'é','(',' lead','\"','%'))");
    Connection connection{endpoint(), {.role = Role::Source}};
    const Table table = read_shape(connection, "t")->table;
    EXPECT_THAT(translator_->type_of(table.columns[0]).members,
                ElementsAre("a'b", "c\\d", "", "x,y", "tab\t", "nl\n", "cr\r",
                            std::string{"nul\0l", 5}, "é", "(", " lead", "\"", "%"));
}

TEST_P(TranslatorTest, RowsComeApartAndTogetherAgain) {
    app_->exec("CREATE TABLE t(n INT PRIMARY KEY, a VARCHAR(20), b BLOB, c DATE, d BIT(9));"
               "INSERT INTO t VALUES (1, 'x\\t\\n\\\\\\'\\0y', X'0009', '2026-01-01', 511),"
               " (2, NULL, NULL, NULL, NULL), (3, '', '', '2026-01-01', 0),"
               " (4, '\\\\N', 'N', NULL, 1)");
    Connection connection{endpoint(), {.role = Role::Source}};
    const Table table = read_shape(connection, "t")->table;
    reader_ = make_reader(endpoint());
    reader_->begin({&table, 1}, 5s);
    reader_->snapshot();
    Lines rows;
    reader_->read_chunk(table, Chunk{}, RowForm::Compare, rows);
    EXPECT_THAT(translator_->columns_of(table, RowForm::Copy),
                ElementsAre("n", "a", "b", "c", "d"));
    ASSERT_EQ(rows.lines.size(), 4U);
    for (const std::string& line : rows.lines) {
        std::string_view rest = line;
        std::vector<WireValueView> values;
        translator_->split(rest, 6, values);
        std::string again;
        translator_->join(again, values);
        EXPECT_EQ(again, line + "\n");
    }
}

// As the target asks for them: in canonical spelling.
TEST_P(TranslatorTest, KeysAreFoundByTheirCanonicalSpelling) {
    const std::vector<std::pair<std::string, std::string>> keys{
        {"INT(5) ZEROFILL", "7"},
        {"BIGINT UNSIGNED", "18446744073709551615"},
        {"DECIMAL(10,3)", "-12.5"},
        {"DOUBLE", "0.1"},
        {"FLOAT", "0.1"},
        {"YEAR", "2026"},
        {"BIT(10)", "b'1000000001'"},
        {"CHAR(10)", "'a''\\\\'"},
        {"VARCHAR(20) CHARACTER SET latin1", "'é\\t'"},
        {"ENUM('b','a')", "'a'"},
        {"SET('b','a')", "'b,a'"},
        {"VARBINARY(9)", "X'00ff27'"},
        {"BINARY(4)", "X'01'"},
        {"DATE", "'2026-01-02'"},
        {"DATETIME(3)", "'2026-01-02 03:04:05.6'"},
        {"TIMESTAMP(6)", "'2026-01-02 03:04:05.6'"},
        {"TIME(2)", "'-100:00:00.5'"},
    };
    for (const auto& [type, value] : keys) {
        SCOPED_TRACE(type);
        app_->exec("DROP TABLE IF EXISTS t; CREATE TABLE t(k " + type + " NOT NULL PRIMARY KEY);"
                   "INSERT INTO t VALUES (" + value + ")");
        Connection connection{endpoint(), {.role = Role::Source}};
        const Table table = read_shape(connection, "t")->table;
        reader_ = make_reader(endpoint());
        reader_->begin({&table, 1}, 5s);
        reader_->snapshot();
        Lines rows;
        reader_->read_chunk(table, Chunk{}, RowForm::Copy, rows);
        ColumnCrossing crossing;
        crossing.column = table.columns.front();
        crossing.type = translator_->type_of(crossing.column);
        crossing.kind = crossing.type.kind;
        std::string_view rest = rows.lines.at(0);
        std::vector<WireValueView> values;
        translator_->split(rest, 1, values);
        std::string canonical;
        ASSERT_FALSE(translator_->read(crossing, values[0], canonical));

        std::string held;
        WireValueView written;
        ASSERT_FALSE(translator_->write(crossing, canonical, held, written));
        const std::vector<std::string> asked{translator_->join_key({&written, 1})};
        Lines found;
        reader_->read_keys(table, asked, RowForm::Compare, found);
        EXPECT_EQ(found.lines.size(), 1U) << asked.front();
        if (crossing.kind != Kind::Text || crossing.type.members.empty()) {  // else not a bound
            Lines chunk;
            reader_->read_chunk(table, Chunk{.lower = translator_->join_bound({&written, 1})},
                                RowForm::Copy, chunk);
            EXPECT_EQ(chunk.lines, rows.lines);
        }
        reader_->end();
    }
}

TEST(MysqlTypes, AreWhatTheirDeclarationsSay) {
    const auto type = [](const char* text) { return model_type(text); };
    EXPECT_EQ(type("tinyint(1)").kind, Kind::Bool);
    EXPECT_EQ(type("BOOLEAN").kind, Kind::Bool);
    EXPECT_EQ(type("tinyint(4)").kind, Kind::Int);
    EXPECT_EQ(type("int(10) unsigned zerofill").size, 4U);
    EXPECT_TRUE(type("int(10) unsigned zerofill").is_unsigned);
    EXPECT_FALSE(type("int").is_unsigned);
    EXPECT_EQ(type("MEDIUMINT").size, 3U);
    EXPECT_EQ(type("Decimal( 10 , 2 ) unsigned").size, 10U);
    EXPECT_EQ(type("Decimal( 10 , 2 ) unsigned").scale, 2U);
    EXPECT_EQ(type("numeric").size, 10U);
    EXPECT_EQ(type("float(30)").kind, Kind::Float64);
    EXPECT_EQ(type("float(7,3)").kind, Kind::Float32);
    EXPECT_EQ(type("double precision").kind, Kind::Float64);
    EXPECT_EQ(type("varchar(20)").size, 20U);
    EXPECT_FALSE(type("varchar(20)").fixed_length);
    EXPECT_TRUE(type("char").fixed_length);
    EXPECT_EQ(type("binary(4)").kind, Kind::Bytes);
    EXPECT_TRUE(type("binary(4)").fixed_length);
    EXPECT_EQ(type("bit(10)").size, 10U);
    EXPECT_EQ(type("timestamp(3)").kind, Kind::Instant);
    EXPECT_EQ(type("timestamp(3)").scale, 3U);
    EXPECT_EQ(type("datetime").kind, Kind::DateTime);
    EXPECT_EQ(type("year(4)").kind, Kind::Int);
    EXPECT_EQ(type("multipolygon").kind, Kind::Bytes);
    EXPECT_EQ(type("inet6").kind, Kind::Text);
    EXPECT_TRUE(type("set('a','b')").many_members);
    EXPECT_THAT(type("enum('unsigned','(1,2)')").members, ElementsAre("unsigned", "(1,2)"));
}

}  // namespace
}  // namespace dbsync::mysql
