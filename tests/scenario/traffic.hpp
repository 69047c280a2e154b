// SPDX-License-Identifier: MIT
// An application that never stops: a few writers, each with a connection and rows of its own, that
// note every acknowledged commit. It ends at the fence; every other error is a failed commit.
#pragma once

#include "scenario/mysql_ends.hpp"
#include "support/wait.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace dbsync::test {

// One application connection.
using Application = std::function<void(const std::string& sql)>;

inline Application postgres_application(const std::string& url) {
    return [session = std::make_shared<PgSession>(url)](const std::string& sql) {
        try {
            session->exec(sql);
        } catch (const PgError&) {
            session->exec("ROLLBACK");
            throw;
        }
    };
}

// READ COMMITTED: at MySQL's own default two writers that delete notes of one item would deadlock
// with each other, whether dbsync is there or not.
inline Application mysql_application(const MysqlLogin& login) {
    auto session = std::make_shared<MysqlSession>(login);
    session->exec("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
    return [session](const std::string& sql) {
        try {
            session->exec(sql);
        } catch (const MysqlError&) {
            session->exec("ROLLBACK");
            throw;
        }
    };
}

inline Application sqlite_application(const std::filesystem::path& path) {
    return [file = std::make_shared<SqliteFile>(path)](const std::string& sql) {
        try {
            file->exec(sql);
        } catch (const SQLite::Exception&) {
            if (sqlite3_get_autocommit(file->database().getHandle()) == 0) {
                file->exec("ROLLBACK");
            }
            throw;
        }
    };
}

// What both engines understand alike.
inline constexpr const char* traffic_schema = R"sql(
CREATE TABLE item (id INTEGER PRIMARY KEY, slug TEXT NOT NULL UNIQUE, v INTEGER NOT NULL);
CREATE TABLE line (item_id INTEGER NOT NULL REFERENCES item (id) ON DELETE CASCADE,
    n INTEGER NOT NULL, body TEXT, PRIMARY KEY (item_id, n));
CREATE TABLE note (item_id INTEGER, body TEXT);
CREATE TABLE counter (id INTEGER PRIMARY KEY, n INTEGER NOT NULL);
CREATE TABLE still (id INTEGER PRIMARY KEY, body TEXT);
CREATE INDEX item_v ON item (v);
CREATE INDEX note_item ON note (item_id);
CREATE VIEW item_lines AS SELECT i.id, count(l.n) AS lines FROM item i
    LEFT JOIN line l ON l.item_id = i.id GROUP BY i.id;
)sql";

// The same for MySQL and MariaDB, whose cascades fire no triggers: lines follow their item by them.
inline constexpr const char* mysql_traffic_schema = R"sql(
CREATE TABLE item (id INTEGER PRIMARY KEY, slug VARCHAR(50) NOT NULL UNIQUE, v INTEGER NOT NULL);
CREATE TABLE line (item_id INTEGER NOT NULL, n INTEGER NOT NULL, body TEXT,
    PRIMARY KEY (item_id, n),
    CONSTRAINT line_item FOREIGN KEY (item_id) REFERENCES item (id)
    ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE note (item_id INTEGER, body TEXT);
CREATE TABLE counter (id INTEGER PRIMARY KEY, n INTEGER NOT NULL);
CREATE TABLE still (id INTEGER PRIMARY KEY, body TEXT);
CREATE INDEX item_v ON item (v);
CREATE INDEX note_item ON note (item_id);
CREATE VIEW item_lines AS SELECT i.id, count(l.n) AS `lines` FROM item i
    LEFT JOIN line l ON l.item_id = i.id GROUP BY i.id;
)sql";

inline std::string traffic_seed() {
    std::string sql = "BEGIN;\n";
    for (int i = 1; i <= 400; ++i) {
        sql += fmt::format(
            "INSERT INTO item VALUES ({0}, 'seed-{0}', {0});"
            "INSERT INTO line VALUES ({0}, 1, 'line of {0}');"
            "INSERT INTO note VALUES ({1}, 'note');"
            "INSERT INTO still VALUES ({0}, 'still {0}');\n",
            i, i % 7);
    }
    for (int i = 0; i < 4; ++i) {
        sql += fmt::format("INSERT INTO counter VALUES ({}, 0);\n", i);
    }
    return sql + "COMMIT;\n";
}

struct TrafficOptions {
    int writers = 2;
    std::chrono::milliseconds pause{5};  // between two transactions of a writer
    bool sqlite = false;
    bool cascades = false;  // lines follow their item by the foreign key
};

class Traffic {
  public:
    using Connect = std::function<Application()>;

    Traffic(Connect connect, const TrafficOptions& options)
        : connect_{std::move(connect)},
          options_{options},
          states_(static_cast<std::size_t>(options.writers)) {
        for (int i = 0; i < options.writers; ++i) {
            threads_.emplace_back([this, i](const std::stop_token& stop) { write(i, stop); });
        }
    }
    ~Traffic() { stop(); }
    Traffic(const Traffic&) = delete;
    Traffic& operator=(const Traffic&) = delete;

    void stop() {
        for (std::jthread& thread : threads_) {
            thread.request_stop();
        }
        threads_.clear();
    }

    [[nodiscard]] std::uint64_t commits() const { return commits_; }
    // Waits until `count` more commits were acknowledged.
    [[nodiscard]] bool wait_for_commits(std::uint64_t count,
                                        std::chrono::milliseconds timeout = std::chrono::seconds{
                                            20}) {
        const std::uint64_t goal = commits_ + count;
        return wait_until([&] { return commits_ >= goal; }, timeout);
    }
    // Writers that were refused by the fence.
    [[nodiscard]] int fenced() const { return fenced_; }
    [[nodiscard]] std::chrono::milliseconds longest_stall() const {
        return std::chrono::milliseconds{longest_ms_};
    }

    // Every error that was not the fence's. Call after stop().
    [[nodiscard]] const std::vector<std::string>& errors() const { return errors_; }

    // What `end` lacks of what was acknowledged, in words; empty if it is all there and nothing
    // else is. Call after stop().
    [[nodiscard]] std::string missing(const Ends& ends, End end) const {
        for (std::size_t i = 0; i < states_.size(); ++i) {
            const std::string count =
                ends.value(end, fmt::format("SELECT n FROM counter WHERE id = {}", i));
            if (count != std::to_string(states_[i].commits)) {
                return fmt::format("writer {} was acknowledged {} commits, {} are there", i,
                                   states_[i].commits, count);
            }
            const std::int64_t base = base_of(static_cast<int>(i));
            const std::string rows =
                ends.value(end, fmt::format("SELECT count(*) FROM item WHERE id BETWEEN {} AND {}",
                                            base, base + range - 1));
            if (rows != std::to_string(states_[i].items.size())) {
                return fmt::format("writer {} owns {} items, {} are there", i,
                                   states_[i].items.size(), rows);
            }
            for (const auto& [id, v] : states_[i].items) {
                const std::string there =
                    ends.value(end, fmt::format("SELECT v FROM item WHERE id = {}", id));
                if (there != std::to_string(v)) {
                    return fmt::format("item {} holds '{}' and not {}", id, there, v);
                }
            }
        }
        return "";
    }

  private:
    struct State {
        std::map<std::int64_t, std::int64_t> items;  // id → v
        std::int64_t commits = 0;
    };

    static constexpr std::int64_t range = 1'000'000;
    static std::int64_t base_of(int writer) { return (writer + 1) * range; }

    void write(int writer, const std::stop_token& stop) {
        try {
            const Application application = connect_();
            while (!stop.stop_requested() && one(application, writer)) {
                std::unique_lock lock{mutex_};
                pause_.wait_for(lock, stop, options_.pause, [] { return false; });
            }
        } catch (const std::exception& error) {
            const std::lock_guard lock{mutex_};
            errors_.push_back(error.what());
        }
    }

    // One transaction. False once the fence stands.
    bool one(const Application& application, int writer) {
        State& state = states_[static_cast<std::size_t>(writer)];
        State next = state;
        const std::string sql = plan(next, writer);
        const auto begun = std::chrono::steady_clock::now();
        try {
            application(sql);
        } catch (const std::exception& error) {
            if (std::string{error.what()}.find("dbsync") == std::string::npos) {
                throw;
            }
            ++fenced_;
            return false;
        }
        const auto took = std::chrono::steady_clock::now() - begun;
        state = std::move(next);
        const std::lock_guard lock{mutex_};
        longest_ms_ = std::max<std::int64_t>(
            longest_ms_, std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
        ++commits_;
        return true;
    }

    // Inserts, changes, moves to another key and deletes, in turn.
    std::string plan(State& state, int writer) const {
        const std::int64_t n = ++state.commits;
        std::string sql = options_.sqlite ? "BEGIN IMMEDIATE;" : "BEGIN;";
        sql += fmt::format("UPDATE counter SET n = n + 1 WHERE id = {};", writer);
        const std::int64_t id = base_of(writer) + n % (range / 2);
        switch (n % 5) {
            case 0:
            case 1:
                sql += fmt::format(
                    "INSERT INTO item VALUES ({0}, 'w{0}', {1});"
                    "INSERT INTO line VALUES ({0}, {1}, 'l');"
                    "INSERT INTO note VALUES ({2}, 'note');",
                    id, n, n % 7);
                state.items[id] = n;
                break;
            case 2:
                change_all(state, sql, n);
                break;
            case 3:
                move_first(state, sql, writer, options_.cascades);
                break;
            default:
                delete_last(state, sql, options_.cascades);
                break;
        }
        return sql + "COMMIT;";
    }

    static void change_all(State& state, std::string& sql, std::int64_t n) {
        for (auto& [id, v] : state.items) {
            v += n;
            sql += fmt::format("UPDATE item SET v = {} WHERE id = {};", v, id);
            if (state.items.size() > 20) {
                break;
            }
        }
    }
    // The slug goes to another row with the key, in one transaction.
    static void move_first(State& state, std::string& sql, int writer, bool cascades) {
        if (state.items.empty()) {
            return;
        }
        const auto [id, v] = *state.items.begin();
        const std::int64_t to = base_of(writer) + range / 2 + (id + v) % (range / 2);
        if (state.items.contains(to)) {
            return;
        }
        sql += cascades ? "" : fmt::format("DELETE FROM line WHERE item_id = {};", id);
        sql += fmt::format(
            "UPDATE item SET id = {1} WHERE id = {0};"
            "DELETE FROM note WHERE item_id = {2} AND body = 'moved';"
            "INSERT INTO note VALUES ({2}, 'moved');",
            id, to, id % 7);
        state.items.erase(id);
        state.items[to] = v;
    }
    static void delete_last(State& state, std::string& sql, bool cascades) {
        if (state.items.size() < 10) {
            return;
        }
        const std::int64_t id = state.items.rbegin()->first;
        sql += cascades ? "" : fmt::format("DELETE FROM line WHERE item_id = {};", id);
        sql += fmt::format("DELETE FROM item WHERE id = {};", id);
        state.items.erase(id);
    }

    Connect connect_;
    TrafficOptions options_;
    std::mutex mutex_;
    std::condition_variable_any pause_;
    std::atomic<std::uint64_t> commits_{0};
    std::atomic<int> fenced_{0};
    std::atomic<std::int64_t> longest_ms_{0};
    std::vector<std::string> errors_;
    std::vector<State> states_;
    std::vector<std::jthread> threads_;  // last: they use all of the above
};

}  // namespace dbsync::test
