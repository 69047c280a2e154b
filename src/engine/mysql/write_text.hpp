// SPDX-License-Identifier: MIT
// Texts on their way into a column: whether it keeps them as they are.
#pragma once

#include "engine/mysql/translator_types.hpp"
#include "engine/translate.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dbsync::mysql {

// Of CHAR, VARCHAR, the TEXTs, ENUM, SET and types that are taken as text.
[[nodiscard]] std::optional<NoForm> write_text(const ColumnCrossing& crossing,
                                               const DeclaredType& type,
                                               std::string_view canonical,
                                               std::string& out);

// The beginning of a value, for a message.
[[nodiscard]] std::string shown(std::string_view text);

}  // namespace dbsync::mysql
