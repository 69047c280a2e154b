// SPDX-License-Identifier: MIT
// What the shop's database holds, condensed so that two states can be compared exactly: a 128-bit
// digest of each order (with its items) and customer, each product with its stock, every receipt.
// Knows nothing of dbsync: it is the demo's independent witness.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace SQLite {
class Database;
}

namespace dbsync::demo {

using Digest = std::array<std::uint64_t, 2>;

struct ProductState {
    Digest content{};        // every column but the stock
    std::int64_t stock = 0;  // changed by many writers, each of which knows its own share only

    bool operator==(const ProductState&) const = default;
};

struct ShopState {
    std::unordered_map<std::int64_t, Digest> orders;
    std::unordered_map<std::int64_t, Digest> customers;
    std::unordered_map<std::int64_t, ProductState> products;
    std::unordered_set<std::int64_t> receipts;  // one token a committed transaction
    std::uint64_t status_changes = 0;           // rows written by the shop's own trigger

    // Rows on which this state stands (items included in their orders).
    [[nodiscard]] std::uint64_t size() const {
        return orders.size() + customers.size() + products.size() + receipts.size();
    }
};

// Reads everything in one read transaction.
[[nodiscard]] ShopState read_shop(const std::string& path);

// Of one row as it stands in the database's current transaction, which must exist.
[[nodiscard]] Digest digest_order(SQLite::Database& database, std::int64_t id);
[[nodiscard]] Digest digest_customer(SQLite::Database& database, std::int64_t id);

}  // namespace dbsync::demo
