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
// Foreign keys are noted for the cutover where they could not sleep while changes are applied.
void run_items(Connection& connection, const std::string& job, std::span<const SchemaItem> items);

// Makes the foreign keys that were noted, within the open transaction: from now on they hold for
// what is written. One that cannot be made is left out, noted, and logged.
void make_postponed(Connection& connection, const std::string& job);

// Has them checked for the rows that are there, each in a transaction of its own, which holds no
// writer. Where rows break one, it stays as it is, and is noted and logged.
void run_postponed(Connection& connection, const std::string& job);

// What the server would refuse of items that make tables which do not stand here yet: they are run
// in transactions that are rolled back. Foreign keys are not tried.
[[nodiscard]] std::vector<SchemaRefusal> try_items(Connection& connection,
                                                   std::span<const SchemaItem> items);

// Sets the sequences, and raises those that would give out a value in use. A state may name a table
// instead: then the sequences that number its columns are meant, if there are any.
void set_sequences(Connection& connection, std::span<const SequenceState> sequences);

}  // namespace dbsync::postgres
