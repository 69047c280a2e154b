// SPDX-License-Identifier: MIT
// dbsync's own tables in a target file (all called _dbsync_…): making them, reading a job's row,
// and removing them without a trace.
#pragma once

#include "engine/sqlite/database.hpp"
#include "engine/target.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbsync::sqlite {

[[nodiscard]] std::span<const std::string_view> target_tables();
void create_target_tables(Database& database);
void drop_target_tables(Database& database);

// The job's number in this file; nothing if there is no such job (or none at all).
[[nodiscard]] std::optional<std::int64_t> find_job(Database& database, const std::string& job);
// The same for a job that must be there. Throws Error{Precondition}.
[[nodiscard]] std::int64_t require_job(Database& database, const std::string& job);

[[nodiscard]] TargetJob read_job(Database& database, std::int64_t job_id);
[[nodiscard]] std::vector<ChunkRecord> read_ledger(Database& database, std::int64_t job_id);

// Adds the job's row if it is not there. Throws Error{Precondition} if it is for another source.
void add_job(Database& database, const std::string& job, const std::string& source_identity);

// Forgets everything of a job but what it moved.
void delete_job(Database& database, std::int64_t job_id);

}  // namespace dbsync::sqlite
