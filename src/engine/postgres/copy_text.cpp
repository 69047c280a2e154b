// SPDX-License-Identifier: MIT
// The fields of COPY's text form (PostgreSQL 12-18, documentation of COPY, "Text Format").
#include "engine/postgres/row_query.hpp"

namespace dbsync::postgres {

namespace {

char unescaped(char c) {
    switch (c) {
        case 'b': return '\b';
        case 'f': return '\f';
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        case 'v': return '\v';
        default: return c;
    }
}

std::optional<std::string> decode_field(std::string_view field) {
    if (field == "\\N") {
        return std::nullopt;
    }
    std::string value;
    value.reserve(field.size());
    for (std::size_t i = 0; i < field.size(); ++i) {
        if (field[i] == '\\' && i + 1 < field.size()) {
            value += unescaped(field[++i]);
        } else {
            value += field[i];
        }
    }
    return value;
}

}  // namespace

std::vector<std::optional<std::string>> decode_fields(std::string_view line) {
    if (line.ends_with('\n')) {
        line.remove_suffix(1);
    }
    std::vector<std::optional<std::string>> fields;
    while (true) {
        const auto tab = line.find('\t');  // a tab within a field is written as \t
        fields.push_back(decode_field(line.substr(0, tab)));
        if (tab == std::string_view::npos) {
            return fields;
        }
        line.remove_prefix(tab + 1);
    }
}

std::string encode_field(std::string_view value) {
    std::string field;
    field.reserve(value.size());
    for (const char c : value) {
        switch (c) {
            case '\\': field += "\\\\"; break;
            case '\b': field += "\\b"; break;
            case '\f': field += "\\f"; break;
            case '\n': field += "\\n"; break;
            case '\r': field += "\\r"; break;
            case '\t': field += "\\t"; break;
            case '\v': field += "\\v"; break;
            default: field += c;
        }
    }
    return field;
}

}  // namespace dbsync::postgres
