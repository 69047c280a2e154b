// SPDX-License-Identifier: MIT
// Finds out which type takes every value that a table's columns hold.
#pragma once

#include "engine/sqlite/catalog.hpp"
#include "engine/sqlite/database.hpp"
#include "row/schema_model.hpp"

#include <vector>

namespace dbsync::sqlite {

// A type for each column of the shape, in order: the declared one where every value fits it, else
// the narrowest that does, with a note. Reads the table once, in a transaction of its own.
// Columns of keys get types whose spelling is the stored one, so that rows can be looked up by it.
[[nodiscard]] std::vector<ModelType> scan_columns(Database& database, const TableShape& shape);

}  // namespace dbsync::sqlite
