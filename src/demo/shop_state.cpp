// SPDX-License-Identifier: MIT
#include "demo/shop_state.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <xxhash.h>

#include <memory>
#include <stdexcept>
#include <string_view>

namespace dbsync::demo {

namespace {

// Digests a sequence of values; type and length are part of it, so that NULL, '' and x'' differ.
class Digester {
  public:
    Digester() { XXH3_128bits_reset(state_.get()); }

    void add(const SQLite::Column& column) {
        const int type = column.getType();
        add_bytes(&type, sizeof type);
        if (type == SQLite::FLOAT) {
            const double number = column.getDouble();
            add_bytes(&number, sizeof number);
            return;
        }
        const void* bytes = column.getBlob();
        const int size = column.getBytes();
        add_bytes(&size, sizeof size);
        add_bytes(bytes, static_cast<std::size_t>(size));
    }

    void add_row(SQLite::Statement& row, int first_column) {
        for (int i = first_column; i < row.getColumnCount(); ++i) {
            add(row.getColumn(i));
        }
    }

    // The digest of what was added; begins anew.
    Digest take() {
        const XXH128_hash_t hash = XXH3_128bits_digest(state_.get());
        XXH3_128bits_reset(state_.get());
        return {hash.high64, hash.low64};
    }

  private:
    struct Free {
        void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
    };

    void add_bytes(const void* bytes, std::size_t size) {
        if (size > 0) {
            XXH3_128bits_update(state_.get(), bytes, size);
        }
    }

    std::unique_ptr<XXH3_state_t, Free> state_{XXH3_createState()};
};

constexpr const char* order_columns =
    "SELECT id, customer_id, number, status, note, signature, total_cents, placed_at FROM orders";
constexpr const char* item_columns =
    "SELECT order_id, line, product_id, quantity, price_cents, gift_note FROM order_items";
constexpr const char* customer_columns =
    "SELECT id, email, name, phone, address, created_at FROM customers";

// Walks orders and items together, both in order of the order's id.
void read_orders(SQLite::Database& database, ShopState& state) {
    SQLite::Statement order{database, std::string{order_columns} + " ORDER BY id"};
    SQLite::Statement item{database, std::string{item_columns} + " ORDER BY order_id, line"};
    Digester digester;
    bool has_item = item.executeStep();
    while (order.executeStep()) {
        const std::int64_t id = order.getColumn(0).getInt64();
        if (has_item && item.getColumn(0).getInt64() < id) {
            throw std::runtime_error{"an item without its order stands in " +
                                     database.getFilename()};
        }
        digester.add_row(order, 0);
        while (has_item && item.getColumn(0).getInt64() == id) {
            digester.add_row(item, 0);
            has_item = item.executeStep();
        }
        state.orders.emplace(id, digester.take());
    }
    if (has_item) {
        throw std::runtime_error{"an item without its order stands in " + database.getFilename()};
    }
}

void read_customers(SQLite::Database& database, ShopState& state) {
    SQLite::Statement row{database, customer_columns};
    Digester digester;
    while (row.executeStep()) {
        digester.add_row(row, 0);
        state.customers.emplace(row.getColumn(0).getInt64(), digester.take());
    }
}

void read_products(SQLite::Database& database, ShopState& state) {
    SQLite::Statement row{database,
                          "SELECT stock, id, category_id, slug, title, description, price_cents, "
                          "weight_kg, photo FROM products"};
    Digester digester;
    while (row.executeStep()) {
        digester.add_row(row, 1);
        state.products.emplace(row.getColumn(1).getInt64(),
                               ProductState{digester.take(), row.getColumn(0).getInt64()});
    }
}

}  // namespace

ShopState read_shop(const std::string& path) {
    SQLite::Database database{path, SQLite::OPEN_READONLY, 5'000};
    database.exec("BEGIN");
    ShopState state;
    read_orders(database, state);
    read_customers(database, state);
    read_products(database, state);
    SQLite::Statement receipt{database, "SELECT token FROM receipts"};
    while (receipt.executeStep()) {
        state.receipts.insert(receipt.getColumn(0).getInt64());
    }
    SQLite::Statement history{database, "SELECT count(*) FROM status_history"};
    history.executeStep();
    state.status_changes = static_cast<std::uint64_t>(history.getColumn(0).getInt64());
    return state;
}

Digest digest_order(SQLite::Database& database, std::int64_t id) {
    Digester digester;
    SQLite::Statement order{database, std::string{order_columns} + " WHERE id = ?"};
    order.bind(1, id);
    if (!order.executeStep()) {
        throw std::runtime_error{"an order vanished inside the transaction that wrote it"};
    }
    digester.add_row(order, 0);
    SQLite::Statement item{database,
                           std::string{item_columns} + " WHERE order_id = ? ORDER BY line"};
    item.bind(1, id);
    while (item.executeStep()) {
        digester.add_row(item, 0);
    }
    return digester.take();
}

Digest digest_customer(SQLite::Database& database, std::int64_t id) {
    Digester digester;
    SQLite::Statement row{database, std::string{customer_columns} + " WHERE id = ?"};
    row.bind(1, id);
    if (!row.executeStep()) {
        throw std::runtime_error{"a customer vanished inside the transaction that wrote it"};
    }
    digester.add_row(row, 0);
    return digester.take();
}

}  // namespace dbsync::demo
