// SPDX-License-Identifier: MIT
// Values arrive as they were, or the server's refusal is an error: also where LOAD DATA LOCAL only
// warns.
#include "engine/mysql/wire.hpp"
#include "engine/mysql/read_sql.hpp"
#include "engine/mysql/target_table.hpp"
#include "target_fixture.hpp"

namespace dbsync::mysql {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class TargetValuesTest : public TargetFixture {
  protected:
    // What a reader of the source would hand on.
    std::vector<RowBlock> read(const std::string& name, RowForm form) {
        Connection connection{endpoint(), {.role = Role::Target}};
        const TargetTable found = look_up_target(connection, table(name));
        Gather rows;
        if (form == RowForm::Change) {
            read_rows_of_keys(connection, found.shape, "(SELECT id AS k1 FROM " + name + ")", form,
                              rows);
        } else {
            read_rows_of_chunk(connection, found.shape, Chunk{}, form, rows);
        }
        return std::move(rows.blocks);
    }
    std::string bytes(const std::string& name, RowForm form) {
        std::string all;
        for (const RowBlock& each : read(name, form)) {
            all += each.bytes;
        }
        return all;
    }

    // Moves the rows of `from` into `into`, by a copy and by a stage, and compares each time.
    void expect_round_trip(const std::string& from, const std::string& into) {
        const std::string wanted = bytes(from, RowForm::Compare);
        copy(bytes(from, RowForm::Copy), into);
        EXPECT_EQ(bytes(into, RowForm::Compare), wanted);
        const std::vector<std::string> changes{bytes(from, RowForm::Change)};
        EXPECT_EQ(apply(changes, into).rows_written, 0U) << "all are equal";
        exec("DELETE FROM " + into);
        apply(changes, into);
        EXPECT_EQ(bytes(into, RowForm::Compare), wanted);
    }
};
INSTANTIATE_TEST_SUITE_P(Servers, TargetValuesTest, every_server, server_name);

TEST_P(TargetValuesTest, NumbersDatesAndTextsArriveAsTheyWere) {
    create(
        "CREATE TABLE a(id INT PRIMARY KEY, f FLOAT, d DOUBLE, n DECIMAL(65,30),"
        " u BIGINT UNSIGNED, dt DATETIME(6), ts TIMESTAMP(6) NULL, da DATE, ti TIME(6), y YEAR,"
        " s SET('a','b c','d'), c CHAR(5), v VARCHAR(300) CHARACTER SET latin1, l LONGTEXT,"
        " m VARCHAR(16000)); CREATE TABLE b LIKE a");
    exec(
        "SET sql_mode = 'ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO';"
        "INSERT INTO a VALUES"
        " (0, 16777217, 5e-324,"
        "  12345678901234567890123456789012345.123456789012345678901234567890,"
        "  18446744073709551615, '0000-00-00', '2038-01-19 03:14:07.999999', '2026-02-31',"
        "  '-838:59:59.000000', 1901, 'a,d', 'x  ', 'caf\xC3\xA9',"
        "  'tab\\t nl\\n bs\\\\ q\\' nul\\0',"
        "  REPEAT('\xF0\x9F\x90\xAC', 4000)),"
        " (1, 0.1, 1.7976931348623157e308, -0.000000000000000000000000000001, 0,"
        "  '9999-12-31 23:59:59.999999', NULL, '0000-00-00', '838:59:59', 0, '', '', '',"
        "  '\\\\N', ''),"
        " (-2147483648, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,"
        "  NULL, NULL)");
    expect_round_trip("a", "b");
}

TEST_P(TargetValuesTest, BytesArriveAsTheyWere) {
    create(
        "CREATE TABLE a(id VARBINARY(20) PRIMARY KEY, b BLOB, x BINARY(4), t BIT(10),"
        " g GEOMETRY, p POINT, v VARBINARY(5000), j JSON); CREATE TABLE b LIKE a");
    exec(
        "INSERT INTO a VALUES (X'00090a5c27ff', X'00090a5c27ff', X'01', b'1000000001',"
        " ST_GeomFromText('POINT(1 2)', 4326), ST_GeomFromText('POINT(3 4)'),"
        " REPEAT(X'00', 5000), '{\"a\": [1, \"\\\\n\"]}'),"
        " ('', '', '', 0, NULL, NULL, '', NULL)");
    expect_round_trip("a", "b");
}

TEST_P(TargetValuesTest, AnErrorValueOfAnEnumIsAValueToo) {
    create(
        "CREATE TABLE a(id INT PRIMARY KEY, e ENUM('x','y') NOT NULL, f ENUM('','z'));"
        "CREATE TABLE b LIKE a;"
        "CREATE TABLE k(id ENUM('x','y') PRIMARY KEY, v INT); CREATE TABLE l LIKE k");
    exec(
        "SET sql_mode = ''; INSERT INTO a VALUES (1, 'bad', ''), (2, 'x', NULL), (3, 0, 'z'),"
        " (4, 'y', 'bad');"
        "INSERT INTO k VALUES ('bad', 1), ('x', 2)");

    expect_round_trip("a", "b");
    expect_round_trip("k", "l");

    EXPECT_THAT(values("SELECT CONCAT_WS(':', id, e + 0, f + 0) FROM b ORDER BY id"),
                ElementsAre("1:0:1", "2:1", "3:0:2", "4:2:0"));
    EXPECT_EQ(kind_of([&] { copy("5\tbad\tz\n6\t\tz\n", "b"); }), ErrorKind::Unrepresentable);
    EXPECT_EQ(kind_of([&] { copy("5\t\t\\N\n\\N\tx\tz\n", "b"); }), ErrorKind::Unrepresentable);
}

TEST_P(TargetValuesTest, ManyErrorValuesAreMoreThanTheProtocolCounts) {
    create("CREATE TABLE t(id INT PRIMARY KEY, e ENUM('x') NOT NULL)");
    std::string lines;
    for (int i = 0; i < 140'000; ++i) {
        lines += std::to_string(i) + "\t" + std::string{enum_error_field} + "\n";
    }
    EXPECT_EQ(copy(lines), 140'000U);
    EXPECT_EQ(value("SELECT COUNT(*) FROM t WHERE e + 0 = 0"), "140000");
}

TEST_P(TargetValuesTest, WhatTheServerWouldBendIsRefused) {
    create("CREATE TABLE t(id INT PRIMARY KEY, n TINYINT NOT NULL, v VARCHAR(3), d DATE)");

    for (const char* line : {"1\t128\ta\t\\N\n", "1\tx\ta\t\\N\n", "1\t1\tabcd\t\\N\n",
                             "1\t\\N\ta\t\\N\n", "1\t1\ta\t2026-13-01\n", "1\t1\ta\tnever\n"}) {
        const Error copied = error_of([&] { copy(line); });
        EXPECT_EQ(copied.fields().table, "t");
        EXPECT_FALSE(copied.fields().native_text.empty()) << line;
        EXPECT_EQ(copied.kind() == ErrorKind::Conflict, false) << line;
        error_of([&] { apply({std::string{"1\t1\t"} + line}); });
    }
    EXPECT_THAT(values("SELECT id FROM t"), IsEmpty());
}

TEST_P(TargetValuesTest, ACopyRefusesRowsThatAreThereAlready) {
    create("CREATE TABLE t(id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (2, 2)");

    EXPECT_EQ(kind_of([&] { copy("1\t1\n2\t9\n3\t3\n"); }), ErrorKind::Conflict);

    EXPECT_THAT(values("SELECT v FROM t"), ElementsAre("2"));
}

TEST_P(TargetValuesTest, ALaterRowOfAFuzzyCopyDisplacesOneWithItsUniqueValue) {
    create("CREATE TABLE t(id INT PRIMARY KEY, v INT UNIQUE); INSERT INTO t VALUES (1, 7)");

    EXPECT_EQ(copy("2\t7\n3\t8\n"), 2U);

    EXPECT_THAT(values("SELECT id FROM t ORDER BY id"), ElementsAre("2", "3"));
}

TEST_P(TargetValuesTest, ValuesAboveMaxAllowedPacketAreLoadedOrNamed) {
    set_global("max_allowed_packet", "1048576");
    create("CREATE TABLE t(id INT PRIMARY KEY, v LONGBLOB)");
    const std::string row = "\t" + std::string(5'000'000, 'A') + "\n";

    if (std::get<1>(GetParam())) {
        EXPECT_EQ(copy("1" + row + "2" + row), 2U);
        EXPECT_EQ(apply({"3\t1\t3" + row + "1\t0\t\\N\t\\N\n"}).rows_written, 1U);
        EXPECT_THAT(values("SELECT CONCAT_WS(':', id, LENGTH(v)) FROM t"),
                    ElementsAre("2:2500000", "3:2500000"));
    } else {
        const Error error = error_of([&] { copy("1" + row); });
        EXPECT_EQ(error.kind(), ErrorKind::Unrepresentable);
        EXPECT_THAT(error.fields().hint, HasSubstr("max_allowed_packet to 50"));
    }
}

TEST_P(TargetValuesTest, ChecksThatOldRowsBreakDoNotStopThem) {
    if (!server().is_mariadb()) {
        GTEST_SKIP() << "MySQL cannot put its checks to sleep";
    }
    create("CREATE TABLE t(id INT PRIMARY KEY, v INT CHECK (v > 0))");

    EXPECT_EQ(copy("1\t-1\n"), 1U);
    apply({"2\t1\t2\t-2\n"});

    EXPECT_EQ(value("SELECT COUNT(*) FROM t"), "2");
}

}  // namespace
}  // namespace dbsync::mysql
