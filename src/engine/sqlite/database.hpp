// SPDX-License-Identifier: MIT
// One connection to a SQLite file and its statements, with every setting that could change what is
// read or written set explicitly, and every failure turned into an Error in one place (errors.cpp).
// Not thread-safe; a thread has its own Database.
//
// A table whose rows have no usable declared key is keyed by its rowid: then Table::key is one
// name of the rowid ("rowid", "_rowid_" or "oid") that is no column of the table. The rowid then
// comes first among the writable columns (see hidden_rowid), so that both ends keep the same one.
#pragma once

#include "engine/endpoint.hpp"
#include "row/table.hpp"
#include "sql/statement_template.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace SQLite {
class Database;
}

namespace dbsync::sqlite {

enum class Role { Source, Target };

struct OpenOptions {
    Role role = Role::Source;
    bool create = false;  // whether a missing file is made; never for a source
    std::chrono::milliseconds busy_timeout{2'000};  // longest wait for a lock
};

// The path in sqlite:///absolute, sqlite:/absolute or sqlite:relative.
[[nodiscard]] std::string path_of(const Endpoint& endpoint);

// The name of the rowid if that is the table's key without being one of its columns.
[[nodiscard]] std::optional<std::string> hidden_rowid(const Table& table);

// How a connection waits for a lock. SQLite has no queue for locks: whoever waits asks again and
// again. SQLite's own handler soon asks only every 100 ms and starves beside a writer that commits
// all the time; this one keeps asking every few milliseconds.
struct BusyWait {
    std::chrono::milliseconds most{0};
    std::chrono::steady_clock::time_point begin = {};
};

class Database {
  public:
    // Opens for reading and writing. Sets foreign_keys and recursive_triggers off; changes neither
    // the journal mode nor anything else in the file. Throws Error{Connection} when the file is
    // missing or is no database, Error{Permission} when it may not be read.
    Database(std::string path, const OpenOptions& options);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    // One or more statements without parameters; rows are passed over.
    void run(const std::string& sql);
    void run(const sql::Rendered& statement);
    // The first column of the first row; NULL and no row give 0 or "".
    [[nodiscard]] std::int64_t integer(const std::string& sql);
    [[nodiscard]] std::string text(const std::string& sql);

    void begin();            // deferred: takes no lock, and no snapshot before the first read
    void begin_immediate();  // takes the write lock; Error{Busy} after the busy timeout
    void commit();           // Error{Busy} leaves the transaction open: it may be tried again
    void rollback() noexcept;
    [[nodiscard]] bool in_transaction() const noexcept;

    void set_busy_timeout(std::chrono::milliseconds timeout);
    [[nodiscard]] std::int64_t changes() const noexcept;  // of the last statement
    [[nodiscard]] bool read_only() const noexcept;        // the file may not be written
    [[nodiscard]] bool wal();                             // journal mode WAL

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] Role role() const noexcept { return role_; }
    [[nodiscard]] const char* role_name() const noexcept;  // "source", "target"
    [[nodiscard]] sqlite3* handle() const noexcept;

  private:
    std::string path_;
    Role role_;
    BusyWait busy_wait_;
    std::unique_ptr<SQLite::Database> connection_;
};

// Rolls back at the end of its scope what has not been committed.
class Transaction {
  public:
    enum class Kind { Deferred, Immediate };
    Transaction(Database& database, Kind kind);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

  private:
    Database& database_;
};

// A prepared statement. SQLite's own calls rather than SQLiteCpp's: values pass with the storage
// class they have, without a copy, and NUL bytes in texts stay.
class Statement {
  public:
    // `asset` is the path of the SQL file the text came from, for error messages.
    Statement(Database& database, std::string_view sql, std::string asset = {});
    Statement(Database& database, const sql::Rendered& rendered);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    // Parameters count from 1. Texts and blobs must stay alive until reset().
    Statement& bind(int index, std::int64_t value);
    Statement& bind_real(int index, double value);
    Statement& bind_text(int index, std::string_view value);
    Statement& bind_blob(int index, std::string_view value);
    Statement& bind_null(int index);

    [[nodiscard]] bool step();  // whether there is a row
    void run();                 // steps to the end and resets
    void reset() noexcept;      // ready to be bound and stepped again; parameters are cleared

    // Columns count from 0. Views live until the next step() or reset().
    [[nodiscard]] int column_count() const noexcept;
    [[nodiscard]] int type(int column) const noexcept;  // SQLITE_INTEGER, …
    [[nodiscard]] bool is_null(int column) const noexcept;
    [[nodiscard]] std::int64_t integer(int column) const noexcept;
    [[nodiscard]] double real(int column) const noexcept;
    [[nodiscard]] std::string_view text(int column) const;
    [[nodiscard]] std::string_view blob(int column) const;

    [[nodiscard]] sqlite3_stmt* handle() const noexcept { return statement_; }

  private:
    void check(int code) const;

    Database& database_;
    std::string asset_;
    sqlite3_stmt* statement_ = nullptr;
};

}  // namespace dbsync::sqlite
