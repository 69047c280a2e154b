// SPDX-License-Identifier: MIT
#include "engine/postgres/connection.hpp"

#include "base/check.hpp"
#include "engine/postgres/errors.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <fmt/format.h>
#include <libpq-fe.h>

namespace dbsync::postgres {

namespace {

void ignore_notice(void* /*argument*/, const PGresult* /*result*/) {}

std::string field_of(const PGresult* result, int field) {
    const char* text = result == nullptr ? nullptr : PQresultErrorField(result, field);
    return text == nullptr ? std::string{} : std::string{text};
}

// The server's words. The detail of NOT NULL and CHECK violations is the whole row: left out.
std::string words_of(const PGconn* connection, const PGresult* result) {
    const std::string primary = field_of(result, PG_DIAG_MESSAGE_PRIMARY);
    if (primary.empty()) {
        return PQerrorMessage(connection);
    }
    const std::string state = field_of(result, PG_DIAG_SQLSTATE);
    const std::string detail = field_of(result, PG_DIAG_MESSAGE_DETAIL);
    return detail.empty() || state == "23502" || state == "23514" ? primary
                                                                   : primary + ": " + detail;
}

std::string table_of(const PGresult* result) {
    const std::string schema = field_of(result, PG_DIAG_SCHEMA_NAME);
    const std::string table = field_of(result, PG_DIAG_TABLE_NAME);
    return table.empty() ? std::string{} : schema + "." + table;
}

std::string connect_hint(const PGconn* connection, Role role) {
    const char* variable =
        role == Role::Source ? "DBSYNC_SOURCE_PASSWORD" : "DBSYNC_TARGET_PASSWORD";
    if (PQconnectionNeedsPassword(connection) != 0) {
        return fmt::format("set {} to the role's password", variable);
    }
    if (PQconnectionUsedPassword(connection) != 0) {
        return fmt::format("check the user and database in the URL and the password in {}",
                           variable);
    }
    return "check that the server runs and that host, port, user and database in the URL are right";
}

// What could change what is read or written, or end the session behind our back (PostgreSQL
// documentation, chapter 20 "Server Configuration"). JIT costs more than our statements take.
constexpr const char* session_settings =
    "SET search_path = pg_catalog; SET datestyle = 'ISO, YMD'; SET intervalstyle = postgres;"
    "SET timezone = 'UTC'; SET extra_float_digits = 3; SET bytea_output = hex;"
    "SET xmloption = content; SET xmlbinary = base64; SET lc_monetary = 'C';"
    "SET row_security = off; SET standard_conforming_strings = on; SET array_nulls = on;"
    "SET transform_null_equals = off; SET quote_all_identifiers = off; SET jit = off;"
    "SET statement_timeout = 0; SET lock_timeout = 0;"
    "SET idle_in_transaction_session_timeout = 0; SET default_transaction_read_only = off;"
    "SET default_transaction_isolation = 'read committed';"
    "SET default_transaction_deferrable = off; SET synchronous_commit = on;"
    "SET client_min_messages = warning; SET tcp_keepalives_idle = 10;"
    "SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3";

// Row ends of form Compare: the key is the first `key_fields` fields, its last tab not included.
std::uint32_t key_end(std::string_view line, int key_fields) {
    std::size_t begin = 0;
    for (int field = 1; field < key_fields; ++field) {
        begin = line.find('\t', begin) + 1;
        DBSYNC_CHECK(begin != 0, "a row has fewer fields than its key");
    }
    // No tab: a table without columns, whose rows are their hash.
    return static_cast<std::uint32_t>(std::min(line.find('\t', begin), line.size() - 1));
}

// Gathers lines into blocks.
class BlockBuilder {
  public:
    BlockBuilder(RowForm form, int key_fields, RowSink& sink)
        : form_{form}, key_fields_{key_fields}, sink_{sink} {}

    void add(std::string_view line) {
        if (!block_.bytes.empty() && block_.bytes.size() + line.size() > block_bytes_max) {
            flush();
        }
        const auto begin = static_cast<std::uint32_t>(block_.bytes.size());
        block_.bytes += line;
        ++block_.rows;
        if (form_ == RowForm::Compare) {
            block_.ends.push_back({begin + key_end(line, key_fields_),
                                   begin + static_cast<std::uint32_t>(line.size())});
        }
    }

    // A long row need not wait for the next one, which would be held beside it.
    void flush_if_full() {
        if (block_.bytes.size() >= block_bytes_max) {
            flush();
        }
    }

    void flush() {
        if (block_.rows > 0) {
            RowBlock full;
            std::swap(full, block_);
            block_.bytes.reserve(std::min(full.bytes.size(), block_bytes_max));
            sink_.push(std::move(full));
        }
    }

  private:
    RowForm form_;
    int key_fields_;
    RowSink& sink_;
    RowBlock block_;
};

using ResultHolder = std::unique_ptr<PGresult, void (*)(PGresult*)>;

void drain(PGconn* connection) noexcept {
    char* line = nullptr;
    while (PQgetCopyData(connection, &line, 0) > 0) {
        PQfreemem(line);
    }
    while (PGresult* result = PQgetResult(connection)) {
        const bool copying = PQresultStatus(result) == PGRES_COPY_OUT;
        PQclear(result);
        if (copying || PQstatus(connection) == CONNECTION_BAD) {
            break;
        }
    }
}

}  // namespace

const char* role_name(Role role) noexcept {
    return role == Role::Source ? "source" : "target";
}

Result::Result(pg_result* result) : result_{result, &PQclear} {}

int Result::rows() const {
    return PQntuples(result_.get());
}

bool Result::is_null(int row, int column) const {
    return PQgetisnull(result_.get(), row, column) != 0;
}

std::string Result::text(int row, int column) const {
    DBSYNC_CHECK(row < rows() && column < PQnfields(result_.get()), "no such field in a result");
    return {PQgetvalue(result_.get(), row, column),
            static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

std::int64_t Result::integer(int row, int column) const {
    const std::string value = text(row, column);
    std::int64_t number = 0;
    const auto parsed = std::from_chars(value.data(), value.data() + value.size(), number);
    DBSYNC_CHECK(parsed.ec == std::errc{}, "a field of a result is no integer");
    return number;
}

bool Result::boolean(int row, int column) const {
    return text(row, column) == "t";
}

std::uint64_t Result::affected() const {
    const std::string_view count = PQcmdTuples(result_.get());
    std::uint64_t number = 0;
    std::from_chars(count.data(), count.data() + count.size(), number);
    return number;
}

Connection::Connection(const Endpoint& endpoint, const SessionOptions& options)
    : role_{options.role}, shown_url_{endpoint.url}, password_{endpoint.password} {
    const auto seconds = std::max<std::int64_t>(2, options.connect_timeout.count() / 1000);
    const std::string connect_timeout = std::to_string(seconds);
    const std::string user_timeout = std::to_string(options.tcp_user_timeout.count());
    const std::string name = options.purpose.empty() ? "dbsync" : "dbsync " + options.purpose;
    // What stands after dbname wins over the same keyword in the URL.
    std::vector<const char*> keywords{"dbname", "application_name", "connect_timeout",
                                      "tcp_user_timeout", "keepalives", "keepalives_idle",
                                      "keepalives_interval", "keepalives_count"};
    std::vector<const char*> values{endpoint.url.c_str(), name.c_str(), connect_timeout.c_str(),
                                    user_timeout.c_str(), "1", "10", "5", "3"};
    if (!password_.empty()) {
        keywords.push_back("password");
        values.push_back(password_.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    connection_ = PQconnectdbParams(keywords.data(), values.data(), 1);
    try {
        if (PQstatus(connection_) != CONNECTION_OK) {
            throw Error{{.kind = ErrorKind::Connection,
                         .what_failed = fmt::format("cannot connect to the {} {}",
                                                    role_name(role_), shown_url_),
                         .native_text = scrubbed(PQerrorMessage(connection_), password_),
                         .hint = connect_hint(connection_, role_)}};
        }
        PQsetNoticeReceiver(connection_, &ignore_notice, nullptr);
        cancel_ = PQgetCancel(connection_);
        set_session(options);
    } catch (...) {
        PQfreeCancel(cancel_);
        PQfinish(connection_);
        throw;
    }
}

Connection::~Connection() {
    PQfreeCancel(cancel_);
    PQfinish(connection_);
}

void Connection::set_session(const SessionOptions& options) {
    run(session_settings);
    if (server_version() >= 140000) {
        run("SET idle_session_timeout = 0");
    }
    if (server_version() >= 170000) {
        run("SET transaction_timeout = 0");
    }
    // For a server of SQL_ASCII any other client encoding would only refuse bytes, not convert them
    // (PostgreSQL documentation, section 24.3 "Character Set Support").
    const char* common = server_encoding() == "SQL_ASCII" ? "SQL_ASCII" : "UTF8";
    run("SET client_encoding = " +
        quote_literal(options.client_encoding.empty() ? common : options.client_encoding));
}

void Connection::raise(const pg_result* result, const std::string& asset) const {
    const std::string state = field_of(result, PG_DIAG_SQLSTATE);
    const bool lost = PQstatus(connection_) == CONNECTION_BAD;
    ErrorKind kind = error_kind(state);
    if (lost) {
        kind = ErrorKind::Connection;
    } else if (state.empty()) {
        kind = ErrorKind::Internal;  // libpq's own complaint, as of memory
    }
    throw Error{{.kind = kind,
                 .what_failed = lost ? fmt::format("lost the connection to the {} {}",
                                                   role_name(role_), shown_url_)
                                     : fmt::format("a statement failed on the {}",
                                                   role_name(role_)),
                 .native_code = state,
                 .native_text = scrubbed(words_of(connection_, result), password_),
                 .statement = asset,
                 .table = table_of(result),
                 .hint = hint_for(lost ? "" : state)}};
}

Result Connection::finished(pg_result* result, const std::string& asset) const {
    Result holder{result};
    const ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) {
        return holder;
    }
    DBSYNC_CHECK(status != PGRES_COPY_IN && status != PGRES_COPY_OUT,
                 "COPY was run as a plain statement");
    raise(result, asset);
}

Result Connection::run(const std::string& sql) {
    return finished(PQexec(connection_, sql.c_str()), {});
}

Result Connection::run(const sql::Rendered& statement) {
    return finished(PQexec(connection_, statement.text.c_str()), statement.asset);
}

Result Connection::run(const std::string& sql,
                       const std::vector<std::optional<std::string>>& parameters) {
    std::vector<const char*> values;
    values.reserve(parameters.size());
    for (const auto& parameter : parameters) {
        values.push_back(parameter ? parameter->c_str() : nullptr);
    }
    return finished(PQexecParams(connection_, sql.c_str(), static_cast<int>(values.size()),
                                 nullptr, values.data(), nullptr, nullptr, 0),
                    {});
}

std::uint64_t Connection::copy_out(const std::string& copy_sql,
                                   RowForm form,
                                   int key_fields,
                                   RowSink& sink) {
    const ResultHolder started{PQexec(connection_, copy_sql.c_str()), &PQclear};
    if (PQresultStatus(started.get()) != PGRES_COPY_OUT) {
        raise(started.get(), {});
    }
    try {
        return copy_out_rows(form, key_fields, sink);
    } catch (...) {
        if (usable() && PQtransactionStatus(connection_) == PQTRANS_ACTIVE) {
            cancel();
            drain(connection_);
        }
        throw;
    }
}

std::uint64_t Connection::copy_out_rows(RowForm form, int key_fields, RowSink& sink) {
    BlockBuilder block{form, key_fields, sink};
    std::uint64_t rows = 0;
    char* line = nullptr;
    int size = 0;
    while ((size = PQgetCopyData(connection_, &line, 0)) > 0) {
        {
            const std::unique_ptr<char, void (*)(void*)> holder{line, &PQfreemem};
            block.add({line, static_cast<std::size_t>(size)});
            ++rows;
        }
        block.flush_if_full();
    }
    if (size == -2) {
        raise(nullptr, {});
    }
    const ResultHolder end{PQgetResult(connection_), &PQclear};
    if (PQresultStatus(end.get()) != PGRES_COMMAND_OK) {
        drain(connection_);
        raise(end.get(), {});
    }
    while (PGresult* rest = PQgetResult(connection_)) {
        PQclear(rest);
    }
    block.flush();
    return rows;
}

void Connection::copy_in_begin(const std::string& copy_sql) {
    const ResultHolder started{PQexec(connection_, copy_sql.c_str()), &PQclear};
    if (PQresultStatus(started.get()) != PGRES_COPY_IN) {
        raise(started.get(), {});
    }
}

void Connection::copy_in_push(std::string_view bytes) {
    // libpq takes an int; a block is far smaller, but a single row may be near 1 GiB.
    constexpr std::size_t piece_max = 1U << 20U;
    while (!bytes.empty()) {
        const auto piece = bytes.substr(0, piece_max);
        if (PQputCopyData(connection_, piece.data(), static_cast<int>(piece.size())) != 1) {
            raise(nullptr, {});
        }
        bytes.remove_prefix(piece.size());
    }
}

std::uint64_t Connection::copy_in_end() {
    if (PQputCopyEnd(connection_, nullptr) != 1) {
        raise(nullptr, {});
    }
    const ResultHolder first{PQgetResult(connection_), &PQclear};
    while (PGresult* rest = PQgetResult(connection_)) {
        PQclear(rest);
    }
    if (PQresultStatus(first.get()) != PGRES_COMMAND_OK) {
        raise(first.get(), {});
    }
    std::uint64_t rows = 0;
    const std::string_view count = PQcmdTuples(first.get());
    std::from_chars(count.data(), count.data() + count.size(), rows);
    return rows;
}

void Connection::copy_in_abort(const char* reason) noexcept {
    if (PQputCopyEnd(connection_, reason) == 1) {
        while (PGresult* rest = PQgetResult(connection_)) {
            PQclear(rest);
        }
    }
}

int Connection::server_version() const {
    return PQserverVersion(connection_);
}

int Connection::backend_pid() const {
    return PQbackendPID(connection_);
}

bool Connection::in_transaction() const {
    const auto status = PQtransactionStatus(connection_);
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR || status == PQTRANS_ACTIVE;
}

bool Connection::usable() const noexcept {
    return PQstatus(connection_) == CONNECTION_OK;
}

std::string Connection::server_encoding() const {
    const char* encoding = PQparameterStatus(connection_, "server_encoding");
    return encoding == nullptr ? "SQL_ASCII" : encoding;
}

// A connection that was lost before COMMIT was sent has surely not committed; one that is lost
// while it is under way may have (also when the server had time for 57P01: the record may be
// written while it waits for a synchronous standby).
void Connection::commit() {
    if (!usable()) {
        raise(nullptr, {});
    }
    const ResultHolder result{PQexec(connection_, "COMMIT"), &PQclear};
    if (PQresultStatus(result.get()) == PGRES_COMMAND_OK) {
        if (std::strcmp(PQcmdStatus(result.get()), "COMMIT") == 0) {
            return;
        }
        throw Error{{.kind = ErrorKind::Internal,
                     .what_failed = fmt::format("the {} rolled the transaction back",
                                                role_name(role_))}};
    }
    try {
        raise(result.get(), {});
    } catch (const Error& error) {
        ErrorFields fields = error.fields();
        fields.commit_unknown = fields.kind == ErrorKind::Connection;
        throw Error{fields};
    }
}

void Connection::rollback() noexcept {
    if (usable() && PQtransactionStatus(connection_) != PQTRANS_IDLE) {
        PQclear(PQexec(connection_, "ROLLBACK"));
    }
}

void Connection::cancel() noexcept {
    std::array<char, 256> reason{};
    if (cancel_ != nullptr) {
        PQcancel(cancel_, reason.data(), static_cast<int>(reason.size()));
    }
}

}  // namespace dbsync::postgres
