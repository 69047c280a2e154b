// SPDX-License-Identifier: MIT
#include "engine/mysql/freeze.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "engine/mysql/errors.hpp"
#include "engine/mysql/gate.hpp"
#include "engine/mysql/metadata_lock.hpp"
#include "engine/mysql/prepared.hpp"
#include "engine/mysql/quoting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dbsync::mysql {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds arm_each{2'000};   // a table's metadata lock is tried for, in short attempts
constexpr milliseconds drop_each{5'000};  // the same, when the triggers are taken away
constexpr seconds answer_margin{5};       // beyond the lease, for the answer of a slow server
constexpr int holders_named_max = 5;

bool is_lock_failure(const Error& error) {
    const unsigned code = native_code(error);
    return code == code_lock_wait_timeout || code == code_deadlock || code == code_interrupted ||
           code == code_statement_timeout_mariadb || code == code_statement_timeout_mysql;
}

seconds lease_seconds(milliseconds lease) {
    return std::max(seconds{1}, std::chrono::ceil<seconds>(lease));
}

bool require_none_prepared(Connection& connection) {
    const auto prepared = prepared_transactions(connection);
    if (prepared && !prepared->empty()) {
        throw Error{{.kind = ErrorKind::Busy,
                     .what_failed = fmt::format("{} prepared XA transactions on the source are "
                                                "neither committed nor rolled back",
                                                prepared->size()),
                     .hint = "end what XA RECOVER lists with XA COMMIT or XA ROLLBACK"}};
    }
    return prepared.has_value();
}

// Nothing where transactions cannot be seen (PROCESS is missing).
std::string holders(Connection& connection) {
    std::string who;
    try {
        const Result rows = connection.run(
            fmt::format("SELECT trx_mysql_thread_id, trx_started FROM information_schema.innodb_trx"
                        " WHERE trx_mysql_thread_id <> CONNECTION_ID() AND trx_rows_locked > 0"
                        " ORDER BY trx_started LIMIT {}",
                        holders_named_max));
        for (std::size_t row = 0; row < rows.rows(); ++row) {
            who += fmt::format("{}session {}, in a transaction since {}", row == 0 ? "" : "; ",
                               rows.text(row, 0), rows.text(row, 1));
        }
    } catch (const Error&) {
        return "";  // the attempt's own failure is the one to report
    }
    return who;
}

class MysqlFreeze final : public Freeze {
  public:
    MysqlFreeze(Endpoint endpoint, std::span<const Table> tables)
        : endpoint_{std::move(endpoint)}, tables_(tables.begin(), tables.end()) {
        std::sort(tables_.begin(), tables_.end(),
                  [](const Table& a, const Table& b) { return a.id < b.id; });
        std::transform(tables_.begin(), tables_.end(), std::back_inserter(table_names_),
                       [](const Table& table) { return table.name.name; });
    }
    ~MysqlFreeze() override;

    void arm(const FreezeOptions& options) override;
    void block() override;
    std::string prove_drained() override;
    void renew() override;
    void fence(const std::string& message) override;
    void release() noexcept override;

  private:
    void connect();
    void begin();
    [[nodiscard]] std::string lock_sql() const;
    [[noreturn]] void throw_busy(const Error& error);
    Connection& held();

    Endpoint endpoint_;
    std::vector<Table> tables_;
    std::vector<std::string> table_names_;
    FreezeOptions options_;
    std::recursive_mutex mutex_;  // renew() and release() come from the lease's keeper
    std::unique_ptr<Connection> connection_;
    bool gate_made_ = false;
    bool blocked_ = false;
};

// Whether the fence stands is asked of the server: the answer to our COMMIT may have been lost.
MysqlFreeze::~MysqlFreeze() {
    MysqlFreeze::release();
    if (!gate_made_) {
        return;
    }
    try {
        Connection connection{endpoint_, {.role = Role::Source}};
        remove_gate_triggers(connection, tables_,
                             {.job = {}, .lock_timeout = drop_each, .retry_for = drop_each});
    } catch (const std::exception& error) {
        log::warn("cutover.gate_left", {{"why", error.what()}});
    }
}

// MySQL 9.7 and MariaDB 10.11 end a session that is idle in a transaction after wait_timeout too.
void MysqlFreeze::connect() {
    const seconds lease = lease_seconds(options_.lease);
    connection_ = std::make_unique<Connection>(
        endpoint_,
        SessionOptions{.role = Role::Source, .io_timeout = lease + answer_margin});
    connection_->run(fmt::format("SET SESSION wait_timeout = {}, lock_wait_timeout = 1",
                                 lease.count()));
}

void MysqlFreeze::arm(const FreezeOptions& options) {
    const std::lock_guard lock{mutex_};
    release();
    options_ = options;
    {
        Connection connection{endpoint_, {.role = Role::Source}};
        if (read_gate(connection).closed) {
            throw Error{{.kind = ErrorKind::Precondition,
                         .what_failed = "the source is fenced already",
                         .hint = "run stop-capture on the source to make it writable again"}};
        }
        gate_made_ = true;
        install_gate(connection, tables_,
                     {.job = {}, .lock_timeout = options.attempt, .retry_for = arm_each});
        require_none_prepared(connection);
    }
    connect();
}

// The session may have been idle for longer than its lease since arm().
void MysqlFreeze::begin() {
    if (connection_ && connection_->usable()) {
        try {
            connection_->run("START TRANSACTION");
            return;
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::Connection) {
                throw;
            }
        }
    }
    connect();
    connection_->run("START TRANSACTION");
}

std::string MysqlFreeze::lock_sql() const {
    constexpr const char* rest = "state FROM `_dbsync_gate` WHERE id = 1 FOR UPDATE";
    if (connection_->server().has_set_statement()) {
        return fmt::format("SET STATEMENT max_statement_time = {:.3f} FOR SELECT {}",
                           std::chrono::duration<double>{options_.attempt}.count(), rest);
    }
    return fmt::format("SELECT /*+ MAX_EXECUTION_TIME({}) */ {}", options_.attempt.count(), rest);
}

// The definitions first, before any writer is stopped: from then on to the end of the fence's
// transaction a TRUNCATE or ALTER waits, and one that came before is found by the last pass.
void MysqlFreeze::block() {
    const std::lock_guard lock{mutex_};
    begin();
    try {
        hold_definitions(*connection_, table_names_);
        const Result gate = connection_->run(lock_sql());
        if (gate.rows() != 1 || gate.boolean(0, 0)) {
            throw Error{{.kind = ErrorKind::Precondition,
                         .what_failed = "the gate on the source is gone or closed",
                         .hint = "run cutover again; no other cutover may run beside it"}};
        }
    } catch (const Error& error) {
        throw_busy(error);
    }
    blocked_ = true;
}

// Lets go of everything first: whoever waits for us must not wait for our curiosity.
void MysqlFreeze::throw_busy(const Error& error) {
    if (!is_lock_failure(error)) {
        release();
        throw error;
    }
    connection_->rollback();
    const std::string who = holders(*connection_);
    release();
    throw Error{{.kind = ErrorKind::Busy,
                 .what_failed = fmt::format("could not stop the writers of all {} tables within "
                                            "{} ms on the source",
                                            tables_.size(), options_.attempt.count()),
                 .native_code = error.fields().native_code,
                 .native_text = error.fields().native_text,
                 .hint = who.empty() ? "try again: whoever was in the way has ended"
                                     : "wait for or end " + who}};
}

Connection& MysqlFreeze::held() {
    if (!blocked_ || !connection_ || !connection_->usable()) {
        throw Error{{.kind = ErrorKind::Connection,
                     .what_failed = "the freeze on the source is no longer held",
                     .hint = "run cutover again: the source has been writable since"}};
    }
    return *connection_;
}

// The lock itself is the proof, as long as every table has its triggers.
std::string MysqlFreeze::prove_drained() {
    const std::lock_guard lock{mutex_};
    Connection& connection = held();
    const std::vector<std::string> gaps = gate_gaps(connection, tables_);
    if (!gaps.empty()) {
        throw Error{{.kind = ErrorKind::Busy,
                     .what_failed = fmt::format("gate triggers were removed from {}",
                                                fmt::join(gaps, ", ")),
                     .table = gaps.front(),
                     .hint = "stop whoever drops triggers there"}};
    }
    const bool looked = require_none_prepared(connection);
    return fmt::format(
        "session {} was granted the exclusive lock on the gate that every writer of {} tables "
        "holds shared until its transaction ends, hence each has ended; {}, at {} (source clock)",
        connection.id(), tables_.size(),
        looked ? "XA RECOVER lists no prepared transaction"
               : "XA RECOVER may not be read by this user",
        connection.run("SELECT UTC_TIMESTAMP(6)").text(0, 0));
}

void MysqlFreeze::renew() {
    const std::lock_guard lock{mutex_};
    try {
        held().run("SELECT 1");
    } catch (const Error& error) {
        blocked_ = false;
        throw Error{{.kind = ErrorKind::Connection,
                     .what_failed = "the freeze on the source was lost",
                     .native_code = error.fields().native_code,
                     .native_text = error.fields().native_text,
                     .hint = "run cutover again: the source has been writable since"}};
    }
}

void MysqlFreeze::fence(const std::string& message) {
    const std::lock_guard lock{mutex_};
    Connection& connection = held();
    connection.run(sql::render("schemas/mysql/source_gate_close.sql",
                               sql::Parameters{quoting}.literal("message", message)));
    connection.run("UPDATE `_dbsync_capture` SET fenced_at = UTC_TIMESTAMP(6)");
    connection.commit();
    blocked_ = false;
    const std::vector<std::string> gaps = gate_gaps(connection, tables_);
    release();
    if (!gaps.empty()) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = fmt::format("the fence was committed, but its triggers are "
                                                "missing on {}, and writes may have passed",
                                                fmt::join(gaps, ", ")),
                     .table = gaps.front(),
                     .hint = "stop whoever drops triggers there, and compare these tables before "
                             "opening the target"}};
    }
}

void MysqlFreeze::release() noexcept {
    const std::lock_guard lock{mutex_};
    if (connection_) {
        connection_->rollback();
    }
    connection_.reset();
    blocked_ = false;
}

constexpr int trial_lock_wait_s = 1;

enum class Answer { Fence, Written, Nothing, OtherError };

Answer try_write(Connection& connection, const std::string& statement, const std::string& message) {
    connection.run("START TRANSACTION");
    Answer answer = Answer::Nothing;
    try {
        if (connection.run(statement).affected() > 0) {
            answer = Answer::Written;
        }
    } catch (const Error& error) {
        connection.rollback();
        if (error.kind() == ErrorKind::Connection) {
            throw;
        }
        // A read-only server refuses with the same number, in other words.
        return native_code(error) == code_fence &&
                       error.fields().native_text.find(message) != std::string::npos
                   ? Answer::Fence
                   : Answer::OtherError;
    }
    connection.rollback();
    return answer;
}

// The gate is closed and its triggers stand: that has been looked at. An INSERT without values gets
// as far as the trigger and takes no lock before it; where a column makes it fail earlier, a row is
// tried, which may be locked by an application that has been refused and has not rolled back.
bool is_refused(Connection& connection, const Table& table, const std::string& message) {
    const std::string name = quote_ident(table.name.name);
    switch (try_write(connection, fmt::format("INSERT INTO {} () VALUES ()", name), message)) {
        case Answer::Fence: return true;
        case Answer::Written: return false;
        case Answer::Nothing:
        case Answer::OtherError: break;
    }
    return try_write(connection, fmt::format("DELETE FROM {} LIMIT 1", name), message) !=
           Answer::Written;
}

// Puts the session into another sql_mode, and back.
class LaxMode {
  public:
    explicit LaxMode(Connection& connection)
        : connection_{connection},
          before_{connection.run("SELECT @@SESSION.sql_mode").text(0, 0)} {
        connection_.run("SET SESSION sql_mode = ''");
    }
    ~LaxMode() {
        try {
            if (connection_.usable()) {
                connection_.run("SET SESSION sql_mode = " + quote_literal(before_));
            }
        } catch (const Error&) {
            // The session is lost; whoever uses it next is told.
        }
    }
    LaxMode(const LaxMode&) = delete;
    LaxMode& operator=(const LaxMode&) = delete;

  private:
    Connection& connection_;
    std::string before_;
};

}  // namespace

std::unique_ptr<Freeze> make_freeze(const Endpoint& endpoint, std::span<const Table> tables) {
    return std::make_unique<MysqlFreeze>(endpoint, tables);
}

bool fence_holds(Connection& connection, std::span<const Table> tables) {
    const GateRow gate = read_gate(connection);
    if (!gate.closed || !gate_gaps(connection, tables).empty()) {
        return false;
    }
    const LaxMode lax{connection};
    connection.run(fmt::format("SET SESSION innodb_lock_wait_timeout = {}", trial_lock_wait_s));
    return std::all_of(tables.begin(), tables.end(), [&](const Table& table) {
        return is_refused(connection, table, gate.message);
    });
}

}  // namespace dbsync::mysql
