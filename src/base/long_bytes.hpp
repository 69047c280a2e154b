// SPDX-License-Identifier: MIT
// Strings that may be as long as the longest value of a database: held as few times as can be.
#pragma once

#include <cstddef>
#include <string>

namespace dbsync {

// From here on a value, or a row, counts as long. Bytes.
inline constexpr std::size_t long_value_bytes = 1024 * 1024;

// Gives a string's memory back. An assignment of an empty string would keep it: libstdc++ copies
// a short string into the room that is there.
inline void release(std::string& bytes) noexcept {
    std::string{}.swap(bytes);
}

// Before `more` bytes are appended: all the room of what is long at once, and some for what
// follows. Growing by doubling would take three times of it while it is moved.
inline void make_room(std::string& bytes, std::size_t more) {
    constexpr std::size_t what_follows = 64 * 1024;
    if (more > long_value_bytes && bytes.size() + more > bytes.capacity()) {
        bytes.reserve(bytes.size() + more + what_follows);
    }
}

}  // namespace dbsync
