// SPDX-License-Identifier: MIT
// From the server's text to canonical spelling. The session's settings (connection.hpp) fix how
// the server spells: ISO dates, UTC, shortest floats, bytea in hexadecimal digits.
#include "engine/postgres/translator_types.hpp"
#include "engine/postgres/translator_values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <fmt/format.h>
#include <iterator>

namespace dbsync::postgres {

namespace {

using MaybeNoForm = std::optional<NoForm>;

constexpr std::string_view midnight = " 00:00:00";
constexpr std::size_t shown_bytes_max = 40;

MaybeNoForm no_form(std::string_view text, const char* what) {
    return NoForm{fmt::format("{}{} is not {}", text.substr(0, shown_bytes_max),
                              text.size() > shown_bytes_max ? "…" : "", what)};
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

MaybeNoForm read_bool(std::string_view text, std::string& out) {
    if (text == "t" || text == "1" || text == "true") {
        out += '1';
    } else if (text == "f" || text == "0" || text == "false") {
        out += '0';
    } else {
        return no_form(text, "true or false");
    }
    return std::nullopt;
}

MaybeNoForm read_int(Form form, std::string_view text, std::string& out) {
    if (form == Form::Int2 || form == Form::Int4 || form == Form::Int8 || form == Form::Oid) {
        out += text;
        return std::nullopt;
    }
    if (form == Form::Bool) {
        return read_bool(text, out);
    }
    const auto spelled = canonical_decimal(text);
    if (!spelled || spelled->find('.') != std::string::npos) {
        return no_form(text, "a whole number");
    }
    out += *spelled;
    return std::nullopt;
}

// numeric's own text has neither an exponent nor leading zeros.
MaybeNoForm read_decimal(Form form, std::string_view text, std::string& out) {
    if (form != Form::Numeric) {
        return form == Form::Bool ? read_bool(text, out)
                                  : put(canonical_decimal(text), text, "a decimal number", out);
    }
    if (text.back() == 'N' || text.back() == 'y') {
        return NoForm{std::string{text} + " is no number that other servers have"};
    }
    if (text.find('.') != std::string_view::npos) {
        while (text.back() == '0') {
            text.remove_suffix(1);
        }
        if (text.back() == '.') {
            text.remove_suffix(1);
        }
    }
    out += text == "-0" ? std::string_view{"0"} : text;
    return std::nullopt;
}

// Whether a float of another width, or a number of another kind, is the same number.
bool keeps_number(std::string_view text, std::string_view spelled) {
    const auto before = canonical_decimal(text);
    const auto after = canonical_decimal(spelled);
    return before == after;
}

template <typename Number>
MaybeNoForm read_float(Form own, Form form, std::string_view text, std::string& out) {
    if (text == "NaN") {
        out += "nan";
        return std::nullopt;
    }
    if (text == "Infinity" || text == "-Infinity") {
        out += text.front() == '-' ? "-inf" : "inf";
        return std::nullopt;
    }
    if (form == Form::Bool) {
        return read_bool(text, out);
    }
    Number number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc{} || end != text.data() + text.size()) {
        return no_form(text, "a number that a float holds");
    }
    std::array<char, 64> buffer{};
    const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    const std::string_view spelled{buffer.data(),
                                   static_cast<std::size_t>(written.ptr - buffer.data())};
    if (form != own && !keeps_number(text, spelled)) {
        return no_form(text, "a number that a float of this width keeps");
    }
    out += spelled;
    return std::nullopt;
}

// A date or timestamp before Christ, in years as ISO 8601 counts them (1 BC is 0000).
void put_era(std::string_view text, std::string& out) {
    const auto dash = text.find('-');
    std::int64_t year = 0;
    std::from_chars(text.data(), text.data() + dash, year);
    fmt::format_to(std::back_inserter(out), "{}{:04}{}", year > 1 ? "-" : "", year - 1,
                   text.substr(dash));
}

// What the canonical kind wants of a date or a moment.
MaybeNoForm put_moment(Kind kind, std::string_view text, std::string& out) {
    const bool has_time = text.find(' ') != std::string_view::npos;
    if (kind == Kind::Date && has_time) {
        if (!text.ends_with(midnight)) {
            return no_form(text, "a date without a time");
        }
        text.remove_suffix(midnight.size());
    }
    out += text;
    if (kind != Kind::Date && !has_time) {
        out += midnight;
    }
    return std::nullopt;
}

MaybeNoForm read_moment(Form form, Kind kind, std::string_view text, std::string& out) {
    if (text.ends_with("infinity")) {
        return NoForm{std::string{text} + " is no date that other servers have"};
    }
    const bool era = text.ends_with(" BC");
    if (era) {
        text.remove_suffix(3);
    }
    if (form == Form::TimestampTz) {
        text.remove_suffix(3);  // the offset is always UTC's
    }
    if (!era) {
        return put_moment(kind, text, out);
    }
    std::string whole;
    put_era(text, whole);
    return put_moment(kind, whole, out);
}

MaybeNoForm read_date(Form form, Kind kind, std::string_view text, std::string& out) {
    if (form == Form::Date || form == Form::Timestamp || form == Form::TimestampTz) {
        return read_moment(form, kind, text, out);
    }
    if (kind == Kind::Date) {
        return put(canonical_date(text), text, "a date", out);
    }
    return put(kind == Kind::DateTime ? canonical_datetime(text) : canonical_instant(text), text,
               "a date and time", out);
}

MaybeNoForm read_time(Form form, std::string_view text, std::string& out) {
    if (form == Form::Time) {
        out += text;
        return std::nullopt;
    }
    return put(canonical_time(text), text, "a time", out);
}

void put_upper_hex(std::string_view hex, std::string& out) {
    const std::size_t begin = out.size();
    out += hex;
    for (std::size_t i = begin; i < out.size(); ++i) {
        out[i] = out[i] >= 'a' ? static_cast<char>(out[i] - 'a' + 'A') : out[i];
    }
}

MaybeNoForm read_bytes(Form form, std::string_view text, std::string& out) {
    if (form == Form::Bytea) {
        put_upper_hex(text.substr(2), out);  // behind \x
    } else if (form == Form::Uuid) {
        put_upper_hex(text, out);
        out.erase(std::remove(out.end() - static_cast<std::ptrdiff_t>(text.size()), out.end(), '-'),
                  out.end());
    } else {
        append_hex(out, text);
    }
    return std::nullopt;
}

MaybeNoForm read_text(Form form, std::string_view text, std::string& out) {
    if (form == Form::Char) {
        while (text.ends_with(' ')) {
            text.remove_suffix(1);
        }
    }
    out += text;
    return std::nullopt;
}

MaybeNoForm read_bits(Form form, std::string_view text, std::string& out) {
    if (form != Form::Bit && form != Form::VarBit &&
        text.find_first_not_of("01") != std::string_view::npos) {
        return no_form(text, "a string of bits");
    }
    out += text;
    return std::nullopt;
}

MaybeNoForm read_uuid(Form form, std::string_view text, std::string& out) {
    if (form == Form::Uuid) {
        out += text;
        return std::nullopt;
    }
    return put(canonical_uuid(text), text, "a UUID", out);
}

}  // namespace

std::optional<NoForm> read_value(const ColumnCrossing& crossing,
                                 std::string_view text,
                                 std::string& out) {
    const Form form = form_of(crossing.column.type);
    switch (crossing.kind) {
        case Kind::Bool: return read_bool(text, out);
        case Kind::Int: return read_int(form, text, out);
        case Kind::Decimal: return read_decimal(form, text, out);
        case Kind::Float32: return read_float<float>(Form::Real, form, text, out);
        case Kind::Float64: return read_float<double>(Form::Double, form, text, out);
        case Kind::Text: return read_text(form, text, out);
        case Kind::Bytes: return read_bytes(form, text, out);
        case Kind::Date:
        case Kind::DateTime:
        case Kind::Instant: return read_date(form, crossing.kind, text, out);
        case Kind::Time: return read_time(form, text, out);
        case Kind::Json: return put(canonical_json(text), text, "JSON", out);
        case Kind::Uuid: return read_uuid(form, text, out);
        case Kind::Bits: return read_bits(form, text, out);
    }
    return NoForm{"a value of an unknown kind"};
}

}  // namespace dbsync::postgres
