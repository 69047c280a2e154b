// SPDX-License-Identifier: MIT
// The schema of a PostgreSQL database as statements, each with its moment. pg_dump knows best what
// they are; which of them belong to which moment is decided here.
#pragma once

#include "engine/endpoint.hpp"
#include "engine/schema_item.hpp"
#include "row/table.hpp"

#include <span>
#include <vector>

namespace dbsync::postgres {

class Connection;

// Only of `tables` (and the partitions below them) and of what does not depend on other tables.
// Owners and privileges are items of their own, whose descriptions begin with "OWNER" or "ACL".
// Throws Error{Precondition} if there is no pg_dump of at least the server's major version in
// DBSYNC_PG_BIN, PATH or /usr/lib/postgresql/*/bin.
[[nodiscard]] std::vector<SchemaItem> export_schema(const Endpoint& endpoint,
                                                    Connection& connection,
                                                    std::span<const Table> tables);

}  // namespace dbsync::postgres
