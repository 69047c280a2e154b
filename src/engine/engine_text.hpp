// SPDX-License-Identifier: MIT
// How an engine's keys and rows are shown to a person (verification results, messages).
#pragma once

#include "engine/endpoint.hpp"
#include "row/table.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbsync {

// In what form the two ends of a move hand out keys and rows.
enum class RowText { Postgres, Mysql, Sqlite, Canonical };
[[nodiscard]] RowText row_text(EngineKind source, EngineKind target) noexcept;

// The key in front of a Compare row as (column, text) pairs; {"row hash", …} without a key.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> show_key(RowText form,
                                                                        const Table& table,
                                                                        std::string_view key);

// Names of the columns in which two Compare rows (key included) of the same key differ.
[[nodiscard]] std::vector<std::string> differing_columns(RowText form,
                                                         const Table& table,
                                                         std::string_view source_row,
                                                         std::string_view target_row);

}  // namespace dbsync
