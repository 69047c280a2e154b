// SPDX-License-Identifier: MIT
#include "engine/sqlite/text_rows.hpp"

#include "engine/sqlite/wire.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dbsync::sqlite {

namespace {

// Whether a terminal or a JSON document can take the bytes: well-formed UTF-8 (RFC 3629, section 4)
// without control characters.
bool is_plain(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        if (lead < 0x20 || lead == 0x7f || (lead >= 0x80 && lead < 0xc2) || lead > 0xf4 ||
            i + length > text.size()) {
            return false;
        }
        for (std::size_t k = 1; k < length; ++k) {
            const auto byte = static_cast<unsigned char>(text[i + k]);
            const int low = k > 1 ? 0x80 : lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
            const int high = k > 1 ? 0xbf : lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
            if (byte < low || byte > high) {
                return false;
            }
        }
        i += length;
    }
    return true;
}

std::string shown(const WireValue& value) {
    switch (value.tag) {
        case Tag::Null: return "NULL";
        case Tag::Integer: return std::to_string(value.integer);
        case Tag::Real: return fmt::format("{:.17g}", value.real);
        case Tag::Text:
            return is_plain(value.bytes) ? std::string{value.bytes}
                                         : "x'" + bound_text(value.bytes) + "'";
        case Tag::Blob: return "x'" + bound_text(value.bytes) + "'";
    }
    return {};
}

}  // namespace

std::vector<std::pair<std::string, std::string>> show_key(const Table& table,
                                                          std::string_view key) {
    WireReader values{key};
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const std::string& column : table.key) {
        pairs.emplace_back(column, shown(values.next()));
    }
    return pairs;
}

// A key column stands twice in a row, once in the key and once among the columns.
std::vector<std::string> differing_columns(const Table& table,
                                           std::string_view source_row,
                                           std::string_view target_row) {
    WireReader source{source_row};
    WireReader target{target_row};
    std::vector<std::string> names;
    for (const std::string& column : compared_columns(table)) {
        if (source.take(1) != target.take(1) &&
            std::find(names.begin(), names.end(), column) == names.end()) {
            names.push_back(column);
        }
    }
    return names;
}

}  // namespace dbsync::sqlite
