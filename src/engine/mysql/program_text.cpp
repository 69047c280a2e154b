// SPDX-License-Identifier: MIT
#include "engine/mysql/program_text.hpp"

#include "base/error.hpp"
#include "engine/mysql/dialect_words.hpp"
#include "engine/mysql/quoting.hpp"
#include "sql/tokens.hpp"

#include <algorithm>

namespace dbsync::mysql {

namespace {

using Tokens = std::vector<sql::Token>;

// `database` . name, the dot and the name on one line of tokens.
bool is_qualified(const Tokens& tokens, std::size_t i, const std::string& database) {
    return i + 2 < tokens.size() && tokens[i].is_name() && tokens[i + 1].is_symbol('.') &&
           tokens[i + 2].is_name() && tokens[i].name() == database &&
           (i == 0 || !tokens[i - 1].is_symbol('.'));
}

std::size_t find_word(const Tokens& tokens, std::size_t from, std::string_view word) {
    while (from + 1 < tokens.size() && !tokens[from].is_word(word)) {
        ++from;
    }
    return from;
}

std::string_view between(std::string_view text,
                         const Tokens& tokens,
                         std::size_t a,
                         std::size_t b) {
    return text.substr(tokens[a].begin, tokens[b].begin - tokens[a].begin);
}

// Behind a name that may be qualified.
std::size_t after_name(const Tokens& tokens, std::size_t i) {
    return i + 2 < tokens.size() && tokens[i + 1].is_symbol('.') ? i + 3 : i + 1;
}

struct Definer {
    std::size_t begin = 0;  // tokens; equal if there is none
    std::size_t end = 0;
};

// DEFINER = `user`@`host`, CURRENT_USER(), or a role.
Definer find_definer(const Tokens& tokens) {
    constexpr std::size_t header_max = 12;  // CREATE OR REPLACE ALGORITHM = … DEFINER
    const std::size_t begin = find_word(tokens, 0, "DEFINER");
    if (begin > header_max || begin + 3 >= tokens.size() || !tokens[begin + 1].is_symbol('=')) {
        return {};
    }
    std::size_t end = begin + 3;
    if (tokens[end].is_symbol('@')) {
        end += 2;
    } else if (tokens[end].is_symbol('(')) {
        end = sql::closing(tokens, end) + 1;
    }
    return {begin, end};
}

}  // namespace

std::string view_statement(std::string_view shown, const SchemaText& text) {
    const Tokens tokens = sql::tokenize(shown);
    sql::TextEdits edits{shown};
    for (std::size_t i = 0; i + 3 < tokens.size(); ++i) {
        if (is_qualified(tokens, i, text.database) &&
            (tokens[i + 3].is_symbol('(') || tokens[i + 3].is_symbol('.'))) {
            edits.replace(tokens[i].begin, tokens[i + 2].begin, "");
            i += 2;
        }
    }
    return edits.done();
}

std::string program_statement(std::string_view shown, const SchemaText& text) {
    const Tokens tokens = sql::tokenize(shown, rules_of(text.sql_mode));
    const std::string_view last_word =
        std::string_view{text.kind}.substr(text.kind.find_last_of(' ') + 1);
    const std::size_t name = find_word(tokens, 0, last_word) + 1;
    sql::TextEdits edits{shown};
    if (is_qualified(tokens, name, text.database)) {
        edits.replace(tokens[name].begin, tokens[name + 2].begin, "");
    }
    return edits.done();
}

std::string trigger_statement(std::string_view shown, const SchemaText& text) {
    const Tokens tokens = sql::tokenize(shown, rules_of(text.sql_mode));
    const Definer definer = find_definer(tokens);
    std::size_t name = find_word(tokens, definer.end, "TRIGGER") + 1;
    if (name + 2 < tokens.size() && tokens[name].is_word("IF") && tokens[name + 1].is_word("NOT")) {
        name += 3;
    }
    const std::size_t timing = after_name(tokens, name);
    const std::size_t on = find_word(tokens, timing, "ON");
    const std::size_t each = find_word(tokens, on + 1, "FOR");
    std::size_t body = each + 3;
    if (body + 2 >= tokens.size()) {
        throw Error{{.kind = ErrorKind::Internal,
                     .what_failed = "the server's text of trigger " + text.name + " cannot be read",
                     .hint = "report this with the output of SHOW CREATE TRIGGER"}};
    }
    if (tokens[body].is_word("FOLLOWS") || tokens[body].is_word("PRECEDES")) {
        body = after_name(tokens, body + 1);
    }
    return "CREATE " + std::string{between(shown, tokens, definer.begin, definer.end)} +
           "TRIGGER " + quote_ident(text.name) + " " +
           std::string{between(shown, tokens, timing, on)} + "ON " + quote_ident(text.table) +
           " FOR EACH ROW " + std::string{shown.substr(tokens[body].begin)};
}

std::string table_statement(std::string_view statement, const SchemaText& text) {
    const Tokens tokens = sql::tokenize(statement);
    sql::TextEdits edits{statement};
    for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
        if (is_qualified(tokens, i, text.database)) {
            edits.replace(tokens[i].begin, tokens[i + 2].begin, "");
            i += 2;
        }
    }
    return edits.done();
}

bool names_database(const SchemaText& text) {
    if (text.kind == "VIEW") {
        return false;  // view_statement() has seen to it; a table may be called like the database
    }
    const Tokens tokens = sql::tokenize(text.statement, rules_of(text.sql_mode));
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (is_qualified(tokens, i, text.database)) {
            return true;
        }
    }
    return false;
}

std::string without_definer(const SchemaText& text) {
    const Tokens tokens = sql::tokenize(text.statement, rules_of(text.sql_mode));
    const Definer definer = find_definer(tokens);
    sql::TextEdits edits{text.statement};
    edits.replace(tokens[definer.begin].begin, tokens[definer.end].begin, "");
    return edits.done();
}

std::string definer_of(const SchemaText& text) {
    const Tokens tokens = sql::tokenize(text.statement, rules_of(text.sql_mode));
    const Definer definer = find_definer(tokens);
    if (definer.end == definer.begin) {
        return {};
    }
    const std::size_t user = definer.begin + 2;
    return text.statement.substr(tokens[user].begin,
                                 tokens[definer.end - 1].end - tokens[user].begin);
}

}  // namespace dbsync::mysql
