// SPDX-License-Identifier: MIT
#include "engine/mysql/target_grants.hpp"

#include "engine/mysql/quoting.hpp"

#include <optional>
#include <string_view>

namespace dbsync::mysql {

namespace {

// A backquoted identifier at the beginning of `text`, which is moved behind it.
std::optional<std::string> take_ident(std::string_view& text) {
    if (!text.starts_with('`')) {
        return std::nullopt;
    }
    std::string name;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] != '`') {
            name += text[i];
        } else if (i + 1 < text.size() && text[i + 1] == '`') {
            name += text[i++];
        } else {
            text.remove_prefix(i + 1);
            return name;
        }
    }
    return std::nullopt;
}

// Whether what stands behind ON is the database, or a pattern that it fits.
bool covers(Connection& connection, std::string_view object) {
    const std::optional<std::string> pattern = take_ident(object);
    return pattern && object.starts_with(".*") &&
           (*pattern == connection.database() ||
            connection.run("SELECT DATABASE() LIKE " + quote_literal(*pattern)).boolean(0, 0));
}

// "SELECT, INSERT (`a`, `b`), CREATE VIEW": those for single columns are left out.
void add_privileges(std::string_view list, std::set<std::string>& privileges) {
    std::string name;
    int depth = 0;
    bool columns = false;
    const auto end = [&] {
        if (!columns && !name.empty()) {
            privileges.insert(name);
        }
        name.clear();
        columns = false;
    };
    for (const char c : list) {
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        columns = columns || depth > 0;
        if (depth == 0 && c == ',') {
            end();
        } else if (depth == 0 && (c != ' ' || !name.empty())) {
            name += c;
        }
    }
    end();
}

}  // namespace

Grants read_grants(Connection& connection) {
    constexpr std::string_view begin = "GRANT ";
    constexpr std::string_view on = " ON ";
    Grants grants;
    const Result rows = connection.run("SHOW GRANTS");
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        std::string_view line = rows.text(row, 0);
        const auto at = line.find(on);
        if (!line.starts_with(begin) || at == std::string_view::npos) {
            continue;
        }
        const std::string_view list = line.substr(begin.size(), at - begin.size());
        const std::string_view object = line.substr(at + on.size());
        if (object.starts_with("*.*")) {
            add_privileges(list, grants.global_privileges);
        } else if (covers(connection, object)) {
            add_privileges(list, grants.privileges);
        }
    }
    grants.privileges.insert(grants.global_privileges.begin(), grants.global_privileges.end());
    return grants;
}

}  // namespace dbsync::mysql
