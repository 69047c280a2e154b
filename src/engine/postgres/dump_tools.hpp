// SPDX-License-Identifier: MIT
// Finds pg_dump and pg_restore, and runs them over a source's schema.
#pragma once

#include "engine/endpoint.hpp"
#include "engine/postgres/dump_toc.hpp"

#include <string>
#include <vector>

namespace dbsync::postgres {

class Connection;

// The schema's entries. The archive lives in a private temporary file meanwhile.
[[nodiscard]] std::vector<TocEntry> dump_schema(const Endpoint& endpoint, Connection& connection);

// Throws Error{Precondition} if there is no pg_dump that can dump a server of this major version.
void require_dump_tools(int server_major);

}  // namespace dbsync::postgres
