// SPDX-License-Identifier: MIT
// Identifiers and literals (PostgreSQL 12-18, documentation section 4.1 "Lexical Structure").
#include "engine/postgres/connection.hpp"

namespace dbsync::postgres {

std::string quote_ident(std::string_view name) {
    std::string quoted{'"'};
    for (const char c : name) {
        quoted += c;
        if (c == '"') {
            quoted += c;
        }
    }
    quoted += '"';
    return quoted;
}

std::string quote_literal(std::string_view text) {
    std::string quoted = text.find('\\') == std::string_view::npos ? "'" : "E'";
    for (const char c : text) {
        quoted += c;
        if (c == '\'' || c == '\\') {
            quoted += c;
        }
    }
    quoted += '\'';
    return quoted;
}

std::string qualified(const TableName& name) {
    return quote_ident(name.schema) + "." + quote_ident(name.name);
}

std::string array_text(std::span<const std::string> elements) {
    std::string text = "{";
    for (const std::string& element : elements) {
        text += text.size() == 1 ? "\"" : ",\"";
        for (const char c : element) {
            if (c == '"' || c == '\\') {
                text += '\\';
            }
            text += c;
        }
        text += '"';
    }
    return text + "}";
}

}  // namespace dbsync::postgres
