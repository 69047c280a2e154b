// SPDX-License-Identifier: MIT
// The SELECTs of a table's rows in each form, and what is read from them. Used by the reader; all
// columns are named, in the order of wire.hpp.
#pragma once

#include "engine/sqlite/database.hpp"
#include "row/row_block.hpp"
#include "row/table.hpp"

#include <string>

namespace dbsync::sqlite {

// Makes _dbsync_bucket(buckets, key…) known on this connection: which share a key falls into.
// Keys that any of SQLite's collations or number comparisons calls equal fall into the same.
void add_bucket_function(Database& database);

// ?1 < seq <= ?2; of the keys in bucket ?4 of ?3.
[[nodiscard]] std::string select_deltas(const Table& table);
// Key parameters from ?1 on.
[[nodiscard]] std::string select_key(const Table& table, RowForm form);

struct RangeSql {
    bool lower = false;
    bool after = false;  // lower is exclusive
    bool upper = false;
};
// Rows by key; lower's parameters come first. The key stands again behind the row's columns.
[[nodiscard]] std::string select_range(const Table& table, RowForm form, const RangeSql& range);
[[nodiscard]] std::string select_chunk_end(const Table& table, bool lower);

// How many columns of select_key and select_range make up the row.
[[nodiscard]] int row_columns(const Table& table, RowForm form);

}  // namespace dbsync::sqlite
