// SPDX-License-Identifier: MIT
// DDL that needs a table's metadata lock, tried again and again in short attempts: while it waits
// for a transaction that has used the table, everyone who comes later queues behind it.
#pragma once

#include "base/error.hpp"
#include "engine/mysql/connection.hpp"
#include "engine/source.hpp"
#include "sql/statement_template.hpp"

#include <chrono>
#include <stop_token>
#include <string>

namespace dbsync::mysql {

// Longest wait of one attempt. MySQL knows whole seconds only; MariaDB stops the statement after
// max_statement_time, which knows fractions.
inline constexpr std::chrono::seconds metadata_wait_mysql{1};
inline constexpr std::chrono::milliseconds metadata_wait_mariadb{300};

class DdlAttempts {
  public:
    DdlAttempts(Connection& connection, const CaptureOptions& options, std::stop_token stop);
    // Gives the session its own lock_wait_timeout back.
    ~DdlAttempts();
    DdlAttempts(const DdlAttempts&) = delete;
    DdlAttempts& operator=(const DdlAttempts&) = delete;

    // Runs one statement of DDL, for at most options.retry_for. Throws Error{Busy} whose hint names
    // the oldest transactions, where they can be seen; `doing` says what cannot be done:
    // "put a capture trigger on t". Throws Error{Interrupted} when a stop is asked for.
    void run(const sql::Rendered& statement, const std::string& doing);

  private:
    void attempt(const sql::Rendered& statement);
    [[noreturn]] void give_up(const Error& last, const std::string& doing);
    [[nodiscard]] std::string oldest_transactions();

    Connection& connection_;
    std::chrono::milliseconds wait_;
    std::chrono::milliseconds retry_for_;
    std::stop_token stop_;
    std::string lock_wait_before_;
};

}  // namespace dbsync::mysql
