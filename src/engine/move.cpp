// SPDX-License-Identifier: MIT
#include "engine/move.hpp"

#include "base/check.hpp"

#include <algorithm>

namespace dbsync {

const Table& table_by_id(const std::vector<Table>& tables, std::int32_t id) {
    const auto found =
        std::find_if(tables.begin(), tables.end(), [&](const Table& t) { return t.id == id; });
    DBSYNC_CHECK(found != tables.end(), "no captured table has this id");
    return *found;
}

}  // namespace dbsync
