// SPDX-License-Identifier: MIT
// Statements that make another engine's schema on MySQL and MariaDB.
#pragma once

#include "engine/schema_item.hpp"
#include "row/schema_model.hpp"

#include <string>
#include <vector>

namespace dbsync::mysql {

// Throws Error{Usage} for a type of the operator's that is none, or that its column cannot have.
// What these servers do not have is left out.
[[nodiscard]] MadeSchema make_schema(const SchemaModel& model);

}  // namespace dbsync::mysql
