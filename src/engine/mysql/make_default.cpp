// SPDX-License-Identifier: MIT
#include "engine/mysql/make_default.hpp"

#include "engine/mysql/quoting.hpp"
#include "engine/mysql/translator_types.hpp"
#include "engine/mysql/translator_values.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace dbsync::mysql {

namespace {

using Function = ModelColumn::DefaultFunction;

// Defaults of these are expressions (MySQL 9.x "Data Type Default Values").
bool is_large(Form form) noexcept {
    return form == Form::Text || form == Form::Blob || form == Form::Json || form == Form::Spatial;
}

bool is_text(Form form) noexcept {
    return form == Form::Text || form == Form::Char;
}

// An instant is kept as UTC in a DATETIME; a moment without a zone is the session's.
std::optional<std::string> now_sql(const ModelColumn& column, const DeclaredType& type) {
    const int digits = std::max(0, type.first);
    const bool in_utc = column.type.kind == Kind::Instant ||
                        column.default_function == Function::UtcTimestamp;
    if (type.form == Form::Timestamp || (type.form == Form::DateTime && !in_utc)) {
        return fmt::format("CURRENT_TIMESTAMP({})", digits);
    }
    if (type.form == Form::DateTime) {
        return fmt::format("(UTC_TIMESTAMP({}))", digits);
    }
    if (type.form == Form::Time) {
        return fmt::format("(CURRENT_TIME({}))", digits);
    }
    if (type.form == Form::Date) {
        return "(CURRENT_DATE)";
    }
    return is_text(type.form) ? std::optional{"(DATE_FORMAT(UTC_TIMESTAMP(), '%Y-%m-%d %H:%i:%s'))"}
                              : std::nullopt;
}

std::optional<std::string> today_sql(const ModelColumn& column, const DeclaredType& type) {
    const std::string today =
        column.default_function == Function::UtcDate ? "UTC_DATE()" : "CURRENT_DATE";
    if (type.form == Form::Date || type.form == Form::DateTime) {
        return "(" + today + ")";
    }
    return is_text(type.form) ? std::optional{"(CAST(" + today + " AS CHAR))"} : std::nullopt;
}

std::optional<std::string> uuid_sql(const DeclaredType& type) {
    constexpr int uuid_bytes = 16;
    if (type.form == Form::Binary && type.first == uuid_bytes) {
        return "(UNHEX(REPLACE(UUID(), '-', '')))";
    }
    return is_text(type.form) || type.form == Form::Uuid ? std::optional{"(UUID())"} : std::nullopt;
}

std::optional<std::string> function_sql(const ModelColumn& column, const DeclaredType& type) {
    switch (column.default_function) {
        case Function::CurrentTimestamp:
        case Function::UtcTimestamp: return now_sql(column, type);
        case Function::CurrentDate:
        case Function::UtcDate: return today_sql(column, type);
        case Function::RandomUuid: return uuid_sql(type);
        case Function::None: break;
    }
    return std::nullopt;
}

std::optional<std::string> literal_sql(const ModelColumn& column, const std::string& declared,
                                       const DeclaredType& type) {
    ColumnCrossing crossing;
    crossing.column.type = declared;
    crossing.type = model_type(declared);
    crossing.kind = crossing.type.kind;
    std::string text;
    if (write_value(crossing, *column.default_value, text)) {
        return std::nullopt;
    }
    const std::string literal = is_hex(type.form) ? "X'" + text + "'" : quote_literal(text);
    return is_large(type.form) ? "(" + literal + ")" : literal;
}

// The text between quotes, which are doubled in it; `at` moves behind the closing one.
std::string take_quoted(const std::string& text, std::size_t& at) {
    const char quote = text[at++];
    std::string value;
    for (; at < text.size(); ++at) {
        if (text[at] == quote) {
            if (at + 1 >= text.size() || text[at + 1] != quote) {
                break;
            }
            ++at;
        }
        value += text[at];
    }
    ++at;
    return value;
}

}  // namespace

std::optional<std::string> default_sql(const ModelColumn& column, const std::string& declared) {
    const bool calls = column.default_function != Function::None;
    if (!calls && !column.default_value) {
        return std::string{};
    }
    const DeclaredType type = declared_type(declared);
    const auto value = calls ? function_sql(column, type) : literal_sql(column, declared, type);
    return value ? std::optional{" DEFAULT " + *value} : std::nullopt;
}

Check check_sql(const std::string& condition) {
    Check check;
    for (std::size_t at = 0; at < condition.size();) {
        if (condition[at] == '"') {
            check.columns.push_back(take_quoted(condition, at));
            check.sql += quote_ident(shortened_name(check.columns.back()));
        } else if (condition[at] == '\'') {
            check.sql += quote_literal(take_quoted(condition, at));
        } else {
            check.sql += condition[at++];
        }
    }
    return check;
}

}  // namespace dbsync::mysql
