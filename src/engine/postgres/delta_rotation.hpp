// SPDX-License-Identifier: MIT
// Gives back the space of consumed deltas without ever waiting for a writer: writers are sent to
// another slot, and a slot is emptied when nobody uses it and all of it is consumed.
// Why not DELETE: docs/decisions/0014-rotate-deltas.md.
#pragma once

#include "engine/cursor.hpp"
#include "engine/postgres/connection.hpp"
#include "row/table.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <vector>

namespace dbsync::postgres {

struct RotationLimits {
    std::int64_t rotate_bytes = 4 * 1024 * 1024;  // a current slot larger than this is left
    std::int64_t truncate_bytes = 64 * 1024;      // a consumed slot up to this size may stay
    int slots_max = 8;                            // a table's
};

class DeltaRotation {
  public:
    explicit DeltaRotation(RotationLimits limits = {}) : limits_{limits} {}

    // Lets go of deltas that `applied` sees. `tables`: those of the batch; slots that could not be
    // emptied before are looked at again.
    void forget(Connection& connection,
                const Cursor& applied,
                const std::vector<std::int32_t>& tables);

  private:
    struct Slots;
    void tidy(Connection& connection, const Slots& slots, const Cursor& applied);
    bool leave_current(Connection& connection, const Slots& slots);
    const Table* find_table(Connection& connection, std::int32_t id);

    RotationLimits limits_;
    bool seen_all_ = false;
    std::set<std::int32_t> unfinished_;
    std::map<std::int32_t, Table> tables_;
};

}  // namespace dbsync::postgres
