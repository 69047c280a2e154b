// SPDX-License-Identifier: MIT
// A schema of MySQL or MariaDB in common words, for a target of another engine.
#pragma once

#include "row/schema_model.hpp"
#include "row/table.hpp"

#include <span>

namespace dbsync::mysql {

class Connection;

// Looks for rows that break the foreign keys, too: each is read once for it.
[[nodiscard]] SchemaModel describe_schema(Connection& connection, std::span<const Table> tables);

}  // namespace dbsync::mysql
