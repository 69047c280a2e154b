// SPDX-License-Identifier: MIT
// What dbsync keeps on a source: the tables of schemas/mysql/source_*.sql, all in the captured
// database and all named with own_prefix.
//
//   _dbsync_capture         one row: job, identity, epoch, whether installed, whether fenced
//   _dbsync_captured_table  a row a table: its number, name, and the definition captured
//   _dbsync_captured_column its columns
//   _dbsync_captured_trigger dbsync's triggers on it, with a checksum each
//   _dbsync_cascade         a row a cascading foreign key between captured tables
//   _dbsync_cascade_column  its columns
//   _dbsync_canary          a row that prove_capture() changes; captured into _dbsync_delta_0
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
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbsync::mysql {

struct CaptureRow {
    std::string job;
    std::string identity;  // of the server and database, when capture was installed
    std::string epoch;     // random; another one is another capture, and cursors do not carry over
    bool installed = false;
    bool fenced = false;
};

// How far the capture of a table has got. DDL is no transaction: what a killed start-capture has
// begun is told by this, and the next one completes it.
enum class TableState {
    Installing,  // never complete: nothing relies on it, and nobody but start-capture sees it
    Captured,
    Refreshing,  // its definition is being recorded anew; no change to a row was missed
    Repairing,   // changes may have been missed: will be read anew as a whole
};

// What was recorded of a table when its capture was installed.
struct CapturedRecord {
    Table table;
    TableState state = TableState::Installing;
    std::vector<std::string> declarations;  // of its columns, with character set and collation
    std::string definition;                 // see read_definition() in fingerprint.hpp
    std::optional<std::string> innodb_ids;  // nothing: they could not be read then
    std::string altered;                    // see LiveState::tables
    std::map<std::string, std::string> triggers;  // name and checksum of dbsync's on this table
};

// Nothing if there is no capture.
[[nodiscard]] std::optional<CaptureRow> read_capture(Connection& connection);
// Tables whose capture was completed once, by id.
[[nodiscard]] std::vector<Table> read_captured(Connection& connection);
// Those between such tables, by id.
[[nodiscard]] std::vector<Cascade> read_cascades(Connection& connection);
// Every table of the catalogue, by id; empty without capture.
[[nodiscard]] std::vector<CapturedRecord> read_records(Connection& connection);

[[nodiscard]] const char* state_word(TableState state) noexcept;

// Not quoted.
[[nodiscard]] std::string delta_name(std::int32_t table_id);
[[nodiscard]] std::string mark_name(std::int32_t cascade_id);
[[nodiscard]] std::string capture_trigger_name(std::int32_t table_id, std::string_view event);
[[nodiscard]] std::string mark_trigger_name(std::int32_t cascade_id, std::string_view event);
// Of a capture or mark trigger, as against those of the fence.
[[nodiscard]] bool is_capture_trigger(std::string_view name);
// "k1", "k2" …: the columns of a delta or mark table behind `seq`.
[[nodiscard]] std::vector<std::string> recorded_columns(std::size_t count);
inline constexpr const char* whole_name = "_dbsync_whole";

// Compares the definitions, triggers and InnoDB table ids of `only` (all, if empty) with what was
// captured. Throws Error{SchemaChanged} naming the change.
void audit_capture(Connection& connection, std::span<const Table> only);

}  // namespace dbsync::mysql
