// SPDX-License-Identifier: MIT
// Rows of form Compare, shown to a person.
#pragma once

#include "row/table.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbsync::mysql {

// See engine/engine_text.hpp.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> show_key(const Table& table,
                                                                        std::string_view key);
[[nodiscard]] std::vector<std::string> differing_columns(const Table& table,
                                                         std::string_view source_row,
                                                         std::string_view target_row);

}  // namespace dbsync::mysql
