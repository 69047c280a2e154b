// SPDX-License-Identifier: MIT
// SQLite's quoting of identifiers and literals.
#pragma once

#include "sql/statement_template.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dbsync::sqlite {

// "ident" with doubled double quotes; 'text' with doubled single quotes. A text with a NUL byte
// becomes CAST(x'…' AS TEXT), because the parser ends at NUL.
[[nodiscard]] std::string quote_ident(std::string_view name);
[[nodiscard]] std::string quote_literal(std::string_view text);

// Each name quoted, put into the pattern ("{}" is the quoted name), joined.
[[nodiscard]] std::string quote_list(const std::vector<std::string>& names,
                                     std::string_view pattern = "{}",
                                     std::string_view separator = ", ");

inline constexpr sql::Quoting quoting{&quote_ident, &quote_literal};

// Whether two names mean the same table or column: SQLite folds ASCII letters only.
[[nodiscard]] bool same_name(std::string_view a, std::string_view b) noexcept;

}  // namespace dbsync::sqlite
