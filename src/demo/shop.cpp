// SPDX-License-Identifier: MIT
#include "demo/shop.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <array>
#include <random>

namespace dbsync::demo {

namespace {

constexpr const char* tables_sql = R"sql(
CREATE TABLE categories (
    id INTEGER PRIMARY KEY,
    parent_id INTEGER REFERENCES categories (id),
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL
);
CREATE TABLE customers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL COLLATE NOCASE UNIQUE,
    name TEXT NOT NULL,
    phone TEXT,
    address TEXT,
    created_at TEXT NOT NULL
);
CREATE TABLE products (
    id INTEGER PRIMARY KEY,
    category_id INTEGER NOT NULL REFERENCES categories (id),
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    description TEXT,
    price_cents INTEGER NOT NULL CHECK (price_cents >= 0),
    stock INTEGER NOT NULL,
    weight_kg REAL,
    photo BLOB
);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    number TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL DEFAULT 'new',
    note TEXT,
    signature BLOB,
    total_cents INTEGER NOT NULL,
    placed_at TEXT NOT NULL
);
CREATE TABLE order_items (
    order_id INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    line INTEGER NOT NULL,
    product_id INTEGER NOT NULL REFERENCES products (id),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    price_cents INTEGER NOT NULL,
    gift_note TEXT,
    PRIMARY KEY (order_id, line)
) WITHOUT ROWID;
CREATE TABLE receipts (
    token INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL,
    action TEXT NOT NULL
);
CREATE TABLE status_history (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id INTEGER NOT NULL,
    old_status TEXT NOT NULL,
    new_status TEXT NOT NULL
);
)sql";

constexpr const char* indexes_sql = R"sql(
CREATE INDEX orders_by_customer ON orders (customer_id, placed_at);
CREATE INDEX orders_open ON orders (placed_at) WHERE status = 'new';
CREATE INDEX order_items_by_product ON order_items (product_id);
CREATE INDEX products_by_category ON products (category_id, lower(title));
CREATE TRIGGER orders_status_changed AFTER UPDATE OF status ON orders
WHEN OLD.status IS NOT NEW.status
BEGIN
    INSERT INTO status_history (order_id, old_status, new_status)
    VALUES (OLD.id, OLD.status, NEW.status);
END;
CREATE VIEW revenue_by_customer AS
SELECT c.id, c.email, count(o.id) AS orders, coalesce(sum(o.total_cents), 0) AS cents
FROM customers c LEFT JOIN orders o ON o.customer_id = c.id
GROUP BY c.id, c.email;
)sql";

constexpr std::int64_t category_count = 40;

class Generator {
  public:
    explicit Generator(SQLite::Database& database) : database_{database} {}

    void categories() {
        SQLite::Statement row{database_, "INSERT INTO categories VALUES (?, ?, ?, ?)"};
        for (std::int64_t id = 1; id <= category_count; ++id) {
            row.bind(1, id);
            if (id > 5) {
                row.bind(2, 1 + below(id - 1));
            }
            row.bind(3, fmt::format("category-{}", id));
            row.bind(4, fmt::format("Catégorie {} — 分類 {}", id, id));
            run(row);
        }
    }

    void customers(std::int64_t count) {
        SQLite::Statement row{database_, "INSERT INTO customers VALUES (?, ?, ?, ?, ?, ?)"};
        for (std::int64_t id = 1; id <= count; ++id) {
            row.bind(1, id);
            row.bind(2, fmt::format("{}.{}@example.com", pick(first_names), id));
            row.bind(3, fmt::format("{} O'{}", pick(first_names), pick(last_names)));
            if (below(3) != 0) {
                row.bind(4, fmt::format("+49 30 {:07}", below(10'000'000)));
            }
            if (below(10) != 0) {
                row.bind(5, fmt::format("{} Straße {}\n{:05} Berlin", pick(last_names),
                                        1 + below(200), below(100'000)));
            }
            row.bind(6, date());
            run(row);
        }
    }

    void products(std::int64_t count) {
        SQLite::Statement row{database_, "INSERT INTO products VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"};
        for (std::int64_t id = 1; id <= count; ++id) {
            row.bind(1, id);
            row.bind(2, 1 + below(category_count));
            row.bind(3, fmt::format("{}-{}", pick(last_names), id));
            row.bind(4, fmt::format("{} “{}”", pick(last_names), id));
            if (below(5) != 0) {
                row.bind(5, std::string(static_cast<std::size_t>(20 + below(300)), 'x'));
            }
            row.bind(6, 99 + below(50'000));
            row.bind(7, std::int64_t{100'000});
            if (below(4) != 0) {
                row.bind(8, static_cast<double>(1 + below(9'999)) / 7.0);
            }
            if (below(2) != 0) {
                bind_blob(row, 9, static_cast<std::size_t>(below(2'000)));
            }
            run(row);
        }
    }

    void orders(const ShopSize& size) {
        SQLite::Statement order{database_, "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?)"};
        SQLite::Statement item{database_, "INSERT INTO order_items VALUES (?, ?, ?, ?, ?, ?)"};
        for (std::int64_t id = 1; id <= size.orders; ++id) {
            order.bind(1, id);
            order.bind(2, 1 + below(size.customers));
            order.bind(3, fmt::format("S-{:08}", id));
            order.bind(4, pick(statuses));
            if (below(3) == 0) {
                order.bind(5, fmt::format("please ring\ttwice, {}", pick(first_names)));
            }
            if (below(4) == 0) {
                bind_blob(order, 6, 16);
            }
            order.bind(7, below(100'000));
            order.bind(8, date());
            run(order);
            items(item, id, size.products);
        }
    }

  private:
    static constexpr std::array<const char*, 6> first_names{"Ada",  "Grace", "Zoë",
                                                            "Édith", "Jürgen", "美咲"};
    static constexpr std::array<const char*, 6> last_names{"Hopper", "Lovelace", "Curie",
                                                           "Noether", "Ångström", "Brien"};
    static constexpr std::array<const char*, 4> statuses{"new", "paid", "shipped", "returned"};

    void items(SQLite::Statement& item, std::int64_t order, std::int64_t products) {
        const std::int64_t count = 1 + below(3);
        for (std::int64_t line = 1; line <= count; ++line) {
            item.bind(1, order);
            item.bind(2, line);
            item.bind(3, 1 + below(products));
            item.bind(4, 1 + below(4));
            item.bind(5, 99 + below(50'000));
            if (below(8) == 0) {
                item.bind(6, "");
            }
            run(item);
        }
    }

    // 0 … limit - 1. Not uniform to the last digit, but the same on every standard library.
    std::int64_t below(std::int64_t limit) {
        return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(limit));
    }

    template <std::size_t Count>
    const char* pick(const std::array<const char*, Count>& words) {
        return words[static_cast<std::size_t>(below(Count))];
    }

    std::string date() {
        return fmt::format("20{:02}-{:02}-{:02}T{:02}:{:02}:00Z", 10 + below(16), 1 + below(12),
                           1 + below(28), below(24), below(60));
    }

    void bind_blob(SQLite::Statement& row, int index, std::size_t bytes) {
        std::string blob(bytes, '\0');
        for (char& c : blob) {
            c = static_cast<char>(random_() & 0xff);
        }
        row.bind(index, blob.data(), static_cast<int>(blob.size()));
    }

    static void run(SQLite::Statement& row) {
        row.exec();
        row.reset();
        row.clearBindings();
    }

    SQLite::Database& database_;
    std::mt19937_64 random_{20'240'229};
};

}  // namespace

void create_shop(const std::string& path, const ShopSize& size) {
    SQLite::Database database{path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = NORMAL");
    SQLite::Transaction transaction{database};
    database.exec(tables_sql);
    Generator generator{database};
    generator.categories();
    generator.customers(size.customers);
    generator.products(size.products);
    generator.orders(size);
    database.exec(indexes_sql);
    transaction.commit();
}

}  // namespace dbsync::demo
