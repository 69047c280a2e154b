// SPDX-License-Identifier: MIT
// A schema in words that every engine understands: what the source's engine describes and the
// target's engine makes statements of. What does not fit in here is listed as left behind.
#pragma once

#include "row/canonical.hpp"
#include "row/table.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dbsync {

// A column's type: the kind of its values, and what narrows it.
struct ModelType {
    Kind kind = Kind::Text;
    // Int: bytes 1, 2, 3, 4 or 8. Float: unused. Text: longest in characters, Bytes: in bytes,
    // Bits: in bits; 0 is without limit. Decimal: digits in all, 0 without limit.
    std::uint32_t size = 0;
    std::uint32_t scale = 0;   // Decimal: digits of the fraction; Time, DateTime, Instant: likewise
    bool is_unsigned = false;  // Int
    bool fixed_length = false; // Text, Bytes: padded by the source's server
    bool ignores_case = false; // Text: equal values may be spelled differently on the source
    std::vector<std::string> members;  // Text: the only values (an enum); empty: any
    bool many_members = false;         // Text: a comma-separated set of `members`
    // What the type cannot say on the target: "time zone is kept as UTC", shown by check.
    std::string note = {};
};

struct ModelColumn {
    std::string name;
    std::string source_type;  // as the source declares it
    ModelType type;
    std::string declared = {};  // the operator's choice in the target's own words; else empty
    bool not_null = false;
    bool auto_increment = false;  // AUTO_INCREMENT, identity, serial, SQLite's INTEGER PRIMARY KEY
    // A literal in canonical form, or one of the functions below; nothing: no default, or none
    // that carries over (then `left_behind` of the model names it).
    std::optional<std::string> default_value;
    // CurrentTimestamp is the session's time of day where the type has no zone, UtcTimestamp is
    // UTC's (SQLite's CURRENT_TIMESTAMP); so with dates.
    enum class DefaultFunction {
        None, CurrentTimestamp, UtcTimestamp, CurrentDate, UtcDate, RandomUuid
    };
    DefaultFunction default_function = DefaultFunction::None;
    std::string comment;
};

struct ModelIndex {
    std::string name;
    std::vector<std::string> columns;
    std::vector<bool> descending;
    bool unique = false;
};

struct ModelForeignKey {
    std::string name;
    std::vector<std::string> columns;
    TableName parent;  // the source's name
    std::vector<std::string> parent_columns;
    std::string on_delete = "NO ACTION";  // CASCADE, SET NULL, SET DEFAULT, RESTRICT, NO ACTION
    std::string on_update = "NO ACTION";
    bool deferred = false;  // looked at when a transaction commits
};

struct ModelTable {
    std::int32_t table_id = 0;
    TableName name;                  // the source's
    std::vector<ModelColumn> columns;
    std::vector<std::string> key;    // primary key columns; empty: none
    std::vector<ModelIndex> indexes; // without the primary key
    std::vector<ModelForeignKey> foreign_keys;
    // Conditions that both servers read in the same way (column, comparison, literal, AND, OR, IN,
    // IS NULL, BETWEEN): as SQL with double-quoted column names.
    std::vector<std::string> checks;
    std::string comment;
};

struct SchemaModel {
    std::vector<ModelTable> tables;
    // "view active_users", "index orders_expr (expression)", each with the reason.
    std::vector<std::string> left_behind;
};

}  // namespace dbsync
