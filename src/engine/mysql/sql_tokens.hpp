// SPDX-License-Identifier: MIT
// The words of a statement as the servers' own lexer sees them (MySQL 9.x "Language Structure"):
// enough to find one's way in what SHOW CREATE prints, whatever the names and texts in it are.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dbsync::mysql {

enum class TokenKind {
    Word,     // a keyword, a name without quotes, digits
    Quoted,   // `name`, or "name" with ANSI_QUOTES
    String,   // 'text', or "text" without ANSI_QUOTES
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

struct TokenRules {
    bool ansi_quotes = false;
    bool backslash_escapes = true;
};

// The rules that an sql_mode ("ANSI_QUOTES,NO_BACKSLASH_ESCAPES,…") asks for.
[[nodiscard]] TokenRules rules_of(std::string_view sql_mode);

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

}  // namespace dbsync::mysql
