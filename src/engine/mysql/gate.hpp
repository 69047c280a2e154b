// SPDX-License-Identifier: MIT
// The gate: one row of _dbsync_gate, and on every captured table three BEFORE triggers that read it
// in share mode. Whoever holds the row exclusively has all writers waiting; once its state is 1
// they are refused. See freeze.hpp.
//
// A session with @_dbsync_pass set to the gate's token passes: 128 random bits, compared as bytes
// (as numbers, 0 would equal most texts). Whoever may read _dbsync_gate can read the token.
#pragma once

#include "engine/mysql/capture_plan.hpp"
#include "engine/mysql/connection.hpp"
#include "engine/source.hpp"

#include <span>
#include <string>
#include <vector>

namespace dbsync::mysql {

struct GateRow {
    bool closed = false;
    std::string message;
};

// The table's gate triggers: _dbsync_gate_<table id>_i, _u, _d.
[[nodiscard]] std::vector<PlannedTrigger> gate_triggers(const Table& table);

// Makes the gate's row and triggers stand, one table at a time; what stands is left alone. Throws
// Error{Busy} when a table's metadata lock is not to be had.
void install_gate(Connection& connection,
                  std::span<const Table> tables,
                  const CaptureOptions& options);

// Names of the tables on which a gate trigger is missing or is not what dbsync made.
[[nodiscard]] std::vector<std::string> gate_gaps(Connection& connection,
                                                 std::span<const Table> tables);

// Reads the row with a lock: waits for a fence that is being committed. An open gate if there is
// no row.
[[nodiscard]] GateRow read_gate(Connection& connection);

// Takes the triggers away, unless the gate is closed. Throws Error{Busy}.
void remove_gate_triggers(Connection& connection,
                          std::span<const Table> tables,
                          const CaptureOptions& options);

}  // namespace dbsync::mysql
