// SPDX-License-Identifier: MIT
#include "engine/sqlite/quoting.hpp"

#include <algorithm>

namespace dbsync::sqlite {

namespace {

std::string doubled(std::string_view text, char quote) {
    std::string quoted{quote};
    for (const char c : text) {
        quoted += c;
        if (c == quote) {
            quoted += quote;
        }
    }
    quoted += quote;
    return quoted;
}

char folded(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::string quote_ident(std::string_view name) {
    return doubled(name, '"');
}

std::string quote_literal(std::string_view text) {
    if (text.find('\0') == std::string_view::npos) {
        return doubled(text, '\'');
    }
    static constexpr char digits[] = "0123456789abcdef";
    std::string hex;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        hex += digits[byte >> 4U];
        hex += digits[byte & 15U];
    }
    return "CAST(x'" + hex + "' AS TEXT)";
}

std::string quote_list(const std::vector<std::string>& names,
                       std::string_view pattern,
                       std::string_view separator) {
    std::string list;
    for (const std::string& name : names) {
        if (!list.empty()) {
            list += separator;
        }
        const std::string quoted = quote_ident(name);
        std::string_view rest = pattern;
        for (auto at = rest.find("{}"); at != std::string_view::npos; at = rest.find("{}")) {
            list += rest.substr(0, at);
            list += quoted;
            rest = rest.substr(at + 2);
        }
        list += rest;
    }
    return list;
}

bool same_name(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return folded(x) == folded(y); });
}

}  // namespace dbsync::sqlite
