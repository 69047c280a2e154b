// SPDX-License-Identifier: MIT
// DBSYNC_CHECK: for our own mistakes only, never for input. Active in every build: a tool that
// moves data must stop rather than go on from a state it does not understand.
#pragma once

namespace dbsync {
[[noreturn]] void check_failed(const char* condition, const char* message) noexcept;
}  // namespace dbsync

#define DBSYNC_CHECK(condition, message)                   \
    do {                                                   \
        if (!(condition)) {                                \
            ::dbsync::check_failed(#condition, (message)); \
        }                                                  \
    } while (false)
