// SPDX-License-Identifier: MIT
// A PostgreSQL schema in common words, for a target of another engine.
#pragma once

#include "row/schema_model.hpp"
#include "row/table.hpp"

#include <span>

namespace dbsync::postgres {

class Connection;

[[nodiscard]] SchemaModel describe_schema(Connection& connection, std::span<const Table> tables);

}  // namespace dbsync::postgres
