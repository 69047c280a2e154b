// SPDX-License-Identifier: MIT
#include "engine/mysql/metadata_lock.hpp"

#include "base/retry.hpp"
#include "engine/mysql/errors.hpp"
#include "engine/mysql/quoting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>
#include <utility>

namespace dbsync::mysql {

namespace {

using std::chrono::steady_clock;

// Between two attempts, drawn at random so that they do not keep step with a writer.
constexpr int pause_min_ms = 1;
constexpr int pause_max_ms = 20;
// Transactions named to the operator when the lock is not to be had.
constexpr int named_max = 3;
constexpr std::size_t tables_a_lock = 50;  // locked by one statement

std::chrono::milliseconds random_pause() {
    thread_local std::minstd_rand random{std::random_device{}()};
    return std::chrono::milliseconds{
        std::uniform_int_distribution<int>{pause_min_ms, pause_max_ms}(random)};
}

// Ends a session's statement from another session unless it is over in time.
class Cutoff {
  public:
    Cutoff(Connection& killer, std::uint64_t session, std::chrono::milliseconds after)
        : thread_{[this, &killer, session, after](const std::stop_token& over) {
              if (wait_unless_stopped(after, over)) {
                  kill(killer, session);
              }
          }} {}
    // After this nothing is killed any more.
    void stop() {
        thread_.request_stop();
        thread_.join();
    }
    [[nodiscard]] bool fired() const noexcept { return fired_; }

  private:
    void kill(Connection& killer, std::uint64_t session) {
        fired_ = true;
        try {
            killer.run(fmt::format("KILL QUERY {}", session));
        } catch (const Error&) {
            // The statement then ends at the session's own lock_wait_timeout.
        }
    }

    std::atomic<bool> fired_{false};
    std::jthread thread_;
};

}  // namespace

DdlAttempts::DdlAttempts(Connection& connection,
                         const CaptureOptions& options,
                         std::stop_token stop)
    : connection_{connection}, retry_for_{options.retry_for}, stop_{std::move(stop)} {
    if (!connection_.server().has_set_statement()) {
        killer_ = std::make_unique<Connection>(connection_.endpoint(),
                                               SessionOptions{.role = connection_.role()});
    }
}

DdlAttempts::~DdlAttempts() = default;

void DdlAttempts::run(const sql::Rendered& statement, const std::string& doing) {
    const auto deadline = steady_clock::now() + retry_for_;
    for (;;) {
        throw_if_stopped(stop_);
        try {
            attempt(statement);
            return;
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::Busy && error.kind() != ErrorKind::Serialization) {
                throw;
            }
            if (steady_clock::now() >= deadline) {
                give_up(error, doing);
            }
        }
        wait_unless_stopped(random_pause(), stop_);
    }
}

void DdlAttempts::attempt(const sql::Rendered& statement) {
    if (connection_.server().has_set_statement()) {
        connection_.run("SET STATEMENT lock_wait_timeout = 0 FOR " + statement.text,
                        statement.asset);
    } else {
        attempt_briefly(statement);
    }
}

void DdlAttempts::attempt_briefly(const sql::Rendered& statement) {
    Cutoff cutoff{*killer_, connection_.id(), queued_mysql_max};
    try {
        connection_.run(statement);
    } catch (const Error&) {
        cutoff.stop();
        throw;
    }
    cutoff.stop();
    if (cutoff.fired()) {
        // The statement was quicker; what was to end it must not end the next one.
        try {
            connection_.run("DO 0");
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::Busy) {
                throw;
            }
        }
    }
}

void DdlAttempts::give_up(const Error& last, const std::string& doing) {
    const std::string who = oldest_transactions();
    throw Error{
        {.kind = ErrorKind::Busy,
         .what_failed = fmt::format("cannot {} on the {} within {} s", doing,
                                    role_name(connection_.role()), retry_for_.count() / 1'000),
         .native_code = last.fields().native_code,
         .native_text = last.fields().native_text,
         .statement = last.fields().statement,
         .hint = who.empty() ? "end the transactions that use the table, then run again"
                             : "end what is in the way and run again: " + who}};
}

std::string DdlAttempts::oldest_transactions() {
    std::string who;
    try {
        const Result rows = connection_.run(
            fmt::format("SELECT trx_mysql_thread_id, trx_started FROM information_schema.innodb_trx"
                        " WHERE trx_mysql_thread_id <> CONNECTION_ID()"
                        " ORDER BY trx_started LIMIT {}",
                        named_max));
        for (std::size_t row = 0; row < rows.rows(); ++row) {
            who += fmt::format("{}session {}, in a transaction since {}", row == 0 ? "" : "; ",
                               rows.text(row, 0), rows.text(row, 1));
        }
    } catch (const Error& error) {
        // Without PROCESS nobody can be named.
        if (error.kind() != ErrorKind::Permission) {
            throw;
        }
    }
    return who;
}

void hold_definitions(Connection& connection, const std::vector<std::string>& tables) {
    for (std::size_t begin = 0; begin < tables.size(); begin += tables_a_lock) {
        const auto first = tables.begin() + static_cast<std::ptrdiff_t>(begin);
        const auto count = std::min(tables_a_lock, tables.size() - begin);
        connection.run(quote_list({first, first + static_cast<std::ptrdiff_t>(count)},
                                  "(SELECT 1 FROM {} LIMIT 0)", " UNION ALL "));
    }
}

}  // namespace dbsync::mysql
