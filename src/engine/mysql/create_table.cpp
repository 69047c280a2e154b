// SPDX-License-Identifier: MIT
#include "engine/mysql/create_table.hpp"

#include "base/error.hpp"
#include "engine/mysql/quoting.hpp"
#include "sql/tokens.hpp"

#include <array>

namespace dbsync::mysql {

namespace {

using Tokens = std::vector<sql::Token>;

struct KindWord {
    std::string_view word;
    PartKind kind;
};

// The word that a part begins with, after CONSTRAINT `name`.
constexpr std::array kind_words{
    KindWord{"PRIMARY", PartKind::Primary},   KindWord{"UNIQUE", PartKind::Unique},
    KindWord{"KEY", PartKind::Index},         KindWord{"INDEX", PartKind::Index},
    KindWord{"FULLTEXT", PartKind::Fulltext}, KindWord{"SPATIAL", PartKind::Spatial},
    KindWord{"VECTOR", PartKind::Vector},     KindWord{"FOREIGN", PartKind::ForeignKey},
    KindWord{"CHECK", PartKind::Check},       KindWord{"PERIOD", PartKind::Period},
};

// Options that say where on a server's disks a table lies.
constexpr std::array<std::string_view, 2> place_words{"DATA", "INDEX"};

// The columns of an index: names, each perhaps with a length or a direction.
void read_columns(const Tokens& tokens, std::size_t open, TablePart& part) {
    const std::size_t end = sql::closing(tokens, open);
    for (std::size_t i = open + 1; i < end; ++i) {
        if (tokens[i].is_symbol('(')) {
            part.whole = false;
            part.expression = part.expression || !tokens[i - 1].is_name();
            i = sql::closing(tokens, i);
        } else if (tokens[i].kind == sql::TokenKind::Quoted) {
            part.columns.push_back(tokens[i].name());
        }
    }
}

void read_parent(const Tokens& tokens, TablePart& part) {
    for (std::size_t i = 0; i + 3 < tokens.size(); ++i) {
        if (tokens[i].is_word("REFERENCES")) {
            const bool qualified = tokens[i + 2].is_symbol('.');
            part.parent_schema = qualified ? tokens[i + 1].name() : std::string{};
            part.parent_table = tokens[qualified ? i + 3 : i + 1].name();
            return;
        }
    }
}

TablePart read_column(const Tokens& tokens, TablePart part) {
    part.name = tokens.front().name();
    for (const sql::Token& token : tokens) {
        part.auto_increment = part.auto_increment || token.is_word("AUTO_INCREMENT");
    }
    return part;
}

TablePart read_part(std::string_view text) {
    const Tokens tokens = sql::tokenize(text);
    TablePart part{.name = {}, .text = std::string{text}};
    if (tokens.front().kind == sql::TokenKind::Quoted) {
        return read_column(tokens, std::move(part));
    }
    std::size_t at = 0;
    if (tokens[at].is_word("CONSTRAINT")) {
        ++at;
        if (tokens[at].kind == sql::TokenKind::Quoted) {
            part.name = tokens[at++].name();
        }
    }
    for (const KindWord& each : kind_words) {
        if (tokens[at].is_word(each.word)) {
            part.kind = each.kind;
        }
    }
    for (; at + 1 < tokens.size() && !tokens[at].is_symbol('('); ++at) {
        if (tokens[at].kind == sql::TokenKind::Quoted && part.name.empty()) {
            part.name = tokens[at].name();
        }
    }
    if (part.kind != PartKind::Check && part.kind != PartKind::Period) {
        read_columns(tokens, at, part);
    }
    if (part.kind == PartKind::ForeignKey) {
        read_parent(tokens, part);
    }
    return part;
}

bool is_place(const Tokens& tokens, std::size_t i) {
    for (const std::string_view word : place_words) {
        if (tokens[i].is_word(word) && tokens[i + 1].is_word("DIRECTORY")) {
            return true;
        }
    }
    return false;
}

// Where the option that begins at `i` ends (exclusive), or `i` if it is one that stays.
std::size_t end_of_dropped(const Tokens& tokens, std::size_t i) {
    std::size_t end = i;
    if (tokens[i].is_word("AUTO_INCREMENT") || tokens[i].is_word("TABLESPACE")) {
        end = i + 1;
    } else if (is_place(tokens, i)) {
        end = i + 2;
    } else {
        return i;
    }
    return tokens[end].is_symbol('=') ? end + 2 : end + 1;
}

std::string read_options(std::string_view text) {
    const Tokens tokens = sql::tokenize(text);
    sql::TextEdits edits{text};
    for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
        const std::size_t end = end_of_dropped(tokens, i);
        if (end > i && end < tokens.size()) {
            edits.replace(tokens[i].begin, tokens[end].begin, "");
            i = end - 1;
        }
    }
    const std::string options = edits.done();
    const auto begin = options.find_first_not_of(" \n");
    return begin == std::string::npos ? std::string{} : options.substr(begin);
}

}  // namespace

CreateTable parse_create_table(std::string_view text) {
    const std::string open_text = sql::unwrapped(text);
    const std::string_view all = open_text;
    const Tokens tokens = sql::tokenize(all);
    std::size_t open = 0;
    while (open + 1 < tokens.size() && !tokens[open].is_symbol('(')) {
        ++open;
    }
    const std::size_t end = sql::closing(tokens, open);
    if (!tokens.front().is_word("CREATE") || end + 1 >= tokens.size()) {
        throw Error{{.kind = ErrorKind::Internal,
                     .what_failed = "the server's CREATE TABLE cannot be read",
                     .hint = "report this with the output of SHOW CREATE TABLE"}};
    }
    CreateTable table;
    std::size_t begin = open + 1;
    for (std::size_t i = begin; i <= end; ++i) {
        if (tokens[i].is_symbol('(')) {
            i = sql::closing(tokens, i);
        } else if (i == end || tokens[i].is_symbol(',')) {
            table.parts.push_back(read_part(
                all.substr(tokens[begin].begin, tokens[i - 1].end - tokens[begin].begin)));
            begin = i + 1;
        }
    }
    table.options = read_options(all.substr(tokens[end].end));
    return table;
}

std::string create_statement(const std::string& name, const CreateTable& table) {
    std::string text = "CREATE TABLE " + quote_ident(name) + " (";
    for (const TablePart& part : table.parts) {
        text += (text.ends_with('(') ? "\n  " : ",\n  ") + part.text;
    }
    return text + "\n) " + table.options;
}

std::string alter_statement(const std::string& name, std::span<const TablePart> parts) {
    std::string text = "ALTER TABLE " + quote_ident(name);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        text += (i == 0 ? "\n  ADD " : ",\n  ADD ") + parts[i].text;
    }
    return text;
}

}  // namespace dbsync::mysql
