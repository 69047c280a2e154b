// SPDX-License-Identifier: MIT
// The target's session, spoken to in the source's tables and in canonical rows and keys.
#pragma once

#include "engine/cross/crossing.hpp"
#include "engine/target.hpp"

#include <memory>

namespace dbsync::cross {

[[nodiscard]] std::unique_ptr<TargetSession> make_session(std::unique_ptr<TargetSession> inner,
                                                          std::shared_ptr<PlanBook> plans);

}  // namespace dbsync::cross
