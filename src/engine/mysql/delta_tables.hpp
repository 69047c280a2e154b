// SPDX-License-Identifier: MIT
// The tables that deltas stand in, and how many are pending there.
#pragma once

#include "engine/mysql/connection.hpp"
#include "engine/mysql/delta_cursor.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dbsync::mysql {

// As in a cursor: a captured table (id), the marks of a cascade (-id) or of whole tables (0).
inline constexpr std::int32_t whole_object = 0;

// Not quoted.
[[nodiscard]] std::string object_table(std::int32_t object);

struct ObjectExtent {
    std::int32_t object = 0;
    std::uint64_t lowest = 0;
    std::uint64_t highest = 0;
};

// The lowest and highest id that the transaction sees; tables without rows are left out.
[[nodiscard]] std::vector<ObjectExtent> read_extents(Connection& connection,
                                                     std::span<const std::int32_t> objects);

// Deltas that `applied` does not name. Exact where the table's ids span at most `counted_max`, and
// beyond that an estimate from the density of the ids that were counted.
[[nodiscard]] std::uint64_t count_pending(Connection& connection,
                                          const ObjectExtent& extent,
                                          const IdSet& applied,
                                          std::uint64_t counted_max);

}  // namespace dbsync::mysql
