// SPDX-License-Identifier: MIT
// The project's own files, for tests that check how they are written.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace dbsync::test {

struct SourceFile {
    std::string path;  // relative to the project, with '/'
    std::string text;

    [[nodiscard]] bool is_header() const { return path.ends_with(".hpp"); }
    [[nodiscard]] bool is_cpp() const { return is_header() || path.ends_with(".cpp"); }
    [[nodiscard]] bool below(std::string_view folder) const {
        return path.starts_with(std::string{folder} + "/");
    }
};

// Every file that belongs to the project: all but .git and build folders. Sorted by path.
[[nodiscard]] std::vector<SourceFile> project_files(const std::filesystem::path& root);

[[nodiscard]] std::vector<std::string> lines(std::string_view text);

// C++ with comments and the contents of string literals blanked out; line ends stay.
[[nodiscard]] std::string code_only(std::string_view text);

// Where and what, as "path:line: complaint".
using Complaints = std::vector<std::string>;

}  // namespace dbsync::test
