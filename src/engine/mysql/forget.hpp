// SPDX-License-Identifier: MIT
// The source's delta tables between passes: removing what was applied, and how much waits.
#pragma once

#include "engine/mysql/connection.hpp"
#include "engine/source.hpp"

#include <cstddef>
#include <vector>

namespace dbsync::mysql {

// Most ids that one statement deletes. It commits by itself: what it locks, it locks for
// milliseconds.
inline constexpr std::size_t forget_portion = 5'000;

// Deletes exactly the deltas that batch.to names. A row that would have to be waited for is left
// for the next time; the cursor goes on to name it, so it is not applied again. The connection must
// not be in a transaction.
void forget(Connection& connection, const Batch& batch);

// See Source::backlog(); marks count for the table whose rows they concern. Estimated where a table
// holds more than some 100,000.
[[nodiscard]] std::vector<BacklogTable> backlog(Connection& connection, const Cursor& from);

}  // namespace dbsync::mysql
