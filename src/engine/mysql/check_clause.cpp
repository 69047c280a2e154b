// SPDX-License-Identifier: MIT
#include "engine/mysql/check_clause.hpp"

#include "engine/mysql/sql_tokens.hpp"

#include <algorithm>

namespace dbsync::mysql {

namespace {

// What may be compared with one another.
enum class Family { Number, Date, DateTime, Other };

Family family_of(Kind kind) noexcept {
    switch (kind) {
        case Kind::Int:
        case Kind::Decimal:
        case Kind::Float64: return Family::Number;
        case Kind::Date: return Family::Date;
        case Kind::DateTime: return Family::DateTime;
        case Kind::Bool:
        case Kind::Float32:
        case Kind::Text:
        case Kind::Bytes:
        case Kind::Time:
        case Kind::Instant:
        case Kind::Json:
        case Kind::Uuid:
        case Kind::Bits: return Family::Other;
    }
    return Family::Other;
}

struct Operand {
    std::string sql;
    Family family = Family::Other;
    bool literal = false;
};

std::string double_quoted(const std::string& name) {
    std::string quoted = "\"";
    for (const char c : name) {
        quoted += c == '"' ? "\"\"" : std::string(1, c);
    }
    return quoted + "\"";
}

// Reads a condition as both servers print them, with or without all their parentheses. Every
// reader below either takes what it knows and gives it back in portable words, or gives nothing.
class ClauseReader {
  public:
    using Sql = std::optional<std::string>;

    ClauseReader(std::string_view clause, const std::vector<ModelColumn>& columns)
        : tokens_{tokenize(clause)}, columns_{columns} {}

    Sql run() {
        Sql all = any();
        return all && at_ + 1 == tokens_.size() ? all : std::nullopt;
    }

  private:
    const Token& now() const { return tokens_[at_]; }
    bool take_word(std::string_view word) {
        const bool is = now().is_word(word);
        at_ += is ? 1 : 0;
        return is;
    }
    bool take(char symbol) {
        const bool is = now().is_symbol(symbol);
        at_ += is ? 1 : 0;
        return is;
    }

    Sql joined(const char* word, Sql (ClauseReader::*part)());
    Sql any() { return joined("or", &ClauseReader::every); }
    Sql every() { return joined("and", &ClauseReader::one); }
    Sql one();
    Sql comparison();
    Sql comparison_with(const Operand& left);
    Sql list(const Operand& left);
    std::string comparing();
    std::optional<Operand> operand();
    std::optional<Operand> column();
    std::optional<Operand> number();
    std::optional<Operand> text();
    std::optional<Operand> beside(const Operand& left);

    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    const std::vector<ModelColumn>& columns_;
};

ClauseReader::Sql ClauseReader::joined(const char* word, Sql (ClauseReader::*part)()) {
    Sql all = (this->*part)();
    while (all && take_word(word)) {
        const Sql next = (this->*part)();
        all = next ? Sql{*all + " " + (word[0] == 'o' ? "OR " : "AND ") + *next} : std::nullopt;
    }
    return all;
}

ClauseReader::Sql ClauseReader::one() {
    if (take_word("not")) {
        const Sql inner = one();
        return inner ? Sql{"NOT " + *inner} : std::nullopt;
    }
    const std::size_t begin = at_;
    if (take('(')) {
        const Sql inner = any();
        if (inner && take(')')) {
            return "(" + *inner + ")";
        }
        at_ = begin;  // an operand in parentheses
    }
    return comparison();
}

ClauseReader::Sql ClauseReader::comparison() {
    const std::optional<Operand> left = operand();
    if (!left) {
        return std::nullopt;
    }
    if (take_word("is")) {
        const bool negated = take_word("not");
        return take_word("null") ? Sql{left->sql + (negated ? " IS NOT NULL" : " IS NULL")}
                                 : std::nullopt;
    }
    return left->family == Family::Other ? std::nullopt : comparison_with(*left);
}

ClauseReader::Sql ClauseReader::comparison_with(const Operand& left) {
    const std::string negated = take_word("not") ? " NOT" : "";
    if (take_word("in")) {
        const Sql inside = list(left);
        return inside ? Sql{left.sql + negated + " IN " + *inside} : std::nullopt;
    }
    if (take_word("between")) {
        const auto low = beside(left);
        const auto high = low && take_word("and") ? beside(left) : std::nullopt;
        return high ? Sql{left.sql + negated + " BETWEEN " + low->sql + " AND " + high->sql}
                    : std::nullopt;
    }
    const std::string sign = negated.empty() ? comparing() : std::string{};
    const auto right = sign.empty() ? std::nullopt : beside(left);
    return right ? Sql{left.sql + " " + sign + " " + right->sql} : std::nullopt;
}

ClauseReader::Sql ClauseReader::list(const Operand& left) {
    std::string all = "(";
    if (!take('(')) {
        return std::nullopt;
    }
    do {
        const auto each = beside(left);
        if (!each) {
            return std::nullopt;
        }
        all += (all.size() > 1 ? ", " : "") + each->sql;
    } while (take(','));
    return take(')') ? Sql{all + ")"} : std::nullopt;
}

// <=> is none: other servers have another word for it.
std::string ClauseReader::comparing() {
    std::string sign;
    while (now().kind == TokenKind::Symbol && sign.size() < 3 &&
           std::string_view{"<>=!"}.find(now().text) != std::string_view::npos) {
        sign += now().text;
        ++at_;
    }
    sign = sign == "!=" ? "<>" : sign;
    for (const char* each : {"=", "<>", "<", ">", "<=", ">="}) {
        if (sign == each) {
            return sign;
        }
    }
    return {};
}

// What `left` can be compared with everywhere.
std::optional<Operand> ClauseReader::beside(const Operand& left) {
    const auto right = operand();
    const bool fits = right && right->family == left.family && !(left.literal && right->literal);
    const bool as_date = right && right->literal && right->family == Family::Date &&
                         left.family == Family::DateTime;
    return fits || as_date ? right : std::nullopt;
}

std::optional<Operand> ClauseReader::operand() {
    if (now().is_symbol('(')) {
        ++at_;
        const auto inner = operand();
        return inner && take(')') ? inner : std::nullopt;
    }
    if (now().kind == TokenKind::Quoted) {
        return column();
    }
    if (now().is_word("_utf8mb3") || now().is_word("_utf8mb4") || now().is_word("_latin1")) {
        ++at_;
    }
    return now().kind == TokenKind::String ? text() : number();
}

std::optional<Operand> ClauseReader::column() {
    const std::string name = now().name();
    const auto found = std::find_if(columns_.begin(), columns_.end(),
                                    [&](const ModelColumn& each) { return each.name == name; });
    if (found == columns_.end()) {
        return std::nullopt;
    }
    ++at_;
    return Operand{.sql = double_quoted(name), .family = family_of(found->type.kind)};
}

std::optional<Operand> ClauseReader::number() {
    std::string digits;
    if (take('-')) {
        const auto rest = operand();
        return rest && rest->literal && rest->family == Family::Number &&
                       !rest->sql.starts_with('-')
                   ? std::optional{Operand{"-" + rest->sql, Family::Number, true}}
                   : std::nullopt;
    }
    while (now().kind == TokenKind::Word || now().is_symbol('.')) {
        if (now().text.find_first_not_of("0123456789.eE") != std::string_view::npos ||
            (!digits.empty() && tokens_[at_ - 1].end != now().begin)) {
            break;
        }
        digits += now().text;
        ++at_;
    }
    return canonical_decimal(digits)
               ? std::optional{Operand{.sql = digits, .family = Family::Number, .literal = true}}
               : std::nullopt;
}

std::optional<Operand> ClauseReader::text() {
    const std::string_view quoted = now().text;
    const std::string inside{quoted.substr(1, quoted.size() < 2 ? 0 : quoted.size() - 2)};
    ++at_;
    if (canonical_date(inside)) {
        return Operand{.sql = "'" + inside + "'", .family = Family::Date, .literal = true};
    }
    return canonical_datetime(inside) ? std::optional{Operand{.sql = "'" + inside + "'",
                                                              .family = Family::DateTime,
                                                              .literal = true}}
                                      : std::nullopt;
}

}  // namespace

std::optional<std::string> portable_check(std::string_view clause,
                                          const std::vector<ModelColumn>& columns) {
    return ClauseReader{clause, columns}.run();
}

}  // namespace dbsync::mysql
