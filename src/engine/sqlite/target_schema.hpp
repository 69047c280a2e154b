// SPDX-License-Identifier: MIT
// What happens to a target's schema: looking at it before the move, running schema items with a
// ledger, taking over a restored copy, and waking what slept. All but inspect_target() run in a
// transaction of the caller's.
#pragma once

#include "engine/schema_item.hpp"
#include "engine/sqlite/database.hpp"
#include "row/finding.hpp"
#include "row/table.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace dbsync::sqlite {

[[nodiscard]] std::vector<Finding> inspect_target(Database& database,
                                                  std::span<const Table> tables,
                                                  const std::string& job);

// Runs the items that the ledger does not have, and notes them.
void run_items(Database& database, std::int64_t job_id, std::span<const SchemaItem> items);

// Removes what a physical copy of the source brought along of dbsync's. Tables of a target role
// stay if they know `job` (then adopt() is run for the second time).
void remove_leftovers(Database& database, const std::string& job);
// Throws Error{Precondition} naming the first table that is missing or another.
void require_same_tables(Database& database, std::span<const Table> tables);
// Drops every trigger and remembers its text; wake_triggers() makes them again.
void put_triggers_to_sleep(Database& database);
void wake_triggers(Database& database);

// AUTOINCREMENT counters, none below the largest key in use.
void set_sequences(Database& database, std::span<const SequenceState> sequences);

}  // namespace dbsync::sqlite
