// SPDX-License-Identifier: MIT
// Tells one file from another that stands under the same name later.
#pragma once

#include <string>

namespace dbsync::sqlite {

// Inode and time of birth where the file system knows it, else device and inode. Does not open the
// file: closing it again would drop SQLite's locks in this process (fcntl(2)). Empty if missing.
[[nodiscard]] std::string file_identity(const std::string& path);

}  // namespace dbsync::sqlite
