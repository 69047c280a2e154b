// SPDX-License-Identifier: MIT
// A target that is spoken to in the source's tables and in canonical rows and keys.
#pragma once

#include "engine/cross/crossing.hpp"
#include "engine/target.hpp"

#include <memory>

namespace dbsync::cross {

[[nodiscard]] std::unique_ptr<Target> make_target(std::unique_ptr<Target> inner,
                                                  std::shared_ptr<PlanBook> plans);

}  // namespace dbsync::cross
