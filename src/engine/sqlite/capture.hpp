// SPDX-License-Identifier: MIT
// The source's capture: its statements, installing, auditing, proving and removing it. Everything
// here runs in a transaction of the caller's Database unless a comment says otherwise.
#pragma once

#include "engine/source.hpp"
#include "engine/sqlite/catalog.hpp"
#include "engine/sqlite/database.hpp"
#include "sql/statement_template.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dbsync::sqlite {

[[nodiscard]] std::string delta_name(std::int32_t table_id);
// What the names of dbsync's triggers on a table begin with.
[[nodiscard]] std::string trigger_prefix(std::int32_t table_id);
// How many columns k1, k2, … the delta table has, as their names.
[[nodiscard]] std::vector<std::string> delta_columns(std::size_t keys);

// The catalogue's own tables and its one row.
[[nodiscard]] std::vector<sql::Rendered> catalogue_statements(const std::string& job,
                                                              const std::string& identity);
// Delta table, triggers and catalogue rows of one table (Table::id must be given).
[[nodiscard]] std::vector<sql::Rendered> table_statements(const TableShape& shape);
// Delta table and triggers alone.
[[nodiscard]] std::vector<sql::Rendered> trigger_statements(const TableShape& shape);
[[nodiscard]] sql::Rendered note_schema_version();

struct CaptureRow {
    std::string job;
    std::string epoch;
    std::string identity;
    std::int64_t schema_version = 0;
    bool fenced = false;
    std::string fence_message;
};

// Nothing if there is no capture.
[[nodiscard]] std::optional<CaptureRow> read_capture(Database& database);
// Ordered by id, without estimates.
[[nodiscard]] std::vector<Table> read_captured(Database& database);

// Throws Error{SchemaChanged} naming the first change of one of `tables` (of all captured tables
// for an empty span), or Error{Precondition} if there is no capture.
void audit_capture(Database& database, std::span<const Table> tables);

// Makes a table with the same triggers, changes rows of it in every way and looks for the deltas,
// in a transaction that is rolled back. Throws Error{Precondition}.
void run_canary(Database& database);

// Drops every object of dbsync's, triggers before tables.
void drop_capture(Database& database);

}  // namespace dbsync::sqlite
