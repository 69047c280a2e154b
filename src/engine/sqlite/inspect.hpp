// SPDX-License-Identifier: MIT
// What `check` says of a SQLite source: the file, its journal mode, and each table.
#pragma once

#include "engine/source.hpp"
#include "engine/sqlite/catalog.hpp"
#include "engine/sqlite/database.hpp"

#include <string>

namespace dbsync::sqlite {

// Changes nothing. What cannot be looked at becomes a finding.
[[nodiscard]] Inspection inspect_source(const std::string& path, const TableFilter& filter);

}  // namespace dbsync::sqlite
