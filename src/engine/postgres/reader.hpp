// SPDX-License-Identifier: MIT
// Reads a source's deltas and rows, one consistent snapshot at a time.
#pragma once

#include "engine/endpoint.hpp"
#include "engine/source.hpp"

#include <memory>

namespace dbsync::postgres {

// Connects at the first begin(), and again at the begin() after a lost connection.
//
// begin() locks every table given, its delta tables and (for a partitioned table) its partitions in
// one statement: the server's lock table holds max_locks_per_transaction * max_connections entries,
// so moving some thousand tables needs a larger max_locks_per_transaction.
[[nodiscard]] std::unique_ptr<SourceReader> make_reader(const Endpoint& endpoint);

}  // namespace dbsync::postgres
