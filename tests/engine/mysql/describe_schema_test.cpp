// SPDX-License-Identifier: MIT
// A schema in common words, as both kinds of server show it.
#include "engine/mysql/describe_schema.hpp"

#include "reader_fixture.hpp"

namespace dbsync::mysql {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Function = ModelColumn::DefaultFunction;

class DescribeSchemaTest : public ReaderFixture {
  protected:
    SchemaModel describe(const std::string& schema) {
        app_->exec("SET sql_mode = 'ALLOW_INVALID_DATES';" + schema);
        Connection connection{endpoint(), {.role = Role::Source}};
        std::vector<Table> found;
        for (const TableShape& shape : read_shapes(connection)) {
            found.push_back(shape.table);
            found.back().id = static_cast<std::int32_t>(found.size());
        }
        return describe_schema(connection, found);
    }
    static const ModelTable& table(const SchemaModel& model, const std::string& name) {
        for (const ModelTable& each : model.tables) {
            if (each.name.name == name) {
                return each;
            }
        }
        throw std::runtime_error{"no table " + name};
    }
    static const ModelColumn& column(const SchemaModel& model, const std::string& name) {
        for (const ModelColumn& each : model.tables.at(0).columns) {
            if (each.name == name) {
                return each;
            }
        }
        throw std::runtime_error{"no column " + name};
    }
};
INSTANTIATE_TEST_SUITE_P(Servers, DescribeSchemaTest, testing::Values("mariadb", "mysql"),
                         reader_server_name);

TEST_P(DescribeSchemaTest, ColumnsKeepTypesCommentsAndWhetherTheyCount) {
    const SchemaModel model = describe(
        "CREATE TABLE t(id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY COMMENT 'it''s\\\\ the key',"
        " b BOOLEAN NOT NULL, d DECIMAL(10,2), ts TIMESTAMP(3) NULL, s SET('a','b'),"
        " e ENUM('x','y') NOT NULL, j JSON, g POINT, v VARCHAR(20) COLLATE utf8mb4_bin UNIQUE,"
        " c VARCHAR(20) UNIQUE, x INT AS (d + 1) VIRTUAL) COMMENT = 'of ours'");

    const ModelTable& t = table(model, "t");
    EXPECT_EQ(t.comment, "of ours");
    EXPECT_THAT(t.key, ElementsAre("id"));
    const ModelColumn& id = column(model, "id");
    EXPECT_TRUE(id.auto_increment && id.not_null && id.type.is_unsigned);
    EXPECT_EQ(id.comment, "it's\\ the key");
    EXPECT_EQ(column(model, "b").type.kind, Kind::Bool);
    EXPECT_TRUE(column(model, "b").not_null);
    EXPECT_EQ(column(model, "d").type.scale, 2U);
    EXPECT_EQ(column(model, "ts").type.kind, Kind::Instant);
    EXPECT_THAT(column(model, "s").type.note, HasSubstr("members"));
    EXPECT_THAT(column(model, "e").type.members, ElementsAre("x", "y"));
    EXPECT_EQ(column(model, "j").type.kind, Kind::Json);
    EXPECT_THAT(column(model, "g").type.note, HasSubstr("WKB"));
    EXPECT_FALSE(column(model, "v").type.ignores_case);
    EXPECT_TRUE(column(model, "c").type.ignores_case);
    EXPECT_THAT(column(model, "c").type.note, HasSubstr("case"));
    EXPECT_EQ(column(model, "x").type.kind, Kind::Int);
    EXPECT_THAT(model.left_behind,
                ElementsAre("expression of generated column t.x (its values move into a plain "
                            "column)"));
}

TEST_P(DescribeSchemaTest, BooleansThatCountAreIntegers) {
    const SchemaModel model = describe("CREATE TABLE t(id TINYINT(1) AUTO_INCREMENT PRIMARY KEY)");
    EXPECT_EQ(column(model, "id").type.kind, Kind::Int);
}

TEST_P(DescribeSchemaTest, DefaultsAreLiteralsInCanonicalSpellingOrFunctions) {
    const SchemaModel model = describe(
        "CREATE TABLE t(i INT NOT NULL DEFAULT -5, n DECIMAL(10,2) DEFAULT 1.5,"
        " f FLOAT DEFAULT 0.1, d DOUBLE DEFAULT 1e20, b BOOLEAN DEFAULT TRUE,"
        " s VARCHAR(40) DEFAULT 'a''b\\\\c\\n',"
        " blank VARCHAR(9) DEFAULT '', word VARCHAR(40) DEFAULT 'current_timestamp()',"
        " none VARCHAR(9) DEFAULT NULL, nul VARCHAR(9) DEFAULT 'NULL',"
        " da DATE DEFAULT '2026-01-02',"
        " dt DATETIME(3) DEFAULT '2026-01-02 03:04:05.6', ti TIME DEFAULT '-01:00:00',"
        " bi BIT(10) DEFAULT b'101', vb VARBINARY(9) DEFAULT 'Ab', e ENUM('x','y') DEFAULT 'y',"
        " y YEAR DEFAULT 2026, now6 DATETIME(6) DEFAULT CURRENT_TIMESTAMP(6),"
        " ts TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,"
        " today DATE DEFAULT (CURRENT_DATE), u CHAR(36) DEFAULT (UUID()),"
        " zero DATETIME DEFAULT '0000-00-00 00:00:00', calc INT DEFAULT (1 + 1))");

    const auto value = [&](const char* name) {
        return column(model, name).default_value.value_or("(none)");
    };
    EXPECT_EQ(value("i"), "-5");
    EXPECT_EQ(value("n"), "1.5");
    EXPECT_EQ(value("f"), "0.1");
    EXPECT_EQ(value("d"), "1e+20");
    EXPECT_EQ(value("b"), "1");
    EXPECT_EQ(value("s"), "a'b\\c\n");
    EXPECT_EQ(value("blank"), "");
    EXPECT_EQ(value("word"), "current_timestamp()");
    EXPECT_EQ(value("none"), "(none)");
    EXPECT_EQ(value("nul"), "NULL");
    EXPECT_EQ(value("da"), "2026-01-02");
    EXPECT_EQ(value("dt"), "2026-01-02 03:04:05.6");
    EXPECT_EQ(value("ti"), "-01:00:00");
    EXPECT_EQ(value("bi"), "0000000101");
    EXPECT_EQ(value("vb"), "4162");
    EXPECT_EQ(value("e"), "y");
    EXPECT_EQ(value("y"), "2026");
    EXPECT_EQ(column(model, "now6").default_function, Function::CurrentTimestamp);
    EXPECT_EQ(column(model, "ts").default_function, Function::CurrentTimestamp);
    EXPECT_EQ(column(model, "today").default_function, Function::CurrentDate);
    EXPECT_EQ(column(model, "u").default_function, Function::RandomUuid);
    EXPECT_THAT(model.left_behind,
                ElementsAre("ON UPDATE CURRENT_TIMESTAMP of column t.ts",
                            HasSubstr("default of column t.zero ("),
                            HasSubstr("default of column t.calc (")));
}

TEST_P(DescribeSchemaTest, BytesOfADefaultAreExactOrLeftBehind) {
    const SchemaModel model =
        describe("CREATE TABLE t(v VARBINARY(9) DEFAULT X'41ff', q VARBINARY(9) DEFAULT '?')");
    if (server().is_mariadb()) {  // which shows the byte ff as a question mark
        EXPECT_FALSE(column(model, "v").default_value);
        EXPECT_EQ(model.left_behind.size(), 2U);
    } else {
        EXPECT_EQ(column(model, "v").default_value, "41FF");
        EXPECT_EQ(column(model, "q").default_value, "3F");
    }
}

TEST_P(DescribeSchemaTest, CharactersThatUnicodeLacksAreSaid) {
    const SchemaModel model = describe(
        "CREATE TABLE t(g VARCHAR(9) CHARACTER SET gbk, h VARCHAR(9) CHARACTER SET gbk);"
        "INSERT INTO t VALUES (_gbk X'A2A0', 'a'), (_gbk X'C4E3', _gbk X'C4E3'), (NULL, NULL)");
    EXPECT_EQ(column(model, "g").type.note,
              "1 values have characters that Unicode lacks: question marks take their place");
    EXPECT_EQ(column(model, "h").type.note, "");
}

TEST_P(DescribeSchemaTest, IndexesCarryOverUnlessTheyAreOverPartsOrWords) {
    const SchemaModel model = describe(
        "CREATE TABLE t(a INT NOT NULL, b VARCHAR(50), c TEXT, d POINT NOT NULL,"
        " UNIQUE u (a, b), KEY `by b` (b, a DESC), KEY part (c(10)), FULLTEXT words (c),"
        " SPATIAL KEY places (d))");

    const ModelTable& t = table(model, "t");
    EXPECT_THAT(t.key, IsEmpty());
    ASSERT_EQ(t.indexes.size(), 2U);
    EXPECT_EQ(t.indexes[0].name, "by b");
    EXPECT_THAT(t.indexes[0].columns, ElementsAre("b", "a"));
    EXPECT_THAT(t.indexes[0].descending, ElementsAre(false, true));
    EXPECT_FALSE(t.indexes[0].unique);
    EXPECT_TRUE(t.indexes[1].unique);
    EXPECT_THAT(model.left_behind,
                testing::UnorderedElementsAre("index part of t (over the first 10 characters of c)",
                                              "index words of t (FULLTEXT)",
                                              "index places of t (SPATIAL)"));
}

TEST_P(DescribeSchemaTest, ForeignKeysCarryOverWhereEveryRowHasAParentOfItsSpelling) {
    const SchemaModel model = describe(
        "CREATE TABLE p(id INT PRIMARY KEY, k VARCHAR(9) UNIQUE, n INT, KEY (n));"
        "INSERT INTO p VALUES (1, 'A', 1), (2, 'b', 2);"
        "CREATE TABLE a(p INT, CONSTRAINT fa FOREIGN KEY (p) REFERENCES p (id) ON DELETE CASCADE"
        " ON UPDATE SET NULL);"
        "CREATE TABLE b(p VARCHAR(9), CONSTRAINT fb FOREIGN KEY (p) REFERENCES p (k));"
        "CREATE TABLE c(p INT, CONSTRAINT fc FOREIGN KEY (p) REFERENCES p (id));"
        "INSERT INTO a VALUES (1), (NULL); INSERT INTO b VALUES ('a'), ('b');"
        "SET foreign_key_checks = 0; INSERT INTO c VALUES (1), (7), (8)");

    ASSERT_EQ(table(model, "a").foreign_keys.size(), 1U);
    const ModelForeignKey& key = table(model, "a").foreign_keys.front();
    EXPECT_EQ(key.name, "fa");
    EXPECT_EQ(key.parent.name, "p");
    EXPECT_THAT(key.parent_columns, ElementsAre("id"));
    EXPECT_EQ(key.on_delete, "CASCADE");
    EXPECT_EQ(key.on_update, "SET NULL");
    EXPECT_THAT(model.left_behind,
                ElementsAre("foreign key fb of b (1 rows refer to no parent of just their "
                            "spelling)",
                            "foreign key fc of c (2 rows refer to no parent of just their "
                            "spelling)"));
}

TEST_P(DescribeSchemaTest, ChecksOfNumbersAndDatesCarryOver) {
    const SchemaModel model = describe(
        "CREATE TABLE t(a INT, `b\"c` DATE, s VARCHAR(9), n DECIMAL(5,2), on_ BOOLEAN,"
        " CONSTRAINT c1 CHECK (a > 0 AND a <> 5), CONSTRAINT c2 CHECK (`b\"c` >= '2026-01-01'),"
        " CONSTRAINT c3 CHECK (n BETWEEN -1.5 AND 2.5 OR a IS NOT NULL),"
        " CONSTRAINT c4 CHECK (a IN (1, 2) OR NOT (a = 3)), CONSTRAINT x1 CHECK (s IN ('a', 'b')),"
        " CONSTRAINT x2 CHECK (a + 1 < n), CONSTRAINT x3 CHECK (on_ = 1))");

    const std::vector<std::string>& checks = table(model, "t").checks;
    ASSERT_EQ(checks.size(), 5U);
    EXPECT_THAT(checks[0], HasSubstr("\"a\" > 0"));
    EXPECT_THAT(checks[1], HasSubstr("\"b\"\"c\" >= '2026-01-01'"));
    EXPECT_THAT(checks[2], HasSubstr("\"n\" BETWEEN -1.5 AND 2.5"));
    EXPECT_THAT(checks[3], HasSubstr("\"a\" IN (1, 2)"));
    EXPECT_THAT(checks[4], HasSubstr("\"on_\" = TRUE"));
    EXPECT_EQ(model.left_behind.size(), 2U);
    EXPECT_THAT(model.left_behind, Each(HasSubstr("check constraint x")));
}

TEST_P(DescribeSchemaTest, WhatNoOtherServerTakesIsListed) {
    const SchemaModel model = describe(
        "CREATE TABLE t(id INT PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 2;"
        "CREATE VIEW v AS SELECT 1 AS one; CREATE PROCEDURE p() SELECT 1;"
        "CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1;"
        "CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW SET @x = 1;"
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1");

    EXPECT_THAT(model.left_behind,
                ElementsAre("partitions of t (its rows move into one table)", "event e",
                            "function f", "procedure p", "trigger r of t", "view v"));
}

TEST_P(DescribeSchemaTest, NothingOfDbsyncsOwnIsSeen) {
    capture("CREATE TABLE `a first`(id INT PRIMARY KEY, v VARCHAR(9) UNIQUE);"
            "CREATE TABLE t(id INT, v VARCHAR(9), UNIQUE a (v))");
    const SchemaModel model = describe("SELECT 1");
    ASSERT_EQ(model.tables.size(), 2U);
    for (const ModelTable& table : model.tables) {
        ASSERT_EQ(table.indexes.size(), 1U);
        EXPECT_THAT(table.indexes.front().columns, ElementsAre("v"));
    }
    EXPECT_THAT(model.left_behind, Not(Contains(HasSubstr("_dbsync_"))));
}

}  // namespace
}  // namespace dbsync::mysql
