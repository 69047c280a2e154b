// SPDX-License-Identifier: MIT
// The source's reader, with rows and keys in canonical form. Tables without a key are read anew as
// a whole when they changed, and compared by digests of their rows.
#pragma once

#include "engine/cross/crossing.hpp"
#include "engine/source.hpp"

#include <memory>
#include <vector>

namespace dbsync::cross {

[[nodiscard]] std::unique_ptr<SourceReader> make_reader(std::unique_ptr<SourceReader> inner,
                                                        std::shared_ptr<PlanBook> plans,
                                                        std::vector<Cascade> cascades,
                                                        const PairOptions& options);

}  // namespace dbsync::cross
