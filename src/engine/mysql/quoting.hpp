// SPDX-License-Identifier: MIT
// Quoting of identifiers and literals for MySQL and MariaDB, in sessions without ANSI_QUOTES and
// NO_BACKSLASH_ESCAPES (every session of ours is one).
#pragma once

#include "sql/statement_template.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dbsync::mysql {

// `ident` with doubled backticks.
[[nodiscard]] std::string quote_ident(std::string_view name);
// 'text' with backslash escapes.
[[nodiscard]] std::string quote_literal(std::string_view text);

// Each name quoted, put into the pattern ("{}" is the quoted name), joined.
[[nodiscard]] std::string quote_list(const std::vector<std::string>& names,
                                     std::string_view pattern = "{}",
                                     std::string_view separator = ", ");

inline constexpr sql::Quoting quoting{&quote_ident, &quote_literal};

}  // namespace dbsync::mysql
