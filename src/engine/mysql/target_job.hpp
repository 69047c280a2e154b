// SPDX-License-Identifier: MIT
// dbsync's own tables on the target, all named _dbsync_target_…, and the jobs in them.
#pragma once

#include "engine/mysql/connection.hpp"
#include "engine/target.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dbsync::mysql {

// Every table that the target keeps begins with this; what begins with own_prefix alone is a
// source's.
inline constexpr const char* target_prefix = "_dbsync_target_";

// Creates the tables where they are missing, and the job's rows. Throws Error{Precondition} if the
// job is there for another source.
void add_job(Connection& connection, const std::string& job, const std::string& source_identity);

[[nodiscard]] std::optional<TargetJob> read_job(Connection& connection, const std::string& job);

// `assignment` is ours, never from outside. Throws Error{Precondition} if there is no such job.
void update_job(Connection& connection, const std::string& job, std::string_view assignment);

// Waits for every session that applies without noting keys, then forgets what was noted.
void begin_noting(Connection& connection, const std::string& job);

[[nodiscard]] std::vector<ChunkRecord> read_chunks(Connection& connection, const std::string& job);
[[nodiscard]] std::vector<std::int32_t> read_unverified_tables(Connection& connection,
                                                               const std::string& job);

// Removes the job, and with the last job every table of dbsync's.
void remove_job(Connection& connection, const std::string& job);

}  // namespace dbsync::mysql
