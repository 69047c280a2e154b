// SPDX-License-Identifier: MIT
#include "engine/sqlite/file_identity.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

namespace dbsync::sqlite {

std::string file_identity(const std::string& path) {
    struct statx info {};
    if (::statx(AT_FDCWD, path.c_str(), 0, STATX_INO | STATX_BTIME, &info) != 0) {
        return {};
    }
    if ((info.stx_mask & STATX_BTIME) != 0) {
        return fmt::format("{:x}-{:x}-{:x}", info.stx_ino, info.stx_btime.tv_sec,
                           info.stx_btime.tv_nsec);
    }
    return fmt::format("{:x}-{:x}-{:x}", info.stx_dev_major, info.stx_dev_minor, info.stx_ino);
}

}  // namespace dbsync::sqlite
