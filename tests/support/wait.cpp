// SPDX-License-Identifier: MIT
#include "support/wait.hpp"

#include <condition_variable>
#include <mutex>

namespace dbsync::test {

bool wait_until(const std::function<bool()>& condition,
                std::chrono::milliseconds timeout,
                std::chrono::milliseconds step) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    std::mutex mutex;
    std::condition_variable nobody;
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= deadline) {
            return false;
        }
        std::unique_lock lock{mutex};
        nobody.wait_for(lock, step);
    }
    return true;
}

}  // namespace dbsync::test
