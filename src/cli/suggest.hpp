// SPDX-License-Identifier: MIT
// "Did you mean …?" for a mistyped option, command or value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dbsync::cli {

// The known word nearest to `word`, or "" if none is near enough to be meant.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace dbsync::cli
