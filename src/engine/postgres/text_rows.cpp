// SPDX-License-Identifier: MIT
#include "engine/postgres/text_rows.hpp"

#include "engine/postgres/row_query.hpp"

#include <algorithm>

namespace dbsync::postgres {

std::vector<std::pair<std::string, std::string>> show_key(const Table& table,
                                                          std::string_view key) {
    const auto fields = decode_fields(key);
    if (table.key_shape == KeyShape::WholeRow) {
        return {{"row hash", fields.front().value_or("")}};
    }
    std::vector<std::pair<std::string, std::string>> shown;
    for (std::size_t i = 0; i < std::min(fields.size(), table.key.size()); ++i) {
        shown.emplace_back(table.key[i], fields[i].value_or(""));
    }
    return shown;
}

std::vector<std::string> differing_columns(const Table& table,
                                           std::string_view source_row,
                                           std::string_view target_row) {
    const auto source = decode_fields(source_row);
    const auto target = decode_fields(target_row);
    const auto first = static_cast<std::size_t>(key_field_count(table));
    std::vector<std::string> names;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const std::size_t field = first + i;
        const bool both = field < source.size() && field < target.size();
        if (!both || source[field] != target[field]) {
            names.push_back(table.columns[i].name);
        }
    }
    return names;
}

}  // namespace dbsync::postgres
