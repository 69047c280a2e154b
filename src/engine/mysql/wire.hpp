// SPDX-License-Identifier: MIT
// Rows between two servers of this engine: lines of fields as LOAD DATA reads them by default, in
// utf8mb4. Fields are separated by a tab, rows end with a newline, NULL is \N, and a backslash
// stands before what would mean something else (\\ \t \n \0 \'). The quote is escaped too, so that
// a field between two quotes is also a literal of an INSERT. Values of Wire::Hex are hexadecimal.
//
//   Copy     the writable columns
//   Change   the key | 1 or 0: whether the row exists | the writable columns (\N when it does not)
//   Compare  the key | every column
//
// The key of a table without one is the hexadecimal row hash.
#pragma once

#include "engine/mysql/catalog.hpp"
#include "engine/mysql/connection.hpp"
#include "row/row_block.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbsync::mysql {

// An ENUM's error value as a field: no member is called so, and what is no member becomes it.
// (Not a control character: many collations ignore these, and '' may be a member.)
inline constexpr std::string_view enum_error_field = "dbsync: no member";

void append_null(std::string& row);
// As a field without its separator.
void append_field(std::string& row, std::string_view value, Wire wire);

// The field's value again: nothing for \N. Hexadecimal fields stay hexadecimal.
[[nodiscard]] std::optional<std::string> field_value(std::string_view field);
// A field as it stands in a row, as an SQL literal: NULL, 'text', X'00ff' or a number in quotes.
[[nodiscard]] std::string field_literal(std::string_view field, Wire wire);
// The fields of a row or key (without the newline).
[[nodiscard]] std::vector<std::string_view> fields_of(std::string_view row);

// How a key's columns travel: the forms of the key columns, or Wire::Hex for a row hash.
[[nodiscard]] std::vector<Wire> key_wires(const TableShape& shape);
[[nodiscard]] std::vector<Wire> column_wires(const TableShape& shape,
                                             const std::vector<std::string>& columns);

// Gathers rows of a streamed query into blocks and hands them on. The query's columns are, in this
// order, those of the form above. Call flush() at the end.
class BlockBuilder {
  public:
    BlockBuilder(std::vector<Wire> wires, std::size_t key_fields, RowForm form, RowSink& sink);
    void add(const RowView& row);
    void flush();

  private:
    std::vector<Wire> wires_;
    std::size_t key_fields_;
    RowForm form_;
    RowSink& sink_;
    RowBlock block_;
};

}  // namespace dbsync::mysql
