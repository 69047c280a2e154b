// SPDX-License-Identifier: MIT
// The words of a statement as a server's own lexer sees them (MySQL 9.x "Language Structure",
// PostgreSQL 18 "Lexical Structure", SQLite "SQL As Understood By SQLite"): enough to find one's
// way in what a server prints, whatever the names and texts in it are.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dbsync::sql {

enum class TokenKind {
    Word,     // a keyword, a name without quotes, digits
    Quoted,   // `name`, or "name" with ansi_quotes, or [name] with brackets
    String,   // 'text', or "text" without ansi_quotes
    Symbol,   // one character
    Comment,  // -- …, # …, /* … */
    Open,     // of a comment that the server executes: /*!80023, /*M!100301
    Close,    // its end
};

struct Token {
    TokenKind kind = TokenKind::Symbol;
    std::size_t begin = 0;  // in the text
    std::size_t end = 0;
    std::string_view text;

    [[nodiscard]] bool is_word(std::string_view word) const noexcept;  // in any case
    [[nodiscard]] bool is_symbol(char symbol) const noexcept;
    [[nodiscard]] bool is_name() const noexcept {
        return kind == TokenKind::Word || kind == TokenKind::Quoted;
    }
    // A name without its quotes.
    [[nodiscard]] std::string name() const;
};

// Without a word: MySQL's.
struct TokenRules {
    bool ansi_quotes = false;
    bool backslash_escapes = true;
    bool hash_comments = true;  // # begins a comment, -- only with a blank behind it
    bool brackets = false;      // [name]
};

inline constexpr TokenRules standard_tokens{
    .ansi_quotes = true, .backslash_escapes = false, .hash_comments = false, .brackets = false};

// The tokens look into `text`, which must outlive them. Ends with a Comment of length 0.
[[nodiscard]] std::vector<Token> tokenize(std::string_view text, const TokenRules& rules = {});

// The index of the parenthesis that closes the one at `open`; the last token's if there is none.
[[nodiscard]] std::size_t closing(const std::vector<Token>& tokens, std::size_t open);

// The text with what comments for certain versions hold laid open.
[[nodiscard]] std::string unwrapped(std::string_view text);

// Replacements in a text, made all at once. They must not overlap, and come in order.
class TextEdits {
  public:
    explicit TextEdits(std::string_view text) : text_{text} {}
    void replace(std::size_t begin, std::size_t end, std::string_view by);
    [[nodiscard]] std::string done();

  private:
    std::string_view text_;
    std::size_t done_ = 0;
    std::string result_;
};

[[nodiscard]] bool same_word(std::string_view a, std::string_view b) noexcept;

}  // namespace dbsync::sql
