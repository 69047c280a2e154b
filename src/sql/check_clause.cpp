// SPDX-License-Identifier: MIT
#include "sql/check_clause.hpp"

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <utility>

namespace dbsync::sql {

namespace {

// What may be compared with one another.
enum class Family { Number, Float, Date, DateTime, Bool, Text, Other };

// A literal of so many digits is the same number as a float.
constexpr std::size_t float_digits_max = 15;

Family family_of(const ModelType& type, const CheckDialect& dialect) noexcept {
    switch (type.kind) {
        case Kind::Int:
        case Kind::Decimal: return Family::Number;
        case Kind::Float64: return Family::Float;  // servers compare it with others in two ways
        case Kind::Date: return dialect.dates_are_texts ? Family::Other : Family::Date;
        case Kind::DateTime: return dialect.dates_are_texts ? Family::Other : Family::DateTime;
        case Kind::Bool: return Family::Bool;
        case Kind::Text:
            return dialect.equal_texts_are_alike && !type.ignores_case && !type.fixed_length &&
                           type.members.empty()
                       ? Family::Text
                       : Family::Other;
        case Kind::Float32:
        case Kind::Bytes:
        case Kind::Time:
        case Kind::Instant:
        case Kind::Json:
        case Kind::Uuid:
        case Kind::Bits: return Family::Other;
    }
    return Family::Other;
}

bool has_order(Family family) noexcept {
    return family == Family::Number || family == Family::Float || family == Family::Date ||
           family == Family::DateTime;
}

struct Operand {
    std::string sql;
    Family family = Family::Other;
    bool literal = false;
    std::string text = {};  // a text literal with its quotes; empty for anything else
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

    ClauseReader(std::string_view clause,
                 const std::vector<ModelColumn>& columns,
                 const CheckDialect& dialect)
        : tokens_{tokenize(clause, dialect.tokens)}, columns_{columns}, dialect_{dialect} {
        const auto last = std::prev(tokens_.end());
        tokens_.erase(std::remove_if(tokens_.begin(), last,
                                     [](const Token& each) {
                                         return each.kind == TokenKind::Comment;
                                     }),
                      last);
    }

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
    Sql list(const Operand& left, char open, char close);
    Sql array(const Operand& left);
    std::string comparing();
    std::optional<Operand> operand();
    std::optional<Operand> plain_operand();
    std::optional<Operand> cast(Operand operand);
    std::string type_name();
    std::optional<Operand> column();
    std::optional<Operand> number();
    std::optional<Operand> text();
    std::optional<Operand> beside(const Operand& left);

    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    const std::vector<ModelColumn>& columns_;
    const CheckDialect& dialect_;
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
        const Sql inside = list(left, '(', ')');
        return inside ? Sql{left.sql + negated + " IN " + *inside} : std::nullopt;
    }
    if (take_word("between")) {
        const auto low = beside(left);
        const auto high = low && take_word("and") ? beside(left) : std::nullopt;
        return high && has_order(left.family)
                   ? Sql{left.sql + negated + " BETWEEN " + low->sql + " AND " + high->sql}
                   : std::nullopt;
    }
    const std::string sign = negated.empty() ? comparing() : std::string{};
    const bool equality = sign == "=" || sign == "<>";
    if (sign.empty() || (!equality && !has_order(left.family))) {
        return std::nullopt;
    }
    if (equality && take_word(sign == "=" ? "any" : "all")) {
        const Sql inside = array(left);
        return inside ? Sql{left.sql + (sign == "=" ? " IN " : " NOT IN ") + *inside}
                      : std::nullopt;
    }
    const auto right = beside(left);
    return right ? Sql{left.sql + " " + sign + " " + right->sql} : std::nullopt;
}

ClauseReader::Sql ClauseReader::list(const Operand& left, char open, char close) {
    std::string all = "(";
    if (!take(open)) {
        return std::nullopt;
    }
    do {
        const auto each = beside(left);
        if (!each) {
            return std::nullopt;
        }
        all += (all.size() > 1 ? ", " : "") + each->sql;
    } while (take(','));
    return take(close) ? Sql{all + ")"} : std::nullopt;
}

// PostgreSQL prints x IN (1, 2) as x = ANY (ARRAY[1, 2]), with casts of the array in parentheses.
ClauseReader::Sql ClauseReader::array(const Operand& left) {
    int open = 0;
    while (take('(')) {
        ++open;
    }
    const Sql inside = open > 0 && take_word("array") ? list(left, '[', ']') : std::nullopt;
    while (inside && open > 0) {
        if (take(')')) {
            --open;
        } else if (type_name() != "text[]" || left.family != Family::Text) {
            return std::nullopt;
        }
    }
    return inside;
}

// <=> is none: other servers have another word for it.
std::string ClauseReader::comparing() {
    std::string sign;
    while (now().kind == TokenKind::Symbol && sign.size() < 3 &&
           std::string_view{"<>=!"}.find(now().text) != std::string_view::npos) {
        sign += now().text;
        ++at_;
    }
    sign = sign == "!=" ? "<>" : sign == "==" ? "=" : sign;
    for (const char* each : {"=", "<>", "<", ">", "<=", ">="}) {
        if (sign == each) {
            return sign;
        }
    }
    return {};
}

// What `left` can be compared with everywhere.
std::optional<Operand> ClauseReader::beside(const Operand& left) {
    auto right = operand();
    if (!right || (left.literal && right->literal)) {
        return std::nullopt;
    }
    if (left.family == Family::Bool && (right->sql == "0" || right->sql == "1")) {
        right = Operand{right->sql == "0" ? "FALSE" : "TRUE", Family::Bool, true};
    }
    if (left.family == Family::Text && right->literal && !right->text.empty()) {
        right->family = Family::Text;
    }
    const auto short_number = [](const Operand& of) {
        return of.literal && of.family == Family::Number && of.sql.size() <= float_digits_max;
    };
    const bool as_float = (left.family == Family::Float && short_number(*right)) ||
                          (right->family == Family::Float && short_number(left));
    const bool as_date = right->literal && right->family == Family::Date &&
                         left.family == Family::DateTime;
    return right->family == left.family || as_date || as_float ? right : std::nullopt;
}

std::optional<Operand> ClauseReader::operand() {
    std::optional<Operand> found = plain_operand();
    while (found && now().is_symbol(':')) {
        found = cast(*std::move(found));
    }
    return found;
}

std::optional<Operand> ClauseReader::plain_operand() {
    if (now().is_symbol('(')) {
        ++at_;
        const auto inner = operand();
        return inner && take(')') ? inner : std::nullopt;
    }
    if (const auto found = column()) {
        return found;
    }
    for (const char* word : {"false", "true"}) {
        if (take_word(word)) {
            return Operand{word[0] == 'f' ? "FALSE" : "TRUE", Family::Bool, true};
        }
    }
    if (now().is_word("_utf8mb3") || now().is_word("_utf8mb4") || now().is_word("_latin1")) {
        ++at_;
    }
    return now().kind == TokenKind::String ? text() : number();
}

// "::double precision", without the colons; empty where none stands here.
std::string ClauseReader::type_name() {
    std::string name;
    if (!take(':') || !take(':')) {
        return name;
    }
    while (now().kind == TokenKind::Word) {
        name += (name.empty() ? "" : " ") + std::string{now().text};
        ++at_;
    }
    if (take('[')) {
        name += take(']') ? "[]" : "?";
    }
    return name;
}

// Casts that leave the value as it is.
std::optional<Operand> ClauseReader::cast(Operand operand) {
    const std::string type = type_name();
    const auto is_one_of = [&](std::initializer_list<std::string_view> types) {
        return std::find(types.begin(), types.end(), type) != types.end();
    };
    bool kept = type == "numeric" && operand.family == Family::Number;
    if (operand.literal && operand.family == Family::Number) {
        const bool whole = operand.sql.find_first_of(".eE") == std::string::npos;
        kept = kept || type == "double precision" ||
               (whole && is_one_of({"smallint", "integer", "bigint"}));
    }
    kept = kept || (type == "date" && operand.family == Family::Date) ||
           (type == "timestamp without time zone" &&
            (operand.family == Family::DateTime || operand.family == Family::Date));
    const bool is_text = operand.literal ? !operand.text.empty() : operand.family == Family::Text;
    kept = kept || (is_text && is_one_of({"text", "character varying"}));
    return kept ? std::optional{std::move(operand)} : std::nullopt;
}

std::optional<Operand> ClauseReader::column() {
    if (!now().is_name()) {
        return std::nullopt;
    }
    const std::string name = now().name();
    const auto found = std::find_if(
        columns_.begin(), columns_.end(), [&](const ModelColumn& each) {
            return dialect_.folds_names ? same_word(each.name, name) : each.name == name;
        });
    if (found == columns_.end()) {
        return std::nullopt;
    }
    ++at_;
    return Operand{.sql = double_quoted(found->name), .family = family_of(found->type, dialect_)};
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

// A date's text is one of both, until it is seen what it is compared with.
std::optional<Operand> ClauseReader::text() {
    const std::string_view quoted = now().text;
    const std::string inside{quoted.substr(1, quoted.size() < 2 ? 0 : quoted.size() - 2)};
    if (inside.find('\\') != std::string::npos || quoted.front() != '\'') {
        return std::nullopt;  // servers differ in what that means
    }
    ++at_;
    const Family family = canonical_date(inside)       ? Family::Date
                          : canonical_datetime(inside) ? Family::DateTime
                                                       : Family::Other;
    return Operand{
        .sql = std::string{quoted}, .family = family, .literal = true, .text = std::string{quoted}};
}

}  // namespace

std::optional<std::string> portable_check(std::string_view clause,
                                          const std::vector<ModelColumn>& columns,
                                          const CheckDialect& dialect) {
    return ClauseReader{clause, columns, dialect}.run();
}

}  // namespace dbsync::sql
