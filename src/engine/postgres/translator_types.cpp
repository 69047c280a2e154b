// SPDX-License-Identifier: MIT
#include "engine/postgres/translator_types.hpp"

#include "engine/postgres/connection.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <utility>

namespace dbsync::postgres {

namespace {

constexpr std::uint32_t second_digits_max = 6;   // of time, timestamp and interval
constexpr std::uint32_t numeric_digits_max = 1'000;  // that a declaration may ask for
constexpr std::uint32_t varchar_max = 10'485'760;    // documentation of 15, section 8.3

// "timestamp(3) with time zone" → "timestamp", behind the parentheses " with time zone".
struct TypeParts {
    std::string_view name;
    std::string_view behind;
};

TypeParts parts_of(std::string_view type) noexcept {
    const auto open = type.find('(');
    if (open == std::string_view::npos) {
        return {type, {}};
    }
    const auto close = std::min(type.find(')', open), type.size() - 1);
    return {type.substr(0, open), type.substr(close + 1)};
}

Form form_of_time(std::string_view type, std::string_view name) noexcept {
    constexpr std::string_view with = " with time zone";
    constexpr std::string_view without = " without time zone";
    const bool is_with = type.ends_with(with);
    if (!is_with && !type.ends_with(without)) {
        return Form::Other;
    }
    name = name.substr(0, name.find(' '));
    if (name == "timestamp") {
        return is_with ? Form::TimestampTz : Form::Timestamp;
    }
    return name == "time" && !is_with ? Form::Time : Form::Other;
}

struct Alias {
    std::string_view name;
    std::string_view spelled;
    std::string_view behind = {};
};

// Documentation of 15, section 8, table 8.1.
constexpr std::array aliases{
    Alias{"bool", "boolean"},
    Alias{"int2", "smallint"},
    Alias{"smallserial", "smallint"},
    Alias{"int", "integer"},
    Alias{"int4", "integer"},
    Alias{"serial", "integer"},
    Alias{"int8", "bigint"},
    Alias{"bigserial", "bigint"},
    Alias{"decimal", "numeric"},
    Alias{"dec", "numeric"},
    Alias{"float4", "real"},
    Alias{"float8", "double precision"},
    Alias{"float", "double precision"},
    Alias{"varchar", "character varying"},
    Alias{"char varying", "character varying"},
    Alias{"char", "character"},
    Alias{"bpchar", "character"},
    Alias{"varbit", "bit varying"},
    Alias{"timestamptz", "timestamp", " with time zone"},
    Alias{"timestamp", "timestamp", " without time zone"},
    Alias{"timetz", "time", " with time zone"},
    Alias{"time", "time", " without time zone"},
};

ModelType sized(Kind kind, std::uint32_t size) {
    ModelType type;
    type.kind = kind;
    type.size = size;
    return type;
}

std::uint32_t or_none(int number) noexcept {
    return number < 0 ? 0 : static_cast<std::uint32_t>(number);
}

ModelType moment(Kind kind, const Modifier& modifier) {
    ModelType type;
    type.kind = kind;
    type.scale = modifier.first < 0 ? second_digits_max : or_none(modifier.first);
    return type;
}

ModelType numeric_type(const Modifier& modifier) {
    ModelType type = sized(Kind::Decimal, or_none(modifier.first));
    type.scale = or_none(modifier.second);
    return type;
}

ModelType text_type(std::string_view type, Form form, const Modifier& modifier) {
    ModelType text = sized(Kind::Text, 0);
    if (type.starts_with("character")) {
        text.size = or_none(modifier.first);
        text.fixed_length = form == Form::Char;
        if (form == Form::Char && text.size == 0) {
            text.size = 1;
        }
    }
    text.ignores_case = type.ends_with(".citext");
    return text;
}

// The next larger integer, as PostgreSQL has no unsigned ones.
std::string integer_declaration(const ModelType& type) {
    const std::uint32_t bytes = type.is_unsigned ? type.size + 1 : type.size;
    if (bytes > 8) {
        return "numeric(20,0)";
    }
    return bytes > 4 || bytes == 0 ? "bigint" : bytes > 2 ? "integer" : "smallint";
}

std::string decimal_declaration(const ModelType& type) {
    if (type.size == 0 || type.size > numeric_digits_max) {
        return "numeric";
    }
    return fmt::format("numeric({},{})", type.size, type.scale);
}

std::string moment_declaration(const char* name, const char* behind, std::uint32_t scale) {
    return scale >= second_digits_max ? fmt::format("{}{}", name, behind)
                                      : fmt::format("{}({}){}", name, scale, behind);
}

std::string text_declaration(const ModelType& type) {
    if (!type.members.empty() || type.size == 0 || type.size > varchar_max) {
        return "text";
    }
    return fmt::format("character varying({})", type.size);
}

}  // namespace

Form form_of(std::string_view type) noexcept {
    if (type.ends_with("[]") || type.empty()) {
        return Form::Other;
    }
    const auto [name, behind] = parts_of(type);
    switch (name.front()) {
        case 'b':
            return name == "bigint"        ? Form::Int8
                   : name == "boolean"     ? Form::Bool
                   : name == "bytea"       ? Form::Bytea
                   : name == "bit"         ? Form::Bit
                   : name == "bit varying" ? Form::VarBit
                                           : Form::Other;
        case 'c':
            return name == "character varying" ? Form::Text
                   : name == "character"       ? Form::Char
                                               : Form::Other;
        case 'd':
            return name == "date"               ? Form::Date
                   : name == "double precision" ? Form::Double
                                                : Form::Other;
        case 'i':
            return name == "integer"    ? Form::Int4
                   : name == "interval" ? Form::Interval
                                        : Form::Other;
        case 'j':
            return name == "jsonb" ? Form::Jsonb : name == "json" ? Form::Json : Form::Other;
        case 'n':
            return name == "numeric" ? Form::Numeric : name == "name" ? Form::Text : Form::Other;
        case 'o': return name == "oid" ? Form::Oid : Form::Other;
        case 'r': return name == "real" ? Form::Real : Form::Other;
        case 's': return name == "smallint" ? Form::Int2 : Form::Other;
        case 't': return name == "text" ? Form::Text : form_of_time(type, name);
        case 'u': return name == "uuid" ? Form::Uuid : Form::Other;
        default: return Form::Other;
    }
}

bool spells_equals_alike(Form form) noexcept {
    switch (form) {
        case Form::Bool:
        case Form::Int2:
        case Form::Int4:
        case Form::Int8:
        case Form::Oid:
        case Form::Numeric:
        case Form::Text:
        case Form::Char:
        case Form::Bytea:
        case Form::Date:
        case Form::Time:
        case Form::Timestamp:
        case Form::TimestampTz:
        case Form::Uuid:
        case Form::Bit:
        case Form::VarBit:
            return true;
        case Form::Real:
        case Form::Double:
        case Form::Interval:
        case Form::Json:
        case Form::Jsonb:
        case Form::Other:
            return false;
    }
    return false;
}

Modifier modifier_of(std::string_view type) noexcept {
    Modifier modifier;
    const auto open = type.find('(');
    if (open == std::string_view::npos) {
        return modifier;
    }
    const char* const end = type.data() + type.size();
    const auto first = std::from_chars(type.data() + open + 1, end, modifier.first);
    if (first.ec == std::errc{} && first.ptr != end && *first.ptr == ',') {
        const char* at = first.ptr + 1;
        at += at != end && *at == ' ' ? 1 : 0;
        std::from_chars(at, end, modifier.second);
    }
    return modifier;
}

std::string type_spelling(std::string_view type) {
    if (type.find('"') != std::string_view::npos) {
        return std::string{type};
    }
    std::string lower{type};
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const auto begin = lower.find_first_not_of(' ');
    lower = begin == std::string::npos ? std::string{} : lower.substr(begin);
    lower.erase(lower.find_last_not_of(' ') + 1);
    auto [name, behind] = parts_of(lower);
    while (name.ends_with(' ')) {
        name.remove_suffix(1);
    }
    for (const Alias& alias : aliases) {
        if (name == alias.name) {
            const auto open = lower.find('(');
            const std::string modifier =
                open == std::string::npos
                    ? std::string{}
                    : lower.substr(open, lower.size() - behind.size() - open);
            return std::string{alias.spelled} + modifier +
                   std::string{behind.empty() ? alias.behind : behind};
        }
    }
    return lower;
}

ModelType model_type(std::string_view type) {
    const Modifier modifier = modifier_of(type);
    const Form form = form_of(type);
    switch (form) {
        case Form::Bool: return sized(Kind::Bool, 0);
        case Form::Int2: return sized(Kind::Int, 2);
        case Form::Int4: return sized(Kind::Int, 4);
        case Form::Int8: return sized(Kind::Int, 8);
        case Form::Oid: {
            ModelType oid = sized(Kind::Int, 4);
            oid.is_unsigned = true;
            return oid;
        }
        case Form::Numeric: return numeric_type(modifier);
        case Form::Real: return sized(Kind::Float32, 0);
        case Form::Double: return sized(Kind::Float64, 0);
        case Form::Bytea: return sized(Kind::Bytes, 0);
        case Form::Date: return sized(Kind::Date, 0);
        case Form::Time:
        case Form::Interval: return moment(Kind::Time, modifier);
        case Form::Timestamp: return moment(Kind::DateTime, modifier);
        case Form::TimestampTz: return moment(Kind::Instant, modifier);
        case Form::Json:
        case Form::Jsonb: return sized(Kind::Json, 0);
        case Form::Uuid: return sized(Kind::Uuid, 0);
        case Form::Bit:
            return sized(Kind::Bits, std::max<std::uint32_t>(1, or_none(modifier.first)));
        case Form::Text:
        case Form::Char:
        case Form::VarBit:
        case Form::Other: return text_type(type, form, modifier);
    }
    return {};
}

std::string declaration(const ModelType& type) {
    switch (type.kind) {
        case Kind::Bool: return "boolean";
        case Kind::Int: return integer_declaration(type);
        case Kind::Decimal: return decimal_declaration(type);
        case Kind::Float32: return "real";
        case Kind::Float64: return "double precision";
        case Kind::Text: return text_declaration(type);
        case Kind::Bytes: return "bytea";
        case Kind::Date: return "date";
        case Kind::Time: return moment_declaration("time", " without time zone", type.scale);
        case Kind::DateTime:
            return moment_declaration("timestamp", " without time zone", type.scale);
        case Kind::Instant: return moment_declaration("timestamp", " with time zone", type.scale);
        case Kind::Json: return "jsonb";
        case Kind::Uuid: return "uuid";
        case Kind::Bits: return fmt::format("bit({})", std::max<std::uint32_t>(1, type.size));
    }
    return "text";
}

}  // namespace dbsync::postgres
