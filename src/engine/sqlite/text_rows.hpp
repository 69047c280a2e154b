// SPDX-License-Identifier: MIT
// SQLite's keys and rows as a person reads them; see engine/engine_text.hpp.
#pragma once

#include "row/table.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbsync::sqlite {

// Texts as they are, blobs (and texts that are no UTF-8) as x'…', NULL as NULL.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> show_key(const Table& table,
                                                                        std::string_view key);

[[nodiscard]] std::vector<std::string> differing_columns(const Table& table,
                                                         std::string_view source_row,
                                                         std::string_view target_row);

}  // namespace dbsync::sqlite
