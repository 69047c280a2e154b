// SPDX-License-Identifier: MIT
// Where a SQLite result code becomes an Error: the only place that knows what each code means for
// the run.
#pragma once

#include "base/error.hpp"

#include <string>

struct sqlite3;

namespace dbsync::sqlite {

// What was being done, for the message.
struct ErrorPlace {
    std::string what_failed;     // "cannot read the source /data/app.db"
    std::string statement = {};  // path of the SQL asset, if there is one
    std::string table = {};
};

// The kind of an (extended) result code.
[[nodiscard]] ErrorKind error_kind(int code) noexcept;

// Makes the Error for the last failure of `handle` (may be null), which answered `code`.
[[nodiscard]] Error make_error(sqlite3* handle, int code, const ErrorPlace& place);

}  // namespace dbsync::sqlite
