// SPDX-License-Identifier: MIT
#include "support/mysql_session.hpp"

#include <mysql.h>

namespace dbsync::test {

namespace {

// Longest silence on the wire: a test that hangs ends by itself.
constexpr unsigned io_seconds_max = 120;

[[noreturn]] void raise(MYSQL* connection) {
    throw MysqlError{mysql_errno(connection), mysql_error(connection)};
}

MysqlRows rows_of(MYSQL_RES* result) {
    MysqlRows rows;
    const unsigned columns = mysql_num_fields(result);
    while (MYSQL_ROW values = mysql_fetch_row(result)) {
        const unsigned long* lengths = mysql_fetch_lengths(result);
        MysqlRow& row = rows.emplace_back();
        for (unsigned i = 0; i < columns; ++i) {
            if (values[i] == nullptr) {
                row.emplace_back();
            } else {
                row.emplace_back(std::string{values[i], lengths[i]});
            }
        }
    }
    return rows;
}

// Every result has to be taken before the session can go on.
MysqlRows take_results(MYSQL* connection) {
    MysqlRows rows;
    for (int status = 0; status == 0; status = mysql_next_result(connection)) {
        if (MYSQL_RES* result = mysql_store_result(connection)) {
            rows = rows_of(result);
            mysql_free_result(result);
        }
        if (mysql_errno(connection) != 0) {
            raise(connection);
        }
    }
    if (mysql_errno(connection) != 0) {
        raise(connection);
    }
    return rows;
}

MysqlRows run_all(MYSQL* connection, const std::string& sql) {
    if (sql.find_first_not_of(" \t\n;") == std::string::npos) {
        return {};
    }
    if (mysql_real_query(connection, sql.data(), static_cast<unsigned long>(sql.size())) != 0) {
        raise(connection);
    }
    return take_results(connection);
}

}  // namespace

void MysqlSession::Close::operator()(st_mysql* connection) const {
    mysql_close(connection);
}

MysqlSession::MysqlSession(const MysqlLogin& login) : connection_{mysql_init(nullptr)} {
    MYSQL* connection = connection_.get();
    mysql_options(connection, MYSQL_OPT_READ_TIMEOUT, &io_seconds_max);
    mysql_options(connection, MYSQL_OPT_WRITE_TIMEOUT, &io_seconds_max);
    mysql_options(connection, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    const bool by_socket = !login.socket.empty();
    if (mysql_real_connect(
            connection, by_socket ? "localhost" : "127.0.0.1", login.user.c_str(),
            login.password.c_str(), login.database.empty() ? nullptr : login.database.c_str(),
            static_cast<unsigned>(login.port), by_socket ? login.socket.c_str() : nullptr,
            CLIENT_MULTI_STATEMENTS) == nullptr) {
        raise(connection);
    }
    exec("SET time_zone = '+00:00'");
}

MysqlSession::~MysqlSession() {
    if (running_.valid()) {
        running_.wait();
    }
}

MysqlRows MysqlSession::exec(const std::string& sql) {
    return run_all(connection_.get(), sql);
}

std::string MysqlSession::value(const std::string& sql) {
    const MysqlRows rows = exec(sql);
    return rows.empty() || rows[0].empty() ? "" : rows[0][0].value_or("");
}

void MysqlSession::start(const std::string& sql) {
    running_ = std::async(std::launch::async, [connection = connection_.get(), sql] {
        mysql_thread_init();
        struct ThreadEnd {
            ~ThreadEnd() { mysql_thread_end(); }
        } const end;
        return run_all(connection, sql);
    });
}

bool MysqlSession::finished() const {
    return running_.wait_for(std::chrono::seconds{0}) == std::future_status::ready;
}

MysqlRows MysqlSession::wait(std::chrono::milliseconds timeout) {
    if (running_.wait_for(timeout) != std::future_status::ready) {
        throw MysqlError{0, "no answer in time"};
    }
    return running_.get();
}

std::uint64_t MysqlSession::id() const {
    return mysql_thread_id(connection_.get());
}

}  // namespace dbsync::test
