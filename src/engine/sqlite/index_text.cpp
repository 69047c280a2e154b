// SPDX-License-Identifier: MIT
#include "engine/sqlite/index_text.hpp"

#include "engine/sqlite/quoting.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace dbsync::sqlite {

namespace {

enum class TokenKind { Name, QuotedName, Other };

struct Token {
    TokenKind kind = TokenKind::Other;
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string name;  // unquoted, for the two kinds of names
};

bool is_name_char(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
}

// The end of a quoted run that begins at `at`; a doubled quote stands for itself.
std::size_t quoted_end(std::string_view sql, std::size_t at, char close, std::string& content) {
    for (std::size_t i = at + 1; i < sql.size(); ++i) {
        if (sql[i] == close) {
            if (close != ']' && i + 1 < sql.size() && sql[i + 1] == close) {
                ++i;
            } else {
                return i + 1;
            }
        }
        content += sql[i];
    }
    return sql.size();
}

// The end of a comment or of white space at `at`, or `at`.
std::size_t skip_blank(std::string_view sql, std::size_t at) {
    if (std::isspace(static_cast<unsigned char>(sql[at])) != 0) {
        return at + 1;
    }
    if (sql.substr(at, 2) == "--") {
        return std::min(sql.find('\n', at), sql.size());
    }
    if (sql.substr(at, 2) == "/*") {
        const auto end = sql.find("*/", at + 2);
        return end == std::string_view::npos ? sql.size() : end + 2;
    }
    return at;
}

Token next_token(std::string_view sql, std::size_t at) {
    Token token{.begin = at, .name = {}};
    const char c = sql[at];
    if (c == '"' || c == '`' || c == '[') {
        token.kind = TokenKind::QuotedName;
        token.end = quoted_end(sql, at, c == '[' ? ']' : c, token.name);
    } else if (c == '\'') {
        std::string literal;
        token.end = quoted_end(sql, at, c, literal);
    } else if (is_name_char(c)) {
        token.end = at;
        while (token.end < sql.size() && is_name_char(sql[token.end])) {
            ++token.end;
        }
        if (std::isdigit(static_cast<unsigned char>(c)) == 0) {
            token.kind = TokenKind::Name;
            token.name = sql.substr(at, token.end - at);
        }
    } else {
        token.end = at + 1;
    }
    return token;
}

std::vector<Token> tokenize(std::string_view sql) {
    std::vector<Token> tokens;
    for (std::size_t at = 0; at < sql.size();) {
        const std::size_t after_blank = skip_blank(sql, at);
        if (after_blank != at) {
            at = after_blank;
            continue;
        }
        tokens.push_back(next_token(sql, at));
        at = tokens.back().end;
    }
    return tokens;
}

bool is_word(const Token& token, std::string_view word) {
    return token.kind == TokenKind::Name && same_name(token.name, word);
}

// The text of tokens [first, last) without a trailing ASC, DESC and COLLATE x.
std::string part_text(std::string_view sql,
                      const std::vector<Token>& tokens,
                      std::size_t first,
                      std::size_t last) {
    if (last - first > 1 &&
        (is_word(tokens[last - 1], "ASC") || is_word(tokens[last - 1], "DESC"))) {
        --last;
    }
    if (last - first > 2 && is_word(tokens[last - 2], "COLLATE")) {
        last -= 2;
    }
    return std::string{sql.substr(tokens[first].begin, tokens[last - 1].end - tokens[first].begin)};
}

std::size_t list_begin(std::string_view sql, const std::vector<Token>& tokens) {
    for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
        if (is_word(tokens[i], "ON") && sql[tokens[i + 2].begin] == '(') {
            return i + 3;
        }
    }
    return tokens.size();
}

}  // namespace

IndexText parse_index(std::string_view sql) {
    const std::vector<Token> tokens = tokenize(sql);
    IndexText index;
    std::size_t first = list_begin(sql, tokens);
    int depth = 1;
    std::size_t i = first;
    for (; i < tokens.size() && depth > 0; ++i) {
        const char c = tokens[i].kind == TokenKind::Other ? sql[tokens[i].begin] : 'x';
        depth += c == '(' ? 1 : (c == ')' ? -1 : 0);
        if ((c == ',' && depth == 1) || depth == 0) {
            index.parts.push_back(part_text(sql, tokens, first, i));
            first = i + 1;
        }
    }
    if (i < tokens.size() && is_word(tokens[i], "WHERE")) {
        index.where = sql.substr(tokens[i].end);
    }
    return index;
}

std::vector<std::string> names_in(std::string_view expression) {
    std::vector<std::string> names;
    for (const Token& token : tokenize(expression)) {
        if (token.kind != TokenKind::Other) {
            names.push_back(token.name);
        }
    }
    return names;
}

bool compares(std::string_view expression) {
    static constexpr std::array<std::string_view, 6> words{"IS",   "IN",     "BETWEEN",
                                                           "CASE", "ISNULL", "NOTNULL"};
    const std::vector<Token> tokens = tokenize(expression);
    return std::any_of(tokens.begin(), tokens.end(), [&](const Token& token) {
        if (token.kind == TokenKind::Other) {
            const char c = expression[token.begin];
            return c == '=' || c == '<' || c == '>';
        }
        return std::any_of(words.begin(), words.end(),
                           [&](std::string_view word) { return is_word(token, word); });
    });
}

}  // namespace dbsync::sqlite
