// SPDX-License-Identifier: MIT
// Follows the cascades of a batch: from the values of parent rows that changed to the rows of
// other tables that the source's server may have changed with them, behind the triggers' backs.
#pragma once

#include "engine/cascade.hpp"
#include "engine/source.hpp"
#include "engine/target.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

namespace dbsync {

struct CascadeLimits {
    // Above this many keys of all tables together, a table is read anew as a whole instead of key
    // by key, and so is everything that cascades from it. Default: 500,000 keys.
    std::size_t keys_max = 500'000;
};

struct CascadeReach {
    std::map<std::int32_t, std::unordered_set<std::string>> keys;  // by table
    std::set<std::int32_t> whole_tables;

    [[nodiscard]] bool empty() const noexcept { return keys.empty() && whole_tables.empty(); }
};

// Which rows the batch's marks come to. Both ends are asked, level by level, until nothing new
// appears: the target knows who referred to a value before, the source who does now. The target's
// transaction must be open and must not have applied anything of this batch.
[[nodiscard]] CascadeReach follow_cascades(const std::vector<Cascade>& cascades,
                                           const std::vector<Table>& tables,
                                           const Batch& batch,
                                           SourceReader& reader,
                                           TargetSession& target,
                                           const CascadeLimits& limits = {});

}  // namespace dbsync
