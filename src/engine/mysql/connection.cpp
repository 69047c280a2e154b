// SPDX-License-Identifier: MIT
#include "engine/mysql/connection.hpp"

#include "base/check.hpp"
#include "base/error.hpp"
#include "engine/mysql/errors.hpp"
#include "engine/mysql/url.hpp"

#include <fmt/format.h>
#include <mysql.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <mutex>

namespace dbsync::mysql {

namespace {

constexpr unsigned long packet_client_max = 1UL << 30U;  // the protocol's own limit, 1 GiB
constexpr unsigned server_lost = 2013;                   // CR_SERVER_LOST
constexpr unsigned tls_error = 2026;                     // CR_SSL_CONNECTION_ERROR

// What every session of ours is (MySQL 9.x "Server SQL Modes"): strict, so that nothing is cut
// off; all dates that the server can hold; and 0 stays 0 in an AUTO_INCREMENT column.
constexpr const char* common_settings =
    "SET NAMES utf8mb4;"
    "SET SESSION time_zone = '+00:00', autocommit = 1, sql_safe_updates = 0,"
    " sql_mode = 'STRICT_TRANS_TABLES,ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO',"
    " sql_auto_is_null = 0, sql_quote_show_create = 1,"
    " sql_select_limit = 18446744073709551615, completion_type = 0, unique_checks = 1,"
    " sql_big_selects = 1, wait_timeout = 31536000, net_read_timeout = 600,"
    " net_write_timeout = 600";

// The library must be initialised once, before threads use it (MySQL "mysql_library_init()").
void initialise_library() {
    static std::once_flag once;
    std::call_once(once, [] { mysql_library_init(0, nullptr, nullptr); });
}

void option(MYSQL* handle, mysql_option which, const void* value) {
    mysql_options(handle, which, value);
}

void set_timeouts(MYSQL* handle, const SessionOptions& options) {
    const auto connect = static_cast<unsigned>(options.connect_timeout.count());
    const auto io = static_cast<unsigned>(options.io_timeout.count());
    option(handle, MYSQL_OPT_CONNECT_TIMEOUT, &connect);
    option(handle, MYSQL_OPT_READ_TIMEOUT, &io);
    option(handle, MYSQL_OPT_WRITE_TIMEOUT, &io);
}

const char* or_null(const std::string& text) {
    return text.empty() ? nullptr : text.c_str();
}

#ifdef LIBMARIADB
void set_tls(MYSQL* handle, const Address& address, bool on) {
    my_bool enforce = on ? 1 : 0;
    my_bool verify = address.ssl_mode == SslMode::VerifyCa ||
                             address.ssl_mode == SslMode::VerifyIdentity
                         ? 1
                         : 0;
    option(handle, MYSQL_OPT_SSL_ENFORCE, &enforce);
    option(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
}
#else
void set_tls(MYSQL* handle, const Address& address, bool on) {
    unsigned mode = on ? SSL_MODE_REQUIRED : SSL_MODE_DISABLED;
    if (address.ssl_mode == SslMode::VerifyCa) {
        mode = SSL_MODE_VERIFY_CA;
    } else if (address.ssl_mode == SslMode::VerifyIdentity) {
        mode = SSL_MODE_VERIFY_IDENTITY;
    }
    option(handle, MYSQL_OPT_SSL_MODE, &mode);
}
#endif

// The handler of LOAD DATA LOCAL: bytes in memory, piece after piece.
struct Pieces {
    std::span<const std::string> pieces;
    std::size_t piece = 0;
    std::size_t offset = 0;
};

int pieces_init(void** state, const char* /*name*/, void* data) {
    *state = data;
    return 0;
}

int pieces_read(void* state, char* buffer, unsigned size) {
    auto* pieces = static_cast<Pieces*>(state);
    while (pieces->piece < pieces->pieces.size()) {
        const std::string& bytes = pieces->pieces[pieces->piece];
        const std::size_t count = std::min<std::size_t>(size, bytes.size() - pieces->offset);
        if (count > 0) {
            std::memcpy(buffer, bytes.data() + pieces->offset, count);
            pieces->offset += count;
            return static_cast<int>(count);
        }
        ++pieces->piece;
        pieces->offset = 0;
    }
    return 0;
}

void pieces_end(void* /*state*/) {}

int pieces_error(void* /*state*/, char* text, unsigned size) {
    if (size > 0) {
        text[0] = '\0';
    }
    return 0;
}

struct FreeResult {
    void operator()(MYSQL_RES* result) const { mysql_free_result(result); }
};
using ResultHandle = std::unique_ptr<MYSQL_RES, FreeResult>;

}  // namespace

const char* role_name(Role role) noexcept {
    return role == Role::Source ? "source" : "target";
}

const Result::Field& Result::field(std::size_t row, std::size_t column) const {
    DBSYNC_CHECK(row < rows_.size() && column < rows_[row].size(), "a field of the result");
    return rows_[row][column];
}

bool Result::is_null(std::size_t row, std::size_t column) const {
    return field(row, column).null;
}

const std::string& Result::text(std::size_t row, std::size_t column) const {
    return field(row, column).text;
}

std::int64_t Result::integer(std::size_t row, std::size_t column) const {
    const std::string& text = field(row, column).text;
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::uint64_t Result::unsigned_integer(std::size_t row, std::size_t column) const {
    const std::string& text = field(row, column).text;
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

Connection::Connection(const Endpoint& endpoint, const SessionOptions& options)
    : endpoint_{endpoint},
      role_{options.role},
      shown_url_{endpoint.url},
      password_{endpoint.password} {
    initialise_library();
    try {
        connect(endpoint, options);
        set_session(options);
    } catch (...) {
        mysql_close(handle_);
        throw;
    }
}

Connection::~Connection() {
    mysql_close(handle_);
}

// TLS as the URL says; unless it says, the connection is encrypted where the server offers it.
void Connection::connect(const Endpoint& endpoint, const SessionOptions& options) {
    const Address address = parse_address(endpoint.url);
    const bool may_do_without =
        address.ssl_mode == SslMode::Unset || address.ssl_mode == SslMode::Preferred;
    if (password_.empty()) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing of ours changes the environment
        const char* from_environment = std::getenv("MYSQL_PWD");
        password_ = from_environment == nullptr ? "" : from_environment;
    }
    for (bool tls = address.ssl_mode != SslMode::Disabled && address.socket.empty();; tls = false) {
        handle_ = mysql_init(nullptr);
        set_timeouts(handle_, options);
        option(handle_, MYSQL_READ_DEFAULT_GROUP, "client");
        option(handle_, MYSQL_SET_CHARSET_NAME, "utf8mb4");
        option(handle_, MYSQL_OPT_MAX_ALLOWED_PACKET, &packet_client_max);
        const unsigned local_infile = 1;
        option(handle_, MYSQL_OPT_LOCAL_INFILE, &local_infile);
        if (!address.ssl_ca.empty() || !address.ssl_cert.empty()) {
            mysql_ssl_set(handle_, or_null(address.ssl_key), or_null(address.ssl_cert),
                          or_null(address.ssl_ca), nullptr, nullptr);
        }
        set_tls(handle_, address, tls);
        if (mysql_real_connect(handle_, or_null(address.host), or_null(address.user),
                               or_null(password_), address.database.c_str(), address.port,
                               or_null(address.socket), 0) != nullptr) {
            database_ = address.database;
            return;
        }
        if (!tls || !may_do_without || mysql_errno(handle_) != tls_error) {
            raise({});
        }
        mysql_close(handle_);
    }
}

void Connection::set_session(const SessionOptions& options) {
    server_ = parse_server(mysql_get_server_info(handle_));
    run_script(common_settings);
    run(fmt::format("SET SESSION lock_wait_timeout = {0}, innodb_lock_wait_timeout = {0}",
                    options.lock_wait.count()));
    run(server_.mariadb
            ? "SET SESSION max_statement_time = 0"
            : "SET SESSION max_execution_time = 0, information_schema_stats_expiry = 0");
    run(role_ == Role::Source
            ? "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ WRITE"
            : "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE");
    if (role_ == Role::Target) {
        run("SET SESSION foreign_key_checks = 0");
    }
    const Result limits = run("SELECT @@max_allowed_packet, @@local_infile, DATABASE()");
    packet_max_ = limits.unsigned_integer(0, 0);
    loads_local_ = limits.boolean(0, 1);
    database_ = limits.text(0, 2);
}

void Connection::raise(const std::string& asset) {
    unsigned code = mysql_errno(handle_);
    if (code == tls_error && server_.version != 0) {
        code = server_lost;  // within a session TLS breaks when the server is gone
    }
    lost_ = lost_ || is_lost(code);
    throw Error{{.kind = error_kind(code),
                 .what_failed = fmt::format("the {} {} said no", role_name(role_), shown_url_),
                 .native_code = std::to_string(code),
                 .native_text = scrubbed(mysql_error(handle_), password_),
                 .statement = asset,
                 .hint = hint_for(code)}};
}

void Connection::send(std::string_view statement, const std::string& asset) {
    if (mysql_real_query(handle_, statement.data(), statement.size()) != 0) {
        raise(asset);
    }
}

// The result of the statement that was sent; a SELECT's rows are gathered.
Result Connection::take_result(const std::string& asset) {
    Result result;
    const ResultHandle rows{mysql_store_result(handle_)};
    if (rows) {
        const unsigned count = mysql_num_fields(rows.get());
        while (MYSQL_ROW row = mysql_fetch_row(rows.get())) {
            const unsigned long* lengths = mysql_fetch_lengths(rows.get());
            std::vector<Result::Field> fields(count);
            for (unsigned i = 0; i < count; ++i) {
                if (row[i] != nullptr) {
                    fields[i] = {false, std::string{row[i], lengths[i]}};
                }
            }
            result.rows_.push_back(std::move(fields));
        }
    } else if (mysql_field_count(handle_) > 0) {
        raise(asset);
    } else {
        result.affected_ = mysql_affected_rows(handle_);
        const char* info = mysql_info(handle_);
        result.info_ = info == nullptr ? "" : info;
    }
    result.warnings_ = mysql_warning_count(handle_);
    return result;
}

Result Connection::run(std::string_view statement, const std::string& asset) {
    send(statement, asset);
    return take_result(asset);
}

void Connection::run_script(std::string_view statements, const std::string& asset) {
    mysql_set_server_option(handle_, MYSQL_OPTION_MULTI_STATEMENTS_ON);
    const auto back = [this] {
        mysql_set_server_option(handle_, MYSQL_OPTION_MULTI_STATEMENTS_OFF);
    };
    try {
        send(statements, asset);
        for (;;) {
            take_result(asset);
            const int next = mysql_next_result(handle_);
            if (next > 0) {
                raise(asset);
            }
            if (next < 0) {
                break;
            }
        }
    } catch (const Error&) {
        if (usable()) {
            back();
        }
        throw;
    }
    back();
}

void Connection::stream(std::string_view query, const std::function<void(const RowView&)>& row) {
    send(query, {});
    // What is not read to its end would be read before the connection can be used again: a query
    // that is given up takes its connection with it.
    struct GiveUp {
        bool& lost;
        bool done = false;
        ~GiveUp() { lost = lost || !done; }
    } give_up{lost_};
    MYSQL_RES* result = mysql_use_result(handle_);
    if (result == nullptr) {
        raise({});
    }
    const unsigned count = mysql_num_fields(result);
    try {
        while (MYSQL_ROW values = mysql_fetch_row(result)) {
            row(RowView{values, mysql_fetch_lengths(result), count});
        }
    } catch (...) {
        // Freeing the result would otherwise read all that is still to come.
        ::shutdown(handle_->net.fd, SHUT_RDWR);
        mysql_free_result(result);
        throw;
    }
    const bool failed = mysql_errno(handle_) != 0;
    mysql_free_result(result);
    give_up.done = true;
    if (failed) {
        raise({});
    }
}

Result Connection::load(std::string_view statement, std::span<const std::string> pieces) {
    Pieces state{.pieces = pieces};
    mysql_set_local_infile_handler(handle_, &pieces_init, &pieces_read, &pieces_end, &pieces_error,
                                   &state);
    return run(statement);
}

void Connection::commit() {
    try {
        run("COMMIT");
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Connection) {
            throw;
        }
        ErrorFields fields = error.fields();
        fields.commit_unknown = true;
        throw Error{fields};
    }
}

void Connection::rollback() noexcept {
    try {
        if (usable()) {
            run("ROLLBACK");
        }
    } catch (...) {
        lost_ = true;
    }
}

std::string Connection::warnings_text(int limit) {
    const Result warnings = run(fmt::format("SHOW WARNINGS LIMIT {}", limit));
    std::string text;
    for (std::size_t row = 0; row < warnings.rows(); ++row) {
        text += fmt::format("{}{} {}: {}", text.empty() ? "" : "; ", warnings.text(row, 0),
                            warnings.text(row, 1), warnings.text(row, 2));
    }
    return scrubbed(text, password_);
}

bool Connection::usable() const noexcept {
    return handle_ != nullptr && !lost_;
}

std::uint64_t Connection::id() const {
    return mysql_thread_id(handle_);
}

}  // namespace dbsync::mysql
