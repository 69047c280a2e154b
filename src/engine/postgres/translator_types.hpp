// SPDX-License-Identifier: MIT
// PostgreSQL's types as text, and what they are in common words.
#pragma once

#include "row/schema_model.hpp"

#include <string>
#include <string_view>

namespace dbsync::postgres {

// What the text form of a type's values looks like.
enum class Form : unsigned char {
    Bool,
    Int2,
    Int4,
    Int8,
    Oid,
    Numeric,
    Real,
    Double,
    Text,
    Char,  // padded with blanks
    Bytea,
    Date,
    Time,
    Timestamp,
    TimestampTz,
    Interval,
    Json,
    Jsonb,
    Uuid,
    Bit,
    VarBit,
    Other,  // taken as text: enums, domains, arrays, ranges, composites, extensions' types
};

// Of a type as format_type() spells it, without a search_path; other spellings are Other.
[[nodiscard]] Form form_of(std::string_view type) noexcept;

// Whether equal values have one spelling. Not so: 1 day and 24:00:00, 0 and -0, and whatever an
// extension, a composite or an array may take for equal.
[[nodiscard]] bool spells_equals_alike(Form form) noexcept;

// The numbers in parentheses: numeric(10,2) has 10 and 2; -1 where there are none.
struct Modifier {
    int first = -1;
    int second = -1;
};
[[nodiscard]] Modifier modifier_of(std::string_view type) noexcept;

// "int8" → "bigint", "VarChar(5)" → "character varying(5)": as format_type() would spell it.
[[nodiscard]] std::string type_spelling(std::string_view type);

[[nodiscard]] ModelType model_type(std::string_view type);
[[nodiscard]] std::string declaration(const ModelType& type);

}  // namespace dbsync::postgres
