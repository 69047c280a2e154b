// SPDX-License-Identifier: MIT
// One session on a MySQL or MariaDB server over the C API that libmysqlclient and MariaDB's
// Connector/C share, with every setting that could change what is read or written set explicitly,
// and every failure turned into an Error in one place (errors.cpp).
// Not thread-safe.
#pragma once

#include "engine/endpoint.hpp"
#include "engine/mysql/server.hpp"
#include "sql/statement_template.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct st_mysql;

namespace dbsync::mysql {

enum class Role { Source, Target };

// "source" or "target".
[[nodiscard]] const char* role_name(Role role) noexcept;

// Rows of a finished statement, as text; a small result only (never table rows).
class Result {
  public:
    [[nodiscard]] std::size_t rows() const noexcept { return rows_.size(); }
    [[nodiscard]] bool is_null(std::size_t row, std::size_t column) const;
    // "" for NULL.
    [[nodiscard]] const std::string& text(std::size_t row, std::size_t column) const;
    [[nodiscard]] std::int64_t integer(std::size_t row, std::size_t column) const;
    [[nodiscard]] std::uint64_t unsigned_integer(std::size_t row, std::size_t column) const;
    [[nodiscard]] bool boolean(std::size_t row, std::size_t column) const {
        return integer(row, column) != 0;
    }
    [[nodiscard]] std::uint64_t affected() const noexcept { return affected_; }
    [[nodiscard]] unsigned warnings() const noexcept { return warnings_; }
    // What mysql_info() says of INSERT … SELECT, LOAD DATA and the like; may be empty.
    [[nodiscard]] const std::string& info() const noexcept { return info_; }

  private:
    friend class Connection;
    struct Field {
        bool null = true;
        std::string text;
    };
    [[nodiscard]] const Field& field(std::size_t row, std::size_t column) const;
    std::vector<std::vector<Field>> rows_;
    std::uint64_t affected_ = 0;
    unsigned warnings_ = 0;
    std::string info_;
};

// One row of a streamed result, valid until the next one.
class RowView {
  public:
    RowView(char** values, const unsigned long* lengths, unsigned count) noexcept
        : values_{values}, lengths_{lengths}, count_{count} {}
    [[nodiscard]] unsigned count() const noexcept { return count_; }
    [[nodiscard]] bool is_null(unsigned column) const noexcept {
        return values_[column] == nullptr;
    }
    [[nodiscard]] std::string_view text(unsigned column) const noexcept {
        return values_[column] == nullptr ? std::string_view{}
                                          : std::string_view{values_[column], lengths_[column]};
    }
    // Without the first columns.
    [[nodiscard]] RowView behind(unsigned columns) const noexcept {
        return {values_ + columns, lengths_ + columns, count_ - columns};
    }

  private:
    char** values_;
    const unsigned long* lengths_;
    unsigned count_;
};

struct SessionOptions {
    Role role = Role::Source;
    std::chrono::seconds connect_timeout{10};
    // Longest silence on the wire, either way, before the connection counts as lost.
    std::chrono::seconds io_timeout{600};
    // Longest wait for a table's metadata lock, and for a row lock.
    std::chrono::seconds lock_wait{10};
};

class Connection {
  public:
    // Connects and sets: character set utf8mb4, time_zone '+00:00', sql_mode
    // STRICT_TRANS_TABLES,ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO, isolation REPEATABLE READ on a
    // source and READ COMMITTED on a target, foreign_key_checks off on a target, autocommit on, no
    // statement time limit, sql_safe_updates off, idle timeouts long. Throws Error{Connection} with
    // the end's role and the URL without password.
    Connection(const Endpoint& endpoint, const SessionOptions& options);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Runs one statement. `asset` names the SQL file it came from. Warnings are no errors.
    Result run(std::string_view statement, const std::string& asset = {});
    Result run(const sql::Rendered& statement) { return run(statement.text, statement.asset); }
    // Runs several statements, separated by semicolons as the server's parser sees them.
    void run_script(std::string_view statements, const std::string& asset = {});

    // Hands on each row of a query as it arrives; nothing is gathered. An exception of `row` ends
    // the query (and the connection).
    void stream(std::string_view query, const std::function<void(const RowView&)>& row);

    // LOAD DATA LOCAL INFILE of bytes in memory: `statement` names any file. Only where
    // loads_local(). Warnings are the caller's business: LOCAL makes errors into warnings.
    Result load(std::string_view statement, std::span<const std::string> pieces);

    // COMMIT. Throws Error{Connection, commit_unknown} if the answer is lost.
    void commit();
    // Safe in any state.
    void rollback() noexcept;

    // The current warnings in a line: "Warning 1265: Data truncated …; …", at most `limit`.
    [[nodiscard]] std::string warnings_text(int limit = 3);

    [[nodiscard]] bool usable() const noexcept;  // false once the connection was lost
    [[nodiscard]] const Server& server() const noexcept { return server_; }
    [[nodiscard]] const std::string& database() const noexcept { return database_; }
    [[nodiscard]] Role role() const noexcept { return role_; }
    [[nodiscard]] const Endpoint& endpoint() const noexcept { return endpoint_; }
    [[nodiscard]] std::uint64_t id() const;              // the server's CONNECTION_ID()
    // Longest statement that the server takes, in bytes (max_allowed_packet).
    [[nodiscard]] std::size_t packet_max() const noexcept { return packet_max_; }
    [[nodiscard]] bool loads_local() const noexcept { return loads_local_; }

  private:
    void connect(const Endpoint& endpoint, const SessionOptions& options);
    void set_session(const SessionOptions& options);
    void send(std::string_view statement, const std::string& asset);
    Result take_result(const std::string& asset);
    [[noreturn]] void raise(const std::string& asset);

    Endpoint endpoint_;
    st_mysql* handle_ = nullptr;
    Role role_ = Role::Source;
    Server server_;
    std::string database_;
    std::string shown_url_;
    std::string password_;  // to keep it out of whatever the server or the library says
    std::size_t packet_max_ = 0;
    bool loads_local_ = false;
    bool lost_ = false;
};

}  // namespace dbsync::mysql
