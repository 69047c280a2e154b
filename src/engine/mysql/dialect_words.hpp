// SPDX-License-Identifier: MIT
// What one of the servers has and the other has not: types, table options and features, by name;
// and how either reads its words.
#pragma once

#include "engine/mysql/server.hpp"
#include "sql/tokens.hpp"

#include <string>
#include <string_view>

namespace dbsync::mysql {

struct ForeignType {
    std::string_view name;
    int mariadb_min;  // first version that has it; 0: none has
    int mysql_min;
    std::string_view instead;  // a type that keeps its values' text; empty: there is none
};

// A type that not every server has; nullptr for the others.
[[nodiscard]] const ForeignType* find_type(std::string_view name) noexcept;
[[nodiscard]] bool has_type(const ForeignType& type, const Server& server) noexcept;

// TEXT, BLOB, JSON and geometry: MySQL takes only expressions as their defaults.
[[nodiscard]] bool is_large_type(std::string_view name) noexcept;

// A table option that the target, the other kind of server, does not know; a speed or a place, but
// nothing that changes what a table holds.
[[nodiscard]] bool is_foreign_option(const sql::Token& option, const Server& target) noexcept;

// Names of SchemaText::needs.
inline constexpr const char* functional_key = "functional key parts";
inline constexpr const char* vector_index = "VECTOR index of this form";
inline constexpr const char* long_unique = "unique index over whole texts (USING HASH)";
inline constexpr const char* without_overlaps = "application-time periods";
inline constexpr const char* other_parser = "full-text parser of MySQL's";
[[nodiscard]] bool has_feature(std::string_view feature, const Server& server) noexcept;

// The rules that an sql_mode ("ANSI_QUOTES,NO_BACKSLASH_ESCAPES,…") asks for.
[[nodiscard]] sql::TokenRules rules_of(std::string_view sql_mode);

}  // namespace dbsync::mysql
