// SPDX-License-Identifier: MIT
// What the tests of moving a schema share.
#pragma once

#include "engine/mysql/catalog.hpp"
#include "engine/mysql/connection.hpp"
#include "engine/schema_item.hpp"
#include "row/table.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

namespace dbsync::mysql {

// Every table of the database, numbered as capture would.
inline std::vector<Table> tables_of(Connection& connection) {
    std::vector<Table> tables;
    for (TableShape& shape : read_shapes(connection)) {
        shape.table.id = static_cast<std::int32_t>(tables.size()) + 1;
        tables.push_back(std::move(shape.table));
    }
    return tables;
}

inline std::vector<SchemaItem> of_stage(const std::vector<SchemaItem>& items, SchemaStage stage) {
    std::vector<SchemaItem> found;
    std::copy_if(items.begin(), items.end(), std::back_inserter(found),
                 [&](const SchemaItem& item) { return item.stage == stage; });
    return found;
}

}  // namespace dbsync::mysql
