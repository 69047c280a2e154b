// SPDX-License-Identifier: MIT
// What only the text of a CREATE TABLE says: the catalogue does not have it.
#pragma once

#include "sql/tokens.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dbsync::sqlite {

inline constexpr sql::TokenRules table_tokens{.ansi_quotes = true,
                                              .backslash_escapes = false,
                                              .hash_comments = false,
                                              .brackets = true};

// Whether each of a table's foreign keys is DEFERRABLE INITIALLY DEFERRED, as the text has them.
[[nodiscard]] std::vector<bool> deferred_keys(std::string_view text);

// "ON CONFLICT REPLACE": those that do not abort the statement, which is what every server does.
[[nodiscard]] std::vector<std::string> conflict_clauses(std::string_view text);

}  // namespace dbsync::sqlite
