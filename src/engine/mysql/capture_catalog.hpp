// SPDX-License-Identifier: MIT
// What dbsync keeps on a source: the tables of schemas/mysql/source_*.sql, all in the captured
// database and all named with own_prefix.
//
//   _dbsync_capture         one row: job, identity, epoch, whether installed, whether fenced
//   _dbsync_captured_table  a row a table: its number, name, and the definition captured
//   _dbsync_cascade         a row a cascading foreign key between captured tables
//   _dbsync_delta_<id>      (seq, k1, k2 …) a row a change
//   _dbsync_mark_<id>       (seq, k1, k2 …) a referenced value that cascade <id> may have followed
//   _dbsync_whole           (seq, table_id) tables that are to be read anew as a whole
//   _dbsync_gate            one row that the fence's triggers read: see freeze.hpp
//
// `seq` is BIGINT UNSIGNED AUTO_INCREMENT and the primary key, and there is no other index: two
// writers never meet in these tables, and dbsync removes exactly the rows that it has read.
#pragma once

#include "engine/cascade.hpp"
#include "engine/mysql/connection.hpp"
#include "row/table.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dbsync::mysql {

struct CaptureRow {
    std::string job;
    std::string identity;  // of the server and database, when capture was installed
    std::string epoch;     // random; another one is another capture, and cursors do not carry over
    bool installed = false;
    bool fenced = false;
};

// Nothing if there is no capture.
[[nodiscard]] std::optional<CaptureRow> read_capture(Connection& connection);
[[nodiscard]] std::vector<Table> read_captured(Connection& connection);  // by id
[[nodiscard]] std::vector<Cascade> read_cascades(Connection& connection);  // by id

// Not quoted.
[[nodiscard]] std::string delta_name(std::int32_t table_id);
[[nodiscard]] std::string mark_name(std::int32_t cascade_id);
inline constexpr const char* whole_name = "_dbsync_whole";

// Compares the definitions, triggers and InnoDB table ids of `only` (all, if empty) with what was
// captured. Throws Error{SchemaChanged} naming the change.
void audit_capture(Connection& connection, std::span<const Table> only);

}  // namespace dbsync::mysql
