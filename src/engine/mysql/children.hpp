// SPDX-License-Identifier: MIT
// Rows that refer to given values by a foreign key; the same look on both ends (see cascade.hpp).
#pragma once

#include "engine/cascade.hpp"
#include "engine/mysql/catalog.hpp"
#include "engine/mysql/connection.hpp"

#include <span>
#include <string>
#include <vector>

namespace dbsync::mysql {

// See SourceReader::find_children() and TargetSession::find_children(). The shape's table is the
// one of the move, its forms and key are those of the end that is read.
[[nodiscard]] CascadeChildren find_children(Connection& connection,
                                            const TableShape& child,
                                            const Cascade& cascade,
                                            std::span<const std::string> values,
                                            std::span<const Cascade> next);

// See TargetSession::find_orphans().
[[nodiscard]] std::vector<std::string> find_orphans(Connection& connection,
                                                    const TableShape& child,
                                                    const std::string& parent,
                                                    const Cascade& cascade,
                                                    std::size_t limit);

}  // namespace dbsync::mysql
