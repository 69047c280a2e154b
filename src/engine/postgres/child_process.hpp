// SPDX-License-Identifier: MIT
// Runs a program of the server's distribution and gathers what it writes. Never through a shell.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace dbsync::postgres {

struct ChildResult {
    int exit_code = -1;  // -1: it was ended by a signal or could not be started
    std::string out;
    std::string err;
};

// `environment` ("NAME=value") is added to ours, for the child only: secrets do not show in the
// list of processes. Kills the child when `timeout` is over (exit_code -1).
[[nodiscard]] ChildResult run_child(const std::vector<std::string>& arguments,
                                    const std::vector<std::string>& environment,
                                    std::chrono::milliseconds timeout);

}  // namespace dbsync::postgres
