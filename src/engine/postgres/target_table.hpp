// SPDX-License-Identifier: MIT
// A table as it stands on the target, and whether rows of another engine can be kept in it.
#pragma once

#include "row/table.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dbsync::postgres {

class Connection;

// As Target::find_table(). A domain's type is the one below.
[[nodiscard]] std::optional<Table> find_table(Connection& connection, const TableName& name);

// As Target::misfits().
[[nodiscard]] std::vector<std::string> misfits(Connection& connection,
                                               const TableName& name,
                                               std::span<const std::string> columns,
                                               std::span<const std::string> texts);

// For a session whose triggers and foreign keys do not sleep: throw Error{Permission} if the table
// has any, or if others refer to it and would cascade.
void require_nothing_awake(Connection& connection, const Table& table);
void require_no_cascade(Connection& connection, const Table& table);

}  // namespace dbsync::postgres
