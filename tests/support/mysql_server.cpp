// SPDX-License-Identifier: MIT
// Initialising takes seconds and every test is a process of its own, so a ready data directory is
// kept in a private folder below the temporary folder and copied.
#include "support/mysql_server.hpp"

#include "support/server_files.hpp"
#include "support/wait.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <functional>
#include <map>
#include <memory>

namespace dbsync::test {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds start_time_max{60};
constexpr std::chrono::seconds stop_time_max{30};

bool is_program(const fs::path& path) {
    return ::access(path.c_str(), X_OK) == 0;
}

// MariaDB has a link called mysqld, too.
std::optional<MysqlInstall> at_base(const fs::path& base) {
    if (is_program(base / "sbin/mariadbd") && fs::exists(base / "bin/mariadb-install-db")) {
        return MysqlInstall{.mariadb = true,
                            .server = base / "sbin/mariadbd",
                            .base = base,
                            .install = base / "bin/mariadb-install-db"};
    }
    if (is_program(base / "sbin/mysqld")) {
        return MysqlInstall{
            .mariadb = false, .server = base / "sbin/mysqld", .base = base, .install = {}};
    }
    return std::nullopt;
}

std::optional<MysqlInstall> system_mariadb() {
    for (const char* server : {"/usr/sbin/mariadbd", "/usr/bin/mariadbd"}) {
        if (is_program(server) && is_program("/usr/bin/mariadb-install-db")) {
            return MysqlInstall{.mariadb = true,
                                .server = server,
                                .base = {},
                                .install = "/usr/bin/mariadb-install-db"};
        }
    }
    return std::nullopt;
}

std::string extra_base(const std::string& kind) {
    for (const std::string& entry : split_text(environment("DBSYNC_TEST_MYSQL_EXTRA"), ':')) {
        if (entry.starts_with(kind + "=")) {
            return entry.substr(kind.size() + 1);
        }
    }
    return "";
}

Command as_server(const fs::path& program, const std::vector<std::string>& args) {
    Command command = as_user("nobody", program, args, "KILL");
    command.env = {{"LC_ALL", "C.UTF-8"}, {"TZ", "UTC"}, {"MYSQL_HOME", std::nullopt}};
    return command;
}

// Nothing is written through to the disk: tests end servers, never the machine.
std::vector<std::string> engine_options(const MysqlInstall& install) {
    std::vector<std::string> options{"--innodb-buffer-pool-size=64M", "--innodb-doublewrite=OFF",
                                     "--innodb-flush-method=nosync",
                                     "--innodb-flush-log-at-trx-commit=2"};
    if (install.mariadb) {
        options.emplace_back("--innodb-log-file-size=32M");
    } else {
        options.emplace_back("--innodb-redo-log-capacity=32M");
    }
    if (!install.base.empty()) {
        options.push_back("--basedir=" + install.base.string());
    }
    return options;
}

void initialise(const MysqlInstall& install, const fs::path& data) {
    std::vector<std::string> args{"--no-defaults", "--datadir=" + data.string()};
    const std::vector<std::string> more = engine_options(install);
    args.insert(args.end(), more.begin(), more.end());
    if (!install.mariadb) {
        args.insert(args.end(), {"--initialize-insecure", "--secure-file-priv="});
        must_run(as_server(install.server, args), start_time_max);
        // The identity of the server that made it; each copy gets its own.
        fs::remove(data / "auto.cnf");
        return;
    }
    args.insert(args.begin(), install.install.string());
    args.insert(args.end(), {"--auth-root-authentication-method=normal", "--skip-test-db"});
    must_run(as_server("/bin/sh", args), start_time_max);
}

// Made under a name of its own and renamed, so that two test processes cannot see half of one; the
// loser's copy is dropped.
fs::path ready_data(const MysqlInstall& install) {
    std::string about = install.server.string();
    about += run({.program = install.server.string(), .args = {"--no-defaults", "--version"}}).out;
    const auto hash = std::hash<std::string>{}(about);
    const fs::path ready = server_cache_folder() / fmt::format("my-{:016x}", hash);
    if (fs::exists(ready / "data")) {
        return ready / "data";
    }
    const fs::path fresh = fmt::format("{}-{}", ready.string(), ::getpid());
    fs::create_directory(fresh);
    give_to_user("nobody", fresh);
    initialise(install, fresh / "data");
    std::error_code taken;
    fs::rename(fresh, ready, taken);
    if (taken) {
        fs::remove_all(fresh);
    }
    return ready / "data";
}

MysqlServer& shared(const std::string& kind) {
    static std::map<std::string, std::unique_ptr<MysqlServer>> servers;
    std::unique_ptr<MysqlServer>& server = servers[kind];
    if (!server) {
        const auto install = find_mysql(kind);
        if (!install) {
            throw std::runtime_error{*missing_mysql(kind)};
        }
        server = std::make_unique<MysqlServer>(*install);
    }
    return *server;
}

}  // namespace

std::optional<MysqlInstall> find_mysql(const std::string& kind) {
    const bool mariadb = kind == "mariadb";
    if (mariadb || kind == "mysql") {
        const std::string given =
            environment(mariadb ? "DBSYNC_TEST_MARIADB_BASE" : "DBSYNC_TEST_MYSQL_BASE");
        if (!given.empty()) {
            return at_base(given);
        }
    }
    if (mariadb) {
        return system_mariadb();
    }
    const std::string base = extra_base(kind);
    return base.empty() ? std::nullopt : at_base(base);
}

std::optional<std::string> missing_mysql(const std::string& kind) {
    if (find_mysql(kind)) {
        return std::nullopt;
    }
    return kind == "mariadb"
               ? "no MariaDB server: install mariadb-server-core and "
                 "mariadb-client-core, or set DBSYNC_TEST_MARIADB_BASE"
               : "no server '" + kind + "': set DBSYNC_TEST_MYSQL_EXTRA=\"$(scripts/fetch-mysql)\"";
}

MysqlServer::MysqlServer(const MysqlInstall& install, const std::vector<std::string>& options)
    : install_{install}, options_{options}, port_{free_port()} {
    give_to_user("nobody", dir_.path());
    must_run(
        {.program = "cp", .args = {"-a", ready_data(install_).string(), (dir_ / "data").string()}},
        start_time_max);
    start();
    create_user();
}

MysqlServer::~MysqlServer() {
    if (process_) {
        stop();
    }
}

void MysqlServer::start() {
    std::vector<std::string> args{"--no-defaults",
                                  "--datadir=" + (dir_ / "data").string(),
                                  "--socket=" + socket(),
                                  "--port=" + std::to_string(port_),
                                  "--pid-file=" + (dir_ / "pid").string(),
                                  "--tmpdir=" + dir_.path().string(),
                                  "--bind-address=127.0.0.1",
                                  "--server-id=1",
                                  "--log-bin=binlog",
                                  "--sync-binlog=0",
                                  "--secure-file-priv=",
                                  "--max-connections=100",
                                  "--character-set-server=utf8mb4",
                                  "--skip-name-resolve"};
    if (install_.mariadb) {
        args.emplace_back("--binlog-format=ROW");
    } else {
        args.insert(args.end(), {"--mysqlx=OFF", "--performance-schema=OFF"});
    }
    for (const auto& more : {engine_options(install_), options_}) {
        args.insert(args.end(), more.begin(), more.end());
    }
    process_.emplace(as_server(install_.server, args));
    wait_ready();
}

void MysqlServer::wait_ready() {
    bool ready = false;
    static_cast<void>(wait_until(
        [&] {
            if (!process_->running()) {
                return true;
            }
            try {
                static_cast<void>(session());
                ready = true;
            } catch (const MysqlError&) {
                ready = false;
            }
            return ready;
        },
        start_time_max, std::chrono::milliseconds{20}));
    if (!ready) {
        throw std::runtime_error{"the server does not start:\n" + log()};
    }
}

void MysqlServer::create_user() const {
    exec(
        "CREATE USER IF NOT EXISTS 'dbsync'@'%' IDENTIFIED BY '',"
        " 'root'@'127.0.0.1' IDENTIFIED BY '';"
        "GRANT ALL PRIVILEGES ON *.* TO 'dbsync'@'%' WITH GRANT OPTION;"
        "GRANT ALL PRIVILEGES ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;");
}

void MysqlServer::stop(int signal) {
    process_->kill(signal);
    process_->wait(stop_time_max);
    process_.reset();
}

std::string MysqlServer::log() const {
    return process_ ? process_->err() : "";
}

std::string MysqlServer::url(const std::string& database, const std::string& user) const {
    return fmt::format("mysql://{}@127.0.0.1:{}/{}", user, port_, database);
}

MysqlRows MysqlServer::exec(const std::string& sql, const std::string& database) const {
    return session(database).exec(sql);
}

std::string MysqlServer::value(const std::string& sql, const std::string& database) const {
    return session(database).value(sql);
}

std::string MysqlServer::create_database(const std::string& options) {
    const std::string name = fmt::format("t{}_{}", ::getpid(), ++database_count_);
    exec(fmt::format("CREATE DATABASE {} {}", name, options));
    return name;
}

// InnoDB shows innodb_trx from a copy that it makes anew only when nobody has looked at it for
// 0.1 s (MySQL 9.x manual, "InnoDB INFORMATION_SCHEMA Transaction and Locking Information"): who
// asks more often sees the same answer for ever.
bool MysqlServer::is_blocked(std::uint64_t session_id) const {
    exec("DO SLEEP(0.12)");
    return value(fmt::format("SELECT (SELECT COUNT(*) FROM information_schema.innodb_trx WHERE"
                             " trx_mysql_thread_id = {0} AND trx_state = 'LOCK WAIT') +"
                             " (SELECT COUNT(*) FROM information_schema.processlist WHERE id = {0}"
                             " AND state LIKE 'Waiting for%lock')",
                             session_id)) != "0";
}

std::string mysql_target_kind(const std::string& kind) {
    const std::string other = environment("DBSYNC_TEST_MYSQL_TARGET");
    return other.empty() ? kind : other;
}

MysqlServer& mysql_server(const std::string& kind) {
    return shared(kind);
}

MysqlServer& mysql_target_server(const std::string& kind) {
    return shared(mysql_target_kind(kind));
}

}  // namespace dbsync::test
