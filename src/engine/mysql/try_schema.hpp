// SPDX-License-Identifier: MIT
// Whether the server would take a schema that was made of another engine's: it is made as temporary
// tables, which have the limits of others (seen on MariaDB 10.11 and MySQL 9.7).
#pragma once

#include "engine/mysql/connection.hpp"
#include "engine/schema_item.hpp"

#include <span>
#include <vector>

namespace dbsync::mysql {

// No temporary table is left. The items' tables must not stand there. Foreign keys, which such
// tables have not, are only asked for their privilege.
[[nodiscard]] std::vector<SchemaRefusal> try_schema(Connection& connection,
                                                    std::span<const SchemaItem> items);

}  // namespace dbsync::mysql
