// SPDX-License-Identifier: MIT
#include "engine/sqlite/wire.hpp"

#include "base/error.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace dbsync::sqlite {
namespace {

using test::TempDir;
using ::testing::ElementsAre;

class Blocks : public RowSink {
  public:
    void push(RowBlock block) override { all.push_back(std::move(block)); }
    std::vector<RowBlock> all;
};

Table table_of(std::vector<std::string> columns, std::vector<std::string> key) {
    Table table;
    table.name.name = "t";
    table.key = std::move(key);
    for (std::string& column : columns) {
        table.columns.push_back({.name = std::move(column), .type = {}});
    }
    return table;
}

// A value of one SQL expression, written to a table without types and read back.
std::string bytes_of(Database& db, const std::string& expression) {
    Statement select{db, "SELECT " + expression};
    EXPECT_TRUE(select.step());
    std::string row;
    append_columns(row, select, 0, 1);
    return row;
}

class Wire : public ::testing::Test {
  protected:
    TempDir dir_;
    Database db_{(dir_ / "a.db").string(), {.role = Role::Target, .create = true}};
};

class WireRoundTrip : public Wire, public ::testing::WithParamInterface<const char*> {};

TEST_P(WireRoundTrip, KeepsStorageClassAndEveryBit) {
    const std::string row = bytes_of(db_, GetParam());

    db_.run("CREATE TABLE t(a)");
    Statement insert{db_, "INSERT INTO t VALUES (?1)"};
    WireReader values{row};
    bind_values(insert, 1, values, 1);
    insert.run();

    EXPECT_TRUE(values.done());
    EXPECT_EQ(bytes_of(db_, "a FROM t"), row);
    EXPECT_EQ(db_.integer(std::string{"SELECT typeof(a) = typeof("} + GetParam() + ") FROM t"), 1);
}

INSTANTIATE_TEST_SUITE_P(
    Values, WireRoundTrip,
    ::testing::Values("NULL", "''", "x''", "0", "-1", "9223372036854775807",
                      "-9223372036854775807 - 1", "1.0", "-0.0", "0.1", "9e999", "-9e999",
                      "5e-324", "'text'", "CAST(x'610062' AS TEXT)", "CAST(x'ff80fe' AS TEXT)",
                      "'\xf0\x9f\x98\x80'", "x'00ff00'", "zeroblob(1000000)"));

TEST_F(Wire, TellsApartWhatSqlCallsEqual) {
    EXPECT_NE(bytes_of(db_, "1"), bytes_of(db_, "1.0"));
    EXPECT_NE(bytes_of(db_, "'a'"), bytes_of(db_, "x'61'"));
    EXPECT_NE(bytes_of(db_, "''"), bytes_of(db_, "x''"));
    EXPECT_NE(bytes_of(db_, "''"), bytes_of(db_, "NULL"));
    EXPECT_NE(bytes_of(db_, "0.0"), bytes_of(db_, "-0.0"));
}

TEST_F(Wire, RefusesBytesThatAreNoRow) {
    std::string row;
    append_text(row, "hello");
    const std::string cut = row.substr(0, row.size() - 1);

    EXPECT_THROW(WireReader{cut}.next(), Error);
    EXPECT_THROW(WireReader{"\x09"}.next(), Error);
    EXPECT_THROW(static_cast<void>(parse_bound("0g")), Error);
    EXPECT_THROW(static_cast<void>(parse_bound("0")), Error);
}

TEST(WireColumns, PutTheHiddenRowidFirstWhereItIsTheKey) {
    const Table keyed = table_of({"a", "b"}, {"b"});
    const Table unkeyed = table_of({"a", "b"}, {"rowid"});

    EXPECT_THAT(writable_columns(keyed), ElementsAre("a", "b"));
    EXPECT_THAT(compared_columns(keyed), ElementsAre("b", "a", "b"));
    EXPECT_THAT(writable_columns(unkeyed), ElementsAre("rowid", "a", "b"));
    EXPECT_THAT(compared_columns(unkeyed), ElementsAre("rowid", "a", "b"));
}

TEST(WireColumns, AreWrittenWithoutGeneratedOnesButComparedWithThem) {
    Table table = table_of({"a", "b"}, {"a"});
    table.columns[1].generated = true;

    EXPECT_THAT(writable_columns(table), ElementsAre("a"));
    EXPECT_THAT(compared_columns(table), ElementsAre("a", "a", "b"));
}

TEST(WireBlocks, SayWhereKeysAndRowsEnd) {
    Blocks blocks;
    BlockBuilder builder{blocks, RowForm::Compare};
    for (const std::int64_t id : {1, 2}) {
        append_integer(builder.row(), id);
        builder.key_ends();
        append_text(builder.row(), "value");
        builder.row_ends();
    }
    builder.flush();

    ASSERT_EQ(blocks.all.size(), 1U);
    std::string second;
    append_integer(second, 2);
    EXPECT_EQ(blocks.all[0].key(1), second);
    append_text(second, "value");
    EXPECT_EQ(blocks.all[0].row(1), second);
}

TEST(WireBlocks, GiveALargeRowABlockOfItsOwn) {
    Blocks blocks;
    BlockBuilder builder{blocks, RowForm::Compare};
    for (const std::size_t size : {std::size_t{10}, block_bytes_max * 2, std::size_t{10}}) {
        append_integer(builder.row(), 7);
        builder.key_ends();
        append_blob(builder.row(), std::string(size, 'x'));
        builder.row_ends();
    }
    builder.flush();

    ASSERT_EQ(blocks.all.size(), 3U);
    std::string key;
    append_integer(key, 7);
    for (const RowBlock& block : blocks.all) {
        ASSERT_EQ(block.rows, 1U);
        EXPECT_EQ(block.key(0), key);
        EXPECT_EQ(block.row(0), block.bytes);
    }
}

TEST(WireBounds, NameAnyKey) {
    std::string key;
    append_text(key, std::string_view{"a\0\xff", 3});
    append_real(key, -0.0);

    EXPECT_EQ(parse_bound(bound_text(key)), key);
}

}  // namespace
}  // namespace dbsync::sqlite
