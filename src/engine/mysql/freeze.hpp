// SPDX-License-Identifier: MIT
// Stops the writers of a source for a while, and refuses them afterwards: the gate (gate.hpp).
//
// The freeze is an exclusive lock on the gate's row. It is granted when every transaction that has
// written a captured table has ended; writers that come later wait, readers never do. The fence
// changes the row and commits, and the writers wake with its error. The lock belongs to a session
// whose wait_timeout is the lease. In a deadlock the server may choose us: that is Error{Busy}.
//
// The gate's triggers are made by arm() and dropped by the destructor unless the fence stands. If
// the process dies in between, they stay with an open gate: harmless, used again by the next arm(),
// removed by remove_capture().
//
// TRUNCATE and DDL fire no trigger. During the freeze they wait for the metadata locks of the
// reader; after the fence nothing of dbsync's stops them.
#pragma once

#include "engine/endpoint.hpp"
#include "engine/mysql/connection.hpp"
#include "engine/source.hpp"

#include <memory>
#include <span>

namespace dbsync::mysql {

// Connects in arm().
[[nodiscard]] std::unique_ptr<Freeze> make_freeze(const Endpoint& endpoint,
                                                  std::span<const Table> tables);

// As Source::fence_holds: writes to each table in a transaction that is rolled back. Needs DELETE
// and INSERT on the tables.
[[nodiscard]] bool fence_holds(Connection& connection, std::span<const Table> tables);

}  // namespace dbsync::mysql
