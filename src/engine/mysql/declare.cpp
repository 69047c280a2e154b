// SPDX-License-Identifier: MIT
#include "engine/mysql/declare.hpp"

#include "engine/mysql/quoting.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace dbsync::mysql {

namespace {

// MySQL 9.x "Numeric Type Attributes", "Fractional Seconds", "Bit-Value Type", "The ENUM Type",
// "The CHAR and VARCHAR Types" (65,535 bytes of four-byte characters).
constexpr std::uint32_t decimal_digits_max = 65;
constexpr std::uint32_t decimal_scale_max = 30;
constexpr std::uint32_t second_digits_max = 6;
constexpr std::uint32_t bits_max = 64;
constexpr std::size_t member_chars_max = 255;
constexpr std::size_t members_max = 65'535;
constexpr std::uint32_t varchar_max = 16'383;
constexpr std::uint32_t varbinary_max = 65'532;

std::string integer(const ModelType& type) {
    const char* const word = type.size == 1   ? "tinyint"
                             : type.size == 2 ? "smallint"
                             : type.size == 3 ? "mediumint"
                             : type.size == 4 ? "int"
                                              : "bigint";
    return std::string{word} + (type.is_unsigned ? " unsigned" : "");
}

std::string decimal(const ModelType& type) {
    const std::uint32_t digits = std::max(type.size, type.scale);
    if (type.size == 0 || digits > decimal_digits_max || type.scale > decimal_scale_max) {
        return fmt::format("decimal({},{})", decimal_digits_max, decimal_scale_max);
    }
    return fmt::format("decimal({},{})", digits, type.scale);
}

std::string with_fraction(const char* word, std::uint32_t digits) {
    return digits == 0 ? word
                       : fmt::format("{}({})", word, std::min(digits, second_digits_max));
}

// Both servers cut the blanks at a member's end.
bool can_be_enum(const ModelType& type) {
    const std::set<std::string> once{type.members.begin(), type.members.end()};
    return !type.members.empty() && !type.many_members && type.members.size() <= members_max &&
           once.size() == type.members.size() &&
           std::none_of(once.begin(), once.end(), [](const std::string& member) {
               return member.ends_with(' ') || member.size() > member_chars_max;
           });
}

std::string enumeration(const std::vector<std::string>& members) {
    std::string list;
    for (const std::string& member : members) {
        list += (list.empty() ? "" : ",") + quote_literal(member);
    }
    return "enum(" + list + ")";
}

std::string varchar(std::uint32_t size, bool in_key, std::uint32_t key_chars) {
    if (in_key) {
        return fmt::format("varchar({})", size == 0 ? key_chars : std::min(size, key_chars));
    }
    return size == 0 || size > varchar_max ? "longtext" : fmt::format("varchar({})", size);
}

std::string text(const ModelType& type, bool in_key, std::uint32_t key_chars) {
    return can_be_enum(type) ? enumeration(type.members)
                             : varchar(type.many_members ? 0 : type.size, in_key, key_chars);
}

std::string bytes(const ModelType& type, bool in_key, std::uint32_t key_chars) {
    const std::uint32_t key_bytes = key_chars * character_bytes;
    if (in_key) {
        return fmt::format("varbinary({})",
                           type.size == 0 ? key_bytes : std::min(type.size, key_bytes));
    }
    return type.size == 0 || type.size > varbinary_max ? "longblob"
                                                       : fmt::format("varbinary({})", type.size);
}

}  // namespace

std::string declare(const ModelType& type, bool in_key, std::uint32_t key_chars) {
    switch (type.kind) {
        case Kind::Bool: return "tinyint(1)";
        case Kind::Int: return integer(type);
        case Kind::Decimal: return decimal(type);
        case Kind::Float32: return "float";
        case Kind::Float64: return "double";
        case Kind::Text: return text(type, in_key, key_chars);
        case Kind::Bytes: return bytes(type, in_key, key_chars);
        case Kind::Date: return "date";
        case Kind::Time: return with_fraction("time", type.scale);
        case Kind::DateTime:
        case Kind::Instant: return with_fraction("datetime", type.scale);
        case Kind::Json: return in_key ? varchar(0, true, key_chars) : "json";
        case Kind::Uuid: return "char(36) CHARACTER SET ascii";
        case Kind::Bits:
            return type.size <= bits_max ? fmt::format("bit({})", std::max(1U, type.size))
                                         : varchar(type.size, in_key, key_chars);
    }
    return "longtext";
}

}  // namespace dbsync::mysql
