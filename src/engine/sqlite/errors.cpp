// SPDX-License-Identifier: MIT
#include "engine/sqlite/errors.hpp"

#include <sqlite3.h>

namespace dbsync::sqlite {

namespace {

std::string hint_for(int code) {
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return "wait until the long transaction of the other process has ended, then run again";
        case SQLITE_CANTOPEN:
            return "check that the file exists and that its folder may be read and written";
        case SQLITE_NOTADB:
            return "give the path of a SQLite 3 database file";
        case SQLITE_CORRUPT:
            return "run PRAGMA integrity_check on the file and repair it first";
        case SQLITE_FULL:
            return "free disk space where the database file and its temporary files are";
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            return "give this user the right to write to the file and to its folder";
        default:
            return {};
    }
}

}  // namespace

ErrorKind error_kind(int code) noexcept {
    // Extended codes first; the primary code is the low byte (sqlite.org/rescode.html).
    if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY ||
        code == SQLITE_CONSTRAINT_ROWID) {
        return ErrorKind::Conflict;
    }
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_PROTOCOL:
            return ErrorKind::Busy;
        case SQLITE_CANTOPEN:
        case SQLITE_NOTADB:
        case SQLITE_CORRUPT:
        case SQLITE_IOERR:
            return ErrorKind::Connection;
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            return ErrorKind::Permission;
        case SQLITE_INTERRUPT:
            return ErrorKind::Interrupted;
        default:
            return ErrorKind::Internal;
    }
}

Error make_error(sqlite3* handle, int code, const ErrorPlace& place) {
    std::string words = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
    if ((code & 0xff) == SQLITE_FULL) {
        words += " (the disk is full, or the database's max_page_count is reached)";
    }
    return Error{{.kind = error_kind(code),
                  .what_failed = place.what_failed,
                  .native_code = std::to_string(code),
                  .native_text = words,
                  .statement = place.statement,
                  .table = place.table,
                  .hint = hint_for(code)}};
}

}  // namespace dbsync::sqlite
