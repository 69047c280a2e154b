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
#include <string_view>

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
[[nodiscard]] LoadTarget copy_target(const TargetTable& table);

// Numbers equal rows of form Change of a table without a key, which come one after another: a
// second reading of the same hash gives the same numbers, and so takes the first one's place.
class EqualRows {
  public:
    // The block with each row's number in front of it.
    [[nodiscard]] RowBlock numbered(const RowBlock& block);

  private:
    std::string hash_;
    std::uint64_t nth_ = 0;
};

// The bytes of the key in front of a row of form Change.
[[nodiscard]] std::string_view key_of(std::string_view row, std::size_t key_fields);

}  // namespace dbsync::mysql
