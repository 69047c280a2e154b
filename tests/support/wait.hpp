// SPDX-License-Identifier: MIT
// The one way in which tests wait: for a condition, with a bound.
#pragma once

#include <chrono>
#include <functional>

namespace dbsync::test {

// Looks at `condition` every `step` until it holds; false if it did not within `timeout`.
[[nodiscard]] bool wait_until(const std::function<bool()>& condition,
                              std::chrono::milliseconds timeout = std::chrono::seconds{10},
                              std::chrono::milliseconds step = std::chrono::milliseconds{5});

}  // namespace dbsync::test
