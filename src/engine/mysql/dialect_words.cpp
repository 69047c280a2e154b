// SPDX-License-Identifier: MIT
#include "engine/mysql/dialect_words.hpp"

#include <algorithm>
#include <array>

namespace dbsync::mysql {

namespace {

// MariaDB "UUID Data Type" (10.7), "INET6" (10.5), "INET4" (10.10), "VECTOR" (11.7), "XMLTYPE"
// (12.3); MySQL 9.x "The VECTOR Type".
constexpr std::array foreign_types{
    ForeignType{"uuid", 100700, 0, "char(36) CHARACTER SET ascii COLLATE ascii_general_ci"},
    ForeignType{"inet6", 100500, 0, "varchar(39) CHARACTER SET ascii COLLATE ascii_general_ci"},
    ForeignType{"inet4", 101000, 0, "varchar(15) CHARACTER SET ascii COLLATE ascii_general_ci"},
    ForeignType{"vector", 110700, 90000, ""},
    ForeignType{"xmltype", 120300, 0, ""},
};

constexpr std::array<std::string_view, 14> large_types{
    "tinytext", "text",  "mediumtext", "longtext", "tinyblob",   "blob",     "mediumblob",
    "longblob", "point", "linestring", "polygon",  "multipoint", "geometry", "json"};

constexpr std::array<std::string_view, 6> mysql_options{
    "ENCRYPTION",       "COMPRESSION",      "AUTOEXTEND_SIZE",
    "ENGINE_ATTRIBUTE", "SECONDARY_ENGINE", "SECONDARY_ENGINE_ATTRIBUTE"};

constexpr std::array<std::string_view, 4> mariadb_options{"PAGE_CHECKSUM", "TRANSACTIONAL",
                                                          "IETF_QUOTES", "SEQUENCE"};

template <class Words>
bool contains(const Words& words, std::string_view word) noexcept {
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view each) { return sql::same_word(each, word); });
}

}  // namespace

const ForeignType* find_type(std::string_view name) noexcept {
    const auto found =
        std::find_if(foreign_types.begin(), foreign_types.end(),
                     [&](const ForeignType& each) { return sql::same_word(each.name, name); });
    return found == foreign_types.end() ? nullptr : &*found;
}

bool has_type(const ForeignType& type, const Server& server) noexcept {
    const int first = server.mariadb ? type.mariadb_min : type.mysql_min;
    return first != 0 && server.version >= first;
}

bool is_large_type(std::string_view name) noexcept {
    return contains(large_types, name);
}

// Options of MariaDB's storage engines are printed in backticks.
bool is_foreign_option(const sql::Token& option, const Server& target) noexcept {
    if (option.kind == sql::TokenKind::Word) {
        return target.mariadb ? contains(mysql_options, option.text)
                              : contains(mariadb_options, option.text);
    }
    return option.kind == sql::TokenKind::Quoted && !target.mariadb;
}

bool has_feature(std::string_view feature, const Server& server) noexcept {
    const bool of_mysql = feature == functional_key || feature == other_parser;
    return of_mysql != server.mariadb;
}

sql::TokenRules rules_of(std::string_view sql_mode) {
    return {.ansi_quotes = sql_mode.find("ANSI_QUOTES") != std::string_view::npos,
            .backslash_escapes = sql_mode.find("NO_BACKSLASH_ESCAPES") == std::string_view::npos};
}

}  // namespace dbsync::mysql
