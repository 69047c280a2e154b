// SPDX-License-Identifier: MIT
#include "cutover/lease_keeper.hpp"

#include "base/error.hpp"
#include "base/retry.hpp"

#include <algorithm>

namespace dbsync {

namespace {

// A third of the lease, or what is left until the deadline.
std::chrono::milliseconds pause(std::chrono::milliseconds lease,
                                std::chrono::steady_clock::time_point deadline) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    return std::clamp(left, std::chrono::milliseconds{1}, lease / 3);
}

}  // namespace

LeaseKeeper::LeaseKeeper(Freeze& freeze,
                         std::chrono::milliseconds lease,
                         std::chrono::steady_clock::time_point deadline)
    : thread_{[this, &freeze, lease, deadline](const std::stop_token& stop) {
          try {
              while (std::chrono::steady_clock::now() < deadline &&
                     wait_unless_stopped(pause(lease, deadline), stop)) {
                  freeze.renew();
              }
              if (!stop.stop_requested()) {
                  freeze.release();
                  throw Error{{.kind = ErrorKind::CutoverAborted,
                               .what_failed = "the freeze reached --max-freeze",
                               .hint = "run catchup and verify until little is left, or allow a "
                                       "longer freeze"}};
              }
          } catch (...) {
              const std::lock_guard lock{mutex_};
              error_ = std::current_exception();
          }
      }} {}

void LeaseKeeper::stop() {
    thread_.request_stop();
    if (thread_.joinable()) {
        thread_.join();
    }
    const std::lock_guard lock{mutex_};
    if (error_) {
        std::rethrow_exception(error_);
    }
}

}  // namespace dbsync
