// SPDX-License-Identifier: MIT
// Columns and numbers for people.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dbsync {

// Rows of cells as aligned columns; the first row is the heading. Cells that are numbers stand to
// the right, and each cell is one line.
[[nodiscard]] std::string text_table(const std::vector<std::vector<std::string>>& rows);

// The text in one line: control characters as \n or \x07.
[[nodiscard]] std::string one_line(const std::string& text);

// "1234567" → "1,234,567".
[[nodiscard]] std::string show_count(std::uint64_t count);
// "640 B", "12.3 KiB", "4.0 GiB".
[[nodiscard]] std::string show_bytes(std::uint64_t bytes);

}  // namespace dbsync
