// SPDX-License-Identifier: MIT
// A PostgreSQL database as the target of a move.
#pragma once

#include "engine/endpoint.hpp"
#include "engine/target.hpp"

#include <memory>

namespace dbsync::postgres {

// Connects at the first call that needs the server.
[[nodiscard]] std::unique_ptr<Target> make_target(const Endpoint& endpoint);

}  // namespace dbsync::postgres
