// SPDX-License-Identifier: MIT
// All pages in one step: while a step runs no writer can commit in rollback-journal mode, but in
// several steps every commit in between makes the copy begin anew. In WAL mode writers go on.
#include "engine/sqlite/backup.hpp"

#include "base/error.hpp"
#include "base/retry.hpp"
#include "engine/sqlite/errors.hpp"

#include <sqlite3.h>

#include <filesystem>
#include <memory>

namespace dbsync::sqlite {

namespace {

constexpr RetryPolicy backup_retries{.attempts_max = 20};

struct CloseFile {
    void operator()(sqlite3* file) const { sqlite3_close_v2(file); }
};
using File = std::unique_ptr<sqlite3, CloseFile>;

[[noreturn]] void refuse(const std::string& file, const std::string& why) {
    throw Error{{.kind = ErrorKind::Precondition,
                 .what_failed = "cannot back up the source to " + file + ": " + why,
                 .hint = "give --backup a file that does not exist, in a folder that may be "
                         "written to"}};
}

File create(const std::string& path, const std::string& file) {
    sqlite3* opened = nullptr;
    const int code =
        sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    File copy{opened};
    if (code != SQLITE_OK) {
        refuse(file, sqlite3_errstr(code));
    }
    return copy;
}

void copy_pages(Database& source, sqlite3* copy, const std::string& file) {
    sqlite3_backup* backup = sqlite3_backup_init(copy, "main", source.handle(), "main");
    if (backup == nullptr) {
        refuse(file, sqlite3_errmsg(copy));
    }
    const int code = sqlite3_backup_step(backup, -1);
    sqlite3_backup_finish(backup);
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
        throw Error{{.kind = ErrorKind::Busy,
                     .what_failed = "writers left no moment to back up the source",
                     .hint = "run again at a quieter moment"}};
    }
    if (code != SQLITE_DONE) {
        refuse(file, sqlite3_errstr(code));
    }
}

// What a copy is worth shows when it is opened anew.
void check(const std::string& path, const std::string& file) {
    Database copy{path, {}};
    if (const std::string verdict = copy.text("PRAGMA quick_check(1)"); verdict != "ok") {
        refuse(file, "the copy is not sound: " + verdict);
    }
}

}  // namespace

void back_up(Database& source, const std::string& file, const std::stop_token& stop) {
    std::error_code ignored;
    if (std::filesystem::exists(file, ignored)) {
        refuse(file, "the file exists");
    }
    const std::string part = file + ".part";
    std::filesystem::remove(part, ignored);
    try {
        {
            const File copy = create(part, file);
            retry(backup_retries, stop, [&] { copy_pages(source, copy.get(), file); });
        }
        check(part, file);
        std::filesystem::rename(part, file);
    } catch (...) {
        std::filesystem::remove(part, ignored);
        throw;
    }
}

}  // namespace dbsync::sqlite
