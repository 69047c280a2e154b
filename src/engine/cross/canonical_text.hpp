// SPDX-License-Identifier: MIT
// Canonical rows of form Compare, shown to a person. See engine/engine_text.hpp.
#pragma once

#include "row/table.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbsync::cross {

[[nodiscard]] std::vector<std::pair<std::string, std::string>> show_key(const Table& table,
                                                                        std::string_view key);
[[nodiscard]] std::vector<std::string> differing_columns(const Table& table,
                                                         std::string_view source_row,
                                                         std::string_view target_row);

}  // namespace dbsync::cross
