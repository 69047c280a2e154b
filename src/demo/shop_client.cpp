// SPDX-License-Identifier: MIT
#include "demo/shop_client.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <string_view>

namespace dbsync::demo {

namespace {

void run_once(SQLite::Statement& statement) {
    statement.exec();
    statement.reset();
    statement.clearBindings();
}

void bind_text(SQLite::Statement& statement, int index, const std::optional<std::string>& text) {
    if (text) {
        statement.bind(index, *text);
    } else {
        statement.bind(index);
    }
}

}  // namespace

class ShopClient::Session {
  public:
    Session(const std::string& path, std::chrono::milliseconds busy_timeout)
        : database_{path, SQLite::OPEN_READWRITE, static_cast<int>(busy_timeout.count())} {
        database_.exec("PRAGMA foreign_keys = ON");
        database_.exec("PRAGMA synchronous = NORMAL");
    }

    Acknowledgement run(const Plan& plan) {
        Acknowledgement ack;
        ack.token = plan.token;
        SQLite::Transaction transaction{database_, SQLite::TransactionBehavior::IMMEDIATE};
        switch (plan.action) {
            case Action::Place: place(plan, ack); break;
            case Action::Change: change(plan, ack); break;
            case Action::Cancel: cancel(plan, ack); break;
        }
        if (plan.action != Action::Cancel) {
            ack.order = digest_order(database_, ack.order_id);
        }
        write_receipt(plan, ack);
        transaction.commit();
        return ack;
    }

  private:
    void place(const Plan& plan, Acknowledgement& ack) {
        std::int64_t customer = plan.customer_id;
        if (!plan.new_customer_email.empty()) {
            customer = add_customer(plan.new_customer_email);
            ack.customer.emplace(customer, digest_customer(database_, customer));
        }
        SQLite::Statement order{database_,
                                "INSERT INTO orders (customer_id, number, status, note, "
                                "signature, total_cents, placed_at) "
                                "VALUES (?, ?, ?, ?, randomblob(16), ?, datetime('now'))"};
        order.bind(1, customer);
        order.bind(2, plan.number);
        order.bind(3, plan.status);
        bind_text(order, 4, plan.note);
        order.bind(5, plan.items.front().price_cents);
        run_once(order);
        ack.order_id = database_.getLastInsertRowid();
        for (const PlannedItem& item : plan.items) {
            add_item(ack, item);
        }
    }

    void change(const Plan& plan, Acknowledgement& ack) {
        ack.order_id = plan.order_id;
        SQLite::Statement old{database_, "SELECT status FROM orders WHERE id = ?"};
        old.bind(1, plan.order_id);
        old.executeStep();
        ack.status_changed = old.getColumn(0).getString() != plan.status;
        old.reset();
        SQLite::Statement order{database_,
                                "UPDATE orders SET status = ?, note = ?, "
                                "total_cents = total_cents + 1 WHERE id = ?"};
        order.bind(1, plan.status);
        bind_text(order, 2, plan.note);
        order.bind(3, plan.order_id);
        run_once(order);
        if (plan.renumber_lines) {
            SQLite::Statement lines{database_,
                                    "UPDATE order_items SET line = -line WHERE order_id = ?"};
            lines.bind(1, plan.order_id);
            run_once(lines);
        }
        remove_last_item(ack);
        for (const PlannedItem& item : plan.items) {
            add_item(ack, item);
        }
    }

    void cancel(const Plan& plan, Acknowledgement& ack) {
        ack.order_id = plan.order_id;
        SQLite::Statement items{database_,
                                "SELECT product_id, quantity FROM order_items WHERE order_id = ?"};
        items.bind(1, plan.order_id);
        while (items.executeStep()) {
            ack.stock.emplace_back(items.getColumn(0).getInt64(), items.getColumn(1).getInt64());
        }
        items.reset();
        for (const auto& [product, quantity] : ack.stock) {
            move_stock(product, quantity);
        }
        SQLite::Statement order{database_, "DELETE FROM orders WHERE id = ?"};
        order.bind(1, plan.order_id);
        run_once(order);
    }

    std::int64_t add_customer(const std::string& email) {
        SQLite::Statement customer{database_,
                                   "INSERT INTO customers (email, name, created_at) "
                                   "VALUES (?, 'New Customer', datetime('now'))"};
        customer.bind(1, email);
        run_once(customer);
        return database_.getLastInsertRowid();
    }

    void add_item(Acknowledgement& ack, const PlannedItem& item) {
        SQLite::Statement row{database_,
                              "INSERT INTO order_items (order_id, line, product_id, quantity, "
                              "price_cents) SELECT ?1, coalesce(max(line), 0) + 1, ?2, ?3, ?4 "
                              "FROM order_items WHERE order_id = ?1"};
        row.bind(1, ack.order_id);
        row.bind(2, item.product_id);
        row.bind(3, item.quantity);
        row.bind(4, item.price_cents);
        run_once(row);
        move_stock(item.product_id, -item.quantity);
        ack.stock.emplace_back(item.product_id, -item.quantity);
    }

    void remove_last_item(Acknowledgement& ack) {
        SQLite::Statement last{database_,
                               "SELECT line, product_id, quantity FROM order_items "
                               "WHERE order_id = ? ORDER BY line DESC LIMIT 1"};
        last.bind(1, ack.order_id);
        if (!last.executeStep()) {
            return;
        }
        const std::int64_t line = last.getColumn(0).getInt64();
        const std::int64_t product = last.getColumn(1).getInt64();
        const std::int64_t quantity = last.getColumn(2).getInt64();
        last.reset();
        SQLite::Statement row{database_, "DELETE FROM order_items WHERE order_id = ? AND line = ?"};
        row.bind(1, ack.order_id);
        row.bind(2, line);
        run_once(row);
        move_stock(product, quantity);
        ack.stock.emplace_back(product, quantity);
    }

    void move_stock(std::int64_t product, std::int64_t change) {
        SQLite::Statement row{database_, "UPDATE products SET stock = stock + ? WHERE id = ?"};
        row.bind(1, change);
        row.bind(2, product);
        run_once(row);
    }

    void write_receipt(const Plan& plan, const Acknowledgement& ack) {
        SQLite::Statement row{database_, "INSERT INTO receipts VALUES (?, ?, ?)"};
        row.bind(1, plan.token);
        row.bind(2, ack.order_id);
        row.bind(3, plan.action == Action::Place    ? "place"
                    : plan.action == Action::Change ? "change"
                                                    : "cancel");
        run_once(row);
    }

    SQLite::Database database_;
};

ShopClient::ShopClient(const std::string& path, std::chrono::milliseconds busy_timeout)
    : session_{std::make_unique<Session>(path, busy_timeout)} {}

ShopClient::~ShopClient() = default;

Acknowledgement ShopClient::run(const Plan& plan) { return session_->run(plan); }

// The fence is a trigger that raises; its message begins with the tool's name, and no trigger of
// the shop raises anything.
bool is_fence(const SQLite::Exception& error) {
    return error.getExtendedErrorCode() == SQLITE_CONSTRAINT_TRIGGER &&
           std::string_view{error.what()}.find("dbsync") != std::string_view::npos;
}

}  // namespace dbsync::demo
