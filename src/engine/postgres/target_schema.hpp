// SPDX-License-Identifier: MIT
// Runs the schema's statements on the target, each once, noted in the transaction that runs it.
#pragma once

#include "engine/schema_item.hpp"

#include <span>
#include <string>
#include <vector>

namespace dbsync::postgres {

class Connection;

// Runs the items in order within the open transaction and skips those noted as done. Owners and
// privileges whose role is missing here, or that this role may not give, are left out and noted.
void run_items(Connection& connection, const std::string& job, std::span<const SchemaItem> items);

// What the server would refuse of items that make tables which do not stand here yet: they are run
// in transactions that are rolled back. Foreign keys are not tried.
[[nodiscard]] std::vector<SchemaRefusal> try_items(Connection& connection,
                                                   std::span<const SchemaItem> items);

// Sets the sequences, and raises those that would give out a value in use. A state may name a table
// instead: then the sequences that number its columns are meant, if there are any.
void set_sequences(Connection& connection, std::span<const SequenceState> sequences);

}  // namespace dbsync::postgres
