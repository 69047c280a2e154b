// SPDX-License-Identifier: MIT
// Durations as people write them: "200ms", "2s", "10m", "1h30m"; a plain number is seconds.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace dbsync {

// The longest that can be written; beyond it a typing mistake is more likely than a wish.
inline constexpr std::chrono::hours duration_max{24 * 366};

// Nothing for what is no duration, for negative ones and for those above duration_max. Fractions
// are cut to whole milliseconds.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// Short, for people: "640 ms", "2.5 s", "3 min 20 s", "1 h 5 min".
[[nodiscard]] std::string show_duration(std::chrono::milliseconds duration);

}  // namespace dbsync
