// SPDX-License-Identifier: MIT
// Digits and signs of numbers in text.
#pragma once

#include <algorithm>
#include <string_view>

namespace dbsync {

[[nodiscard]] inline bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

[[nodiscard]] inline bool all_digits(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// Takes a sign off the front; whether it was a minus.
inline bool take_sign(std::string_view& text) noexcept {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) {
        text.remove_prefix(1);
    }
    return negative;
}

[[nodiscard]] inline std::string_view without_leading_zeros(std::string_view digits) noexcept {
    while (digits.size() > 1 && digits.front() == '0') {
        digits.remove_prefix(1);
    }
    return digits;
}

[[nodiscard]] inline std::string_view without_trailing_zeros(std::string_view digits) noexcept {
    while (digits.ends_with('0')) {
        digits.remove_suffix(1);
    }
    return digits;
}

}  // namespace dbsync
