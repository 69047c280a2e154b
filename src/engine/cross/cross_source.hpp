// SPDX-License-Identifier: MIT
// A source whose rows, keys and schema are those of another engine's target. Everything that is
// about the source's own server (capture, freeze, fence) goes through unchanged.
#pragma once

#include "engine/cross/crossing.hpp"
#include "engine/source.hpp"

#include <memory>

namespace dbsync::cross {

[[nodiscard]] std::unique_ptr<Source> make_source(std::unique_ptr<Source> inner,
                                                  std::shared_ptr<PlanBook> plans,
                                                  const PairOptions& options);

}  // namespace dbsync::cross
