// SPDX-License-Identifier: MIT
// The form in which SQLite's rows cross from one end to the other, and keys are noted and named.
// A row is its values one after the other; a value is a tag byte and what follows it:
//   0 NULL · 1 integer, 8 bytes · 2 real, its 8 bytes · 3 text, u32 length, bytes
//   4 blob, u32 length, bytes                                (numbers are little-endian)
// Values keep their storage class and every bit: equal rows give equal bytes, and 1 and 1.0, text
// and blob, NULL and '' differ. Which values make up a row follows from the form and the table:
//   Copy     the writable columns: the hidden rowid where it is the key, then all not generated
//   Change   the key | integer 1 or 0: whether the row exists | the writable columns, or NULLs
//   Compare  the key | every column
#pragma once

#include "engine/sqlite/database.hpp"
#include "row/row_block.hpp"
#include "row/table.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dbsync::sqlite {

enum class Tag : unsigned char { Null = 0, Integer = 1, Real = 2, Text = 3, Blob = 4 };

// A value as it stands in a row; `bytes` points into it.
struct WireValue {
    Tag tag = Tag::Null;
    std::int64_t integer = 0;
    double real = 0;
    std::string_view bytes = {};
};

void append_null(std::string& row);
void append_integer(std::string& row, std::int64_t value);
void append_real(std::string& row, double value);
void append_text(std::string& row, std::string_view value);
void append_blob(std::string& row, std::string_view value);

// Columns [first, first + count) of the statement's current row.
void append_columns(std::string& row, const Statement& statement, int first, int count);

// Takes a row apart. Throws Error{Internal} when the bytes are cut short or no row at all.
class WireReader {
  public:
    explicit WireReader(std::string_view bytes) noexcept : rest_{bytes} {}

    [[nodiscard]] bool done() const noexcept { return rest_.empty(); }
    [[nodiscard]] std::size_t left() const noexcept { return rest_.size(); }
    WireValue next();
    // The bytes of the next `count` values.
    std::string_view take(std::size_t count);

  private:
    std::string_view rest_;
};

// Parameters count from 1; the value's bytes must stay alive until reset().
void bind_value(Statement& statement, int index, const WireValue& value);
// Binds the next `count` values to the parameters from `first` on.
void bind_values(Statement& statement, int first, WireReader& values, std::size_t count);

// Column names in the order of the forms, the hidden rowid included where it belongs.
[[nodiscard]] std::vector<std::string> writable_columns(const Table& table);
[[nodiscard]] std::vector<std::string> compared_columns(const Table& table);

// A chunk's bound: the key's bytes in hex. parse_bound throws Error{Internal} for another text.
[[nodiscard]] std::string bound_text(std::string_view key);
[[nodiscard]] std::string parse_bound(std::string_view bound);

// Gathers rows into blocks and hands them on:  append to row(), [key_ends()], row_ends(); flush().
class BlockBuilder {
  public:
    BlockBuilder(RowSink& sink, RowForm form) : sink_{sink}, form_{form} {}

    [[nodiscard]] std::string& row() noexcept { return block_.bytes; }
    void key_ends();  // form Compare
    void row_ends();
    void flush();

  private:
    RowSink& sink_;
    RowForm form_;
    RowBlock block_;
    std::size_t row_begin_ = 0;
    std::size_t key_end_ = 0;
};

}  // namespace dbsync::sqlite
