// SPDX-License-Identifier: MIT
// An SQLite schema in common words, for a target of another engine. Types follow from what is
// declared and from what the columns really hold: every table is read once for it.
#pragma once

#include "engine/sqlite/database.hpp"
#include "row/schema_model.hpp"

#include <span>

namespace dbsync::sqlite {

[[nodiscard]] SchemaModel describe_schema(Database& database, std::span<const Table> tables);

}  // namespace dbsync::sqlite
