// SPDX-License-Identifier: MIT
// Random and extreme values of every mapped type cross between every pair of engines, and back
// where there is a way back, and come out as the mapping says.
#include "scenario/cross_traffic.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <random>

namespace dbsync::test {
namespace {

constexpr int random_values = 40;

// SQL literals for the columns of one source.
class Dice {
  public:
    Dice(const std::string& engine, std::uint64_t seed) : literals_{engine}, random_{seed} {}

    std::int64_t number(std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>{low, high}(random_);
    }
    std::string decimal(int whole, int fraction) {
        std::string text = number(0, 1) == 0 ? "-" : "";
        for (int i = 0; i < whole + fraction; ++i) {
            text += i == whole ? "." : "";
            text += static_cast<char>('0' + number(0, 9));
        }
        return text;
    }
    std::string real(int digits) {
        return fmt::format("{}.{}e{}", number(-9, 9), number(1, digits), number(-18, 18));
    }
    std::string text(const std::vector<std::string>& letters) {
        std::string made;
        for (std::int64_t i = number(0, 20); i > 0; --i) {
            made += letters[static_cast<std::size_t>(
                number(0, static_cast<std::int64_t>(letters.size()) - 1))];
        }
        return literals_.text(made);
    }
    std::string bytes() {
        std::string hex;
        for (std::int64_t i = number(0, 12); i > 0; --i) {
            hex += fmt::format("{:02x}", number(0, 255));
        }
        return literals_.bytes(hex);
    }
    std::string day(int from = 1000, int to = 9999) {
        return fmt::format("{:04}-{:02}-{:02}", number(from, to), number(1, 12), number(1, 28));
    }
    std::string clock() {
        return fmt::format("{:02}:{:02}:{:02}.{:06}", number(0, 23), number(0, 59), number(0, 59),
                           number(0, 999'999));
    }
    std::string json() {
        return literals_.text(nlohmann::json{{"n", number(-1'000'000, 1'000'000)},
                                             {"s", "ä\"\\\n" + std::to_string(number(0, 9))},
                                             {"a", {nullptr, true, number(0, 9)}}}
                                  .dump());
    }
    std::string uuid() {
        return fmt::format("'{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}'", number(0, 0xffffffff),
                           number(0, 0xffff), number(0, 0xfff), number(0, 0xfff),
                           number(0, 0xffffffffffff));
    }
    std::string boolean() { return literals_.boolean(number(0, 1) == 1); }

  private:
    Literals literals_;
    std::mt19937_64 random_;
};

struct Mapped {
    std::string name;
    std::string type;
    Spell as = Spell::Plain;
    std::vector<std::string> extremes = {};
    std::function<std::string(Dice&)> random = {};
};

const std::vector<std::string> letters{"a",  "Z", "é",  "ß",  "日", "👋", " ", "'",
                                       "\t", "\n", "\\", "\"", "%", "`",  "\\N", "0"};

std::function<std::string(Dice&)> numbers(std::int64_t low, std::int64_t high) {
    return [=](Dice& dice) { return std::to_string(dice.number(low, high)); };
}

std::vector<Mapped> common(const std::string& real, const std::string& decimal) {
    return {
        {"real", real, Spell::Float, {"0.1", "1.7976931348623157e308", "2.2250738585072014e-308"},
         [](Dice& dice) { return dice.real(999'999'999); }},
        {"price", decimal, Spell::Number, {"0", "0.000001", "-99999999.999999"},
         [](Dice& dice) { return dice.decimal(8, 6); }},
        {"day", "DATE", Spell::Date, {"'1000-01-01'", "'9999-12-31'", "'2024-02-29'"},
         [](Dice& dice) { return "'" + dice.day() + "'"; }},
        {"doc", "JSON", Spell::Json, {"'{}'", "'[]'", "'null'", "'\"x\"'"},
         [](Dice& dice) { return dice.json(); }}};
}

std::vector<Mapped> from_sqlite() {
    std::vector<Mapped> all = common("DOUBLE", "DECIMAL(20,6)");
    all[0].extremes = {"0.1"};  // SQLite's own printing of the largest is not exact
    all[1].extremes = {"0", "-99999999.999999"};
    const std::vector<Mapped> own{
        {"whole", "INTEGER", Spell::Number, {"-9223372036854775808", "9223372036854775807", "0"},
         numbers(INT64_MIN, INT64_MAX)},
        {"word", "TEXT", Spell::Plain, {"''", "' '", "'NULL'"},
         [](Dice& dice) { return dice.text(letters); }},
        {"raw", "BLOB", Spell::Bytes, {"x''", "x'00'"}, [](Dice& dice) { return dice.bytes(); }},
        {"ok", "BOOLEAN", Spell::Bool, {"0", "1"}, [](Dice& dice) { return dice.boolean(); }},
        {"at", "DATETIME", Spell::Moment, {"'1000-01-01 00:00:00'", "'9999-12-31T23:59:59.999999'"},
         [](Dice& dice) { return "'" + dice.day() + " " + dice.clock() + "'"; }},
        {"clock", "TIME", Spell::Time, {"'00:00:00'", "'23:59:59.999999'"},
         [](Dice& dice) { return "'" + dice.clock() + "'"; }},
        {"uid", "UUID", Spell::Uuid, {}, [](Dice& dice) { return dice.uuid(); }}};
    all.insert(all.end(), own.begin(), own.end());
    return all;
}

std::vector<Mapped> from_postgres() {
    std::vector<Mapped> all = common("double precision", "numeric(20,6)");
    const std::vector<Mapped> own{
        {"small", "smallint", Spell::Number, {"-32768", "32767"}, numbers(-32768, 32767)},
        {"middle", "integer", Spell::Number, {"-2147483648", "2147483647"},
         numbers(INT32_MIN, INT32_MAX)},
        {"whole", "bigint", Spell::Number, {"-9223372036854775808", "9223372036854775807"},
         numbers(INT64_MIN, INT64_MAX)},
        {"single", "real", Spell::Single, {"0.1", "3.4028235e38"},
         [](Dice& dice) { return dice.real(99'999); }},
        {"free", "numeric", Spell::Number, {"0", "1e30"},
         [](Dice& dice) { return dice.decimal(20, 20); }},
        {"word", "text", Spell::Plain, {"''", "' '"},
         [](Dice& dice) { return dice.text(letters); }},
        {"short", "varchar(60)", Spell::Plain, {"''"},
         [](Dice& dice) { return dice.text(letters); }},
        {"raw", "bytea", Spell::Bytes, {"''"}, [](Dice& dice) { return dice.bytes(); }},
        {"ok", "boolean", Spell::Bool, {}, [](Dice& dice) { return dice.boolean(); }},
        {"at", "timestamp", Spell::Moment, {"'1000-01-01'", "'9999-12-31 23:59:59.999999'"},
         [](Dice& dice) { return "'" + dice.day() + " " + dice.clock() + "'"; }},
        {"moment", "timestamptz", Spell::Moment, {"'2024-10-27 02:30:00+02'"},
         [](Dice& dice) { return "'" + dice.day() + " " + dice.clock() + "-03:30'"; }},
        {"clock", "time", Spell::Time, {"'00:00'", "'23:59:59.999999'"},
         [](Dice& dice) { return "'" + dice.clock() + "'"; }},
        {"docb", "jsonb", Spell::Json, {"'{}'"}, [](Dice& dice) { return dice.json(); }},
        {"uid", "uuid", Spell::Uuid, {}, [](Dice& dice) { return dice.uuid(); }},
        {"list", "integer[]", Spell::Plain, {"'{}'", "'{1,NULL}'"},
         [](Dice& dice) { return fmt::format("'{{{},7}}'", dice.number(-99, 99)); }},
        {"span", "interval", Spell::Plain, {"'-1 year 2 days 03:04:05.6'"},
         [](Dice& dice) { return fmt::format("'{} days'", dice.number(-99, 99)); }},
        {"flags", "bit(8)", Spell::Bits, {"B'00000000'", "B'11111111'"},
         [](Dice& dice) { return fmt::format("B'{:08b}'", dice.number(0, 255)); }}};
    all.insert(all.end(), own.begin(), own.end());
    return all;
}

std::vector<Mapped> from_mysql() {
    std::vector<Mapped> all = common("DOUBLE", "DECIMAL(20,6)");
    const std::vector<Mapped> own{
        {"tiny", "TINYINT", Spell::Number, {"-128", "127"}, numbers(-128, 127)},
        {"byte", "TINYINT UNSIGNED", Spell::Number, {"0", "255"}, numbers(0, 255)},
        {"small", "SMALLINT UNSIGNED", Spell::Number, {"0", "65535"}, numbers(0, 65535)},
        {"medium", "MEDIUMINT", Spell::Number, {"-8388608"}, numbers(-8388608, 8388607)},
        {"middle", "INT UNSIGNED", Spell::Number, {"4294967295"}, numbers(0, 4294967295)},
        {"whole", "BIGINT UNSIGNED", Spell::Number, {"0", "18446744073709551615"},
         numbers(0, INT64_MAX)},
        {"single", "FLOAT", Spell::Single, {"0.1", "3.4028234e38"},
         [](Dice& dice) { return dice.real(99'999); }},
        {"word", "TEXT CHARACTER SET utf8mb4", Spell::Plain, {"''", "' '"},
         [](Dice& dice) { return dice.text(letters); }},
        {"old", "VARCHAR(60) CHARACTER SET latin1", Spell::Plain, {"''", "' '"},
         [](Dice& dice) { return dice.text({"a", "é", "ß", "€", " ", "\\", "'"}); }},
        {"raw", "VARBINARY(20)", Spell::Bytes, {"''"}, [](Dice& dice) { return dice.bytes(); }},
        {"ok", "TINYINT(1)", Spell::Bool, {"0", "1"}, [](Dice& dice) { return dice.boolean(); }},
        {"at", "DATETIME(6)", Spell::Moment, {"'1000-01-01'", "'9999-12-31 23:59:59.999999'"},
         [](Dice& dice) { return "'" + dice.day() + " " + dice.clock() + "'"; }},
        {"moment", "TIMESTAMP(6) NULL", Spell::Moment, {"'1970-01-02 00:00:00'"},
         [](Dice& dice) { return "'" + dice.day(1971, 2037) + " " + dice.clock() + "'"; }},
        {"clock", "TIME(6)", Spell::Time, {"'00:00:00'", "'23:59:59.999999'"},
         [](Dice& dice) { return "'" + dice.clock() + "'"; }},
        {"anno", "YEAR", Spell::Number, {"1901", "2155"}, numbers(1901, 2155)},
        {"mood", "ENUM('sad','so so','it''s')", Spell::Plain, {"'sad'", "'it''s'"},
         [](Dice&) { return "'so so'"; }},
        {"tags", "SET('a','b','c d')", Spell::Plain, {"''", "'a,c d'"},
         [](Dice&) { return "'a,b'"; }},
        {"flags", "BIT(8)", Spell::Bits, {"b'0'", "b'11111111'"},
         [](Dice& dice) { return fmt::format("b'{:08b}'", dice.number(0, 255)); }}};
    all.insert(all.end(), own.begin(), own.end());
    return all;
}

std::vector<Mapped> types_of(const std::string& engine) {
    return engine == "sqlite"     ? from_sqlite()
           : engine == "postgres" ? from_postgres()
                                  : from_mysql();
}

std::string rows_of(const Mapped& type, Dice& dice) {
    std::string sql = fmt::format("CREATE TABLE p_{} (id INTEGER PRIMARY KEY, v {});", type.name,
                                  type.type);
    int id = 0;
    std::vector<std::string> values = type.extremes;
    values.emplace_back("NULL");
    for (int i = 0; i < random_values; ++i) {
        values.push_back(type.random(dice));
    }
    for (const std::string& value : values) {
        sql += fmt::format("INSERT INTO p_{} VALUES ({}, {});", type.name, ++id, value);
    }
    return sql;
}

class CrossPropertyTest : public testing::TestWithParam<EnginePairName> {};

TEST_P(CrossPropertyTest, EveryTypeArrivesAndComesBack) {
    const auto& [source, target] = GetParam();
    DBSYNC_NEEDS_ENGINE(source);
    DBSYNC_NEEDS_ENGINE(target);
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Dice dice{source, seed};
    std::vector<SpelledTable> tables;
    std::string sql;
    for (const Mapped& type : types_of(source)) {
        tables.push_back({"p_" + type.name, {{"id", Spell::Number}, {"v", type.as}}});
        sql += rows_of(type, dice);
    }
    TempDir home;
    DbsyncBinary dbsync{home};
    const CrossEnds ends{source, target, home, tables};
    ends.must_run(End::Source, sql);
    const std::string sent = ends.dump(End::Source);
    dbsync.set("DBSYNC_SOURCE", ends.url(End::Source));
    dbsync.set("DBSYNC_TARGET", ends.url(End::Target));
    const ProcessResult moved = dbsync.run({"migrate", "--cutover", "--yes"});
    ASSERT_EQ(moved.exit_code, 0) << moved;
    EXPECT_EQ(first_difference(sent, ends.dump(End::Target)), "");
    if (source == "sqlite") {
        return;  // nothing moves to SQLite
    }

    const ProcessResult tidied = dbsync.run({"stop-capture"});
    ASSERT_EQ(tidied.exit_code, 0) << tidied;
    TempDir home_of_return;
    DbsyncBinary back{home_of_return};
    const CrossEnds again{target, source, home_of_return, tables};
    back.set("DBSYNC_SOURCE", ends.url(End::Target));
    back.set("DBSYNC_TARGET", again.url(End::Target));
    const ProcessResult returned = back.run({"migrate", "--cutover", "--yes", "--job", "back"});
    ASSERT_EQ(returned.exit_code, 0) << returned;
    EXPECT_EQ(first_difference(sent, again.dump(End::Target)), "");
}

INSTANTIATE_TEST_SUITE_P(Pairs,
                         CrossPropertyTest,
                         testing::ValuesIn(engine_pairs()),
                         engine_pair_name);

}  // namespace
}  // namespace dbsync::test
