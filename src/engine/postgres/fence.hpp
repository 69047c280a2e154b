// SPDX-License-Identifier: MIT
// The fence: triggers that refuse every write to a source that has moved, on each captured table,
// its partitioned tables and its partitions (a statement trigger fires only on the table that the
// statement names).
#pragma once

#include "engine/postgres/connection.hpp"
#include "row/table.hpp"

#include <chrono>
#include <span>
#include <string>
#include <vector>

namespace dbsync::postgres {

// Puts the fence up within the transaction that is open, and marks the source as fenced. The
// caller holds SHARE ROW EXCLUSIVE on all the tables, so no statement here waits.
void put_up_fence(Connection& connection, std::span<const Table> tables,
                  const std::string& message);

// Display names of tables and partitions whose fence is not there or not always on. An
// ALTER TABLE … DISABLE TRIGGER USER that queued behind the freeze runs right after it and takes
// the fence away (seen on 15), so look again after COMMIT, and later.
[[nodiscard]] std::vector<std::string> fence_gaps(Connection& connection,
                                                  std::span<const Table> tables);

// Tries a write that would touch no row on every table and partition, in transactions that are
// rolled back. True if the fence refused each. Throws Error{Busy} if a lock was not granted in
// `lock_timeout`.
[[nodiscard]] bool fence_holds(Connection& connection, std::span<const Table> tables,
                               std::chrono::milliseconds lock_timeout = std::chrono::seconds{2});

// Opens the table and its partitions again. A transaction of its own; calling twice is safe.
// Throws Error{Busy} if a reader or writer was in the way for `lock_timeout`: the fence no longer
// refuses anything then, and dropping it is to be tried again.
void drop_fence(Connection& connection, const Table& table,
                std::chrono::milliseconds lock_timeout);

// The tables' quoted names as an array literal's text, for the catalogue queries.
[[nodiscard]] std::string name_array(std::span<const Table> tables);

}  // namespace dbsync::postgres
