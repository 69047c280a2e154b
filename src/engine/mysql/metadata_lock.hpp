// SPDX-License-Identifier: MIT
// DDL that needs a table's metadata lock, tried again and again without queueing for it: while it
// waited for a transaction that has used the table, everyone who comes later would queue behind it.
#pragma once

#include "base/error.hpp"
#include "engine/mysql/connection.hpp"
#include "engine/source.hpp"
#include "sql/statement_template.hpp"

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace dbsync::mysql {

// How long a statement may stand in the queue for a table's metadata lock. Not at all on MariaDB:
// an application's transaction that has read or written the table and now wants more of it would
// have to queue behind us, we wait for it, and the server ends such a deadlock at the cost of the
// application, at once (error 1213; seen on MariaDB 10.11 and MySQL 9.7). MySQL knows no attempt
// without queueing, so there it is ended from outside after a moment.
inline constexpr std::chrono::milliseconds queued_mysql_max{10};

class DdlAttempts {
  public:
    DdlAttempts(Connection& connection, const CaptureOptions& options, std::stop_token stop);
    ~DdlAttempts();
    DdlAttempts(const DdlAttempts&) = delete;
    DdlAttempts& operator=(const DdlAttempts&) = delete;

    // Runs one statement of DDL, for at most options.retry_for. Throws Error{Busy} whose hint names
    // the oldest transactions, where they can be seen; `doing` says what cannot be done:
    // "put trigger _dbsync_capture_1_insert on t". Throws Error{Interrupted} when a stop is asked
    // for.
    void run(const sql::Rendered& statement, const std::string& doing);

  private:
    void attempt(const sql::Rendered& statement);
    void attempt_briefly(const sql::Rendered& statement);
    [[noreturn]] void give_up(const Error& last, const std::string& doing);
    [[nodiscard]] std::string oldest_transactions();

    Connection& connection_;
    std::unique_ptr<Connection> killer_;  // MySQL: ends the statement that queues
    std::chrono::milliseconds retry_for_;
    std::stop_token stop_;
};

// Takes part in the tables' metadata locks until the open transaction ends: none of them can be
// altered, truncated, renamed or dropped meanwhile. Takes no read view and locks no row. Throws
// what the server says after lock_wait_timeout.
void hold_definitions(Connection& connection, const std::vector<std::string>& tables);

}  // namespace dbsync::mysql
