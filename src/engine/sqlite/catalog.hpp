// SPDX-License-Identifier: MIT
// What SQLite's catalogue says of a table, as far as capture and reading depend on it: the key,
// every unique constraint, defaults, collations, generated columns.
#pragma once

#include "engine/sqlite/database.hpp"
#include "row/table.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dbsync::sqlite {

inline constexpr std::string_view own_prefix = "_dbsync_";

struct ColumnDetail {
    std::string name;
    std::string type;
    bool not_null = false;
    bool generated = false;
    bool hidden = false;       // of a virtual table
    int key_position = 0;      // in the PRIMARY KEY from 1; 0 outside it
    std::string default_text;  // a SQL expression; empty for none
    std::string collation;     // BINARY, NOCASE, RTRIM or the application's own
};

// One column or expression of a unique index.
struct IndexPart {
    std::string column;      // empty for an expression
    std::string expression;  // empty for a column
    std::string collation;
};

struct UniqueIndex {
    std::string name;  // empty for an INTEGER PRIMARY KEY, which needs no index
    bool primary = false;
    std::string where;  // of a partial index
    std::vector<IndexPart> parts;
};

struct TableShape {
    Table table;
    std::vector<ColumnDetail> columns;
    std::vector<UniqueIndex> unique;          // the key's own included
    std::optional<std::size_t> key_index;     // the one of `unique` that Table::key stands for
    std::vector<std::string> key_collations;  // one for each key column
    bool without_rowid = false;
    std::string rowid_alias;  // the INTEGER PRIMARY KEY column
    std::string rowid_name;   // how the rowid can be named that is no column; may be empty
    std::string problem;      // why the table cannot be captured; empty if it can
    std::string hint;

    [[nodiscard]] const ColumnDetail* column(std::string_view name) const;
    // Takes the PRIMARY KEY for the rows' key although NULL may be in it, in place of the hidden
    // rowid. False where there is none, or it does not tell rows apart.
    bool take_nullable_key();
};

enum class ListedKind { Table, Virtual, Shadow };

struct ListedTable {
    std::string name;
    ListedKind kind = ListedKind::Table;
    std::string sql;
};

// Every table but sqlite_… and dbsync's own, ordered by name.
[[nodiscard]] std::vector<ListedTable> list_tables(Database& database);

// Table::id and the estimates are left 0.
[[nodiscard]] TableShape read_shape(Database& database, const std::string& table);

// The text of the table and of its indexes, as sqlite_master has them.
[[nodiscard]] std::string read_fingerprint(Database& database, const std::string& table);

// About how many rows and bytes, in constant time. At most the span of rowids where there are no
// statistics.
void estimate_size(Database& database, Table& table, bool without_rowid);

// Whether a row has NULL in a column of the key.
[[nodiscard]] bool has_null_key(Database& database, const Table& table);
// Throws Error{Unrepresentable} where one has. Does nothing for a key that none can have.
void require_no_null_key(Database& database, const Table& table);

[[nodiscard]] bool object_exists(Database& database, std::string_view type, std::string_view name);

}  // namespace dbsync::sqlite
