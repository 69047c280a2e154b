// SPDX-License-Identifier: MIT
// The lock that says "this process works on a job here": a lock file beside the database, because
// a lock on the database file itself would be dropped by SQLite's own POSIX locks.
#pragma once

#include "engine/source.hpp"
#include "engine/sqlite/database.hpp"

#include <memory>
#include <string>

namespace dbsync::sqlite {

// Takes <path>-dbsync-source-lock or <path>-dbsync-target-lock; the file goes with the claim.
// Throws Error{JobBusy} if another process holds it, Error{Permission} if it cannot be made.
[[nodiscard]] std::unique_ptr<JobClaim> claim_file(const std::string& path,
                                                   Role role,
                                                   const std::string& job);

}  // namespace dbsync::sqlite
