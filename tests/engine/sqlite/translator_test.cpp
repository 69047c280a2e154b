// SPDX-License-Identifier: MIT
// Every storage class in every declared type: what is read canonically, and what type a column gets
// by what it holds.
#include "engine/sqlite/translator.hpp"

#include "engine/sqlite/describe_schema.hpp"
#include "engine/sqlite/source.hpp"
#include "engine/sqlite/wire.hpp"
#include "support/sqlite_file.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace dbsync::sqlite {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string read(Kind kind, char storage, std::string_view text) {
    std::string out;
    const auto problem = read_value(kind, {.null = false, .storage = storage, .text = text}, out);
    return problem ? "no form: " + problem->reason : out;
}

TEST(SqliteTranslator, ReadsIntegers) {
    EXPECT_EQ(read(Kind::Int, 'i', "-9223372036854775808"), "-9223372036854775808");
    EXPECT_EQ(read(Kind::Bool, 'i', "1"), "1");
    EXPECT_EQ(read(Kind::Decimal, 'i', "5"), "5");
    EXPECT_EQ(read(Kind::Float64, 'i', "5"), "5");
    EXPECT_EQ(read(Kind::Text, 'i', "5"), "5");
    EXPECT_EQ(read(Kind::Json, 'i', "5"), "5");
    EXPECT_THAT(read(Kind::Bool, 'i', "2"), HasSubstr("no form"));
    EXPECT_THAT(read(Kind::Float64, 'i', "9007199254740993"), HasSubstr("more digits"));
    EXPECT_THAT(read(Kind::Date, 'i', "20260101"), HasSubstr("no form"));
    EXPECT_THAT(read(Kind::Bytes, 'i', "5"), HasSubstr("no form"));
}

TEST(SqliteTranslator, ReadsReals) {
    EXPECT_EQ(read(Kind::Float64, 'r', "0.1"), "0.1");
    EXPECT_EQ(read(Kind::Float64, 'r', "inf"), "inf");
    EXPECT_EQ(read(Kind::Decimal, 'r', "1e+20"), "100000000000000000000");
    EXPECT_EQ(read(Kind::Int, 'r', "3"), "3");
    EXPECT_EQ(read(Kind::Text, 'r', "3"), "3.0");
    EXPECT_THAT(read(Kind::Int, 'r', "3.5"), HasSubstr("no form"));
    EXPECT_THAT(read(Kind::Decimal, 'r', "inf"), HasSubstr("no form"));
    EXPECT_THAT(read(Kind::Float32, 'r', "0.30000000000000004"), HasSubstr("more digits"));
}

TEST(SqliteTranslator, ReadsTexts) {
    EXPECT_EQ(read(Kind::Text, 't', "ä\t"), "ä\t");
    EXPECT_EQ(read(Kind::Int, 't', "42"), "42");
    EXPECT_THAT(read(Kind::Int, 't', "about 42"), HasSubstr("a text that is no integer"));
    EXPECT_EQ(read(Kind::Bool, 't', "true"), "1");
    EXPECT_EQ(read(Kind::DateTime, 't', "2026-01-01T10:00:00.500"), "2026-01-01 10:00:00.5");
    EXPECT_EQ(read(Kind::DateTime, 't', "2026-01-01T10:00:00-01:30"), "2026-01-01 11:30:00");
    EXPECT_EQ(read(Kind::Instant, 't', "2026-01-01T10:00:00+02:00"), "2026-01-01 08:00:00");
    EXPECT_EQ(read(Kind::Date, 't', "2026-01-01 00:00:00"), "2026-01-01");
    EXPECT_THAT(read(Kind::Date, 't', "2026-02-30"), HasSubstr("no form"));
    EXPECT_EQ(read(Kind::Json, 't', "{\"b\" : 1, \"a\":2}"), "{\"a\":2,\"b\":1}");
    EXPECT_EQ(read(Kind::Uuid, 't', "00112233-4455-6677-8899-AABBCCDDEEFF"),
              "00112233-4455-6677-8899-aabbccddeeff");
    EXPECT_EQ(read(Kind::Bytes, 't', "a"), "61");
}

TEST(SqliteTranslator, ReadsBlobs) {
    EXPECT_EQ(read(Kind::Bytes, 'b', std::string_view{"\0\xff", 2}), "00FF");
    EXPECT_EQ(read(Kind::Uuid, 'b', "0123456789abcdef"), "30313233-3435-3637-3839-616263646566");
    for (const Kind kind : {Kind::Bool, Kind::Int, Kind::Decimal, Kind::Float64, Kind::Text,
                            Kind::Date, Kind::Json}) {
        EXPECT_THAT(read(kind, 'b', "1"), HasSubstr("a blob that is no")) << kind_name(kind);
    }
}

TEST(SqliteTranslator, TakesRowsApartAndKeysBack) {
    std::string row;
    append_integer(row, -7);
    append_real(row, 0.1);
    append_text(row, "a");
    append_blob(row, "b");
    append_null(row);
    const auto translator = make_translator();
    std::string_view rest = row;
    std::vector<WireValueView> values;
    translator->split(rest, 5, values);
    EXPECT_TRUE(rest.empty());
    EXPECT_EQ(values[0].text, "-7");
    EXPECT_EQ(values[1].text, "0.1");
    EXPECT_TRUE(values[4].null);
    EXPECT_EQ(translator->join_key(values), row);
    const std::string bound = translator->join_bound(values);
    translator->split_bound(bound, 5, values);
    EXPECT_EQ(values[2].text, "a");
    EXPECT_EQ(values[3].storage, 'b');
}

TEST(SqliteTranslator, WritesKeysAsTheColumnStoresThem) {
    const auto stored = [](const char* type, Kind kind, const char* canonical) {
        ColumnCrossing crossing{.column = {.name = "k", .type = type}, .kind = kind, .type = {}};
        std::string held;
        WireValueView value;
        EXPECT_FALSE(make_translator()->write(crossing, canonical, held, value));
        return std::string{value.storage} + ":" + std::string{value.text};
    };
    EXPECT_EQ(stored("INTEGER", Kind::Int, "5"), "i:5");
    EXPECT_EQ(stored("REAL", Kind::Float64, "0.5"), "r:0.5");
    EXPECT_EQ(stored("TEXT", Kind::Text, "5"), "t:5");
    EXPECT_EQ(stored("BLOB", Kind::Bytes, "61"), "b:a");
}

class DescribeTest : public ::testing::Test {
  protected:
    SchemaModel describe(const std::string& sql) {
        test::SqliteFile file{dir_.path() / "app.db"};
        file.exec(sql);
        SqliteSource source{Endpoint::parse(file.url(), "")};
        return source.describe_schema(source.inspect({}).tables);
    }
    static const ModelColumn& column(const SchemaModel& model, const std::string& name) {
        const auto& all = model.tables.at(0).columns;
        return *std::find_if(all.begin(), all.end(),
                             [&](const ModelColumn& each) { return each.name == name; });
    }
    static Kind kind(const SchemaModel& model, const std::string& name) {
        return column(model, name).type.kind;
    }

    test::TempDir dir_;
};

TEST_F(DescribeTest, GoesByDeclaredTypesWhereTheyHold) {
    const SchemaModel model = describe(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, b BOOLEAN NOT NULL DEFAULT 1, r REAL,"
        " d DECIMAL(10,2) DEFAULT '0.50', s VARCHAR(20) DEFAULT 'it''s', x BLOB, day DATE,"
        " at DATETIME DEFAULT CURRENT_TIMESTAMP, z TIMESTAMP, j JSON, u UUID);"
        "INSERT INTO t VALUES (1, 0, 1.5, 12.25, 'a', x'00', '2026-01-01', '2026-01-01 10:00:00',"
        " '2026-01-01T10:00:00Z', '{}', '00112233-4455-6677-8899-aabbccddeeff'),"
        " (2, 1, 2, 7, NULL, NULL, NULL, NULL, NULL, NULL, NULL)");
    EXPECT_TRUE(column(model, "id").auto_increment);
    EXPECT_EQ(kind(model, "id"), Kind::Int);
    EXPECT_EQ(kind(model, "b"), Kind::Bool);
    EXPECT_EQ(column(model, "b").default_value, "1");
    EXPECT_EQ(kind(model, "r"), Kind::Float64);
    EXPECT_EQ(kind(model, "d"), Kind::Decimal);
    EXPECT_EQ(column(model, "d").type.size, 10U);
    EXPECT_EQ(column(model, "d").default_value, "0.5");
    EXPECT_EQ(column(model, "s").default_value, "it's");
    EXPECT_EQ(kind(model, "x"), Kind::Bytes);
    EXPECT_EQ(kind(model, "day"), Kind::Date);
    EXPECT_EQ(kind(model, "at"), Kind::DateTime);
    EXPECT_EQ(kind(model, "z"), Kind::Instant);
    EXPECT_EQ(kind(model, "j"), Kind::Json);
    EXPECT_EQ(kind(model, "u"), Kind::Uuid);
    EXPECT_THAT(model.tables[0].key, ElementsAre("id"));
}

TEST_F(DescribeTest, WidensColumnsThatHoldOtherThings) {
    const SchemaModel model = describe(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, i INTEGER, b BOOLEAN, day DATE, j JSON, u UUID,"
        " d DECIMAL(4,1), n, mixed TEXT);"
        "INSERT INTO t VALUES (1, 1.5, 7, 'tomorrow', '{', 'none', 12345.5, 1, 'a'),"
        " (2, 3, 1, '2026-01-01', '{}', NULL, 1, 'b', x'00')");
    EXPECT_EQ(kind(model, "i"), Kind::Float64);
    EXPECT_EQ(kind(model, "b"), Kind::Int);
    EXPECT_EQ(kind(model, "day"), Kind::Text);
    EXPECT_THAT(column(model, "day").type.note, HasSubstr("declared DATE"));
    EXPECT_EQ(kind(model, "j"), Kind::Text);
    EXPECT_EQ(kind(model, "u"), Kind::Text);
    EXPECT_EQ(kind(model, "d"), Kind::Decimal);
    EXPECT_EQ(column(model, "d").type.size, 0U);
    EXPECT_EQ(kind(model, "n"), Kind::Text);
    EXPECT_EQ(kind(model, "mixed"), Kind::Bytes);
}

TEST_F(DescribeTest, CarriesKeysIndexesAndForeignKeysAndListsTheRest) {
    const SchemaModel model = describe(
        "CREATE TABLE a (id UUID PRIMARY KEY NOT NULL, name TEXT UNIQUE CHECK (name <> ''));"
        "CREATE TABLE b (id INTEGER PRIMARY KEY, other INT REFERENCES b (id), a_id UUID REFERENCES"
        " A ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED CHECK (length(a_id) > 5),"
        " last INT REFERENCES b NOT DEFERRABLE INITIALLY DEFERRED);"
        "CREATE INDEX b_a ON b (a_id DESC); CREATE INDEX b_part ON b (a_id) WHERE a_id > '';"
        "CREATE VIEW v AS SELECT 1;"
        "INSERT INTO a VALUES ('00112233-4455-6677-8899-AABBCCDDEEFF', 'x')");
    const ModelTable& a = model.tables.at(0);
    const ModelTable& b = model.tables.at(1);
    EXPECT_EQ(kind(model, "id"), Kind::Text);  // looked up as it is spelled
    EXPECT_THAT(a.key, ElementsAre("id"));
    EXPECT_TRUE(a.indexes.at(0).unique);
    ASSERT_EQ(b.foreign_keys.size(), 3U);
    EXPECT_EQ(b.foreign_keys.at(1).on_delete, "CASCADE");
    EXPECT_EQ(b.foreign_keys.at(1).parent.name, "a");
    EXPECT_THAT(b.foreign_keys.at(1).parent_columns, ElementsAre("id"));
    EXPECT_TRUE(b.foreign_keys.at(1).deferred);
    EXPECT_FALSE(b.foreign_keys.at(0).deferred);
    EXPECT_FALSE(b.foreign_keys.at(2).deferred);
    EXPECT_THAT(b.indexes.at(0).descending, ElementsAre(true));
    EXPECT_THAT(model.left_behind, Contains(HasSubstr("b_part")));
    EXPECT_THAT(model.left_behind, Contains("view v"));
    EXPECT_THAT(a.checks, ElementsAre("\"name\" <> ''"));
    EXPECT_THAT(model.left_behind, Contains("check constraint of b (length(a_id) > 5)"));
}

}  // namespace
}  // namespace dbsync::sqlite
