// SPDX-License-Identifier: MIT
// AUTO_INCREMENT counters, and MariaDB's sequences, at the cutover.
#pragma once

#include "engine/mysql/connection.hpp"
#include "engine/schema_item.hpp"

#include <span>

namespace dbsync::mysql {

// Sets each counter to where the source's stands, or above the largest value in use if that is
// higher, and reads it back. May be repeated. Throws Error{Precondition} if a table is missing or a
// counter would give out a value that is in use.
//
// Another engine gives a state for every table: those without a counter here have none.
void set_counters(Connection& connection,
                  std::span<const SequenceState> sequences,
                  bool of_other_engine);

}  // namespace dbsync::mysql
