// SPDX-License-Identifier: MIT
#include "engine/mysql/metadata_lock.hpp"

#include "base/retry.hpp"
#include "engine/mysql/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace dbsync::mysql {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds pause_first{50};
constexpr std::chrono::milliseconds pause_longest{1'000};
// Transactions named to the operator when the lock is not to be had.
constexpr int named_max = 3;

}  // namespace

DdlAttempts::DdlAttempts(Connection& connection,
                         const CaptureOptions& options,
                         std::stop_token stop)
    : connection_{connection},
      wait_{std::min(options.lock_timeout, metadata_wait_mariadb)},
      retry_for_{options.retry_for},
      stop_{std::move(stop)},
      lock_wait_before_{connection.run("SELECT @@SESSION.lock_wait_timeout").text(0, 0)} {
    connection_.run(fmt::format("SET SESSION lock_wait_timeout = {}", metadata_wait_mysql.count()));
}

DdlAttempts::~DdlAttempts() {
    try {
        if (connection_.usable()) {
            connection_.run("SET SESSION lock_wait_timeout = " + lock_wait_before_);
        }
    } catch (const Error&) {
        // The session is lost; whoever uses it next is told.
    }
}

void DdlAttempts::run(const sql::Rendered& statement, const std::string& doing) {
    const auto deadline = steady_clock::now() + retry_for_;
    for (auto pause = pause_first;; pause = std::min(pause * 2, pause_longest)) {
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
        wait_unless_stopped(pause, stop_);
    }
}

void DdlAttempts::attempt(const sql::Rendered& statement) {
    if (connection_.server().has_set_statement()) {
        connection_.run(fmt::format("SET STATEMENT max_statement_time = {:.3f} FOR {}",
                                    std::chrono::duration<double>{wait_}.count(), statement.text),
                        statement.asset);
    } else {
        connection_.run(statement);
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

}  // namespace dbsync::mysql
