// SPDX-License-Identifier: MIT
// A table of the move as the target has it: the source's columns and key, with the forms that the
// target's own columns have.
#pragma once

#include "engine/mysql/catalog.hpp"
#include "engine/mysql/connection.hpp"
#include "row/table.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dbsync::mysql {

struct TargetTable {
    // `table` is the source's, has_other_unique is true if it is so on either end, the forms are
    // the target's in the order of the source's columns, and key_index is the target's own index
    // over exactly the columns of the key ("" while there is none).
    TableShape shape;

    [[nodiscard]] const Table& table() const noexcept { return shape.table; }
};

struct UniqueIndex {
    std::string name;
    std::vector<std::string> columns;
    bool whole = true;  // no part of a column, no expression
};

// Throws Error{Precondition} if the table or one of its columns is missing.
[[nodiscard]] TargetTable look_up_target(Connection& connection, const Table& table);

// The table as it stands, without an id. Columns of another character set than utf8mb4 say so in
// their types. Nothing if there is none.
[[nodiscard]] std::optional<Table> find_table(Connection& connection, const std::string& name);

// As Target::misfits().
[[nodiscard]] std::vector<std::string> misfits(Connection& connection, const std::string& name,
                                               std::span<const std::string> columns,
                                               std::span<const std::string> texts);

// The table's unique indexes beside that of its key, as they are now.
[[nodiscard]] std::vector<UniqueIndex> other_unique_indexes(Connection& connection,
                                                            const TargetTable& table);

// Throws Error{Precondition} if the table has a key and no index over it.
void require_key_index(const TargetTable& table);

// A type as both servers would write it: MySQL 8.0.17 and later leave out the display width of
// integers and call geometrycollection by another name, MariaDB's JSON is a LONGTEXT.
[[nodiscard]] std::string comparable_type(const std::string& type);

}  // namespace dbsync::mysql
