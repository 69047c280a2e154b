// SPDX-License-Identifier: MIT
// What is looked at before anything is written to the target.
#pragma once

#include "row/finding.hpp"
#include "row/table.hpp"

#include <span>
#include <string>
#include <vector>

namespace dbsync::postgres {

class Connection;

// The findings of Target::inspect().
[[nodiscard]] std::vector<Finding> inspect_target(Connection& connection,
                                                  std::span<const Table> tables,
                                                  const std::string& job);

// Drops dbsync's own objects that a copy of the source brought along.
void drop_what_came_along(Connection& connection);

// Throws Error{Precondition} unless each table stands there as the source describes it, and can be
// written without the target's own triggers getting in the way.
void require_restored(Connection& connection, std::span<const Table> tables);

}  // namespace dbsync::postgres
