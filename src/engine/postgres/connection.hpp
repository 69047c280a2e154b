// SPDX-License-Identifier: MIT
// One libpq session, with every setting that could change what is read or written set explicitly,
// and every failure turned into an Error in one place (errors.cpp).
// Not thread-safe; cancel() may be called from another thread.
#pragma once

#include "engine/endpoint.hpp"
#include "row/row_block.hpp"
#include "row/table.hpp"
#include "sql/statement_template.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct pg_cancel;
struct pg_conn;
struct pg_result;

namespace dbsync::postgres {

// Rows of a finished statement, as text; a small result only (never table rows).
class Result {
  public:
    explicit Result(pg_result* result);
    [[nodiscard]] int rows() const;
    [[nodiscard]] bool is_null(int row, int column) const;
    [[nodiscard]] std::string text(int row, int column) const;  // "" for NULL
    [[nodiscard]] std::int64_t integer(int row, int column) const;
    [[nodiscard]] bool boolean(int row, int column) const;
    [[nodiscard]] std::uint64_t affected() const;  // of INSERT, UPDATE, DELETE, COPY

  private:
    std::shared_ptr<pg_result> result_;
};

enum class Role { Source, Target };

struct SessionOptions {
    Role role = Role::Source;
    std::string purpose = {};      // ends up in application_name: "dbsync <purpose>"
    // Empty: UTF8 (so that ends of different encodings understand each other), or the bytes as they
    // are where the server has no encoding.
    std::string client_encoding = {};
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds tcp_user_timeout{30'000};
};

class Connection {
  public:
    // Connects and sets: search_path = pg_catalog only, DateStyle ISO, IntervalStyle postgres,
    // TimeZone UTC, extra_float_digits 3, bytea_output hex, xmloption content, lc_monetary C (where
    // allowed), row_security off, standard_conforming_strings on, statement_timeout 0,
    // lock_timeout 0, idle timeouts 0, default_transaction_read_only off, synchronous_commit on,
    // TCP keepalives. Throws Error{Connection} with the end's role and the URL without password.
    Connection(const Endpoint& endpoint, const SessionOptions& options);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Runs one or more statements without parameters (simple protocol); the last one's result.
    Result run(const std::string& sql);
    // The same for a rendered file; its path is in the Error.
    Result run(const sql::Rendered& statement);
    // One statement with text parameters ($1 …); nullopt is NULL.
    Result run(const std::string& sql, const std::vector<std::optional<std::string>>& parameters);

    // Runs a COPY … TO STDOUT (text form) and hands rows on in blocks of at most block_bytes_max.
    // For form Compare fills `ends`; the key is the first `key_fields` fields.
    // Returns the number of rows.
    std::uint64_t copy_out(const std::string& copy_sql,
                           RowForm form,
                           int key_fields,
                           RowSink& sink);

    // COPY … FROM STDIN in steps.
    void copy_in_begin(const std::string& copy_sql);
    void copy_in_push(std::string_view bytes);
    std::uint64_t copy_in_end();                // rows taken
    void copy_in_abort(const char* reason) noexcept;

    [[nodiscard]] int server_version() const;   // 150008
    [[nodiscard]] int backend_pid() const;
    [[nodiscard]] bool in_transaction() const;
    [[nodiscard]] bool usable() const noexcept; // false once the connection is lost
    [[nodiscard]] std::string server_encoding() const;
    // Set while COMMIT is under way, so that a lost connection becomes Error{commit_unknown}.
    void commit();
    void rollback() noexcept;
    // Asks the server to give up the statement under way. Safe from any thread.
    void cancel() noexcept;

  private:
    void set_session(const SessionOptions& options);
    [[noreturn]] void raise(const pg_result* result, const std::string& asset) const;
    Result finished(pg_result* result, const std::string& asset) const;
    std::uint64_t copy_out_rows(RowForm form, int key_fields, RowSink& sink);

    pg_conn* connection_ = nullptr;
    pg_cancel* cancel_ = nullptr;
    Role role_ = Role::Source;
    std::string shown_url_;
    std::string password_;  // to keep it out of whatever the server or libpq says
};

// "source" or "target".
[[nodiscard]] const char* role_name(Role role) noexcept;

// "ident" and 'literal' by PostgreSQL's rules (E'' where a backslash occurs).
[[nodiscard]] std::string quote_ident(std::string_view name);
[[nodiscard]] std::string quote_literal(std::string_view text);
// "schema"."name".
[[nodiscard]] std::string qualified(const TableName& name);
// {"a","b"}: an array literal's inside, before it is quoted as a literal.
[[nodiscard]] std::string array_text(std::span<const std::string> elements);

inline constexpr sql::Quoting quoting{&quote_ident, &quote_literal};

}  // namespace dbsync::postgres
