// SPDX-License-Identifier: MIT
// The statements by which a session of the target stages rows of form Change and makes a table's
// rows equal to them. A stage is a temporary table of the session:
//
//   k1 …, present, c1 …        key (primary key, in the columns' own collations), is there a row
//                              of that key at the source, the row's writable columns
//   nth, k1, present, c1 …     of tables without a key: the row hash; equal rows are numbered
//
// The key's columns stand twice: a key that was asked for as 'a' may find a row that says 'A'.
#pragma once

#include "engine/mysql/target_table.hpp"
#include "engine/mysql/target_writer.hpp"

#include <optional>
#include <string>

namespace dbsync::mysql {

struct StageSql {
    sql::Rendered create;
    std::string drop;   // for many rows
    std::string clear;  // for few
    LoadTarget load;
    std::string count_keys;
    // KeyShape::Columns: rows of keys that have none at the source; WholeRow: of every hash.
    sql::Rendered delete_absent;
    sql::Rendered delete_present;  // KeyShape::Columns only
    sql::Rendered upsert;          // KeyShape::Columns only
    sql::Rendered insert;
};

// Throws Error{Precondition} if the table has no index over its key yet.
[[nodiscard]] StageSql make_stage_sql(const TargetTable& table);

// Asks whether a staged row wants a value of this index that a row of another key has. Nothing if
// that cannot be asked: the index is over what is not staged.
[[nodiscard]] std::optional<sql::Rendered> clash_sql(const TargetTable& table,
                                                     const UniqueIndex& index);

// The writable columns, as LOAD DATA takes them straight into the table.
[[nodiscard]] LoadTarget copy_target(const TargetTable& table, bool replace);

}  // namespace dbsync::mysql
