// SPDX-License-Identifier: MIT
#include "sql/tokens.hpp"

#include "base/check.hpp"

#include <algorithm>

namespace dbsync::sql {

namespace {

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_space(char c) noexcept {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

bool is_word_char(char c) noexcept {
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80U;
}

class Lexer {
  public:
    Lexer(std::string_view text, const TokenRules& rules) : text_{text}, rules_{rules} {}

    std::vector<Token> run() {
        while (skip_space(), at_ < text_.size()) {
            const std::size_t begin = at_;
            const TokenKind kind = next();
            add(kind, begin);
        }
        add(TokenKind::Comment, at_);
        return std::move(tokens_);
    }

  private:
    void add(TokenKind kind, std::size_t begin) {
        tokens_.push_back({kind, begin, at_, text_.substr(begin, at_ - begin)});
    }

    void skip_space() {
        while (at_ < text_.size() && is_space(text_[at_])) {
            ++at_;
        }
    }

    [[nodiscard]] bool here(std::string_view what) const {
        return text_.substr(at_, what.size()) == what;
    }

    TokenKind next() {
        const char c = text_[at_];
        if (c == '`' || c == '"' || c == '\'') {
            quoted(c);
            return c == '`' || (c == '"' && rules_.ansi_quotes) ? TokenKind::Quoted
                                                                : TokenKind::String;
        }
        if (c == '[' && rules_.brackets) {
            up_to("]");
            return TokenKind::Quoted;
        }
        if (here("/*!") || here("/*M!")) {
            at_ = text_.find('!', at_) + 1;
            run_of(&is_digit);
            open_ = true;
            return TokenKind::Open;
        }
        if (open_ && here("*/")) {
            at_ += 2;
            open_ = false;
            return TokenKind::Close;
        }
        if (here("/*")) {
            up_to("*/");
            return TokenKind::Comment;
        }
        if (begins_line_comment()) {
            up_to("\n");
            return TokenKind::Comment;
        }
        if (is_word_char(c)) {
            run_of(&is_word_char);
            return TokenKind::Word;
        }
        ++at_;
        return TokenKind::Symbol;
    }

    bool begins_line_comment() const {
        const bool dashes = here("--");
        if (!rules_.hash_comments) {
            return dashes;
        }
        return text_[at_] == '#' ||
               (dashes && (at_ + 2 == text_.size() || is_space(text_[at_ + 2])));
    }

    void run_of(bool (*belongs)(char) noexcept) {
        while (at_ < text_.size() && belongs(text_[at_])) {
            ++at_;
        }
    }

    void up_to(std::string_view end) {
        const auto found = text_.find(end, at_ + 1);
        at_ = found == std::string_view::npos ? text_.size() : found + end.size();
    }

    // A doubled quote stands for itself; it makes two tokens' worth of text into one.
    void quoted(char quote) {
        const bool escapes =
            quote != '`' && rules_.backslash_escapes && !(quote == '"' && rules_.ansi_quotes);
        for (++at_; at_ < text_.size(); ++at_) {
            if (escapes && text_[at_] == '\\') {
                ++at_;
            } else if (text_[at_] == quote) {
                if (at_ + 1 >= text_.size() || text_[at_ + 1] != quote) {
                    ++at_;
                    return;
                }
                ++at_;
            }
        }
        at_ = text_.size();
    }

    std::string_view text_;
    TokenRules rules_;
    std::size_t at_ = 0;
    bool open_ = false;
    std::vector<Token> tokens_;
};

}  // namespace

bool same_word(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

bool Token::is_word(std::string_view word) const noexcept {
    return kind == TokenKind::Word && same_word(text, word);
}

bool Token::is_symbol(char symbol) const noexcept {
    return kind == TokenKind::Symbol && text.front() == symbol;
}

std::string Token::name() const {
    if (kind != TokenKind::Quoted) {
        return std::string{text};
    }
    std::string result;
    const char quote = text.front();
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        result += text[i];
        if (text[i] == quote && quote != '[') {
            ++i;
        }
    }
    return result;
}

std::vector<Token> tokenize(std::string_view text, const TokenRules& rules) {
    return Lexer{text, rules}.run();
}

std::size_t closing(const std::vector<Token>& tokens, std::size_t open) {
    int depth = 0;
    for (std::size_t i = open; i < tokens.size(); ++i) {
        depth += tokens[i].is_symbol('(') ? 1 : tokens[i].is_symbol(')') ? -1 : 0;
        if (depth == 0) {
            return i;
        }
    }
    return tokens.size() - 1;
}

std::string unwrapped(std::string_view text) {
    TextEdits edits{text};
    for (const Token& token : tokenize(text)) {
        if (token.kind == TokenKind::Open || token.kind == TokenKind::Close) {
            edits.replace(token.begin, token.end, "");
        }
    }
    return edits.done();
}

void TextEdits::replace(std::size_t begin, std::size_t end, std::string_view by) {
    DBSYNC_CHECK(begin >= done_ && end >= begin, "edits in order");
    result_ += text_.substr(done_, begin - done_);
    result_ += by;
    done_ = end;
}

std::string TextEdits::done() {
    result_ += text_.substr(done_);
    return std::move(result_);
}

}  // namespace dbsync::sql
