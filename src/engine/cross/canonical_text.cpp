// SPDX-License-Identifier: MIT
#include "engine/cross/canonical_text.hpp"

#include "engine/cross/rows.hpp"

#include "row/canonical.hpp"

#include <algorithm>

namespace dbsync::cross {

namespace {

// Fields keep their escapes: what is shown has no control characters then.
std::string shown(std::string_view field) {
    return field == "\\N" ? "NULL" : std::string{field};
}

// The columns whose fields a row has: all, or those that the source does not compute.
std::vector<std::string> columns_of(const Table& table, std::size_t fields) {
    std::vector<std::string> names;
    for (const Column& column : table.columns) {
        if (fields == table.columns.size() || !column.generated) {
            names.push_back(column.name);
        }
    }
    return names;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> show_key(const Table& table,
                                                          std::string_view key) {
    const std::vector<std::string_view> fields = canonical_fields(key);
    std::vector<std::pair<std::string, std::string>> pairs;
    if (fields.size() != table.key.size()) {
        pairs.emplace_back("row digest", shown(fields.front()));
        return pairs;
    }
    for (std::size_t i = 0; i < fields.size(); ++i) {
        pairs.emplace_back(table.key[i], shown(fields[i]));
    }
    return pairs;
}

// The columns stand at the end of the row, behind the key.
std::vector<std::string> differing_columns(const Table& table,
                                           std::string_view source_row,
                                           std::string_view target_row) {
    const std::vector<std::string_view> source = canonical_fields(source_row);
    const std::vector<std::string_view> target = canonical_fields(target_row);
    const std::size_t key = std::max<std::size_t>(1, table.key.size());
    const auto is_aside = [&](const std::vector<std::string_view>& row) {
        return row.size() > key && row[key] == put_aside_mark;
    };
    if (is_aside(source) || is_aside(target)) {
        return {"the row that is put aside"};
    }
    if (source.size() != target.size() || source.size() <= key) {
        return {};
    }
    const std::vector<std::string> names = columns_of(table, source.size() - key);
    std::vector<std::string> differing;
    for (std::size_t i = 0; i < std::min(names.size(), source.size() - key); ++i) {
        if (source[key + i] != target[key + i]) {
            differing.push_back(names[i]);
        }
    }
    return differing;
}

}  // namespace dbsync::cross
