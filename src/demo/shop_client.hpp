// SPDX-License-Identifier: MIT
// One application session of the shop: runs planned transactions, each on whichever database it
// is connected to, and says what the database then owes the customer.
#pragma once

#include "demo/shop_state.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace SQLite {
class Exception;
}

namespace dbsync::demo {

enum class Action { Place, Change, Cancel };

struct PlannedItem {
    std::int64_t product_id = 0;
    std::int64_t quantity = 1;
    std::int64_t price_cents = 0;
};

// Everything random is decided here, so that the transaction can be repeated on another server.
struct Plan {
    Action action = Action::Place;
    std::int64_t token = 0;     // the receipt; unique over all writers
    std::int64_t order_id = 0;  // Change, Cancel
    std::int64_t customer_id = 0;
    std::string new_customer_email;  // Place: not empty for a customer that is new
    std::string number;              // Place
    std::string status;              // Place, Change
    std::optional<std::string> note;
    std::vector<PlannedItem> items;  // Place: all; Change: one more
    bool renumber_lines = false;     // Change: moves the items to other keys
};

// What a commit promised.
struct Acknowledgement {
    std::int64_t token = 0;
    std::int64_t order_id = 0;
    std::optional<Digest> order;  // nothing: the order is gone
    std::optional<std::pair<std::int64_t, Digest>> customer;
    std::vector<std::pair<std::int64_t, std::int64_t>> stock;  // product, change
    bool status_changed = false;
};

class ShopClient {
  public:
    // `busy_timeout`: how long a statement waits for another writer, as applications set it.
    ShopClient(const std::string& path, std::chrono::milliseconds busy_timeout);
    ~ShopClient();
    ShopClient(const ShopClient&) = delete;
    ShopClient& operator=(const ShopClient&) = delete;

    // One transaction, committed when this returns. Throws SQLite::Exception; nothing of it is
    // in the database then.
    Acknowledgement run(const Plan& plan);

  private:
    class Session;
    std::unique_ptr<Session> session_;
};

// Whether this database has been fenced: it refuses writes because the move is done.
[[nodiscard]] bool is_fence(const SQLite::Exception& error);

}  // namespace dbsync::demo
