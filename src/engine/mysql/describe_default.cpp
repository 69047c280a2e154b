// SPDX-License-Identifier: MIT
#include "engine/mysql/describe_default.hpp"

#include "engine/mysql/translator_types.hpp"
#include "engine/mysql/translator_values.hpp"
#include "sql/tokens.hpp"

#include <algorithm>
#include <bitset>
#include <optional>

namespace dbsync::mysql {

namespace {

using Function = ModelColumn::DefaultFunction;

constexpr std::size_t bits_max = 64;

// b'101' as a field of a column of that type: whole bytes in hexadecimal digits.
std::optional<std::string> bits_field(std::string_view text, const DeclaredType& type) {
    if (text.size() < 3 || text.front() != 'b' || text[1] != '\'' || text.back() != '\'') {
        return std::nullopt;
    }
    const std::string_view digits = text.substr(2, text.size() - 3);
    if (digits.size() > bits_max || digits.find_first_not_of("01") != std::string_view::npos) {
        return std::nullopt;
    }
    const auto number = std::bitset<bits_max>{std::string{digits}}.to_ullong();
    std::string bytes;
    for (int at = (std::max(1, type.first) - 1) / 8; at >= 0; --at) {
        bytes += static_cast<char>(number >> static_cast<unsigned>(8 * at) & 0xffU);
    }
    return hex_of(bytes);
}

// MariaDB shows bytes that are no text as question marks.
std::optional<std::string> bytes_field(std::string_view text, bool mariadb) {
    if (text.starts_with("0x") || text.starts_with("0X")) {
        const auto bytes = bytes_of(text.substr(2));
        return bytes ? std::optional{hex_of(*bytes)} : std::nullopt;
    }
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x80U && c != '?';
    });
    return mariadb && !plain ? std::nullopt : std::optional{hex_of(text)};
}

std::optional<std::string> unquoted(std::string_view text) {
    const std::vector<sql::Token> tokens = sql::tokenize(text);
    if (tokens.size() != 2 || tokens.front().kind != sql::TokenKind::String) {
        return std::nullopt;
    }
    std::string value;
    text = text.substr(1, text.size() - 2);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\'') {
            ++i;  // doubled
        } else if (text[i] == '\\' && i + 1 < text.size()) {
            const char c = text[++i];
            value += c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c == '0' ? '\0' : c;
            continue;
        }
        value += text[i];
    }
    return value;
}

// current_timestamp, with or without parentheses and a number between them.
Function function_of(std::string_view text) {
    const std::vector<sql::Token> tokens = sql::tokenize(text);
    const bool called = tokens.size() >= 4 && tokens[1].is_symbol('(') &&
                        sql::closing(tokens, 1) + 2 == tokens.size() && tokens.size() <= 5;
    if (tokens.size() != 2 && !called) {
        return Function::None;
    }
    const sql::Token& name = tokens.front();
    if (name.is_word("current_timestamp") || name.is_word("now")) {
        return Function::CurrentTimestamp;
    }
    if (name.is_word("utc_timestamp")) {
        return Function::UtcTimestamp;
    }
    if (name.is_word("utc_date")) {
        return Function::UtcDate;
    }
    if (name.is_word("curdate") || name.is_word("current_date")) {
        return Function::CurrentDate;
    }
    return name.is_word("uuid") && called ? Function::RandomUuid : Function::None;
}

bool takes(Function function, Kind kind) {
    switch (function) {
        case Function::None: return false;
        case Function::CurrentTimestamp:
        case Function::UtcTimestamp:
            return kind == Kind::DateTime || kind == Kind::Instant;
        case Function::CurrentDate:
        case Function::UtcDate: return kind == Kind::Date;
        case Function::RandomUuid: return kind == Kind::Uuid || kind == Kind::Text;
    }
    return false;
}

// The literal as a field of wire.hpp.
std::optional<std::string> field_of(const ShownDefault& shown, const DeclaredType& type) {
    if (type.form == Form::Bit) {
        return bits_field(shown.text, type);
    }
    const bool is_quoted = shown.mariadb && shown.text.starts_with('\'');
    if (shown.mariadb && !is_quoted && !canonical_decimal(shown.text)) {
        return std::nullopt;
    }
    const auto text = is_quoted ? unquoted(shown.text) : std::optional{shown.text};
    return text && is_hex(type.form) ? bytes_field(*text, shown.mariadb) : text;
}

}  // namespace

bool carry_default(const ShownDefault& shown, std::string_view type, ModelColumn& column) {
    if (shown.mariadb && sql::same_word(shown.text, "NULL")) {
        return true;
    }
    if (shown.expression || shown.mariadb) {
        const Function function = function_of(shown.text);
        if (takes(function, column.type.kind)) {
            column.default_function = function;
            return true;
        }
    }
    const auto field = shown.expression ? std::nullopt : field_of(shown, declared_type(type));
    if (!field) {
        return false;
    }
    ColumnCrossing crossing;
    crossing.column.type = std::string{type};
    crossing.kind = column.type.kind;
    std::string canonical;
    if (read_value(crossing, *field, canonical)) {
        return false;
    }
    column.default_value = std::move(canonical);
    return true;
}

}  // namespace dbsync::mysql
