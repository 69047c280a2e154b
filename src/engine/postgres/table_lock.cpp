// SPDX-License-Identifier: MIT
#include "engine/postgres/table_lock.hpp"

#include "base/error.hpp"
#include "sql/statement_template.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace dbsync::postgres {

namespace {

constexpr std::chrono::milliseconds pause_first{50};
constexpr std::chrono::milliseconds pause_longest{1'000};

}  // namespace

void pause(const std::stop_token& stop, std::chrono::milliseconds time) {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock{mutex};
    changed.wait_for(lock, stop, time, [] { return false; });
    if (stop.stop_requested()) {
        throw Error{{.kind = ErrorKind::Interrupted,
                     .what_failed = "interrupted while waiting for a table's lock on the source",
                     .hint = "run the command again: it goes on where it was"}};
    }
}

void set_timeouts(Connection& connection,
                  std::chrono::milliseconds lock,
                  std::chrono::milliseconds statement) {
    connection.run(fmt::format("SET LOCAL lock_timeout = {}; SET LOCAL statement_timeout = {}",
                               lock.count(), statement.count()));
}

LockAttempts::LockAttempts(Connection& connection,
                           const CaptureOptions& options,
                           std::stop_token stop)
    : connection_{connection},
      stop_{std::move(stop)},
      retry_for_{options.retry_for},
      deadline_{std::chrono::steady_clock::now() + options.retry_for} {}

bool LockAttempts::over() const {
    return std::chrono::steady_clock::now() >= deadline_;
}

void LockAttempts::repeat(const std::string& doing,
                          const std::vector<std::int64_t>& relations,
                          const std::function<void()>& attempt) {
    for (std::chrono::milliseconds wait = pause_first;; wait = std::min(wait * 2, pause_longest)) {
        try {
            attempt();
            return;
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::Busy && error.kind() != ErrorKind::Serialization) {
                throw;
            }
            if (over()) {
                give_up(doing, relations, error.fields().native_text);
            }
        }
        pause(stop_, wait);
    }
}

void LockAttempts::give_up(const std::string& doing,
                           const std::vector<std::int64_t>& relations,
                           const std::string& native_text) {
    const Result r = connection_.run(
        sql::render("schemas/postgres/query_source_blockers.sql", sql::Parameters{quoting}).text,
        {fmt::format("{{{}}}", fmt::join(relations, ","))});
    std::string who;
    for (int row = 0; row < r.rows(); ++row) {
        who += (row == 0 ? "" : "; ") + r.text(row, 0);
    }
    throw Error{{.kind = ErrorKind::Busy,
                 .what_failed = fmt::format("cannot {} on the source within {} s", doing,
                                            retry_for_.count() / 1'000),
                 .native_text = native_text,
                 .hint = who.empty() ? "run the command again, or with a longer --retry-for"
                                     : "end what is in the way and run again: " + who}};
}

}  // namespace dbsync::postgres
