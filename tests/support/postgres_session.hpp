// SPDX-License-Identifier: MIT
// A PostgreSQL client session of a test, on libpq and independent of the code under test. Several
// of them in one test make the interleavings that matter.
#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace dbsync::test {

using PgRow = std::vector<std::optional<std::string>>;
using PgRows = std::vector<PgRow>;

struct PgError : std::runtime_error {
    PgError(const std::string& message, std::string state)
        : std::runtime_error{message}, sqlstate{std::move(state)} {}
    std::string sqlstate;  // empty if the connection was lost
};

class PgSession {
  public:
    explicit PgSession(const std::string& url);

    // One or more statements; the rows of the last one. Throws PgError.
    PgRows exec(const std::string& sql);
    // The first column of the first row, or "" for NULL and for no row.
    [[nodiscard]] std::string value(const std::string& sql);

    // Sends a statement and returns at once; finished() and wait() follow.
    void start(const std::string& sql);
    [[nodiscard]] bool finished();
    // The result of start(). Throws PgError, also when `timeout` is over.
    PgRows wait(std::chrono::milliseconds timeout = std::chrono::seconds{20});

    // COPY … TO STDOUT: its lines.
    [[nodiscard]] std::vector<std::string> copy_out(const std::string& sql);
    // COPY … FROM STDIN: `data` as it is.
    void copy_in(const std::string& sql, const std::string& data);

    [[nodiscard]] int pid() const { return PQbackendPID(connection_.get()); }
    [[nodiscard]] PGconn* connection() const noexcept { return connection_.get(); }

  private:
    struct Finish {
        void operator()(PGconn* connection) const { PQfinish(connection); }
    };
    std::unique_ptr<PGconn, Finish> connection_;
};

}  // namespace dbsync::test
