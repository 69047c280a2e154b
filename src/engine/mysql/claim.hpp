// SPDX-License-Identifier: MIT
// The lock by which two dbsync processes on one job notice each other, on either end.
#pragma once

#include "engine/mysql/connection.hpp"
#include "engine/source.hpp"

#include <memory>
#include <string>

namespace dbsync::mysql {

// A lock of the server's (GET_LOCK) that belongs to a session of its own, and so goes with the
// process. Throws Error{JobBusy} if somebody else holds it.
[[nodiscard]] std::unique_ptr<JobClaim> make_claim(const Endpoint& endpoint,
                                                   Role role,
                                                   const std::string& job);

}  // namespace dbsync::mysql
