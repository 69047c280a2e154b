// SPDX-License-Identifier: MIT
#include "engine/mysql/quoting.hpp"

namespace dbsync::mysql {

std::string quote_ident(std::string_view name) {
    std::string quoted = "`";
    for (const char c : name) {
        quoted += c;
        if (c == '`') {
            quoted += c;
        }
    }
    return quoted + "`";
}

std::string quote_literal(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) {
        switch (c) {
            case '\0': quoted += "\\0"; break;
            case '\n': quoted += "\\n"; break;
            case '\r': quoted += "\\r"; break;
            case '\x1a': quoted += "\\Z"; break;
            case '\'':
            case '\\':
                quoted += '\\';
                quoted += c;
                break;
            default: quoted += c;
        }
    }
    return quoted + "'";
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
        for (std::size_t i = 0; i < pattern.size(); ++i) {
            if (pattern.substr(i).starts_with("{}")) {
                list += quoted;
                ++i;
            } else {
                list += pattern[i];
            }
        }
    }
    return list;
}

}  // namespace dbsync::mysql
