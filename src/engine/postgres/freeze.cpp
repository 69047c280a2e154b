// SPDX-License-Identifier: MIT
// The freeze holds SHARE ROW EXCLUSIVE on every captured table: writers wait, readers do not.
//
// No application may be harmed by the attempt. A deadlock is resolved by killing either side once
// somebody has waited deadlock_timeout, and lock_timeout counts for each lock anew, so one LOCK
// statement takes all the locks under a statement_timeout well below it: whoever waits for us is
// served again before his own deadlock check. Autovacuum yields only to a waiter that has waited
// deadlock_timeout; therefore it is kept out beforehand by SHARE UPDATE EXCLUSIVE, which no writer
// notices, in the same transaction.
//
// The lock is a lease. When this process dies, is stopped or is cut off, the server's own timeouts
// end the session. They do not end one that is blocked in sending rows (seen on 13 to 18), so this
// session never reads any.
#include "engine/postgres/freeze.hpp"

#include "base/error.hpp"
#include "engine/postgres/connection.hpp"
#include "engine/postgres/fence.hpp"
#include "sql/statement_template.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <mutex>
#include <vector>

namespace dbsync::postgres {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds vacuum_wait_each{3'000};   // autovacuum yields after deadlock_timeout, 1 s
constexpr milliseconds vacuum_wait_all{15'000};   // for the locks that keep autovacuum out
constexpr milliseconds deadlock_margin{250};      // between the end of an attempt and a deadlock
constexpr milliseconds attempt_min{20};
constexpr int holders_named_max = 5;
constexpr const char* writing_modes =
    "{RowExclusiveLock,ShareUpdateExclusiveLock,ShareLock,ShareRowExclusiveLock,"
    "ExclusiveLock,AccessExclusiveLock}";
constexpr const char* maintenance_modes =
    "{ShareUpdateExclusiveLock,ShareLock,ShareRowExclusiveLock,ExclusiveLock,AccessExclusiveLock}";
constexpr const char* draining_modes =
    "{RowExclusiveLock,ShareRowExclusiveLock,ExclusiveLock,AccessExclusiveLock}";

bool is_lock_failure(const Error& error) {
    const std::string& code = error.fields().native_code;
    return code == "55P03" || code == "57014" || code == "40P01";
}

class PostgresFreeze final : public Freeze {
  public:
    PostgresFreeze(Endpoint endpoint, std::span<const Table> tables)
        : endpoint_{std::move(endpoint)}, tables_(tables.begin(), tables.end()) {
        std::sort(tables_.begin(), tables_.end(),
                  [](const Table& a, const Table& b) { return a.id < b.id; });
    }
    ~PostgresFreeze() override { PostgresFreeze::release(); }

    void arm(const FreezeOptions& options) override;
    void block() override;
    std::string prove_drained() override;
    void renew() override;
    void fence(const std::string& message) override;
    void release() noexcept override;

  private:
    void connect();
    void set_lease();
    void set_if_allowed(const std::string& setting);
    void keep_vacuum_out();
    milliseconds attempt_time();
    std::string lock_sql(const char* mode) const;
    std::string holders(Connection& connection, const char* modes);
    [[noreturn]] void throw_busy(const Error& error, const std::string& what, const char* modes);
    Connection& held();

    Endpoint endpoint_;
    std::vector<Table> tables_;
    FreezeOptions options_;
    std::recursive_mutex mutex_;  // renew() and release() come from the lease's keeper
    std::unique_ptr<Connection> connection_;
    bool armed_ = false;
    bool blocked_ = false;
};

void PostgresFreeze::connect() {
    connection_ = std::make_unique<Connection>(
        endpoint_, SessionOptions{.role = Role::Source,
                                  .purpose = "freeze",
                                  .tcp_user_timeout = options_.lease});
    set_lease();
}

// Documentation, "Client Connection Defaults" and "Connection Settings", 12-18: any role may set
// these. Which situation each of them ends was tried out on 15 and 18.
void PostgresFreeze::set_lease() {
    const auto lease = options_.lease.count();
    const auto keepalive = std::max<std::int64_t>(1, lease / 4000);
    connection_->run(fmt::format(
        "SET idle_in_transaction_session_timeout = {0}; SET tcp_user_timeout = {0};"
        " SET tcp_keepalives_idle = {1}; SET tcp_keepalives_interval = {1};"
        " SET tcp_keepalives_count = 3",
        lease, keepalive));
    if (connection_->server_version() >= 140000) {
        set_if_allowed("client_connection_check_interval = 500");  // not on every platform
    }
    set_if_allowed("deadlock_timeout = '50ms'");  // superuser, or GRANT SET ON PARAMETER from 15
}

void PostgresFreeze::set_if_allowed(const std::string& setting) {
    try {
        connection_->run("SET " + setting);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Connection) {
            throw;
        }
    }
}

std::string PostgresFreeze::lock_sql(const char* mode) const {
    std::vector<std::string> names;
    for (const Table& table : tables_) {
        names.push_back(quote_ident(table.name.schema) + "." + quote_ident(table.name.name));
    }
    return fmt::format("LOCK TABLE {} IN {} MODE", fmt::join(names, ", "), mode);
}

void PostgresFreeze::arm(const FreezeOptions& options) {
    const std::lock_guard lock{mutex_};
    release();
    options_ = options;
    connect();
    keep_vacuum_out();
}

void PostgresFreeze::keep_vacuum_out() {
    connection_->run(fmt::format("BEGIN ISOLATION LEVEL READ COMMITTED;"
                                 " SET LOCAL lock_timeout = {}; SET LOCAL statement_timeout = {}",
                                 vacuum_wait_each.count(), vacuum_wait_all.count()));
    try {
        if (!tables_.empty()) {
            connection_->run(lock_sql("SHARE UPDATE EXCLUSIVE"));
        }
    } catch (const Error& error) {
        throw_busy(error, "could not keep vacuum and index builds away from the captured tables",
                   maintenance_modes);
    }
    armed_ = true;
}

// Below the deadlock timeout that is in force here and, as far as we can see, elsewhere: an
// application's session may have a smaller one, which then is the application's choice.
milliseconds PostgresFreeze::attempt_time() {
    const Result result = connection_->run(
        "SELECT coalesce(nullif(reset_val, '')::bigint, 1000)"
        " FROM pg_catalog.pg_settings WHERE name = 'deadlock_timeout'");
    const milliseconds below{result.integer(0, 0) - deadlock_margin.count()};
    return std::max(attempt_min, std::min(options_.attempt, below));
}

void PostgresFreeze::block() {
    const std::lock_guard lock{mutex_};
    if (!armed_ || !connection_->usable()) {
        release();
        connect();
        keep_vacuum_out();
    }
    const milliseconds attempt = attempt_time();
    if (connection_->server_version() >= 170000) {
        connection_->run(
            fmt::format("SET LOCAL transaction_timeout = {}", options_.total.count()));
    }
    connection_->run(fmt::format("SET LOCAL lock_timeout = {0}; SET LOCAL statement_timeout = {0}",
                                 attempt.count()));
    try {
        if (!tables_.empty()) {
            connection_->run(lock_sql("SHARE ROW EXCLUSIVE"));
        }
    } catch (const Error& error) {
        throw_busy(error,
                   fmt::format("could not stop the writers of all {} tables within {} ms",
                               tables_.size(), attempt.count()),
                   writing_modes);
    }
    blocked_ = true;
    connection_->run(
        fmt::format("SET LOCAL statement_timeout = {}", options_.lease.count()));
}

// Lets go of everything first: whoever waits for us must not wait for our curiosity.
void PostgresFreeze::throw_busy(const Error& error, const std::string& what, const char* modes) {
    if (!is_lock_failure(error)) {
        release();
        throw error;
    }
    connection_->rollback();
    armed_ = false;
    std::string who;
    try {
        who = holders(*connection_, modes);
    } catch (const Error&) {
        who = "";  // the attempt's own failure is the one to report
    }
    release();
    throw Error{{.kind = ErrorKind::Busy,
                 .what_failed = what + " on the source",
                 .native_code = error.fields().native_code,
                 .native_text = error.fields().native_text,
                 .hint = who.empty() ? "try again: whoever was in the way has ended"
                                     : "wait for or end " + who}};
}

std::string PostgresFreeze::holders(Connection& connection, const char* modes) {
    const Result result = connection.run(
        sql::render("schemas/postgres/read_holders.sql",
                    sql::Parameters{{&quote_ident, &quote_literal}}
                        .literal("tables", name_array(tables_))
                        .literal("modes", modes)
                        .literal("most", std::int64_t{holders_named_max})));
    std::vector<std::string> names;
    for (int row = 0; row < result.rows(); ++row) {
        names.push_back(result.text(row, 0));
    }
    if (result.rows() > 0 && result.integer(0, 1) > result.rows()) {
        names.push_back(fmt::format("{} more", result.integer(0, 1) - result.rows()));
    }
    return fmt::format("{}", fmt::join(names, "; "));
}

Connection& PostgresFreeze::held() {
    if (!blocked_ || !connection_ || !connection_->usable()) {
        throw Error{{.kind = ErrorKind::Connection,
                     .what_failed = "the freeze on the source is no longer held",
                     .hint = "run cutover again: the source has been writable since"}};
    }
    return *connection_;
}

// The lock itself is the proof; this asks the server's lock table whether it agrees, prepared
// transactions included (they hold their locks without a process).
std::string PostgresFreeze::prove_drained() {
    const std::lock_guard lock{mutex_};
    Connection& connection = held();
    const std::string writers = holders(connection, draining_modes);
    if (!writers.empty()) {
        throw Error{{.kind = ErrorKind::Busy,
                     .what_failed = "a transaction that writes is still open under the freeze",
                     .hint = "end " + writers}};
    }
    const Result now = connection.run(
        "SELECT txid_current_snapshot()::text,"
        " to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')");
    return fmt::format(
        "process {} holds SHARE ROW EXCLUSIVE on {} tables and no other transaction, prepared ones "
        "included, holds a lock to write on any of them, at {} (source clock), snapshot {}",
        connection.backend_pid(), tables_.size(), now.text(0, 1), now.text(0, 0));
}

void PostgresFreeze::renew() {
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

void PostgresFreeze::fence(const std::string& message) {
    const std::lock_guard lock{mutex_};
    Connection& connection = held();
    put_up_fence(connection, tables_, message);
    connection.commit();
    blocked_ = false;
    armed_ = false;
    const std::vector<std::string> gaps = fence_gaps(connection, tables_);
    release();
    if (!gaps.empty()) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = fmt::format("the fence was committed and at once switched "
                                                "off on {}: a DISABLE TRIGGER had queued behind "
                                                "the freeze, and writes may have passed",
                                                fmt::join(gaps, ", ")),
                     .table = gaps.front(),
                     .hint = "stop whoever runs ALTER TABLE … DISABLE TRIGGER, enable it "
                             "again, and compare these tables before opening the target"}};
    }
}

void PostgresFreeze::release() noexcept {
    const std::lock_guard lock{mutex_};
    if (connection_ && connection_->usable() && connection_->in_transaction()) {
        connection_->rollback();
    }
    connection_.reset();
    armed_ = false;
    blocked_ = false;
}

}  // namespace

std::unique_ptr<Freeze> make_freeze(const Endpoint& endpoint, std::span<const Table> tables) {
    return std::make_unique<PostgresFreeze>(endpoint, tables);
}

}  // namespace dbsync::postgres
