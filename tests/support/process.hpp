// SPDX-License-Identifier: MIT
// Runs other programs: the dbsync binary under test, server tools, the interpreter of a checker.
// A child dies with the thread that started it, so a killed test leaves nothing behind.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace dbsync::test {

struct Command {
    std::string program;  // looked up in PATH if it has no slash
    std::vector<std::string> args = {};
    // Added to (or replacing parts of) this process's environment; nothing means: unset.
    std::map<std::string, std::optional<std::string>> env = {};
    std::filesystem::path folder = {};  // where it runs; empty: where we run
    std::string input = {};             // its standard input
    // Sent to it when the starting thread ends; SIGKILL leaves no choice, SIGINT lets a server
    // clean up. Programs that change their user forget it: use setpriv for those.
    int death_signal = 9;
};

struct ProcessResult {
    int exit_code = -1;      // -1 if it did not exit by itself
    int signal = 0;          // the signal that ended it, or 0
    bool timed_out = false;  // it was killed because the time was up
    std::string out;
    std::string err;
};

// Everything about it, for failure messages.
std::ostream& operator<<(std::ostream& out, const ProcessResult& result);

class Process {
  public:
    explicit Process(const Command& command);
    // Kills it if it still runs.
    ~Process();
    Process(Process&& other) noexcept;
    Process& operator=(Process&&) = delete;
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    [[nodiscard]] bool running();
    void kill(int signal);

    // Its result; kills it when `timeout` is over. May be called again.
    ProcessResult wait(std::chrono::milliseconds timeout = std::chrono::seconds{120});

    // What it has written so far.
    [[nodiscard]] std::string out() const;
    [[nodiscard]] std::string err() const;

  private:
    pid_t pid_ = -1;
    int out_ = -1;
    int err_ = -1;
    std::optional<int> status_;  // as waitpid gave it
};

// Starts, waits and returns.
[[nodiscard]] ProcessResult run(const Command& command,
                                std::chrono::milliseconds timeout = std::chrono::seconds{120});

}  // namespace dbsync::test
