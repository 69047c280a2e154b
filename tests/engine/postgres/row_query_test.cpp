// SPDX-License-Identifier: MIT
#include "engine/postgres/row_query.hpp"

#include <gtest/gtest.h>

namespace dbsync::postgres {
namespace {

TEST(CopyTextTest, FieldsGoThereAndBack) {
    const std::vector<std::string> values{"", "plain", "a\tb", "line\nbreak", "back\\slash", "\\N",
                                          "\r\b\f\v", "ünï"};
    std::string line;
    for (const std::string& value : values) {
        line += (line.empty() && &value == &values.front() ? "" : "\t") + encode_field(value);
    }

    const auto fields = decode_fields(line + "\n");

    ASSERT_EQ(fields.size(), values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        EXPECT_EQ(fields[i], values[i]);
    }
}

TEST(CopyTextTest, NullIsNotText) {
    EXPECT_EQ(decode_fields("\\N\ta")[0], std::nullopt);
    EXPECT_EQ(decode_fields("\\\\N")[0], "\\N");
}

void add_key_column(Table& table, const std::string& name, const std::string& type) {
    Column column;
    column.name = name;
    column.type = type;
    table.columns.push_back(column);
    table.key.push_back(name);
}

Table keyed(const std::string& type, const std::string& second_type = "") {
    Table table;
    add_key_column(table, "a", type);
    if (!second_type.empty()) {
        add_key_column(table, "b", second_type);
    }
    return table;
}

TableShape shape_of(std::vector<std::string> operator_schemas) {
    TableShape shape;
    shape.operator_schemas = std::move(operator_schemas);
    return shape;
}

std::size_t compare_bounds(const Table& table) {
    return bound_columns(table, shape_of({"pg_catalog", "pg_catalog"}), RowForm::Compare);
}

TEST(BoundColumnsTest, CompareIsBoundOnlyByTypesThatEveryServerOrdersAlike) {
    EXPECT_EQ(compare_bounds(keyed("integer")), 1U);
    EXPECT_EQ(compare_bounds(keyed("numeric(10,2)", "timestamp(3) with time zone")), 2U);
    EXPECT_EQ(compare_bounds(keyed("integer", "text")), 1U);
    EXPECT_EQ(compare_bounds(keyed("text", "integer")), 0U);
    EXPECT_EQ(compare_bounds(keyed("public.integer")), 0U);
    EXPECT_EQ(compare_bounds(keyed("integer[]")), 0U);
}

TEST(BoundColumnsTest, CopyIsBoundByTheWholeKeyOfOneOperatorSchema) {
    const TableShape plain = shape_of({"pg_catalog", "pg_catalog"});
    const TableShape mixed = shape_of({"public", "pg_catalog"});

    EXPECT_EQ(bound_columns(keyed("text", "integer"), plain, RowForm::Copy), 2U);
    EXPECT_EQ(bound_columns(keyed("public.citext", "integer"), mixed, RowForm::Copy), 1U);
}

}  // namespace
}  // namespace dbsync::postgres
