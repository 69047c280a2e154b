// SPDX-License-Identifier: MIT
// A PostgreSQL database (12 to 18) that is moved away from.
#pragma once

#include "engine/endpoint.hpp"
#include "engine/source.hpp"

#include <memory>

namespace dbsync::postgres {

// Connects at the first call that needs the server, and again after a lost connection.
[[nodiscard]] std::unique_ptr<Source> make_source(const Endpoint& endpoint);

}  // namespace dbsync::postgres
