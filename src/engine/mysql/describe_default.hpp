// SPDX-License-Identifier: MIT
// A column's default as information_schema shows it, in common words.
#pragma once

#include "row/schema_model.hpp"

#include <string>
#include <string_view>

namespace dbsync::mysql {

struct ShownDefault {
    std::string text;       // column_default; not NULL
    bool expression = false;  // MySQL: DEFAULT_GENERATED; it shows literals without quotes
    bool mariadb = false;     // which shows every default as an expression
};

// Fills in default_value or default_function. False if the default has no form elsewhere. `type` is
// the column's, as it is declared.
[[nodiscard]] bool carry_default(const ShownDefault& shown,
                                 std::string_view type,
                                 ModelColumn& column);

}  // namespace dbsync::mysql
