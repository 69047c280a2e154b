// SPDX-License-Identifier: MIT
// Check constraints that other servers read in the same way.
#pragma once

#include "row/schema_model.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dbsync::mysql {

// The condition with column names in double quotes, as ModelTable::checks has it; nothing unless it
// consists of comparisons of number and date columns with one another and with literals. Texts are
// compared by collations, which other servers do not have.
[[nodiscard]] std::optional<std::string> portable_check(std::string_view clause,
                                                        const std::vector<ModelColumn>& columns);

}  // namespace dbsync::mysql
