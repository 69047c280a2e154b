// SPDX-License-Identifier: MIT
// What the target remembers of the chunks of a copy: dbsync.target_chunk.
#pragma once

#include "engine/source.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace dbsync::postgres {

class Connection;

// As TargetSession::record_chunk_plan(), within the open transaction.
void record_chunk_plan(Connection& connection,
                       const std::string& job,
                       std::span<const Chunk> chunks);

// As TargetSession::record_chunk(), within the open transaction.
void record_chunk(Connection& connection,
                  const std::string& job,
                  const Chunk& chunk,
                  std::uint64_t rows,
                  std::uint64_t bytes);

}  // namespace dbsync::postgres
