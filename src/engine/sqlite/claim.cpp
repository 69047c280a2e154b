// SPDX-License-Identifier: MIT
#include "engine/sqlite/claim.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

namespace dbsync::sqlite {

namespace {

// Somebody may remove the file between our open and our lock; so often do we try again.
constexpr int attempts_max = 100;

class FileClaim : public JobClaim {
  public:
    FileClaim(std::string path, int file) : path_{std::move(path)}, file_{file} {}
    ~FileClaim() override {
        ::unlink(path_.c_str());  // while the lock is still held: nobody else can hold it now
        ::close(file_);
    }
    FileClaim(const FileClaim&) = delete;
    FileClaim& operator=(const FileClaim&) = delete;

  private:
    std::string path_;
    int file_;
};

[[noreturn]] void throw_unusable(const std::string& path, int problem) {
    throw Error{{.kind = ErrorKind::Permission,
                 .what_failed = "cannot make the lock file " + path,
                 .native_code = std::to_string(problem),
                 .native_text = std::strerror(problem),
                 .hint = "give this user the right to write to the folder of the database"}};
}

bool still_there(const std::string& path, int file) {
    struct stat by_name {};
    struct stat by_file {};
    return ::stat(path.c_str(), &by_name) == 0 && ::fstat(file, &by_file) == 0 &&
           by_name.st_ino == by_file.st_ino && by_name.st_dev == by_file.st_dev;
}

// A locked file, or nothing if it was removed before it was locked.
std::optional<int> try_lock(const std::string& path, const std::string& job) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0) {
        throw_unusable(path, errno);
    }
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
        const int problem = errno;
        ::close(file);
        if (problem != EWOULDBLOCK) {
            throw_unusable(path, problem);
        }
        throw Error{{.kind = ErrorKind::JobBusy,
                     .what_failed = "another dbsync process works with this database (lock file " +
                                    path + ", job " + job + ")",
                     .hint = "wait until it has ended, or stop it, then run again"}};
    }
    if (!still_there(path, file)) {
        ::close(file);
        return std::nullopt;
    }
    return file;
}

}  // namespace

std::unique_ptr<JobClaim> claim_file(const std::string& path, Role role, const std::string& job) {
    const std::string lock =
        path + (role == Role::Source ? "-dbsync-source-lock" : "-dbsync-target-lock");
    for (int attempt = 0; attempt < attempts_max; ++attempt) {
        if (const std::optional<int> file = try_lock(lock, job)) {
            return std::make_unique<FileClaim>(lock, *file);
        }
    }
    throw_unusable(lock, EAGAIN);
}

}  // namespace dbsync::sqlite
