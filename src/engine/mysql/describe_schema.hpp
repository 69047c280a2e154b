// SPDX-License-Identifier: MIT
// A schema of MySQL or MariaDB in common words, for a target of another engine.
#pragma once

#include "row/schema_model.hpp"
#include "row/table.hpp"

#include <span>

namespace dbsync::mysql {

class Connection;

// Looks at rows, too: at all of a table with foreign keys (whether a row breaks one), or with texts
// in a character set that is not all in Unicode.
[[nodiscard]] SchemaModel describe_schema(Connection& connection, std::span<const Table> tables);

}  // namespace dbsync::mysql
