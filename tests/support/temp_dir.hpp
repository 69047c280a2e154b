// SPDX-License-Identifier: MIT
// A private folder below the system's temporary folder, removed with the object.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace dbsync::test {

class TempDir {
  public:
    // Others may pass through it (mode 0711), so that a server under its own user can live inside.
    TempDir();
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::filesystem::path operator/(std::string_view name) const {
        return path_ / name;
    }

    // Writes a file inside and returns its path.
    std::filesystem::path write(std::string_view name, std::string_view text) const;

  private:
    std::filesystem::path path_;
};

// A whole file. Throws if it cannot be read.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

}  // namespace dbsync::test
