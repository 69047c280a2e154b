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

}  // namespace dbsync::postgres
