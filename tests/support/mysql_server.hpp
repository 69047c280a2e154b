// SPDX-License-Identifier: MIT
// A real MySQL or MariaDB server of a test's own: fresh data directory, loopback port and socket,
// gone with the object and with the process. Runs as user nobody when the tests run as root.
#pragma once

#include "support/mysql_session.hpp"
#include "support/postgres_server.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace dbsync::test {

// Where a server's programs are.
struct MysqlInstall {
    bool mariadb = true;
    std::filesystem::path server;   // mariadbd or mysqld
    std::filesystem::path base;     // --basedir, or empty for the one it was built with
    std::filesystem::path install;  // mariadb-install-db; MySQL initialises by itself
};

// "mariadb": DBSYNC_TEST_MARIADB_BASE, or mariadbd in PATH or /usr/sbin.
// "mysql": DBSYNC_TEST_MYSQL_BASE, or the entry of DBSYNC_TEST_MYSQL_EXTRA.
// "mariadb-11.8" …: that entry of DBSYNC_TEST_MYSQL_EXTRA ("mysql=/path/usr:mariadb-11.8=/path").
// A base is the folder with sbin and bin.
[[nodiscard]] std::optional<MysqlInstall> find_mysql(const std::string& kind);
// The reason why there is no such server here, or nothing.
[[nodiscard]] std::optional<std::string> missing_mysql(const std::string& kind);

class MysqlServer {
  public:
    // Starts it with these options added, "--innodb-buffer-pool-size=1G" for example. Besides root
    // there is a user "dbsync" with every privilege, both without a password. Throws
    // std::runtime_error with the log.
    explicit MysqlServer(const MysqlInstall& install, const std::vector<std::string>& options = {});
    ~MysqlServer();
    MysqlServer(const MysqlServer&) = delete;
    MysqlServer& operator=(const MysqlServer&) = delete;

    // mysql://user@127.0.0.1:port/database
    [[nodiscard]] std::string url(const std::string& database,
                                  const std::string& user = "root") const;
    [[nodiscard]] MysqlLogin login(const std::string& database = {}) const {
        return {.socket = socket(), .database = database};
    }
    [[nodiscard]] MysqlSession session(const std::string& database = {}) const {
        return MysqlSession{login(database)};
    }
    MysqlRows exec(const std::string& sql, const std::string& database = {}) const;
    [[nodiscard]] std::string value(const std::string& sql, const std::string& database = {}) const;

    // A new empty database with a name of its own; returns the name. `options` as in CREATE
    // DATABASE.
    [[nodiscard]] std::string create_database(
        const std::string& options = "CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci");

    // Every row of every table but dbsync's, sorted, each value byte by byte with what text hides
    // (members of an ENUM against its error value, all digits of a FLOAT); the AUTO_INCREMENT
    // counters when asked for. Two databases with the same content give the same text.
    [[nodiscard]] std::string dump(const std::string& database, bool with_counters = false) const;
    // SHOW CREATE of everything, dbsync's own included, without the counters and with the name of
    // the database written as DB.
    [[nodiscard]] std::string schema(const std::string& database) const;

    // Whether the session with this id waits for a row's or a table's lock.
    [[nodiscard]] bool is_blocked(std::uint64_t session_id) const;

    // SIGKILL: as if it crashed; SIGTERM: ends sessions and stops. Returns when it is gone.
    void stop(int signal = 9);
    // Starts it again on the same port.
    void start();

    [[nodiscard]] bool is_mariadb() const noexcept { return install_.mariadb; }
    [[nodiscard]] int port() const noexcept { return port_; }
    [[nodiscard]] std::string socket() const { return (dir_ / "s.sock").string(); }
    [[nodiscard]] const std::filesystem::path& folder() const noexcept { return dir_.path(); }
    [[nodiscard]] std::string log() const;

  private:
    void wait_ready();
    void create_user() const;

    MysqlInstall install_;
    std::vector<std::string> options_;
    TempDir dir_;
    int port_ = 0;
    int database_count_ = 0;
    std::optional<Process> process_;
};

// The server of this kind that the tests of one process share: made at the first call and stopped
// at the end of the process. Both ends of a move are databases on it, unless
// DBSYNC_TEST_MYSQL_TARGET names the kind of the target. Call them from the main thread.
[[nodiscard]] MysqlServer& mysql_server(const std::string& kind);
[[nodiscard]] MysqlServer& mysql_target_server(const std::string& kind);
[[nodiscard]] std::string mysql_target_kind(const std::string& kind);

}  // namespace dbsync::test

// First line of a test (or SetUp) that needs a server: skips loudly without one, or fails when
// DBSYNC_TEST_REQUIRE names its kind.
#define DBSYNC_NEEDS_MYSQL(kind)                                  \
    if (const auto reason_ = dbsync::test::missing_mysql(kind)) { \
        if (dbsync::test::is_required(kind)) {                    \
            FAIL() << "required and missing: " << *reason_;       \
        }                                                         \
        GTEST_SKIP() << *reason_;                                 \
    }
