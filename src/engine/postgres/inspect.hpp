// SPDX-License-Identifier: MIT
// What speaks against moving a PostgreSQL database away, or has to be known before.
#pragma once

#include "engine/postgres/connection.hpp"
#include "engine/source.hpp"

namespace dbsync::postgres {

// Looks and changes nothing. A query that fails becomes a finding of its own.
[[nodiscard]] Inspection inspect_source(Connection& connection, const TableFilter& filter);

}  // namespace dbsync::postgres
