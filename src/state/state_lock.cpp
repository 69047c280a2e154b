// SPDX-License-Identifier: MIT
#include "state/state_lock.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace dbsync {

namespace {

struct flock whole_file() {
    struct flock range {};
    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    return range;
}

}  // namespace

StateStore::Lock::Lock(const std::filesystem::path& state_file, const std::string& job) {
    const std::string path = state_file.string() + ".lock";
    descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor_ < 0) {
        throw Error{{.kind = ErrorKind::Usage,
                     .what_failed = fmt::format("cannot write {}: {}", path, std::strerror(errno)),
                     .hint = "give --state a path that can be written"}};
    }
    struct flock range = whole_file();
    if (::fcntl(descriptor_, F_SETLK, &range) == 0) {
        return;
    }
    struct flock holder = whole_file();
    ::fcntl(descriptor_, F_GETLK, &holder);
    ::close(descriptor_);
    const std::string who =
        holder.l_type != F_UNLCK ? fmt::format(" (process {})", holder.l_pid) : "";
    throw Error{{.kind = ErrorKind::JobBusy,
                 .what_failed = fmt::format("another dbsync{} works on job '{}'", who, job),
                 .hint = "wait for it to end, or stop it and run the same command again"}};
}

StateStore::Lock::~Lock() { ::close(descriptor_); }

}  // namespace dbsync
