// SPDX-License-Identifier: MIT
#include "engine/sqlite/table_text.hpp"

namespace dbsync::sqlite {

// REFERENCES is no name there.
std::vector<bool> deferred_keys(std::string_view text) {
    const std::vector<sql::Token> tokens = sql::tokenize(text, table_tokens);
    std::vector<bool> deferred;
    int depth = 0;
    for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
        depth += tokens[i].is_symbol('(') ? 1 : tokens[i].is_symbol(')') ? -1 : 0;
        if (depth == 0 && tokens[i].is_symbol(';')) {
            break;  // the indexes' texts follow
        }
        if (tokens[i].is_word("REFERENCES")) {
            deferred.push_back(false);
        } else if (!deferred.empty() && tokens[i].is_word("DEFERRABLE") &&
                   tokens[i + 1].is_word("INITIALLY") && tokens[i + 2].is_word("DEFERRED") &&
                   !tokens[i - 1].is_word("NOT")) {
            deferred.back() = true;
        }
    }
    return deferred;
}

std::vector<std::string> conflict_clauses(std::string_view text) {
    const std::vector<sql::Token> tokens = sql::tokenize(text, table_tokens);
    std::vector<std::string> clauses;
    int depth = 0;
    for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
        depth += tokens[i].is_symbol('(') ? 1 : tokens[i].is_symbol(')') ? -1 : 0;
        if (depth == 0 && tokens[i].is_symbol(';')) {
            break;
        }
        if (tokens[i].is_word("ON") && tokens[i + 1].is_word("CONFLICT") &&
            !tokens[i + 2].is_word("ABORT")) {
            clauses.push_back("ON CONFLICT " + std::string{tokens[i + 2].text});
        }
    }
    return clauses;
}

}  // namespace dbsync::sqlite
