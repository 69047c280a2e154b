// SPDX-License-Identifier: MIT
// What the shop's customers were told: the state that the database owes them after every commit
// that was acknowledged. Kept in memory, away from both ends of the move.
#pragma once

#include "demo/shop_client.hpp"
#include "demo/shop_state.hpp"

#include <cstdint>
#include <mutex>

namespace dbsync::demo {

// Safe from any thread. Two writers must not change the same order: the journal takes their
// acknowledgements in the order in which they arrive.
class Journal {
  public:
    explicit Journal(ShopState initial);

    void acknowledge(const Acknowledgement& ack);

    // Acknowledged commits so far.
    [[nodiscard]] std::uint64_t count() const;
    // A copy of what the database owes now.
    [[nodiscard]] ShopState owed() const;

  private:
    mutable std::mutex mutex_;
    ShopState owed_;
    std::uint64_t count_ = 0;
};

}  // namespace dbsync::demo
