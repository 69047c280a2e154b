// SPDX-License-Identifier: MIT
#include "engine/sqlite/translator.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace dbsync::sqlite {

namespace {

using MaybeNoForm = std::optional<NoForm>;

const char* storage_name(char storage) noexcept {
    return storage == 'i' ? "an integer" : storage == 'r' ? "a real" : storage == 'b' ? "a blob"
                                                                                      : "a text";
}

MaybeNoForm no_form(const WireValueView& value, Kind kind) {
    return NoForm{fmt::format("{} that is no {}", storage_name(value.storage), kind_name(kind))};
}

MaybeNoForm put(const std::optional<std::string>& spelled, const WireValueView& value, Kind kind,
                std::string& out) {
    if (!spelled) {
        return no_form(value, kind);
    }
    out += *spelled;
    return std::nullopt;
}

MaybeNoForm read_bool(const WireValueView& value, std::string& out) {
    const std::string_view text = value.text;
    if (text == "1" || (value.storage == 't' && (text == "t" || text == "true"))) {
        out += '1';
    } else if (text == "0" || (value.storage == 't' && (text == "f" || text == "false"))) {
        out += '0';
    } else {
        return no_form(value, Kind::Bool);
    }
    return std::nullopt;
}

MaybeNoForm read_int(const WireValueView& value, std::string& out) {
    if (value.storage == 'i') {
        out += value.text;
        return std::nullopt;
    }
    if (value.storage == 't') {
        return put(canonical_int(value.text), value, Kind::Int, out);
    }
    const auto digits = canonical_decimal(value.text);
    if (!digits || digits->find('.') != std::string::npos) {
        return no_form(value, Kind::Int);
    }
    out += *digits;
    return std::nullopt;
}

// A number that a float would round has no form as one.
MaybeNoForm read_float(const WireValueView& value, Kind kind, std::string& out) {
    if (kind == Kind::Float64 && value.storage == 'r') {
        out += value.text;  // spelled as canonical floats are
        return std::nullopt;
    }
    const auto spelled =
        kind == Kind::Float32 ? canonical_float32(value.text) : canonical_float64(value.text);
    if (!spelled) {
        return no_form(value, kind);
    }
    const bool same_width = kind == Kind::Float64 && value.storage != 'i';
    if (!same_width && canonical_decimal(*spelled) != canonical_decimal(value.text)) {
        return NoForm{std::string{value.text} + " has more digits than the float keeps"};
    }
    out += *spelled;
    return std::nullopt;
}

// As CAST(… AS TEXT): a real keeps its point.
MaybeNoForm read_text(const WireValueView& value, std::string& out) {
    if (value.storage == 'b') {
        return no_form(value, Kind::Text);
    }
    out += value.text;
    if (value.storage == 'r' && value.text.find_first_of(".einf") == std::string_view::npos) {
        out += ".0";
    }
    return std::nullopt;
}

MaybeNoForm read_bytes(const WireValueView& value, std::string& out) {
    if (value.storage != 'b' && value.storage != 't') {
        return no_form(value, Kind::Bytes);
    }
    append_hex(out, value.text);
    return std::nullopt;
}

MaybeNoForm read_date(const WireValueView& value, std::string& out) {
    constexpr std::string_view midnight = " 00:00:00";
    auto spelled = canonical_date(value.text);
    if (!spelled) {
        spelled = canonical_datetime(value.text);
        if (!spelled || !spelled->ends_with(midnight)) {
            return no_form(value, Kind::Date);
        }
        spelled->resize(spelled->size() - midnight.size());
    }
    out += *spelled;
    return std::nullopt;
}

MaybeNoForm read_moment(Kind kind, const WireValueView& value, std::string& out) {
    if (value.storage != 't') {
        return no_form(value, kind);
    }
    if (kind == Kind::Date) {
        return read_date(value, out);
    }
    // A moment without an offset is UTC to SQLite's own functions, one with an offset becomes it
    // ("Date And Time Functions", section 3).
    return put(kind == Kind::Time ? canonical_time(value.text) : canonical_instant(value.text),
               value, kind, out);
}

MaybeNoForm read_uuid(const WireValueView& value, std::string& out) {
    if (value.storage == 'b') {
        return put(canonical_uuid(hex_of(value.text)), value, Kind::Uuid, out);
    }
    return put(value.storage == 't' ? canonical_uuid(value.text) : std::nullopt, value, Kind::Uuid,
               out);
}

MaybeNoForm read_bits(const WireValueView& value, std::string& out) {
    if (value.storage != 't' || value.text.empty() ||
        value.text.find_first_not_of("01") != std::string_view::npos) {
        return no_form(value, Kind::Bits);
    }
    out += value.text;
    return std::nullopt;
}

std::string upper(std::string_view text) {
    std::string folded{text};
    std::transform(folded.begin(), folded.end(), folded.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return folded;
}

bool has(const std::string& type, std::string_view word) {
    return type.find(word) != std::string::npos;
}

ModelType of_kind(Kind kind, std::uint32_t size = 0, std::uint32_t scale = 0) {
    ModelType type;
    type.kind = kind;
    type.size = size;
    type.scale = scale;
    return type;
}

// "DECIMAL(10, 2)" has 10 digits, 2 of them behind the point.
ModelType decimal_type(const std::string& type) {
    ModelType decimal = of_kind(Kind::Decimal);
    const auto open = type.find('(');
    if (open == std::string::npos) {
        return decimal;
    }
    const char* const end = type.data() + type.size();
    auto at = std::from_chars(type.data() + open + 1, end, decimal.size);
    const char* next = std::find(at.ptr, end, ',');
    next = next == end ? end : std::find_if(next + 1, end, [](char c) { return c != ' '; });
    std::from_chars(next, end, decimal.scale);
    return decimal;
}

}  // namespace

Affinity affinity_of(std::string_view declared_type) {
    const std::string type = upper(declared_type);
    if (has(type, "INT")) {
        return Affinity::Integer;
    }
    if (has(type, "CHAR") || has(type, "CLOB") || has(type, "TEXT")) {
        return Affinity::Text;
    }
    if (has(type, "BLOB") || type.empty()) {
        return Affinity::Blob;
    }
    if (has(type, "REAL") || has(type, "FLOA") || has(type, "DOUB")) {
        return Affinity::Real;
    }
    return Affinity::Numeric;
}

ModelType declared_type(std::string_view declared) {
    constexpr std::uint32_t second_digits = 6;
    const std::string type = upper(declared);
    if (type.starts_with("BOOL")) {
        return of_kind(Kind::Bool);
    }
    if (type.starts_with("DATETIME") || type.starts_with("TIMESTAMP")) {
        return of_kind(Kind::DateTime, 0, second_digits);
    }
    if (type.starts_with("DATE")) {
        return of_kind(Kind::Date);
    }
    if (type.starts_with("TIME")) {
        return of_kind(Kind::Time, 0, second_digits);
    }
    if (type.starts_with("JSON")) {
        return of_kind(Kind::Json);
    }
    if (type.starts_with("UUID") || type.starts_with("GUID")) {
        return of_kind(Kind::Uuid);
    }
    switch (affinity_of(declared)) {
        case Affinity::Integer: return of_kind(Kind::Int, 8);
        case Affinity::Text: return of_kind(Kind::Text);
        case Affinity::Blob: return of_kind(type.empty() ? Kind::Text : Kind::Bytes);
        case Affinity::Real: return of_kind(Kind::Float64);
        case Affinity::Numeric: break;
    }
    if (has(type, "BINARY") || has(type, "BYTE")) {
        return of_kind(Kind::Bytes);
    }
    return has(type, "DEC") || has(type, "NUM") || has(type, "MONEY") ? decimal_type(type)
                                                                      : of_kind(Kind::Text);
}

// Types without a kind of their own on the target take the place of some of SQLite's.
std::optional<NoForm> read_value(const ColumnCrossing& crossing,
                                 const WireValueView& value,
                                 std::string& out) {
    constexpr std::uint32_t uuid_characters = 36;
    const bool in_text = crossing.kind == Kind::Text && crossing.type.size == uuid_characters;
    if (in_text && declared_type(crossing.column.type).kind == Kind::Uuid) {
        return read_uuid(value, out);
    }
    return read_value(crossing.kind, value, out);
}

std::optional<NoForm> read_value(Kind kind, const WireValueView& value, std::string& out) {
    if (value.storage == 'b' && kind != Kind::Bytes && kind != Kind::Uuid) {
        return no_form(value, kind);
    }
    switch (kind) {
        case Kind::Bool: return read_bool(value, out);
        case Kind::Int: return read_int(value, out);
        case Kind::Decimal: return put(canonical_decimal(value.text), value, kind, out);
        case Kind::Float32:
        case Kind::Float64: return read_float(value, kind, out);
        case Kind::Text: return read_text(value, out);
        case Kind::Bytes: return read_bytes(value, out);
        case Kind::Date:
        case Kind::Time:
        case Kind::DateTime:
        case Kind::Instant: return read_moment(kind, value, out);
        case Kind::Json: return put(canonical_json(value.text), value, kind, out);
        case Kind::Uuid: return read_uuid(value, out);
        case Kind::Bits: return read_bits(value, out);
    }
    return no_form(value, kind);
}

}  // namespace dbsync::sqlite
