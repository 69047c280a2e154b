// SPDX-License-Identifier: MIT
#include "sql/type_words.hpp"

#include "sql/tokens.hpp"

#include <algorithm>
#include <array>

namespace dbsync::sql {

namespace {

// What may follow a type (MySQL 9.x, MariaDB and PostgreSQL 18 "CREATE TABLE"). COLLATE is not
// among them: it belongs to the type, or is refused for a key.
constexpr std::array<std::string_view, 24> behind{
    "not",       "null",       "default",        "check",       "constraint", "primary",
    "unique",    "key",        "references",     "generated",   "as",         "virtual",
    "stored",    "persistent", "auto_increment", "comment",     "on",         "visible",
    "invisible", "storage",    "column_format",  "compression", "deferrable", "initially"};

}  // namespace

std::optional<std::string> word_behind_type(std::string_view declared) {
    for (const Token& token : tokenize(declared, standard_tokens)) {
        const bool is_behind =
            token.kind == TokenKind::Word &&
            std::any_of(behind.begin(), behind.end(),
                        [&](std::string_view word) { return token.is_word(word); });
        if (is_behind) {
            return std::string{token.text};
        }
    }
    return std::nullopt;
}

}  // namespace dbsync::sql
