// SPDX-License-Identifier: MIT
// Stops the writers of a source for a while: a lock in a session that carries a lease.
#pragma once

#include "engine/endpoint.hpp"
#include "engine/source.hpp"

#include <memory>
#include <span>

namespace dbsync::postgres {

// Connects in arm(). The lock is on all of `tables` and their partitions.
[[nodiscard]] std::unique_ptr<Freeze> make_freeze(const Endpoint& endpoint,
                                                  std::span<const Table> tables);

}  // namespace dbsync::postgres
