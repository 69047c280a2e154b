// SPDX-License-Identifier: MIT
// Chunks of a table without a key: ranges of blocks (ctid) of the table, or of its partitions one
// after the other. A place means nothing once the table has been rewritten, so every bound carries
// the file it speaks of.
#pragma once

#include "engine/source.hpp"
#include "row/table.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace dbsync::postgres {

class Connection;

// The statement that reads the chunk in form Copy. Looks at the files of the bounds: throws
// Error{SchemaChanged} if the table was rewritten (VACUUM FULL, CLUSTER, TRUNCATE, ALTER TABLE)
// since the chunks were planned. The caller holds a lock against that.
[[nodiscard]] std::string copy_place_sql(Connection& connection,
                                         const Table& table,
                                         const Chunk& chunk);

// The bound of about `rows` rows after `lower`; nothing if the rest is one chunk. A chunk ends at
// the latest where its partition ends.
[[nodiscard]] std::optional<std::string> place_chunk_end(Connection& connection,
                                                         const Table& table,
                                                         const std::optional<std::string>& lower,
                                                         std::uint64_t rows);

}  // namespace dbsync::postgres
