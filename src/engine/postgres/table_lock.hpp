// SPDX-License-Identifier: MIT
// Statements that need a table's lock, tried again and again in short attempts, so that writers
// never queue behind us for long (TRAPS: a waiting lock request stops everyone who comes after it).
#pragma once

#include "engine/postgres/connection.hpp"
#include "engine/source.hpp"

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace dbsync::postgres {

// Longest wait for one lock in one attempt, and for all locks of one statement. The second stays
// below the server's deadlock_timeout (1 s): of two sessions that wait for each other we give up.
inline constexpr std::chrono::milliseconds lock_wait_max{200};
inline constexpr std::chrono::milliseconds lock_statement_max{600};

// Waits, unless `stop` is requested first: then throws Error{Interrupted}.
void pause(const std::stop_token& stop, std::chrono::milliseconds time);

class LockAttempts {
  public:
    LockAttempts(Connection& connection, const CaptureOptions& options, std::stop_token stop);

    // Repeats `attempt` until it ends without Error{Busy} or Error{Serialization}. `attempt` gets
    // through or cleans up after itself. When the time is over throws Error{Busy} whose hint names
    // who holds locks on `relations`; `doing` begins the message.
    void repeat(const std::string& doing,
                const std::vector<std::int64_t>& relations,
                const std::function<void()>& attempt);

    // Whether the time for this table is over.
    [[nodiscard]] bool over() const;

  private:
    [[noreturn]] void give_up(const std::string& doing,
                              const std::vector<std::int64_t>& relations,
                              const std::string& native_text);

    Connection& connection_;
    std::stop_token stop_;
    std::chrono::milliseconds retry_for_;
    std::chrono::steady_clock::time_point deadline_;
};

// SET LOCAL lock_timeout and statement_timeout; 0 means none.
void set_timeouts(Connection& connection,
                  std::chrono::milliseconds lock,
                  std::chrono::milliseconds statement);

}  // namespace dbsync::postgres
