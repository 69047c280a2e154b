// SPDX-License-Identifier: MIT
// Compares what the customers were promised with what stands in a database.
#pragma once

#include "demo/shop_state.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace dbsync::demo {

struct CheckResult {
    std::uint64_t acknowledged = 0;  // commits that were promised
    std::uint64_t present = 0;       // of these, found
    std::uint64_t extra = 0;         // commits found that nobody was promised
    std::uint64_t differences = 0;   // orders, customers, products that are not as promised
    std::vector<std::string> examples;  // the first of them, in words

    [[nodiscard]] bool right() const {
        return acknowledged == present && extra == 0 && differences == 0;
    }
};

// Most examples that a result lists.
inline constexpr std::size_t examples_max = 10;

[[nodiscard]] CheckResult check_shop(const ShopState& owed, const ShopState& found);

}  // namespace dbsync::demo
