// SPDX-License-Identifier: MIT
#include "sql/statement_template.hpp"

#include "base/check.hpp"
#include "sql/assets.hpp"

#include <set>

namespace dbsync::sql {

namespace {

std::string joined(const std::vector<std::string>& pieces, std::string_view separator) {
    std::string text;
    for (const std::string& piece : pieces) {
        if (!text.empty()) {
            text += separator;
        }
        text += piece;
    }
    return text;
}

std::string fill(std::string_view pattern, const std::string& value) {
    std::string text;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern.substr(i, 2) == "{}") {
            text += value;
            ++i;
        } else {
            text += pattern[i];
        }
    }
    return text;
}

// Comment lines at the head of the file document it; the server does not need them.
std::string_view without_head_comment(std::string_view text) {
    while (text.starts_with("--")) {
        const auto end = text.find('\n');
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    }
    return text;
}

}  // namespace

std::string_view asset(std::string_view path) {
    for (const Asset& a : assets()) {
        if (a.path == path) {
            return a.text;
        }
    }
    DBSYNC_CHECK(false, std::string{path}.c_str());
}

Parameters& Parameters::ident(const std::string& name, std::string_view value) {
    values_["ident:" + name] = quoting_.ident(value);
    return *this;
}

Parameters& Parameters::ident(const std::string& name, const TableName& value) {
    values_["ident:" + name] = (value.schema.empty() ? "" : quoting_.ident(value.schema) + ".") +
                               quoting_.ident(value.name);
    return *this;
}

Parameters& Parameters::literal(const std::string& name, std::string_view value) {
    values_["literal:" + name] = quoting_.literal(value);
    return *this;
}

Parameters& Parameters::literal(const std::string& name, std::int64_t value) {
    values_["literal:" + name] = std::to_string(value);
    return *this;
}

Parameters& Parameters::columns(const std::string& name,
                                const std::vector<std::string>& names,
                                std::string_view pattern,
                                std::string_view separator) {
    std::vector<std::string> pieces;
    pieces.reserve(names.size());
    for (const std::string& column : names) {
        pieces.push_back(fill(pattern, quoting_.ident(column)));
    }
    values_["columns:" + name] = joined(pieces, separator);
    return *this;
}

Parameters& Parameters::parts(const std::string& name,
                              const std::vector<Rendered>& rendered,
                              std::string_view separator) {
    std::vector<std::string> pieces;
    pieces.reserve(rendered.size());
    for (const Rendered& part : rendered) {
        pieces.push_back(part.text);
    }
    values_["parts:" + name] = joined(pieces, separator);
    return *this;
}

Rendered render(std::string_view path, const Parameters& parameters) {
    std::string_view rest = without_head_comment(asset(path));
    std::string text;
    std::set<std::string, std::less<>> used;
    for (auto open = rest.find("{{"); open != std::string_view::npos; open = rest.find("{{")) {
        const auto close = rest.find("}}", open);
        DBSYNC_CHECK(close != std::string_view::npos, "placeholder without an end");
        const std::string_view name = rest.substr(open + 2, close - open - 2);
        const auto value = parameters.values_.find(name);
        DBSYNC_CHECK(value != parameters.values_.end(),
                     (std::string{path} + ": no value for " + std::string{name}).c_str());
        text += rest.substr(0, open);
        text += value->second;
        used.insert(std::string{name});
        rest = rest.substr(close + 2);
    }
    text += rest;
    for (const auto& [name, value] : parameters.values_) {
        DBSYNC_CHECK(used.contains(name), (std::string{path} + ": unused " + name).c_str());
    }
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) {
        text.pop_back();
    }
    return {std::string{path}, text};
}

}  // namespace dbsync::sql
