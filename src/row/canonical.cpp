// SPDX-License-Identifier: MIT
#include "row/canonical.hpp"

#include "base/long_bytes.hpp"
#include "row/digits.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace dbsync {

namespace {

constexpr char upper_digits[] = "0123456789ABCDEF";

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Digits with a decimal point at `point` (from the front), which may lie outside of them.
std::string placed_point(bool negative, const std::string& digits, std::int64_t point) {
    std::string whole;
    std::string fraction;
    const auto size = static_cast<std::int64_t>(digits.size());
    if (point <= 0) {
        fraction = std::string(static_cast<std::size_t>(-point), '0') + digits;
    } else if (point >= size) {
        whole = digits + std::string(static_cast<std::size_t>(point - size), '0');
    } else {
        whole = digits.substr(0, static_cast<std::size_t>(point));
        fraction = digits.substr(static_cast<std::size_t>(point));
    }
    std::string text{without_leading_zeros(whole.empty() ? "0" : whole)};
    const std::string_view kept = without_trailing_zeros(fraction);
    if (!kept.empty()) {
        text += "." + std::string{kept};
    }
    return negative && text != "0" ? "-" + text : text;
}

template <typename Number>
std::optional<std::string> canonical_float(std::string_view text) {
    bool negative = false;
    std::string_view rest = text;
    if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) {
        negative = take_sign(rest);
    }
    std::string word{rest};
    std::transform(word.begin(), word.end(), word.begin(), lower);
    if (word == "nan") {
        return "nan";
    }
    if (word == "inf" || word == "infinity") {
        return negative ? "-inf" : "inf";
    }
    Number number = 0;
    const auto [end, problem] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (problem != std::errc{} || end != rest.data() + rest.size() || rest.front() == '-') {
        return std::nullopt;
    }
    number = negative ? -number : number;
    std::array<char, 64> buffer{};
    const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    return std::string{buffer.data(), written.ptr};
}

}  // namespace

const char* kind_name(Kind kind) noexcept {
    switch (kind) {
        case Kind::Bool: return "boolean";
        case Kind::Int: return "integer";
        case Kind::Decimal: return "decimal";
        case Kind::Float32: return "32-bit float";
        case Kind::Float64: return "64-bit float";
        case Kind::Text: return "text";
        case Kind::Bytes: return "bytes";
        case Kind::Date: return "date";
        case Kind::Time: return "time";
        case Kind::DateTime: return "date and time";
        case Kind::Instant: return "instant";
        case Kind::Json: return "JSON";
        case Kind::Uuid: return "UUID";
        case Kind::Bits: return "bits";
    }
    return "";
}

std::optional<std::string> canonical_int(std::string_view text) {
    const bool negative = take_sign(text);
    if (!all_digits(text)) {
        return std::nullopt;
    }
    const std::string digits{without_leading_zeros(text)};
    return negative && digits != "0" ? "-" + digits : digits;
}

std::optional<std::string> canonical_decimal(std::string_view text) {
    constexpr std::int64_t exponent_max = 100'000;  // numeric has up to 131,072 digits
    const bool negative = take_sign(text);
    std::int64_t exponent = 0;
    if (const auto e = text.find_first_of("eE"); e != std::string_view::npos) {
        std::string_view digits = text.substr(e + 1);
        digits.remove_prefix(digits.starts_with('+') ? 1 : 0);
        const auto [end, problem] =
            std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
        if (problem != std::errc{} || end != digits.data() + digits.size() ||
            exponent > exponent_max || exponent < -exponent_max) {
            return std::nullopt;
        }
        text = text.substr(0, e);
    }
    const auto dot = std::min(text.find('.'), text.size());
    const std::string_view whole = text.substr(0, dot);
    const std::string_view fraction = text.substr(std::min(dot + 1, text.size()));
    if ((whole.empty() && fraction.empty()) || (!whole.empty() && !all_digits(whole)) ||
        (!fraction.empty() && !all_digits(fraction))) {
        return std::nullopt;
    }
    return placed_point(negative, std::string{whole} + std::string{fraction},
                        static_cast<std::int64_t>(whole.size()) + exponent);
}

std::optional<std::string> canonical_float32(std::string_view text) {
    return canonical_float<float>(text);
}

std::optional<std::string> canonical_float64(std::string_view text) {
    return canonical_float<double>(text);
}

std::optional<std::string> canonical_uuid(std::string_view text) {
    if (text.starts_with('{') && text.ends_with('}')) {
        text = text.substr(1, text.size() - 2);
    }
    std::string digits;
    for (const char c : text) {
        if (c == '-') {
            continue;
        }
        const char digit = lower(c);
        if (!is_digit(digit) && (digit < 'a' || digit > 'f')) {
            return std::nullopt;
        }
        digits += digit;
    }
    if (digits.size() != 32) {
        return std::nullopt;
    }
    for (const std::size_t at : {8U, 13U, 18U, 23U}) {
        digits.insert(at, "-");
    }
    return digits;
}

// Well-formed UTF-8 (RFC 3629, section 4).
bool is_utf8(std::string_view text) noexcept {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4 || i + length > text.size()) {
            return false;
        }
        for (std::size_t k = 1; k < length; ++k) {
            const auto byte = static_cast<unsigned char>(text[i + k]);
            const int low = k > 1 ? 0x80 : lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
            const int high = k > 1 ? 0xbf : lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
            if (byte < low || byte > high) {
                return false;
            }
        }
        i += length;
    }
    return true;
}

void append_hex(std::string& text, std::string_view bytes) {
    std::size_t at = text.size();
    make_room(text, bytes.size() * 2);
    text.resize(at + bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text[at++] = upper_digits[byte >> 4U];
        text[at++] = upper_digits[byte & 15U];
    }
}

std::string hex_of(std::string_view bytes) {
    std::string hex;
    append_hex(hex, bytes);
    return hex;
}

std::optional<std::string> bytes_of(std::string_view hex) {
    const auto digit = [](char c) {
        const char small = lower(c);
        return is_digit(small) ? small - '0' : small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
    };
    if (hex.size() % 2 != 0) {
        return std::nullopt;
    }
    std::string bytes(hex.size() / 2, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const int high = digit(hex[2 * i]);
        const int low = digit(hex[2 * i + 1]);
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        bytes[i] = static_cast<char>(high * 16 + low);
    }
    return bytes;
}

void append_canonical_null(std::string& row) {
    row += "\\N";
}

void append_canonical(std::string& row, std::string_view value) {
    const auto is_escaped = [](char c) {
        return c == '\\' || c == '\t' || c == '\n' || c == '\0';
    };
    if (value.size() > long_value_bytes) {
        const auto escapes = std::count_if(value.begin(), value.end(), is_escaped);
        make_room(row, value.size() + static_cast<std::size_t>(escapes));
    }
    while (!value.empty()) {
        const auto plain = static_cast<std::size_t>(
            std::find_if(value.begin(), value.end(), is_escaped) - value.begin());
        row.append(value.substr(0, plain));
        value.remove_prefix(plain);
        if (!value.empty()) {
            const char c = value.front();
            row += '\\';
            row += c == '\t' ? 't' : c == '\n' ? 'n' : c == '\0' ? '0' : '\\';
            value.remove_prefix(1);
        }
    }
}

std::vector<std::string_view> canonical_fields(std::string_view row) {
    if (row.ends_with('\n')) {
        row.remove_suffix(1);
    }
    std::vector<std::string_view> fields;
    for (;;) {
        const auto tab = row.find('\t');
        fields.push_back(row.substr(0, tab));
        if (tab == std::string_view::npos) {
            return fields;
        }
        row.remove_prefix(tab + 1);
    }
}

std::optional<std::string> canonical_value(std::string_view field) {
    if (field == "\\N") {
        return std::nullopt;
    }
    std::string value;
    value.reserve(field.size());
    for (std::size_t i = 0; i < field.size(); ++i) {
        if (field[i] != '\\' || i + 1 == field.size()) {
            value += field[i];
            continue;
        }
        const char c = field[++i];
        value += c == 't' ? '\t' : c == 'n' ? '\n' : c == '0' ? '\0' : c;
    }
    return value;
}

std::string canonical_digest(std::string_view columns) {
    const XXH128_hash_t hash = XXH3_128bits(columns.data(), columns.size());
    std::string digest(32, '0');
    for (std::size_t i = 0; i < 16; ++i) {
        digest[15 - i] = upper_digits[hash.high64 >> (4 * i) & 15U];
        digest[31 - i] = upper_digits[hash.low64 >> (4 * i) & 15U];
    }
    return digest;
}

}  // namespace dbsync
