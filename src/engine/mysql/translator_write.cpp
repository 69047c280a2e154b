// SPDX-License-Identifier: MIT
// From canonical spelling to fields of wire.hpp. What the server would round, cut, pad or sort
// otherwise is refused: in a strict session most of it is an error, and some of it is not.
#include "engine/mysql/translator_types.hpp"
#include "engine/mysql/translator_values.hpp"
#include "engine/mysql/write_json.hpp"
#include "engine/mysql/write_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <fmt/format.h>
#include <limits>

namespace dbsync::mysql {

namespace {

using MaybeNoForm = std::optional<NoForm>;

constexpr std::size_t fraction_digits_max = 6;
// MySQL 9.x "The TIME Type", "The DATE, DATETIME, and TIMESTAMP Types".
constexpr std::string_view time_max = "838:59:59";
constexpr std::string_view timestamp_min = "1970-01-01 00:00:01";
constexpr std::string_view timestamp_max = "2038-01-19 03:14:07.999999";
constexpr std::string_view midnight = " 00:00:00";

std::size_t size_or(int number, std::size_t otherwise) noexcept {
    return number < 0 ? otherwise : static_cast<std::size_t>(number);
}

// A number of whatever kind, without an exponent.
std::optional<std::string> digits_of(Kind kind, std::string_view canonical) {
    if (kind == Kind::Int || kind == Kind::Bool) {
        return std::string{canonical};
    }
    const bool is_number = !canonical.empty() && canonical.back() >= '0' && canonical.back() <= '9';
    return kind == Kind::Decimal && is_number ? std::string{canonical}
                                              : canonical_decimal(canonical);
}

unsigned bits_of(Form form) noexcept {
    return form == Form::TinyInt     ? 8
           : form == Form::SmallInt  ? 16
           : form == Form::MediumInt ? 24
           : form == Form::Int       ? 32
                                     : 64;
}

bool in_range(const DeclaredType& type, std::string_view digits) noexcept {
    const bool negative = digits.starts_with('-');
    digits.remove_prefix(negative ? 1 : 0);
    std::uint64_t number = 0;
    const char* const end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, number);
    if (parsed.ec != std::errc{} || parsed.ptr != end) {
        return false;
    }
    const unsigned bits = bits_of(type.form);
    if (type.is_unsigned) {
        return (!negative || number == 0) && (bits == 64 || number >> bits == 0);
    }
    const std::uint64_t half = std::uint64_t{1} << (bits - 1);
    return negative ? number <= half : number < half;
}

MaybeNoForm write_int(const ColumnCrossing& crossing, const DeclaredType& type,
                      std::string_view canonical, std::string& out) {
    const auto digits = digits_of(crossing.kind, canonical);
    if (!digits || digits->find('.') != std::string::npos) {
        return NoForm{shown(canonical) + " is no whole number"};
    }
    if (crossing.kind == Kind::Bool && *digits != "0" && *digits != "1") {
        return NoForm{shown(canonical) + " is neither 0 nor 1"};
    }
    if (!in_range(type, *digits)) {
        return NoForm{shown(canonical) + " is out of the range of " + crossing.column.type};
    }
    out += *digits;
    return std::nullopt;
}

MaybeNoForm write_year(const ColumnCrossing& crossing, std::string_view canonical,
                       std::string& out) {
    constexpr int year_min = 1901;
    constexpr int year_max = 2155;
    const auto digits = digits_of(crossing.kind, canonical);
    int year = -1;
    if (digits) {
        const char* const end = digits->data() + digits->size();
        year = std::from_chars(digits->data(), end, year).ptr == end ? year : -1;
    }
    if (year != 0 && (year < year_min || year > year_max)) {
        return NoForm{shown(canonical) + " is no year that YEAR holds (0, 1901 to 2155)"};
    }
    out += fmt::format("{:04}", year);
    return std::nullopt;
}

struct Digits {
    std::size_t whole = 0;
    std::size_t fraction = 0;
};

Digits count_digits(std::string_view number) noexcept {
    const auto dot = std::min(number.find('.'), number.size());
    Digits digits{.whole = dot, .fraction = number.size() - std::min(dot + 1, number.size())};
    const std::size_t sign = number.starts_with('-') ? 1 : 0;
    digits.whole -= sign;
    digits.whole -= number.substr(sign, digits.whole) == "0" ? 1U : 0U;
    return digits;
}

MaybeNoForm require_digits(std::string_view number, std::size_t whole_max,
                           std::size_t fraction_max) {
    const Digits digits = count_digits(number);
    if (digits.whole > whole_max) {
        return NoForm{fmt::format("{} has more than {} digits before the point", shown(number),
                                  whole_max)};
    }
    if (digits.fraction > fraction_max) {
        return NoForm{fmt::format("{} has more than {} digits behind the point", shown(number),
                                  fraction_max)};
    }
    return std::nullopt;
}

// With as many digits behind the point as the column keeps.
MaybeNoForm write_decimal(const ColumnCrossing& crossing, const DeclaredType& type,
                          std::string_view canonical, std::string& out) {
    constexpr std::size_t precision_default = 10;
    const auto number = digits_of(crossing.kind, canonical);
    if (!number) {
        return NoForm{shown(canonical) + " is no decimal number"};
    }
    const std::size_t scale = size_or(type.second, 0);
    const std::size_t precision = std::max(size_or(type.first, precision_default), scale);
    if (auto problem = require_digits(*number, precision - scale, scale)) {
        return problem;
    }
    if (type.is_unsigned && number->starts_with('-')) {
        return NoForm{shown(canonical) + " is negative, and the column is unsigned"};
    }
    const std::size_t fraction = count_digits(*number).fraction;
    out += *number;
    if (scale > 0) {
        out += fraction == 0 ? "." : "";
        out.append(scale - fraction, '0');
    }
    return std::nullopt;
}

template <typename Number>
std::optional<Number> number_of(std::string_view text) noexcept {
    Number number = 0;
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    return parsed.ec == std::errc{} && parsed.ptr == end ? std::optional{number} : std::nullopt;
}

// FLOAT(7,2) and the like round to so many digits.
MaybeNoForm require_places(const DeclaredType& type, std::string_view canonical) {
    if (type.second < 0) {
        return std::nullopt;
    }
    const std::size_t scale = size_or(type.second, 0);
    return require_digits(canonical_decimal(canonical).value_or(std::string{canonical}),
                          size_or(type.first, scale) - scale, scale);
}

// A FLOAT travels as the DOUBLE it is: its own shortest digits may be above the largest FLOAT
// (3.4028235e38 is refused by MariaDB 10.11 and MySQL 9.7).
template <typename Number>
MaybeNoForm write_float(const DeclaredType& type, std::string_view canonical, std::string& out) {
    if (canonical == "nan" || canonical == "inf" || canonical == "-inf") {
        return NoForm{std::string{canonical} + " is no number that MySQL and MariaDB hold"};
    }
    if (canonical == "-0") {
        return NoForm{"negative zero, which MariaDB does not keep"};
    }
    const auto number = number_of<Number>(canonical);
    if (!number) {
        return NoForm{shown(canonical) + " is out of the range of floats"};
    }
    if (type.is_unsigned && *number < 0) {
        return NoForm{shown(canonical) + " is negative, and the column is unsigned"};
    }
    if (auto problem = require_places(type, canonical)) {
        return problem;
    }
    std::array<char, 32> buffer{};
    const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(),
                                       static_cast<double>(*number));
    out.append(buffer.data(), written.ptr);
    return std::nullopt;
}

MaybeNoForm write_real(const ColumnCrossing& crossing, const DeclaredType& type,
                       std::string_view canonical, std::string& out) {
    return type.form == Form::Float && crossing.kind != Kind::Float64
               ? write_float<float>(type, canonical, out)
               : write_float<double>(type, canonical, out);
}

std::size_t bytes_max(const DeclaredType& type) noexcept {
    constexpr std::size_t one = 1;
    return type.form == Form::Binary ? size_or(type.first, 1)
           : type.is("tinyblob")     ? (one << 8U) - 1
           : type.is("blob")         ? (one << 16U) - 1
           : type.is("mediumblob")   ? (one << 24U) - 1
                                     : (one << 32U) - 1;
}

MaybeNoForm write_bytes(const ColumnCrossing& crossing, const DeclaredType& type,
                        std::string_view canonical, std::string& out) {
    std::string hex{canonical};
    if (crossing.kind == Kind::Uuid) {
        std::erase(hex, '-');
        std::transform(hex.begin(), hex.end(), hex.begin(), [](char c) {
            return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
        });
    } else if (crossing.kind != Kind::Bytes) {
        hex = hex_of(canonical);
    }
    const std::size_t size = hex.size() / 2;
    const std::size_t most = bytes_max(type);
    if (size > most) {
        return NoForm{fmt::format("{} bytes, where {} takes {}", size, crossing.column.type, most)};
    }
    if (type.is("binary") && size < most) {
        return NoForm{fmt::format("{} bytes, which {} would fill up with zeros", size,
                                  crossing.column.type)};
    }
    out += hex;
    return std::nullopt;
}

// Whole bytes, the last bit of the number last.
MaybeNoForm write_bits(const ColumnCrossing& crossing, const DeclaredType& type,
                       std::string_view canonical, std::string& out) {
    const std::size_t size = size_or(type.first, 1);
    std::uint64_t number = 0;
    const bool as_number = crossing.kind == Kind::Int || crossing.kind == Kind::Bool ||
                           crossing.kind == Kind::Decimal;
    const char* const end = canonical.data() + canonical.size();
    const auto parsed = std::from_chars(canonical.data(), end, number, as_number ? 10 : 2);
    if (parsed.ec != std::errc{} || parsed.ptr != end ||
        (as_number && size < 64 && number >> size != 0)) {
        return NoForm{shown(canonical) + " is no value of " + crossing.column.type};
    }
    if (!as_number && canonical.size() != size) {
        return NoForm{fmt::format("{} bits, where {} takes {}", canonical.size(),
                                  crossing.column.type, size)};
    }
    const std::size_t digits = (size + 7) / 8 * 2;
    out += fmt::format("{:0{}X}", number, digits);
    return std::nullopt;
}

MaybeNoForm require_years(std::string_view canonical) {
    const bool four = canonical.size() >= 10 && canonical[4] == '-' && canonical.front() != '-';
    if (!four || canonical.starts_with("0000")) {
        return NoForm{shown(canonical) + " is not within the years 0001 to 9999"};
    }
    return std::nullopt;
}

// Appends a time with as many digits of the second's fraction as the column keeps.
MaybeNoForm put_fraction(std::string_view canonical, const ColumnCrossing& crossing,
                         const DeclaredType& type, std::string& out) {
    const auto dot = std::min(canonical.rfind('.'), canonical.size());
    const std::size_t digits = canonical.size() - std::min(dot + 1, canonical.size());
    const std::size_t most = std::min(size_or(type.first, 0), fraction_digits_max);
    if (digits > most) {
        return NoForm{fmt::format("{} has {} digits of a second, where {} keeps {}",
                                  shown(canonical), digits, crossing.column.type, most)};
    }
    out += canonical;
    if (most > 0) {
        out += digits == 0 ? "." : "";
        out.append(most - digits, '0');
    }
    return std::nullopt;
}

MaybeNoForm write_date(std::string_view canonical, std::string& out) {
    if (canonical.ends_with(midnight)) {
        canonical.remove_suffix(midnight.size());
    }
    if (canonical.find_first_not_of("-0123456789") != std::string_view::npos) {
        return NoForm{shown(canonical) + " is not a date without a time"};
    }
    if (auto problem = require_years(canonical)) {
        return problem;
    }
    out += canonical;
    return std::nullopt;
}

MaybeNoForm write_moment(const ColumnCrossing& crossing, const DeclaredType& type,
                         std::string_view canonical, std::string& out) {
    std::string whole{canonical};
    if (whole.find(' ') == std::string::npos) {
        whole += midnight;
    }
    if (auto problem = require_years(whole)) {
        return problem;
    }
    if (type.form == Form::Timestamp && (whole < timestamp_min || whole > timestamp_max)) {
        return NoForm{shown(canonical) + " is beyond what TIMESTAMP holds (1970 to 2038)"};
    }
    return put_fraction(whole, crossing, type, out);
}

MaybeNoForm write_time(const ColumnCrossing& crossing, const DeclaredType& type,
                       std::string_view canonical, std::string& out) {
    std::string_view size = canonical.substr(canonical.starts_with('-') ? 1 : 0);
    const auto colon = size.find(':');
    if (colon == std::string_view::npos || colon < 2) {
        return NoForm{shown(canonical) + " is no time"};
    }
    if (colon > 3 || (colon == 3 && size > time_max)) {
        return NoForm{shown(canonical) + " is beyond what TIME holds (838:59:59)"};
    }
    return put_fraction(canonical, crossing, type, out);
}

// The server would write it in lower case.
MaybeNoForm write_uuid(std::string_view canonical, std::string& out) {
    if (canonical_uuid(canonical) != std::string{canonical}) {
        return NoForm{shown(canonical) + " is no UUID in lower case"};
    }
    out += canonical;
    return std::nullopt;
}

}  // namespace

std::optional<NoForm> write_value(const ColumnCrossing& crossing,
                                  std::string_view canonical,
                                  std::string& out) {
    const DeclaredType type = declared_type(crossing.column.type);
    switch (type.form) {
        case Form::TinyInt:
        case Form::SmallInt:
        case Form::MediumInt:
        case Form::Int:
        case Form::BigInt: return write_int(crossing, type, canonical, out);
        case Form::Year: return write_year(crossing, canonical, out);
        case Form::Decimal: return write_decimal(crossing, type, canonical, out);
        case Form::Float:
        case Form::Double: return write_real(crossing, type, canonical, out);
        case Form::Bit: return write_bits(crossing, type, canonical, out);
        case Form::Binary:
        case Form::Blob:
        case Form::Spatial: return write_bytes(crossing, type, canonical, out);
        case Form::Date: return write_date(canonical, out);
        case Form::DateTime:
        case Form::Timestamp: return write_moment(crossing, type, canonical, out);
        case Form::Time: return write_time(crossing, type, canonical, out);
        case Form::Json: return write_json(canonical, out);
        case Form::Uuid: return write_uuid(canonical, out);
        case Form::Char:
        case Form::Text:
        case Form::Enum:
        case Form::Set:
        case Form::Other: return write_text(crossing, type, canonical, out);
    }
    return NoForm{"a value of an unknown type"};
}

}  // namespace dbsync::mysql
