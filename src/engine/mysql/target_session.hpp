// SPDX-License-Identifier: MIT
// The writing connection of the target: copies, stages and applies rows, and reads them again.
#pragma once

#include "engine/endpoint.hpp"
#include "engine/target.hpp"

#include <memory>
#include <string>

namespace dbsync::mysql {

// Connects at once. Throws Error{Precondition} at begin() if prepare() was not called for the job.
[[nodiscard]] std::unique_ptr<TargetSession> make_target_session(const Endpoint& endpoint,
                                                                 const std::string& job);

}  // namespace dbsync::mysql
