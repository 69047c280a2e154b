// SPDX-License-Identifier: MIT
// One process works on a job at an end at a time.
#pragma once

#include "engine/endpoint.hpp"
#include "engine/postgres/connection.hpp"
#include "engine/source.hpp"

#include <memory>
#include <string>

namespace dbsync::postgres {

// Held by a session of its own, so a dead process holds nothing. Throws Error{JobBusy} if another
// process holds it for longer than a second: a server ends sessions later than their programs do.
[[nodiscard]] std::unique_ptr<JobClaim> make_claim(const Endpoint& endpoint,
                                                   Role role,
                                                   const std::string& job);

}  // namespace dbsync::postgres
