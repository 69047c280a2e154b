// SPDX-License-Identifier: MIT
// The servers' types as text, and what they are in common words.
#pragma once

#include "row/schema_model.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dbsync::mysql {

// What the fields of a type's values look like (see wire.hpp).
enum class Form : unsigned char {
    TinyInt,
    SmallInt,
    MediumInt,
    Int,
    BigInt,
    Year,
    Decimal,
    Float,   // as the DOUBLE it is
    Double,
    Bit,     // hexadecimal, whole bytes
    Char,    // char, varchar
    Text,    // tinytext, text, mediumtext, longtext
    Enum,
    Set,
    Json,    // MySQL's; MariaDB's is longtext with a check
    Binary,  // hexadecimal: binary, varbinary
    Blob,    // hexadecimal: the blobs, and vectors
    Spatial, // hexadecimal: SRID and WKB
    Date,
    Time,
    DateTime,
    Timestamp,  // in UTC
    Uuid,    // MariaDB's
    Other,   // taken as text: inet4, inet6 and what is not known
};

// A declaration taken apart: "decimal(10,2) unsigned" has the word "decimal", 10 and 2.
struct DeclaredType {
    Form form = Form::Other;
    std::string_view word = {};  // as it is spelled, without what follows
    int first = -1;              // the numbers in parentheses; -1 where there are none
    int second = -1;
    bool is_unsigned = false;

    // Of the value: "varbinary", but not "binary" of a character set.
    [[nodiscard]] bool is(std::string_view lower_case) const noexcept;
};

// Of a type as information_schema spells it, or an operator: in any case, with the names that stand
// for others (MySQL 9.x "Using Data Types from Other Database Engines").
[[nodiscard]] DeclaredType declared_type(std::string_view type) noexcept;

// Whether fields of the form are hexadecimal digits.
[[nodiscard]] bool is_hex(Form form) noexcept;

// Of an ENUM or SET, in order.
[[nodiscard]] std::vector<std::string> members_of(std::string_view type);

// tinyint(1), as both servers' own BOOLEAN is.
[[nodiscard]] bool is_boolean(const DeclaredType& type) noexcept;

// MariaDB's uuid is Text here: its values have an order of their own, that no other server has.
[[nodiscard]] ModelType model_type(std::string_view type);

// The name as both servers keep it: at most 64 characters of the Basic Multilingual Plane, without
// blanks at its end (MySQL 9.x "Schema Object Names").
[[nodiscard]] std::string shortened_name(const std::string& name);
// One database has no schemas: those other than PostgreSQL's public go in front of the name.
[[nodiscard]] TableName target_name(const TableName& name);

}  // namespace dbsync::mysql
