// SPDX-License-Identifier: MIT
// Check constraints that every server reads in the same way.
#pragma once

#include "row/schema_model.hpp"
#include "sql/tokens.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dbsync::sql {

// How the server that the condition comes from reads it.
struct CheckDialect {
    TokenRules tokens = {};
    // Texts are equal exactly where their characters are. Other collations are nobody else's.
    bool equal_texts_are_alike = false;
    bool dates_are_texts = false;  // and compared as such
    // Names are found whatever their case.
    bool folds_names = false;
};

// The condition with column names in double quotes, as ModelTable::checks has it; nothing unless it
// consists of comparisons of columns with one another and with literals: numbers and dates by
// order, booleans and (where the dialect allows) texts by equality.
[[nodiscard]] std::optional<std::string> portable_check(std::string_view clause,
                                                        const std::vector<ModelColumn>& columns,
                                                        const CheckDialect& dialect = {});

}  // namespace dbsync::sql
