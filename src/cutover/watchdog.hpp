// SPDX-License-Identifier: MIT
// A process of its own that outlives this one: the freeze is a promise that must be kept even if
// dbsync is stopped, hangs or is killed. See watchdog.cpp.
#pragma once

#include <chrono>
#include <string>
#include <sys/types.h>

namespace dbsync {

class Watchdog {
  public:
    // Starts it. After `time_max` it ends this process with SIGKILL (which frees every lock that
    // this process holds); and when this process is gone while on_frozen() was the last word, it
    // runs `on_abort`.
    Watchdog(std::chrono::milliseconds time_max, const std::string& on_abort);
    // Calls it off.
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    // The on-frozen hook is about to run: whoever ends the freeze owes on-abort.
    void on_frozen() noexcept;

  private:
    void say(char word) noexcept;
    int pipe_ = -1;
    pid_t pid_ = 0;
};

}  // namespace dbsync
