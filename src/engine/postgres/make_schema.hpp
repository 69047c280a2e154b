// SPDX-License-Identifier: MIT
// Statements that make another engine's schema on PostgreSQL.
#pragma once

#include "engine/schema_item.hpp"
#include "row/schema_model.hpp"

#include <string>
#include <vector>

namespace dbsync::postgres {

// The name as PostgreSQL keeps it: at most 63 bytes, cut between characters (documentation of 15,
// section 4.1.1).
[[nodiscard]] std::string shortened_name(const std::string& name);
// Tables of engines without schemas go to public.
[[nodiscard]] TableName target_name(const TableName& name);

// An unsigned 64-bit key becomes bigint, so that it can count up by itself; what does not fit in is
// refused value by value.
[[nodiscard]] std::string declare(const ModelType& type, bool in_key);

// Throws Error{Usage} for a type of the operator's that is no type's name.
[[nodiscard]] MadeSchema make_schema(const SchemaModel& model);

}  // namespace dbsync::postgres
