// SPDX-License-Identifier: MIT
#include "engine/mysql/text_rows.hpp"

#include "engine/mysql/wire.hpp"

#include <algorithm>

namespace dbsync::mysql {

namespace {

// Fields keep their escapes: what is shown has no control characters then.
std::string shown(std::string_view field) {
    return field == "\\N" ? "NULL" : std::string{field};
}

}  // namespace

std::vector<std::pair<std::string, std::string>> show_key(const Table& table,
                                                          std::string_view key) {
    const std::vector<std::string_view> fields = fields_of(key);
    std::vector<std::pair<std::string, std::string>> pairs;
    if (table.key_shape == KeyShape::WholeRow) {
        pairs.emplace_back("row hash", shown(fields.front()));
        return pairs;
    }
    for (std::size_t i = 0; i < std::min(fields.size(), table.key.size()); ++i) {
        pairs.emplace_back(table.key[i], shown(fields[i]));
    }
    return pairs;
}

// The key stands in front of the columns.
std::vector<std::string> differing_columns(const Table& table,
                                           std::string_view source_row,
                                           std::string_view target_row) {
    const std::vector<std::string_view> source = fields_of(source_row);
    const std::vector<std::string_view> target = fields_of(target_row);
    const std::size_t key = std::max<std::size_t>(1, table.key.size());
    std::vector<std::string> names;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        if (key + i < source.size() && key + i < target.size() &&
            source[key + i] != target[key + i]) {
            names.push_back(table.columns[i].name);
        }
    }
    return names;
}

}  // namespace dbsync::mysql
