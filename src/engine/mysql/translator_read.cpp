// SPDX-License-Identifier: MIT
// From the servers' text to canonical spelling. The session's settings (connection.hpp) fix how the
// servers spell: utf8mb4, UTC; wire.hpp says what rows make of it.
#include "engine/mysql/translator_types.hpp"
#include "engine/mysql/translator_values.hpp"
#include "engine/mysql/wire.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace dbsync::mysql {

namespace {

using MaybeNoForm = std::optional<NoForm>;

constexpr std::size_t shown_bytes_max = 40;

std::string shown(std::string_view text) {
    std::string_view front = text.substr(0, shown_bytes_max);
    while (!front.empty() && !is_utf8(front)) {
        front.remove_suffix(1);  // not in the middle of a character
    }
    return std::string{front} + (text.size() > front.size() ? "…" : "");
}

MaybeNoForm no_form(std::string_view text, const char* what) {
    return NoForm{shown(text) + " is not " + what};
}

MaybeNoForm put(const std::optional<std::string>& spelled,
                std::string_view text,
                const char* what,
                std::string& out) {
    if (!spelled) {
        return no_form(text, what);
    }
    out += *spelled;
    return std::nullopt;
}

bool is_integer(Form form) noexcept {
    return form <= Form::Year;
}

bool is_float(Form form) noexcept {
    return form == Form::Float || form == Form::Double;
}

bool has_date(Form form) noexcept {
    return form == Form::Date || form == Form::DateTime || form == Form::Timestamp;
}

// Of a BIT: as many as the column has, from the lowest up.
std::string bits_of(std::string_view hex, const DeclaredType& type) {
    std::string bits;
    for (const char c : hex) {
        const int digit = c <= '9' ? c - '0' : c - 'A' + 10;
        for (int bit = 3; bit >= 0; --bit) {
            bits += (static_cast<unsigned>(digit) >> static_cast<unsigned>(bit) & 1U) != 0 ? '1'
                                                                                           : '0';
        }
    }
    const auto wanted = static_cast<std::size_t>(std::max(1, type.first));
    return bits.size() > wanted ? bits.substr(bits.size() - wanted) : bits;
}

std::string number_of_bits(std::string_view hex) {
    std::uint64_t number = 0;
    std::from_chars(hex.data(), hex.data() + hex.size(), number, 16);
    return std::to_string(number);
}

// A FLOAT travels as the DOUBLE it is: as the number it was given as, by the shortest digits.
std::optional<std::string> number_text(Form form, std::string_view text) {
    if (form == Form::Bit) {
        return number_of_bits(text);
    }
    if (form == Form::Float) {
        const auto digits = canonical_float32(text);
        return digits ? canonical_decimal(*digits) : std::nullopt;
    }
    return canonical_decimal(text);
}

MaybeNoForm read_bool(Form form, std::string_view text, std::string& out) {
    const std::string number = form == Form::Bit ? number_of_bits(text) : std::string{text};
    if (number != "0" && number != "1") {
        return NoForm{shown(number) + " is neither 0 nor 1"};
    }
    out += number;
    return std::nullopt;
}

MaybeNoForm read_int(Form form, std::string_view text, std::string& out) {
    const bool zero_filled = text.starts_with('0') && text.size() > 1;
    if (is_integer(form) && !zero_filled) {
        out += text;
        return std::nullopt;
    }
    const auto spelled = is_hex(form) && form != Form::Bit ? std::nullopt : number_text(form, text);
    if (!spelled || spelled->find('.') != std::string::npos) {
        return no_form(text, "a whole number");
    }
    out += *spelled;
    return std::nullopt;
}

MaybeNoForm read_decimal(Form form, std::string_view text, std::string& out) {
    return put(is_hex(form) && form != Form::Bit ? std::nullopt : number_text(form, text), text,
               "a decimal number", out);
}

// A number that the float would round has no form as one.
template <typename Number>
MaybeNoForm read_float(Form own, Form form, std::string_view text, std::string& out) {
    const std::string bits = form == Form::Bit ? number_of_bits(text) : std::string{};
    const std::string_view digits = form == Form::Bit ? std::string_view{bits} : text;
    Number number = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if ((is_hex(form) && form != Form::Bit) || parsed.ec != std::errc{} ||
        parsed.ptr != digits.data() + digits.size()) {
        return no_form(text, "a number that a float holds");
    }
    std::array<char, 64> buffer{};
    const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    const std::string_view spelled{buffer.data(),
                                   static_cast<std::size_t>(written.ptr - buffer.data())};
    if (form != own && form != Form::Float &&
        canonical_decimal(digits) != canonical_decimal(spelled)) {
        return NoForm{shown(digits) + " has more digits than the float keeps"};
    }
    out += spelled;
    return std::nullopt;
}

MaybeNoForm read_bytes_as_text(std::string_view hex, std::string& out) {
    const auto bytes = bytes_of(hex);
    if (!bytes || !is_utf8(*bytes)) {
        return NoForm{"bytes that are no text in UTF-8"};
    }
    out += *bytes;
    return std::nullopt;
}

MaybeNoForm read_text(const DeclaredType& type, std::string_view text, std::string& out) {
    if (type.form == Form::Binary || type.form == Form::Blob) {
        return read_bytes_as_text(text, out);
    }
    if (type.form == Form::Spatial) {
        return NoForm{"a geometry is no text"};
    }
    if (type.form == Form::Float) {
        return put(canonical_float32(text), text, "a float", out);
    }
    if (type.form == Form::Enum && text == enum_error_field) {
        return NoForm{"the ENUM's error value: what was written is none of its members"};
    }
    if (type.form == Form::Bit) {
        out += bits_of(text, type);
    } else {
        out += text;
    }
    return std::nullopt;
}

void put_uuid_digits(std::string_view text, std::string& out) {
    for (const char c : text) {
        if (c != '-') {
            out += c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
        }
    }
}

MaybeNoForm read_bytes(Form form, std::string_view text, std::string& out) {
    if (is_hex(form)) {
        out += text;
    } else if (form == Form::Uuid) {
        put_uuid_digits(text, out);
    } else {
        append_hex(out, text);
    }
    return std::nullopt;
}

// 0000-00-00, 2026-00-00, 2026-02-30 and the like: MySQL keeps them, nobody else does.
MaybeNoForm no_date(Form form, std::string_view text) {
    if (!has_date(form)) {
        return no_form(text, "a date");
    }
    return NoForm{"the date " + std::string{text.substr(0, text.find(' '))} +
                  " does not exist elsewhere"};
}

MaybeNoForm read_date(Form form, Kind kind, std::string_view text, std::string& out) {
    constexpr std::string_view midnight = " 00:00:00";
    auto spelled = kind == Kind::Instant ? canonical_instant(text) : canonical_datetime(text);
    if (!spelled) {
        return no_date(form, text);
    }
    if (kind == Kind::Date) {
        if (!spelled->ends_with(midnight)) {
            return no_form(text, "a date without a time");
        }
        spelled->resize(spelled->size() - midnight.size());
    }
    out += *spelled;
    return std::nullopt;
}

MaybeNoForm read_uuid(Form form, std::string_view text, std::string& out) {
    const bool fits = form == Form::Uuid || form == Form::Char || form == Form::Text ||
                      form == Form::Binary || form == Form::Blob;
    return put(fits ? canonical_uuid(text) : std::nullopt, text, "a UUID", out);
}

MaybeNoForm read_bits(const DeclaredType& type, std::string_view text, std::string& out) {
    if (type.form == Form::Bit) {
        out += bits_of(text, type);
        return std::nullopt;
    }
    if (text.empty() || is_hex(type.form) ||
        text.find_first_not_of("01") != std::string_view::npos) {
        return no_form(text, "a string of bits");
    }
    out += text;
    return std::nullopt;
}

MaybeNoForm read_json(Form form, std::string_view text, std::string& out) {
    return put(is_hex(form) || is_float(form) ? std::nullopt : canonical_json(text), text, "JSON",
               out);
}

}  // namespace

std::optional<NoForm> read_value(const ColumnCrossing& crossing,
                                 std::string_view text,
                                 std::string& out) {
    const DeclaredType type = declared_type(crossing.column.type);
    const Form form = type.form;
    switch (crossing.kind) {
        case Kind::Bool: return read_bool(form, text, out);
        case Kind::Int: return read_int(form, text, out);
        case Kind::Decimal: return read_decimal(form, text, out);
        case Kind::Float32: return read_float<float>(Form::Float, form, text, out);
        case Kind::Float64: return read_float<double>(Form::Double, form, text, out);
        case Kind::Text: return read_text(type, text, out);
        case Kind::Bytes: return read_bytes(form, text, out);
        case Kind::Date:
        case Kind::DateTime:
        case Kind::Instant: return read_date(form, crossing.kind, text, out);
        case Kind::Time: return put(canonical_time(text), text, "a time", out);
        case Kind::Json: return read_json(form, text, out);
        case Kind::Uuid: return read_uuid(form, text, out);
        case Kind::Bits: return read_bits(type, text, out);
    }
    return NoForm{"a value of an unknown kind"};
}

}  // namespace dbsync::mysql
