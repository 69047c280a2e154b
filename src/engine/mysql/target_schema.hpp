// SPDX-License-Identifier: MIT
// Runs schema items on the target. DDL commits by itself (MySQL 9.x "Statements That Cause an
// Implicit Commit"), so the ledger _dbsync_target_schema_item says "begun" before and "done" after.
// An object of an item's name that was there before it was begun is never taken for ours.
// A connection that is to build indexes must be able to wait for hours.
#pragma once

#include "engine/mysql/connection.hpp"
#include "engine/schema_item.hpp"
#include "row/table.hpp"

#include <span>
#include <string>

namespace dbsync::mysql {

// Translates every item that is not done for this server before the first is run: what cannot be
// carried is refused (Error{Unsupported}) with nothing made. DEFINERs that the target does not
// accept are left out, with a warning in the log.
// Throws Error{Precondition} for an object that stands there and is not ours. (What is no table may
// stand there between MySQL and MariaDB: written by hand, where the servers' languages differ.)
void run_schema(Connection& target, const std::string& job, std::span<const SchemaItem> items);

// After a restore: triggers of `tables`, and the events of the database, are kept in
// _dbsync_target_asleep and dropped. Idempotent.
void save_and_drop_triggers(Connection& target,
                            const std::string& job,
                            std::span<const Table> tables);

// What save_and_drop_triggers() kept, then `items`.
void run_asleep(Connection& target, const std::string& job, std::span<const SchemaItem> items);

}  // namespace dbsync::mysql
