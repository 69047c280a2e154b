// SPDX-License-Identifier: MIT
// Ctrl-C and SIGTERM ask the run to stop at the next safe point. The third one ends the process
// at once, which is safe too: every step can be killed.
#pragma once

#include <stop_token>
#include <thread>

namespace dbsync::cli {

// One object a process. Handlers and not a blocked signal mask: what the hooks run must not
// inherit it (handlers are reset on exec, POSIX.1-2008 XSH 2.4.4).
class Signals {
  public:
    explicit Signals(std::stop_source& stop);
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

  private:
    void watch(std::stop_source& stop) const;

    int reading_end_ = -1;
    std::thread watcher_;
};

}  // namespace dbsync::cli
