// SPDX-License-Identifier: MIT
// Rows that refer to given values: what a cascade of a source whose cascades fire no triggers has
// touched.
#pragma once

#include "engine/cascade.hpp"
#include "row/table.hpp"

#include <span>
#include <string>

namespace dbsync::postgres {

class Connection;

// As TargetSession::find_children(), within the open transaction. Keys and values are fields of
// COPY's text form, separated by tabs.
[[nodiscard]] CascadeChildren find_children(Connection& connection,
                                            const Table& child,
                                            const Cascade& cascade,
                                            std::span<const std::string> values,
                                            std::span<const Cascade> next);

// As TargetSession::find_orphans(), within the open transaction.
[[nodiscard]] std::vector<std::string> find_orphans(Connection& connection,
                                                    const Table& child,
                                                    const Table& parent,
                                                    const Cascade& cascade,
                                                    std::size_t limit);

}  // namespace dbsync::postgres
