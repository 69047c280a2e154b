// SPDX-License-Identifier: MIT
// One process a job on this machine: an advisory lock on a file beside the state file.
#pragma once

#include "state/state_store.hpp"

#include <filesystem>
#include <string>

namespace dbsync {

// Held from construction to destruction, and never longer than the process lives. A process-owned
// fcntl lock rather than flock(): children (hooks, the freeze's watchdog) must not inherit it.
class StateStore::Lock {
  public:
    // Throws Error{JobBusy} naming the other process, Error{Usage} if the file cannot be made.
    Lock(const std::filesystem::path& state_file, const std::string& job);
    ~Lock();
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

  private:
    int descriptor_ = -1;
};

}  // namespace dbsync
