// SPDX-License-Identifier: MIT
// From canonical spelling to the server's own text: exactly as the server would write it, because
// keys are told by their text. What the server would round, cut or pad is refused.
#include "engine/postgres/translator_types.hpp"
#include "engine/postgres/translator_values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <fmt/format.h>
#include <iterator>
#include <limits>

namespace dbsync::postgres {

namespace {

using MaybeNoForm = std::optional<NoForm>;

constexpr std::size_t shown_bytes_max = 40;
constexpr std::size_t fraction_digits_max = 6;
// Documentation of 15, section 8.5: 4713 BC is -4712 as ISO 8601 counts.
constexpr std::int64_t year_min = -4712;
constexpr std::int64_t date_year_max = 5'874'897;
constexpr std::int64_t timestamp_year_max = 294'276;
// Of numeric without a precision (section 8.1.2).
constexpr std::size_t whole_digits_max = 131'072;
constexpr std::size_t numeric_fraction_max = 16'383;

std::string shown(std::string_view text) {
    std::string_view front = text.substr(0, shown_bytes_max);
    while (!front.empty() && !is_utf8(front)) {
        front.remove_suffix(1);  // not in the middle of a character
    }
    return std::string{front} + (text.size() > front.size() ? "…" : "");
}

MaybeNoForm write_bool(std::string_view canonical, std::string& out) {
    if (canonical != "0" && canonical != "1") {
        return NoForm{shown(canonical) + " is neither 0 nor 1"};
    }
    out += canonical == "1" ? 't' : 'f';
    return std::nullopt;
}

template <typename Number>
MaybeNoForm write_int(std::string_view canonical, const std::string& type, std::string& out) {
    Number number = 0;
    const char* const end = canonical.data() + canonical.size();
    const auto parsed = std::from_chars(canonical.data(), end, number);
    if (parsed.ec != std::errc{} || parsed.ptr != end) {
        return NoForm{shown(canonical) + (canonical.find_first_not_of("-0123456789") ==
                                                  std::string_view::npos
                                              ? " is out of the range of "
                                              : " is no value of ") +
                      type};
    }
    out += canonical;
    return std::nullopt;
}

// With as many digits behind the point as the column keeps.
MaybeNoForm write_numeric(std::string_view canonical, const std::string& type, std::string& out) {
    if (canonical == "nan" || canonical == "inf" || canonical == "-inf") {
        return NoForm{std::string{canonical} + " is no decimal number"};
    }
    const Modifier modifier = modifier_of(type);
    const auto dot = std::min(canonical.find('.'), canonical.size());
    const std::size_t fraction = canonical.size() - std::min(dot + 1, canonical.size());
    std::size_t whole = dot - (canonical.starts_with('-') ? 1U : 0U);
    whole -= canonical.substr(dot - whole, whole) == "0" ? 1U : 0U;
    const bool bounded = modifier.first >= 0;
    const std::size_t scale = bounded ? static_cast<std::size_t>(std::max(0, modifier.second))
                                      : numeric_fraction_max;
    const std::size_t most =
        bounded ? static_cast<std::size_t>(std::max(modifier.first - std::max(0, modifier.second),
                                                    0))
                : whole_digits_max;
    if (whole > most) {
        return NoForm{fmt::format("{} has more than {} digits before the point", shown(canonical),
                                  most)};
    }
    if (fraction > scale) {
        return NoForm{fmt::format("{} has more than {} digits behind the point", shown(canonical),
                                  scale)};
    }
    out += canonical;
    if (bounded && scale > 0) {
        out += fraction == 0 ? "." : "";
        out.append(scale - fraction, '0');
    }
    return std::nullopt;
}

// As PostgreSQL 12 and later spell floats: the shortest digits, with an exponent from `digits10`
// digits before the point and from four zeros behind it on (src/common/d2s.c, f2s.c).
template <typename Number>
MaybeNoForm write_float(std::string_view canonical, std::string& out) {
    if (canonical == "nan") {
        out += "NaN";
        return std::nullopt;
    }
    if (canonical == "inf" || canonical == "-inf") {
        out += canonical == "inf" ? "Infinity" : "-Infinity";
        return std::nullopt;
    }
    Number number = 0;
    const char* const end = canonical.data() + canonical.size();
    const auto parsed = std::from_chars(canonical.data(), end, number);
    if (parsed.ec != std::errc{} || parsed.ptr != end) {
        return NoForm{shown(canonical) + " is out of the range of floats"};
    }
    std::array<char, 512> buffer{};
    char* const last = buffer.data() + buffer.size();
    const Number size = number < 0 ? -number : number;
    constexpr Number least = static_cast<Number>(1e-4);
    constexpr Number most = sizeof(Number) == 4 ? static_cast<Number>(1e6)
                                                : static_cast<Number>(1e15);
    const bool fixed = size == 0 || (size >= least && size < most);
    const auto written =
        std::to_chars(buffer.data(), last, number,
                      fixed ? std::chars_format::fixed : std::chars_format::scientific);
    out.append(buffer.data(), written.ptr);
    return std::nullopt;
}

std::size_t characters(std::string_view text) noexcept {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
    }));
}

MaybeNoForm require_text(std::string_view text) {
    if (text.find('\0') != std::string_view::npos) {
        return NoForm{"a text with a NUL byte"};
    }
    if (!is_utf8(text)) {
        return NoForm{"a text that is no valid UTF-8"};
    }
    return std::nullopt;
}

MaybeNoForm write_text(Form form, std::string_view text, const std::string& type,
                       std::string& out) {
    if (auto problem = require_text(text)) {
        return problem;
    }
    const int most = form == Form::Other ? -1 : modifier_of(type).first;
    const std::size_t size = most < 0 && form != Form::Char ? 0 : characters(text);
    const auto limit = static_cast<std::size_t>(most < 0 ? 1 : most);
    if (size > 0 && size > limit) {
        return NoForm{fmt::format("{} characters, where {} takes {}", size, type, limit)};
    }
    if (form == Form::Char && text.ends_with(' ')) {
        return NoForm{"a text that ends in blanks, which character(n) does not keep"};
    }
    out += text;
    if (form == Form::Char) {
        out.append(limit - size, ' ');
    }
    return std::nullopt;
}

MaybeNoForm write_bytes(Form form, std::string_view hex, std::string& out) {
    if (form == Form::Bytea) {
        out += "\\x";
    }
    const std::size_t begin = out.size();
    out += hex;
    for (std::size_t i = begin; i < out.size(); ++i) {
        out[i] = out[i] >= 'A' && out[i] <= 'F' ? static_cast<char>(out[i] - 'A' + 'a') : out[i];
    }
    if (form == Form::Uuid) {
        if (hex.size() != 32) {
            return NoForm{fmt::format("{} bytes, where a uuid has 16", hex.size() / 2)};
        }
        for (const std::size_t at : {8U, 13U, 18U, 23U}) {
            out.insert(begin + at, 1, '-');
        }
    }
    return std::nullopt;
}

// Text columns take bytes of a source without types.
MaybeNoForm write_bytes_as_text(std::string_view hex, const std::string& type, std::string& out) {
    const auto bytes = bytes_of(hex);
    if (!bytes) {
        return NoForm{"bytes with an odd number of digits"};
    }
    return write_text(form_of(type), *bytes, type, out);
}

// How many digits of a second follow the point at the end of a canonical time.
std::size_t fraction_of(std::string_view canonical) noexcept {
    const auto dot = canonical.rfind('.');
    return dot == std::string_view::npos ? 0 : canonical.size() - dot - 1;
}

MaybeNoForm require_fraction(std::string_view canonical, const std::string& type) {
    const std::size_t digits = fraction_of(canonical);
    if (digits == 0) {
        return std::nullopt;
    }
    const int kept = modifier_of(type).first;
    const std::size_t most = kept < 0 ? fraction_digits_max : static_cast<std::size_t>(kept);
    if (digits > most) {
        return NoForm{fmt::format("{} has {} digits of a second, where {} keeps {}",
                                  shown(canonical), digits, type, most)};
    }
    return std::nullopt;
}

// Years before 0001 and behind 9999, in the server's way of counting.
MaybeNoForm put_far_year(std::string_view canonical, std::int64_t year_max,
                         std::string_view behind, std::string& out) {
    const bool negative = canonical.starts_with('-');
    const std::string_view digits = canonical.substr(negative ? 1U : 0U);
    const auto dash = std::min(digits.find('-'), digits.size());
    std::int64_t year = 0;
    std::from_chars(digits.data(), digits.data() + dash, year);
    year = negative ? -year : year;
    if (year > year_max || year < year_min) {
        return NoForm{fmt::format("year {} is beyond what PostgreSQL holds", year)};
    }
    fmt::format_to(std::back_inserter(out), "{:04}{}{}{}", year > 0 ? year : 1 - year,
                   digits.substr(dash), behind, year > 0 ? "" : " BC");
    return std::nullopt;
}

MaybeNoForm write_moment(Form form, std::string_view canonical, const std::string& type,
                         std::string& out) {
    constexpr std::size_t date_size = 10;
    constexpr std::string_view midnight = " 00:00:00";
    std::string_view behind = form == Form::TimestampTz ? std::string_view{"+00"}
                                                        : std::string_view{};
    std::string whole;
    if (form == Form::Date && canonical.ends_with(midnight)) {
        canonical.remove_suffix(midnight.size());
    } else if (form != Form::Date && canonical.find(' ') == std::string_view::npos) {
        whole = std::string{canonical} + std::string{midnight};
        canonical = whole;
    }
    if (form == Form::Date && canonical.find(' ') != std::string_view::npos) {
        return NoForm{shown(canonical) + " is not a date without a time"};
    }
    if (auto problem = require_fraction(canonical, type)) {
        return problem;
    }
    const bool near = canonical.size() >= date_size && canonical[4] == '-' &&
                      canonical.front() != '-' && !canonical.starts_with("0000");
    if (!near) {
        return put_far_year(canonical, form == Form::Date ? date_year_max : timestamp_year_max,
                            behind, out);
    }
    out += canonical;
    out += behind;
    return std::nullopt;
}

MaybeNoForm write_time(std::string_view canonical, const std::string& type, std::string& out) {
    if (canonical.starts_with('-') || canonical.size() < 8 || canonical[2] != ':' ||
        canonical > "24:00:00") {
        return NoForm{shown(canonical) + " is not a time of day; interval or text would take it"};
    }
    if (auto problem = require_fraction(canonical, type)) {
        return problem;
    }
    out += canonical;
    return std::nullopt;
}

// The escape \u0000, which jsonb refuses (documentation of 15, section 8.14).
bool has_nul_escape(std::string_view json) noexcept {
    constexpr std::string_view nul = "\\u0000";
    for (auto at = json.find(nul); at != std::string_view::npos; at = json.find(nul, at + 1)) {
        std::size_t backslashes = 0;
        while (backslashes < at && json[at - backslashes - 1] == '\\') {
            ++backslashes;
        }
        if (backslashes % 2 == 0) {
            return true;
        }
    }
    return false;
}

MaybeNoForm write_json(Form form, std::string_view json, std::string& out) {
    if (form == Form::Jsonb && has_nul_escape(json)) {
        return NoForm{"JSON with the character \\u0000, which jsonb does not take"};
    }
    if (auto problem = require_text(json)) {
        return problem;
    }
    out += json;
    return std::nullopt;
}

MaybeNoForm write_bits(Form form, std::string_view bits, const std::string& type,
                       std::string& out) {
    const int size = std::max(1, modifier_of(type).first);
    if (form == Form::Bit && bits.size() != static_cast<std::size_t>(size)) {
        return NoForm{fmt::format("{} bits, where {} takes {}", bits.size(), type, size)};
    }
    out += bits;
    return std::nullopt;
}

}  // namespace

std::optional<NoForm> write_value(const ColumnCrossing& crossing,
                                  std::string_view canonical,
                                  std::string& out) {
    const std::string& type = crossing.column.type;
    const Form form = form_of(type);
    switch (form) {
        case Form::Bool:
            return crossing.kind == Kind::Text ? write_text(form, canonical, type, out)
                                               : write_bool(canonical, out);
        case Form::Int2: return write_int<std::int16_t>(canonical, type, out);
        case Form::Int4: return write_int<std::int32_t>(canonical, type, out);
        case Form::Int8: return write_int<std::int64_t>(canonical, type, out);
        case Form::Oid: return write_int<std::uint32_t>(canonical, type, out);
        case Form::Numeric:
            return crossing.kind == Kind::Text ? write_text(Form::Other, canonical, type, out)
                                               : write_numeric(canonical, type, out);
        case Form::Real: return write_float<float>(canonical, out);
        case Form::Double: return write_float<double>(canonical, out);
        case Form::Bytea:
            return crossing.kind == Kind::Text ? write_text(Form::Other, canonical, type, out)
                                               : write_bytes(form, canonical, out);
        case Form::Uuid:
            return crossing.kind == Kind::Bytes ? write_bytes(form, canonical, out)
                                                : write_text(Form::Other, canonical, type, out);
        case Form::Date:
        case Form::Timestamp:
        case Form::TimestampTz:
            return crossing.kind == Kind::Text ? write_text(Form::Other, canonical, type, out)
                                               : write_moment(form, canonical, type, out);
        case Form::Time: return write_time(canonical, type, out);
        case Form::Interval: return write_text(Form::Other, canonical, type, out);
        case Form::Json:
        case Form::Jsonb: return write_json(form, canonical, out);
        case Form::Bit:
        case Form::VarBit: return write_bits(form, canonical, type, out);
        case Form::Text:
        case Form::Char:
        case Form::Other:
            return crossing.kind == Kind::Bytes ? write_bytes_as_text(canonical, type, out)
                                                : write_text(form, canonical, type, out);
    }
    return NoForm{"a value of an unknown type"};
}

}  // namespace dbsync::postgres
