// SPDX-License-Identifier: MIT
// A MySQL or MariaDB client session of a test, on the C API and independent of the code under test.
// Several of them in one test make the interleavings that matter.
#pragma once

#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

struct st_mysql;

namespace dbsync::test {

using MysqlRow = std::vector<std::optional<std::string>>;
using MysqlRows = std::vector<MysqlRow>;

struct MysqlError : std::runtime_error {
    MysqlError(unsigned number, const std::string& message)
        : std::runtime_error{message}, code{number} {}
    unsigned code;  // the server's, 1205 for example; 2000 and above: the client's own
};

// Where a session logs in.
struct MysqlLogin {
    std::string socket;
    std::string database;
    std::string user = "root";
    std::string password = {};
    int port = 0;  // used when there is no socket, on 127.0.0.1
};

class MysqlSession {
  public:
    // The session speaks utf8mb4 and UTC; everything else is the server's default.
    explicit MysqlSession(const MysqlLogin& login);
    ~MysqlSession();
    MysqlSession(const MysqlSession&) = delete;
    MysqlSession& operator=(const MysqlSession&) = delete;

    // One or more statements, taken apart by the server (bodies of triggers need no DELIMITER);
    // the rows of the last one that has any. Throws MysqlError.
    MysqlRows exec(const std::string& sql);
    // The first column of the first row, or "" for NULL and for no row.
    [[nodiscard]] std::string value(const std::string& sql);

    // Runs statements in a thread of their own and returns at once; finished() and wait() follow.
    void start(const std::string& sql);
    [[nodiscard]] bool finished() const;
    // The result of start(). Throws MysqlError, also when `timeout` is over.
    MysqlRows wait(std::chrono::milliseconds timeout = std::chrono::seconds{20});

    [[nodiscard]] std::uint64_t id() const;  // CONNECTION_ID()
    [[nodiscard]] st_mysql* connection() const noexcept { return connection_.get(); }

  private:
    struct Close {
        void operator()(st_mysql* connection) const;
    };
    std::unique_ptr<st_mysql, Close> connection_;
    std::future<MysqlRows> running_;  // last: it uses the connection
};

}  // namespace dbsync::test
