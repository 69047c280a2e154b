// SPDX-License-Identifier: MIT
// Statements that make another engine's schema on MySQL and MariaDB.
#pragma once

#include "engine/schema_item.hpp"
#include "row/schema_model.hpp"

#include <string>
#include <vector>

namespace dbsync::mysql {

// A name as both servers keep it: at most 64 characters of the Basic Multilingual Plane, without
// blanks at its end (MySQL 9.x "Schema Object Names").
[[nodiscard]] std::string shortened_name(const std::string& name);
// One database has no schemas: those other than PostgreSQL's public go in front of the name.
[[nodiscard]] TableName target_name(const TableName& name);

// Throws Error{Usage} for a type of the operator's that is no type's name, and Error{Unsupported}
// where two names become one.
[[nodiscard]] std::vector<SchemaItem> make_schema(const SchemaModel& model);

}  // namespace dbsync::mysql
