// SPDX-License-Identifier: MIT
// A copy of a database file as it is at one moment, while writers write.
#pragma once

#include "engine/sqlite/database.hpp"

#include <stop_token>
#include <string>

namespace dbsync::sqlite {

// Copies `source` into a new file by SQLite's backup interface ("Using the SQLite Online Backup
// API", 3.34) and opens the copy to check it. The file gets its name only when it is complete and
// sound; one that is there already is not touched. Throws Error{Precondition} if it is,
// Error{Busy} if writers never left it a moment, Error{Interrupted}.
void back_up(Database& source, const std::string& file, const std::stop_token& stop);

}  // namespace dbsync::sqlite
