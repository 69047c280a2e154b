// SPDX-License-Identifier: MIT
// A real PostgreSQL server of a test's own: fresh data directory, loopback port, gone with the
// object and with the process. Runs as user postgres when the tests run as root.
#pragma once

#include "support/postgres_session.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dbsync::test {

// Where a server's programs are.
struct PostgresInstall {
    std::filesystem::path bin;
};

// "system": DBSYNC_TEST_PG_BIN, or the newest of /usr/lib/postgresql/*/bin.
// "13", "18" …: that entry of DBSYNC_TEST_PG_EXTRA ("13=/path/bin:18=/path/bin").
[[nodiscard]] std::optional<PostgresInstall> find_postgres(const std::string& which);

// Whether DBSYNC_TEST_REQUIRE ("postgres,postgres13") names this: then a skip is a failure.
[[nodiscard]] bool is_required(const std::string& name);

class PostgresServer {
  public:
    using Settings = std::map<std::string, std::string>;

    // Starts it; `settings` go into postgresql.conf. Throws std::runtime_error with the log.
    explicit PostgresServer(const PostgresInstall& install, const Settings& settings = {});
    ~PostgresServer();
    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;

    [[nodiscard]] std::string url(const std::string& database = "postgres",
                                  const std::string& user = "postgres") const;
    [[nodiscard]] PgSession session(const std::string& database = "postgres") const {
        return PgSession{url(database)};
    }
    PgRows exec(const std::string& sql, const std::string& database = "postgres") const;
    [[nodiscard]] std::string value(const std::string& sql,
                                    const std::string& database = "postgres") const;

    // A new empty database with a name of its own; returns the name. `options` as in CREATE
    // DATABASE, for example "TEMPLATE template0 LC_COLLATE 'C'".
    [[nodiscard]] std::string create_database(const std::string& options = "TEMPLATE template0");
    // A new database with another one's content, which nobody may be connected to.
    [[nodiscard]] std::string copy_database(const std::string& from);

    // Every row of every table outside the system's schemas and dbsync's, sorted; the sequences
    // with their values when asked for. Two databases with the same content give the same text.
    [[nodiscard]] std::string dump(const std::string& database, bool with_sequences = false) const;
    // pg_dump --schema-only of everything, without comments; this server's own pg_dump, or the one
    // in PATH.
    [[nodiscard]] std::string schema(const std::string& database) const;

    // Whether the session with this pid waits for a lock.
    [[nodiscard]] bool is_blocked(int pid) const;

    // SIGINT: ends sessions and stops; SIGQUIT: as if it crashed. Returns when it is gone.
    void stop(int signal = 2);
    // Starts it again on the same port.
    void start();

    [[nodiscard]] int major() const noexcept { return major_; }
    [[nodiscard]] int port() const noexcept { return port_; }
    [[nodiscard]] const std::filesystem::path& bin() const noexcept { return install_.bin; }
    [[nodiscard]] const std::filesystem::path& folder() const noexcept { return dir_.path(); }
    [[nodiscard]] std::string log() const;

  private:
    void wait_ready();

    PostgresInstall install_;
    TempDir dir_;
    int port_ = 0;
    int major_ = 0;
    int database_count_ = 0;
    std::optional<Process> process_;
};

// The servers that the tests of one process share: "source" and "target" side by side, made at the
// first call and stopped at the end of the process. `which` as for find_postgres; a "system" target
// can be of another version: DBSYNC_TEST_PG_TARGET_BIN.
// Call them from the main thread.
[[nodiscard]] PostgresServer& source_server(const std::string& which = "system");
[[nodiscard]] PostgresServer& target_server(const std::string& which = "system");

// The reason why there is no such server here, or nothing.
[[nodiscard]] std::optional<std::string> missing_postgres(const std::string& which);

}  // namespace dbsync::test

// First line of a test (or SetUp) that needs a server: skips loudly without one, or fails when
// DBSYNC_TEST_REQUIRE says so.
#define DBSYNC_NEEDS_POSTGRES(which)                                                     \
    if (const auto reason_ = dbsync::test::missing_postgres(which)) {                    \
        const std::string name_ = "postgres" + std::string{which};                       \
        if (dbsync::test::is_required(name_ == "postgressystem" ? "postgres" : name_)) { \
            FAIL() << "required and missing: " << *reason_;                              \
        }                                                                                \
        GTEST_SKIP() << *reason_;                                                        \
    }
