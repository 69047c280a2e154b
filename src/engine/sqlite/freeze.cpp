// SPDX-License-Identifier: MIT
#include "engine/sqlite/freeze.hpp"

#include "base/error.hpp"
#include "engine/sqlite/capture.hpp"
#include "engine/sqlite/file_identity.hpp"
#include "engine/sqlite/quoting.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace dbsync::sqlite {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Whether the statement is refused by a trigger with exactly this message.
bool refused(Database& db, const std::string& sql, const std::string& message) {
    try {
        db.run(sql);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Busy) {
            throw;
        }
        return error.fields().native_text == message;
    }
    return false;
}

bool table_refuses(Database& db, const Table& table, const std::string& message) {
    const std::string name = quote_ident(table.name.name);
    if (!refused(db, "INSERT INTO " + name + " DEFAULT VALUES", message)) {
        return false;
    }
    const bool empty = db.integer("SELECT count(*) FROM (SELECT 1 FROM " + name + " LIMIT 1)") == 0;
    const std::string key = quote_ident(table.key.front());
    return empty || refused(db,
                            "DELETE FROM " + name + " WHERE " + key + " = (SELECT " + key +
                                " FROM " + name + " LIMIT 1)",
                            message);
}

}  // namespace

std::vector<sql::Rendered> fence_statements(const Table& table, const std::string& message) {
    std::vector<sql::Rendered> statements;
    for (const std::string event : {"insert", "update", "delete"}) {
        statements.push_back(sql::render(
            "triggers/sqlite/fence_" + event + ".sql",
            sql::Parameters{quoting}
                .ident("trigger", trigger_prefix(table.id) + "fence_" + event.substr(0, 1))
                .ident("table", table.name)
                .literal("message", message)));
    }
    return statements;
}

bool fence_refuses(Database& db) {
    const std::optional<CaptureRow> capture = read_capture(db);
    if (!capture || !capture->fenced) {
        return false;
    }
    const std::vector<Table> tables = read_captured(db);
    const Transaction rolled_back{db, Transaction::Kind::Immediate};
    for (const Table& table : tables) {
        if (!table_refuses(db, table, capture->fence_message)) {
            return false;
        }
    }
    return !tables.empty();
}

SqliteFreeze::SqliteFreeze(std::string path, std::vector<Table> tables)
    : path_{std::move(path)}, tables_{std::move(tables)} {}

SqliteFreeze::~SqliteFreeze() {
    release();
}

void SqliteFreeze::arm(const FreezeOptions& options) {
    options_ = options;
    db_ = std::make_unique<Database>(
        path_, OpenOptions{.role = Role::Source, .busy_timeout = options.attempt});
    file_ = file_identity(path_);
    audit_capture(*db_, tables_);
}

void SqliteFreeze::block() {
    try {
        db_->begin_immediate();
    } catch (const Error& error) {
        throw error.with_hint("end the transaction that keeps writing to the source");
    }
}

std::string SqliteFreeze::prove_drained() {
    require_held();
    return fmt::format(
        "dbsync holds the write lock of {} (BEGIN IMMEDIATE); SQLite grants it to one transaction "
        "at a time, so no other writing transaction is open",
        path_);
}

void SqliteFreeze::require_held() const {
    if (!db_ || !db_->in_transaction()) {
        throw Error{{.kind = ErrorKind::Connection,
                     .what_failed = "the freeze of the source " + path_ + " has been lost",
                     .hint = "run the cutover again"}};
    }
}

void SqliteFreeze::renew() {
    require_held();
    if (file_identity(path_) != file_) {
        throw Error{{.kind = ErrorKind::Connection,
                     .what_failed = "the source " + path_ + " was replaced by another file",
                     .hint = "find out who replaced it before anything else"}};
    }
}

void SqliteFreeze::fence(const std::string& message) {
    renew();
    for (const Table& table : tables_) {
        for (const sql::Rendered& statement : fence_statements(table, message)) {
            db_->run(statement);
        }
    }
    Statement note{*db_, "UPDATE \"_dbsync_capture\" SET fenced = 1, fence_message = ?1"};
    note.bind_text(1, message).run();
    commit_bounded();
}

// In rollback-journal mode a reader keeps the COMMIT from its lock; the transaction stays as it is
// and the COMMIT can be tried again. (In WAL mode it does not wait.)
void SqliteFreeze::commit_bounded() {
    const auto deadline = steady_clock::now() + options_.lease;
    db_->set_busy_timeout(milliseconds{50});
    for (;;) {
        try {
            db_->commit();
            return;
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::Busy || !db_->in_transaction() ||
                steady_clock::now() >= deadline) {
                throw error.with_hint("end the transactions that read the source for long");
            }
        }
    }
}

void SqliteFreeze::release() noexcept {
    if (db_) {
        db_->rollback();
    }
}

}  // namespace dbsync::sqlite
