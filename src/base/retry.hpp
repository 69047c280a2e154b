// SPDX-License-Identifier: MIT
// Repeats a step that may fail for a passing reason. Bounded in attempts; the waits between them
// end at once when the operator asks to stop.
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace dbsync {

struct RetryPolicy {
    int attempts_max = 6;
    std::chrono::milliseconds delay_min{200};  // doubled after each attempt
    std::chrono::milliseconds delay_max{3'200};

    [[nodiscard]] std::chrono::milliseconds delay(int attempt) const {
        auto wait = delay_min;
        for (int i = 1; i < attempt && wait < delay_max; ++i) {
            wait *= 2;
        }
        return wait < delay_max ? wait : delay_max;
    }
};

// Waits for `time` or until a stop is asked for. Returns false in the latter case.
inline bool wait_unless_stopped(std::chrono::milliseconds time, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock{mutex};
    changed.wait_for(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
}

// Throws Error{Interrupted} if a stop was asked for.
inline void throw_if_stopped(const std::stop_token& stop) {
    if (stop.stop_requested()) {
        throw Error{{.kind = ErrorKind::Interrupted,
                     .what_failed = "interrupted",
                     .hint = "run the same command again to go on where it was"}};
    }
}

// Runs `step` until it returns, throws something that repeating cannot mend, or the attempts are
// used up (then the last error). `step` must be safe to repeat.
template <class Step>
auto retry(const RetryPolicy& policy, const std::stop_token& stop, Step&& step) {
    for (int attempt = 1;; ++attempt) {
        throw_if_stopped(stop);
        try {
            return step();
        } catch (const Error& error) {
            if (!error.retryable() || attempt >= policy.attempts_max) {
                throw;
            }
        }
        wait_unless_stopped(policy.delay(attempt), stop);
    }
}

}  // namespace dbsync
