// SPDX-License-Identifier: MIT
// Touches the freeze's session while the last pass and the verification run elsewhere, so that
// the lease stays as short as a crash should hurt, and releases the freeze at the deadline,
// whatever the rest of the process is busy with.
#pragma once

#include "engine/source.hpp"

#include <chrono>
#include <exception>
#include <mutex>
#include <thread>

namespace dbsync {

class LeaseKeeper {
  public:
    LeaseKeeper(Freeze& freeze, std::chrono::milliseconds lease,
                std::chrono::steady_clock::time_point deadline);

    // Stops touching the session, which the caller may then use. Throws what the last touch threw
    // (the source has let go of the lock), or Error{CutoverAborted} if the deadline has passed.
    void stop();

  private:
    std::mutex mutex_;
    std::exception_ptr error_;
    std::jthread thread_;
};

}  // namespace dbsync
