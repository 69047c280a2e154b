// SPDX-License-Identifier: MIT
// The operator's own commands at three moments of the cutover.
#pragma once

#include <chrono>
#include <string>

namespace dbsync {

struct Hooks {
    std::string on_frozen;  // writers are stopped, everything is verified; for pausing poolers
    std::string on_switch;  // the source is fenced, the target is open; for pointing clients there
    std::string on_abort;   // the freeze was given up after on_frozen had run
};

// Runs `command` with /bin/sh -c, its output to stderr. Ends it with SIGKILL at the deadline.
// Returns its exit status; 124 when it ran out of time, 127 when it could not be started.
int run_hook(const std::string& command, std::chrono::milliseconds time_max);

}  // namespace dbsync
