// SPDX-License-Identifier: MIT
#include "demo/journal.hpp"

#include <utility>

namespace dbsync::demo {

Journal::Journal(ShopState initial) : owed_{std::move(initial)} {}

void Journal::acknowledge(const Acknowledgement& ack) {
    const std::lock_guard lock{mutex_};
    if (ack.order) {
        owed_.orders[ack.order_id] = *ack.order;
    } else {
        owed_.orders.erase(ack.order_id);
    }
    if (ack.customer) {
        owed_.customers[ack.customer->first] = ack.customer->second;
    }
    for (const auto& [product, change] : ack.stock) {
        owed_.products[product].stock += change;
    }
    owed_.status_changes += ack.status_changed ? 1U : 0U;
    owed_.receipts.insert(ack.token);
    ++count_;
}

std::uint64_t Journal::count() const {
    const std::lock_guard lock{mutex_};
    return count_;
}

ShopState Journal::owed() const {
    const std::lock_guard lock{mutex_};
    return owed_;
}

}  // namespace dbsync::demo
