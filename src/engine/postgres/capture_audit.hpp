// SPDX-License-Identifier: MIT
// Whether the captured tables and their capture are still what they were, and what follows from it
// if they are not.
#pragma once

#include "engine/postgres/connection.hpp"
#include "row/table.hpp"

#include <cstdint>
#include <map>
#include <span>

namespace dbsync::postgres {

enum class Remedy {
    RecordAnew,  // no row was changed: only the record is out of date
    ReadAnew,    // changes may have been missed: mend the capture, read the table as a whole
    BeginAnew,   // this move cannot go on with it
};

// What each captured table that is not as recorded needs, by its number; the gravest where there
// are several changes. One round trip.
[[nodiscard]] std::map<std::int32_t, Remedy> find_remedies(Connection& connection);

// Compares the capture catalogue with what stands there now, for `tables` or (if empty) for all, in
// one round trip. Throws Error{SchemaChanged} that names what differs: columns, key, name, a
// partition that was taken away, rows that an ALTER has written anew, labels or attributes of a
// type, a trigger that is missing or not ENABLE ALWAYS on the table or a partition, a lost delta
// slot, and an inheritance or a subscription that the chosen triggers cannot follow.
void audit(Connection& connection, std::span<const Table> tables);

}  // namespace dbsync::postgres
