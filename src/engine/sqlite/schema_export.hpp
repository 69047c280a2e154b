// SPDX-License-Identifier: MIT
// A SQLite schema as statements: the texts of sqlite_master as they stand, in an order in which
// they can be run again.
#pragma once

#include "engine/schema_item.hpp"
#include "engine/sqlite/database.hpp"
#include "row/table.hpp"

#include <span>
#include <vector>

namespace dbsync::sqlite {

// Items of `tables` (tables, indexes, triggers), and every view with its triggers. Left out:
// dbsync's own objects, SQLite's own tables, and what belongs to a table not among `tables`.
// UNIQUE and PRIMARY KEY inside CREATE TABLE come with the table (see CopyWriter for how the copy
// copes). user_version, application_id and whether there are statistics move, too.
[[nodiscard]] std::vector<SchemaItem> export_schema(Database& database,
                                                    std::span<const Table> tables);

}  // namespace dbsync::sqlite
