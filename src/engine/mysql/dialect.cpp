// SPDX-License-Identifier: MIT
#include "engine/mysql/dialect.hpp"

#include "base/error.hpp"
#include "engine/mysql/create_table.hpp"
#include "engine/mysql/dialect_words.hpp"
#include "engine/mysql/quoting.hpp"
#include "sql/tokens.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace dbsync::mysql {

namespace {

using Tokens = std::vector<sql::Token>;
using Notes = std::vector<std::string>;

[[noreturn]] void refuse(const std::string& what, const std::string& hint) {
    throw Error{{.kind = ErrorKind::Unsupported, .what_failed = what, .hint = hint}};
}

void note(Notes& notes, std::string text) {
    if (std::find(notes.begin(), notes.end(), text) == notes.end()) {
        notes.push_back(std::move(text));
    }
}

// One way between two servers, for the text of one object.
struct Way {
    const Server& source;
    const Server& target;
    Notes& notes;

    [[nodiscard]] bool to_mariadb() const { return !source.mariadb && target.mariadb; }
    [[nodiscard]] bool to_mysql() const { return source.mariadb && !target.mariadb; }
};

std::string collation_on(const Way& way, const std::string& collation) {
    std::string carried = carry_collation(collation, way.target);
    if (carried != collation) {
        note(way.notes, "collation " + collation + " becomes " + carried);
    }
    return carried;
}

// The index of the value of an option: behind an equals sign, if there is one.
std::size_t value_of(const Tokens& tokens, std::size_t option) {
    const std::size_t next = std::min(option + 1, tokens.size() - 1);
    return tokens[next].is_symbol('=') ? std::min(next + 1, tokens.size() - 1) : next;
}

bool is_character_set(const Tokens& tokens, std::size_t i) {
    return tokens[i].is_word("CHARSET") ||
           (i > 0 && tokens[i].is_word("SET") && tokens[i - 1].is_word("CHARACTER"));
}

void require_character_set(const Way& way, const std::string& name) {
    if (way.target.mariadb && sql::same_word(name, "gb18030")) {
        refuse("MariaDB has no character set " + name,
               "convert the columns to utf8mb4 on the source");
    }
}

// What means the same in every part of a table: replaces token `i`, or nothing.
std::optional<std::string> common_word(const Way& way, const Tokens& tokens, std::size_t i) {
    if (i > 0 && tokens[i].is_name()) {
        const std::size_t before = tokens[i - 1].is_symbol('=') && i > 1 ? i - 2 : i - 1;
        if (tokens[before].is_word("COLLATE")) {
            return collation_on(way, tokens[i].name());
        }
        if (is_character_set(tokens, before)) {
            require_character_set(way, tokens[i].name());
        }
    }
    if (way.to_mariadb() && tokens[i].is_word("geomcollection")) {
        return "geometrycollection";
    }
    if (way.to_mysql() && tokens[i].is_word("PERSISTENT")) {
        return "STORED";
    }
    return std::nullopt;
}

// Types that the other server does not have but whose values it can hold as text.
std::optional<std::string> type_on(const Way& way,
                                   const sql::Token& type,
                                   const std::string& column) {
    const ForeignType* known = find_type(type.text);
    if (known == nullptr || has_type(*known, way.target)) {
        return std::nullopt;
    }
    if (known->instead.empty()) {
        refuse(fmt::format("column {} has the type {}, which {} does not have", column, type.text,
                           way.target.text),
               "change the column's type on the source, or leave the table out with --exclude");
    }
    note(way.notes, fmt::format("type {} becomes {}", type.text, known->instead));
    return std::string{known->instead};
}

// Behind the type: words of the source's that the target does without, or says otherwise. The
// tokens up to the returned index (exclusive) are replaced by `by`.
std::size_t column_words(const Way& way, const Tokens& tokens, std::size_t i, std::string& by) {
    by.clear();
    if (way.to_mariadb()) {
        if (tokens[i].is_word("SRID")) {
            // MariaDB's REF_SYSTEM_ID is no rule, and is forgotten (seen on 10.11 and 11.8); each
            // value keeps its own.
            note(way.notes, "a geometry column's SRID is no rule in MariaDB");
            return i + 2;
        }
        if (tokens[i].is_word("STORAGE") || tokens[i].is_word("COLUMN_FORMAT")) {
            return i + 2;
        }
        const bool computed = tokens[i].is_word("STORED") || tokens[i].is_word("VIRTUAL");
        if (computed && tokens[i + 1].is_word("NOT")) {
            note(way.notes, "a generated column's NOT NULL is left out");
            by = tokens[i].text;
            return i + 3;
        }
    }
    if (way.to_mysql() && tokens[i].is_word("COMPRESSED")) {
        note(way.notes, "column compression is left out");
        return i + 1;
    }
    if (way.to_mysql() && tokens[i].is_word("WITHOUT") && tokens[i + 1].is_word("SYSTEM")) {
        return i + 3;
    }
    return i;
}

// Where a default ends that MySQL takes in parentheses only (MySQL 9.x "Data Type Default Values"):
// whatever is neither a literal nor CURRENT_TIMESTAMP, and any default of a text or JSON.
std::size_t end_of_expression(const Tokens& tokens, std::size_t i, bool large) {
    const sql::Token& first = tokens[i];
    const bool call = tokens[i + 1].is_symbol('(');
    if (first.is_word("NULL") || first.is_symbol('(') || first.is_symbol('-')) {
        return i;
    }
    if (first.is_word("current_timestamp") || (!call && !large)) {
        return i;
    }
    const bool introduced = tokens[i + 1].kind == sql::TokenKind::String;  // x'00', _latin1'a'
    return call ? sql::closing(tokens, i + 1) + 1 : i + (introduced ? 2U : 1U);
}

std::string carry_default(
    const Way& way, const Tokens& tokens, std::string_view text, std::size_t i, std::size_t end) {
    const std::string_view value =
        text.substr(tokens[i].begin, tokens[end - 1].end - tokens[i].begin);
    if (tokens[i].is_word("nextval") || tokens[i].is_word("lastval")) {
        refuse("a default takes its value from a sequence, which " + way.target.text +
                   " does not have",
               "use AUTO_INCREMENT on the source, or leave the table out with --exclude");
    }
    return "(" + std::string{value} + ")";
}

std::string translate_column(const Way& way, const TablePart& part) {
    const std::string_view text = part.text;
    const Tokens tokens = sql::tokenize(text);
    sql::TextEdits edits{text};
    const bool large = is_large_type(tokens[1].text);
    for (std::size_t i = 1; i + 1 < tokens.size(); ++i) {
        std::string by;
        std::size_t end = i;
        if (const auto type = i == 1 ? type_on(way, tokens[1], part.name) : std::nullopt) {
            by = *type;
            end = i + 1;
        } else if (way.to_mysql() && tokens[i - 1].is_word("DEFAULT") &&
                   (end = end_of_expression(tokens, i, large)) > i) {
            by = carry_default(way, tokens, text, i, end);
        } else if (const auto word = common_word(way, tokens, i)) {
            by = *word;
            end = i + 1;
        } else {
            end = column_words(way, tokens, i, by);
        }
        if (end > i) {
            edits.replace(tokens[i].begin, tokens[end - 1].end, by);
            i = end - 1;
        }
    }
    return edits.done();
}

// An index or constraint, or ADD … of several.
std::string translate_words(const Way& way, std::string_view text) {
    const Tokens tokens = sql::tokenize(text);
    sql::TextEdits edits{text};
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
        std::optional<std::string> by = common_word(way, tokens, i);
        if (way.to_mariadb() && tokens[i].is_word("INVISIBLE")) {
            by = "IGNORED";
        } else if (way.to_mysql() && tokens[i].is_word("IGNORED")) {
            by = "INVISIBLE";
        }
        if (by) {
            edits.replace(tokens[i].begin, tokens[i].end, *by);
        }
    }
    return edits.done();
}

bool has_words(std::string_view text, std::string_view first, std::string_view second) {
    const Tokens tokens = sql::tokenize(text);
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
        if (tokens[i].is_word(first) && tokens[i + 1].is_word(second)) {
            return true;
        }
    }
    return false;
}

// MariaDB names a table's checks CONSTRAINT_1, … ; in MySQL a name is taken once a database.
std::string translate_check(const Way& way, const TablePart& part) {
    std::string text = translate_words(way, part.text);
    if (way.to_mysql() && part.name.starts_with("CONSTRAINT_")) {
        text.erase(0, text.find("CHECK"));
    }
    return text;
}

std::string translate_options(const Way& way, std::string_view text) {
    const Tokens tokens = sql::tokenize(text);
    sql::TextEdits edits{text};
    if (way.to_mysql() && has_words(text, "SYSTEM", "VERSIONING")) {
        refuse("it is system-versioned", "leave it out with --exclude");
    }
    const bool other = way.source.mariadb != way.target.mariadb;
    int depth = 0;
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
        depth += tokens[i].is_symbol('(') ? 1 : tokens[i].is_symbol(')') ? -1 : 0;
        const bool foreign = other && depth == 0 && is_foreign_option(tokens[i], way.target);
        if (foreign) {
            const std::size_t value = value_of(tokens, i);
            note(way.notes, "option " + tokens[i].name() + " is left out");
            edits.replace(tokens[i].begin, tokens[value].end, "");
            i = value;
        } else if (const auto by = common_word(way, tokens, i)) {
            edits.replace(tokens[i].begin, tokens[i].end, *by);
        }
    }
    return edits.done();
}

std::string translate_table(const Way& way, const SchemaText& text) {
    CreateTable table = parse_create_table(text.statement);
    std::vector<TablePart> parts;
    for (TablePart part : table.parts) {
        if (part.kind == PartKind::Column) {
            part.text = translate_column(way, part);
        } else if (part.kind == PartKind::Check) {
            if (way.to_mariadb() && has_words(part.text, "NOT", "ENFORCED")) {
                note(way.notes, "check " + part.name + ", which is not enforced, is left out");
                continue;
            }
            part.text = translate_check(way, part);
        } else {
            part.text = translate_words(way, part.text);
        }
        parts.push_back(std::move(part));
    }
    table.parts = std::move(parts);
    table.options = translate_options(way, table.options);
    return create_statement(text.name, table);
}

void require_needs(const SchemaText& text, const Server& target) {
    for (const std::string& need : text.needs) {
        if (!has_feature(need, target)) {
            refuse(target.text + " has no " + need,
                   "drop it on the source, or leave the table out with --exclude");
        }
    }
}

// MySQL 9 writes REPLICA where MariaDB knows SLAVE.
std::string translate_event(const Way& way, std::string_view text, const sql::TokenRules& rules) {
    const Tokens tokens = sql::tokenize(text, rules);
    sql::TextEdits edits{text};
    for (std::size_t i = 2; i + 1 < tokens.size() && !tokens[i].is_word("DO"); ++i) {
        const bool here = tokens[i - 1].is_word("ON") && tokens[i - 2].is_word("DISABLE");
        if (here && (tokens[i].is_word("REPLICA") || tokens[i].is_word("SLAVE"))) {
            edits.replace(tokens[i].begin, tokens[i].end, way.target.mariadb ? "SLAVE" : "REPLICA");
        }
    }
    return edits.done();
}

}  // namespace

Translation translate(const SchemaText& text, const Server& target) {
    Translation result;
    const Way way{text.server, target, result.notes};
    try {
        require_needs(text, target);
        if (text.kind == "TABLE") {
            result.statement = translate_table(way, text);
        } else if (text.kind == "INDEX" || text.kind == "FOREIGN KEY") {
            result.statement = translate_words(way, text.statement);
        } else if (text.kind == "EVENT") {
            result.statement = translate_event(way, text.statement, rules_of(text.sql_mode));
        } else {
            result.statement = text.statement;
        }
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Unsupported) {
            throw;
        }
        ErrorFields fields = error.fields();
        const std::string table = text.kind == "TABLE" ? text.name : text.table;
        fields.what_failed = fmt::format("{} {} cannot be carried to the target: {}", text.kind,
                                         text.name, fields.what_failed);
        fields.table = table;
        throw Error{fields};
    }
    return result;
}

}  // namespace dbsync::mysql
