// SPDX-License-Identifier: MIT
// The form in which values cross from one engine to another, and in which rows of two engines are
// compared: one spelling for each value. docs/formats/canonical-row.md is the specification.
//
// A canonical row is a line of fields as wire text: fields are separated by a tab, the row ends
// with a newline, NULL is \N, and a backslash stands before what would mean something else
// (\\ \t \n \0). In front of the columns stand the key's fields, as RowForm says.
#pragma once

#include "row/row_block.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dbsync {

// What a value is, whatever the server calls its type. Which kind a column's values have is
// decided by the target's column; both ends must be able to spell their values in it.
enum class Kind {
    Bool,      // 0 or 1
    Int,       // decimal digits, a minus sign, no leading zeros: -5
    Decimal,   // as Int, with a fraction without trailing zeros: 0.5, -12.25, 7
    Float32,   // the shortest digits that give the same float: 0.1, 1e+20, -0
    Float64,   // the same for a double; inf, -inf and nan where the server has them
    Text,      // UTF-8
    Bytes,     // two upper-case hexadecimal digits a byte
    Date,      // YYYY-MM-DD; more digits and a leading minus for years beyond 0001–9999
    Time,      // HH:MM:SS, a fraction without trailing zeros; hours beyond 24 and a minus allowed
    DateTime,  // date, a space, time: no zone
    Instant,   // the same in UTC
    Json,      // normalised: sorted keys, last duplicate kept, numbers as Decimal, no spaces
    Uuid,      // 36 characters, lower case
    Bits,      // 0s and 1s, all of the column's
};

// "boolean", "integer", …: for messages and documents.
[[nodiscard]] const char* kind_name(Kind kind) noexcept;

// Puts a value that a server spelled in some way into the canonical spelling. Nothing if the text
// is no value of that kind.
[[nodiscard]] std::optional<std::string> canonical_int(std::string_view text);
[[nodiscard]] std::optional<std::string> canonical_decimal(std::string_view text);
[[nodiscard]] std::optional<std::string> canonical_float32(std::string_view text);
[[nodiscard]] std::optional<std::string> canonical_float64(std::string_view text);
[[nodiscard]] std::optional<std::string> canonical_date(std::string_view text);
[[nodiscard]] std::optional<std::string> canonical_time(std::string_view text);
// Separated by a space or a T; a Z or an offset (+02, +02:00) is refused.
[[nodiscard]] std::optional<std::string> canonical_datetime(std::string_view text);
// As before; a Z or an offset is taken into account, and without one the text is in UTC.
[[nodiscard]] std::optional<std::string> canonical_instant(std::string_view text);
[[nodiscard]] std::optional<std::string> canonical_json(std::string_view text);
[[nodiscard]] std::optional<std::string> canonical_uuid(std::string_view text);
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;
void append_hex(std::string& text, std::string_view bytes);
[[nodiscard]] std::string hex_of(std::string_view bytes);
[[nodiscard]] std::optional<std::string> bytes_of(std::string_view hex);

// Fields of a canonical row.
void append_canonical_null(std::string& row);
void append_canonical(std::string& row, std::string_view value);
[[nodiscard]] std::vector<std::string_view> canonical_fields(std::string_view row);
[[nodiscard]] std::optional<std::string> canonical_value(std::string_view field);

// 128 bits (XXH3) of a canonical row's columns in 32 hexadecimal digits: the key of tables without
// a key when they move across engines.
[[nodiscard]] std::string canonical_digest(std::string_view columns);

}  // namespace dbsync
