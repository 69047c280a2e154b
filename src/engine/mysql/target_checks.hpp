// SPDX-License-Identifier: MIT
// What is looked at before a database is moved to, and after somebody else restored it.
#pragma once

#include "engine/mysql/connection.hpp"
#include "row/finding.hpp"
#include "row/table.hpp"

#include <span>
#include <string>
#include <vector>

namespace dbsync::mysql {

// Of this engine come views, routines, triggers and events too; of another tables alone.
enum class SchemaOf { ThisEngine, AnotherEngine };

// See Target::inspect. Throws Error{Connection} only.
[[nodiscard]] std::vector<Finding> inspect_target(Connection& connection,
                                                  std::span<const Table> tables,
                                                  const std::string& job,
                                                  SchemaOf schema);

// Removes the triggers and tables of a source's capture, which a copy of the source's files, or a
// dump with triggers, brings along.
void drop_what_came_along(Connection& connection);

// Throws Error{Precondition} unless every table is there with the source's columns and key.
void require_restored(Connection& connection, std::span<const Table> tables);

}  // namespace dbsync::mysql
