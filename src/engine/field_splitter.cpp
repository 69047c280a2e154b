// SPDX-License-Identifier: MIT
#include "engine/field_splitter.hpp"

#include "base/check.hpp"
#include "base/long_bytes.hpp"

#include <algorithm>

namespace dbsync {

void make_room(std::string& rows, std::span<const WireValueView> values) {
    std::size_t bytes = 2 * values.size() + 1;
    for (const WireValueView& value : values) {
        bytes += value.text.size();
    }
    make_room(rows, bytes);
}

void FieldSplitter::split(std::string_view& rows,
                          std::size_t columns,
                          std::vector<WireValueView>& values) {
    if (held_.size() < columns) {
        held_.resize(columns);
    }
    const auto end = std::min(rows.find('\n'), rows.size());  // a newline in a field is an escape
    std::string_view line = rows.substr(0, end);
    rows.remove_prefix(std::min(end + 1, rows.size()));
    values.clear();
    for (std::size_t place = 0; place < columns; ++place) {
        const auto tab = std::min(line.find('\t'), line.size());
        values.push_back(take(line.substr(0, tab), place));
        DBSYNC_CHECK(place + 1 == columns || tab < line.size(), "a row has all its fields");
        line.remove_prefix(std::min(tab + 1, line.size()));
    }
}

// The field as it is in the row, unless there is an escape in it. Where a backslash in front is
// the only one, as in a bytea, what it stands for is the rest as it is.
WireValueView FieldSplitter::take(std::string_view field, std::size_t place) {
    if (field == "\\N") {
        return {};
    }
    const auto escape = field.find('\\');
    if (escape == std::string_view::npos) {
        return {.null = false, .storage = 't', .text = field};
    }
    if (escape == 0 && field.starts_with("\\\\") && field.find('\\', 2) == std::string_view::npos) {
        return {.null = false, .storage = 't', .text = field.substr(1)};
    }
    if (held_[place].capacity() > long_value_bytes) {
        release(held_[place]);
    }
    held_[place].clear();
    make_room(held_[place], field.size());
    unescape_(field, held_[place]);
    return {.null = false, .storage = 't', .text = held_[place]};
}

}  // namespace dbsync
