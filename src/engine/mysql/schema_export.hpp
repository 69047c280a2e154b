// SPDX-License-Identifier: MIT
// The schema as the server itself prints it, in statements for the target's stages. Names of the
// database that the server puts into texts are cut out, so that the target's may have another.
#pragma once

#include "engine/mysql/connection.hpp"
#include "engine/schema_item.hpp"
#include "row/table.hpp"

#include <span>
#include <vector>

namespace dbsync::mysql {

// Before: the tables with the indexes that they cannot be without. After: their other indexes.
// Last: foreign keys, functions, procedures, views in the order of their dependence. Asleep:
// triggers and events. Views and foreign keys that refer to a table of this database which is not
// among `tables` are left out, with a warning in the log. Throws Error{Permission} if a text may
// not be read.
[[nodiscard]] std::vector<SchemaItem> export_schema(Connection& source,
                                                    std::span<const Table> tables);

// Only the triggers of `tables` and the events of the database. dbsync's own are left out.
[[nodiscard]] std::vector<SchemaItem> export_sleepers(Connection& connection,
                                                      std::span<const Table> tables);

}  // namespace dbsync::mysql
