// SPDX-License-Identifier: MIT
// initdb takes most of a second and every test is a process of its own, so a ready data directory
// is kept in a private folder below the temporary folder and copied (0.05 s).
#include "support/postgres_server.hpp"

#include "support/server_files.hpp"
#include "support/wait.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>

namespace dbsync::test {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds start_time_max{30};
constexpr std::chrono::seconds stop_time_max{30};
constexpr const char* server_user = "postgres";

bool has_server(const fs::path& bin) {
    return ::access((bin / "postgres").c_str(), X_OK) == 0 &&
           ::access((bin / "initdb").c_str(), X_OK) == 0;
}

std::optional<PostgresInstall> newest_of_debian() {
    std::optional<PostgresInstall> newest;
    int newest_major = 0;
    std::error_code none;
    for (const fs::directory_entry& entry : fs::directory_iterator{"/usr/lib/postgresql", none}) {
        const int major = std::stoi("0" + entry.path().filename().string());
        if (major > newest_major && has_server(entry.path() / "bin")) {
            newest_major = major;
            newest = PostgresInstall{entry.path() / "bin"};
        }
    }
    return newest;
}

// initdb and postgres refuse root.
Command as_server(const fs::path& program, const std::vector<std::string>& args) {
    Command command = as_user(server_user, program, args, "INT");
    command.env = {{"LC_ALL", "C.UTF-8"}, {"PGDATA", std::nullopt}, {"TZ", "UTC"}};
    return command;
}

int major_of(const fs::path& bin) {
    const std::string out = run({.program = (bin / "postgres").string(), .args = {"-V"}}).out;
    const auto digit = out.find_first_of("0123456789");
    if (digit == std::string::npos) {
        throw std::runtime_error{"no version from " + bin.string()};
    }
    return std::stoi(out.substr(digit));
}

// A data directory as initdb leaves it. Made under a name of its own and renamed, so that two
// test processes cannot see half of one; the loser's copy is dropped.
fs::path ready_data(const PostgresInstall& install) {
    const std::string out =
        run({.program = (install.bin / "postgres").string(), .args = {"-V"}}).out;
    const auto hash = std::hash<std::string>{}(install.bin.string() + out);
    const fs::path ready = server_cache_folder() / fmt::format("pg-{:016x}", hash);
    if (fs::exists(ready / "data" / "PG_VERSION")) {
        return ready / "data";
    }
    const fs::path fresh = fmt::format("{}-{}", ready.string(), ::getpid());
    fs::create_directory(fresh);
    give_to_user(server_user, fresh);
    must_run(
        as_server(install.bin / "initdb", {"-D", (fresh / "data").string(), "-U", "postgres", "-A",
                                           "trust", "-N", "--locale=C.UTF-8", "-E", "UTF8"}),
        start_time_max);
    std::error_code taken;
    fs::rename(fresh, ready, taken);
    if (taken) {
        fs::remove_all(fresh);
    }
    return ready / "data";
}

std::string settings_text(int port, const fs::path& folder, PostgresServer::Settings settings) {
    settings.insert({"wal_level", "logical"});
    settings.insert({"fsync", "off"});
    settings.insert({"max_connections", "80"});
    settings.insert({"max_prepared_transactions", "5"});
    settings.insert({"autovacuum_naptime", "'1s'"});
    settings.insert({"shared_buffers", "'64MB'"});
    std::string text =
        fmt::format("\nlisten_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = '{}'\n",
                    port, folder.string());
    for (const auto& [name, value] : settings) {
        text += fmt::format("{} = {}\n", name, value);
    }
    return text;
}

std::string quoted(const std::string& name) {
    std::string text = "\"";
    for (const char c : name) {
        text += c;
        if (c == '"') {
            text += c;
        }
    }
    return text + "\"";
}

PostgresServer& shared(const std::string& role, const std::string& which) {
    static std::map<std::string, std::unique_ptr<PostgresServer>> servers;
    std::unique_ptr<PostgresServer>& server = servers[role + which];
    if (!server) {
        auto install = find_postgres(which);
        const std::string other = environment("DBSYNC_TEST_PG_TARGET_BIN");
        if (role == "target" && which == "system" && !other.empty()) {
            install = PostgresInstall{other};
        }
        if (!install) {
            throw std::runtime_error{*missing_postgres(which)};
        }
        server = std::make_unique<PostgresServer>(*install);
    }
    return *server;
}

}  // namespace

std::optional<PostgresInstall> find_postgres(const std::string& which) {
    if (which == "system") {
        const std::string given = environment("DBSYNC_TEST_PG_BIN");
        if (!given.empty()) {
            return has_server(given) ? std::optional{PostgresInstall{given}} : std::nullopt;
        }
        return newest_of_debian();
    }
    for (const std::string& entry : split_text(environment("DBSYNC_TEST_PG_EXTRA"), ':')) {
        const auto equals = entry.find('=');
        if (equals != std::string::npos && entry.substr(0, equals) == which &&
            has_server(entry.substr(equals + 1))) {
            return PostgresInstall{entry.substr(equals + 1)};
        }
    }
    return std::nullopt;
}

std::optional<std::string> missing_postgres(const std::string& which) {
    if (find_postgres(which)) {
        return std::nullopt;
    }
    return which == "system"
               ? "no PostgreSQL server: install postgresql-15, or set DBSYNC_TEST_PG_BIN"
               : "no PostgreSQL " + which + ": set DBSYNC_TEST_PG_EXTRA=" + which + "=<bin folder>";
}

bool is_required(const std::string& name) {
    const std::vector<std::string> names = split_text(environment("DBSYNC_TEST_REQUIRE"), ',');
    return std::find(names.begin(), names.end(), name) != names.end();
}

PostgresServer::PostgresServer(const PostgresInstall& install, const Settings& settings)
    : install_{install}, port_{free_port()}, major_{major_of(install.bin)} {
    give_to_user(server_user, dir_.path());
    must_run(
        {.program = "cp", .args = {"-a", ready_data(install_).string(), (dir_ / "data").string()}},
        start_time_max);
    std::ofstream{dir_ / "data/postgresql.conf", std::ios::app}
        << settings_text(port_, dir_.path(), settings);
    start();
}

PostgresServer::~PostgresServer() {
    if (process_) {
        stop(SIGQUIT);
    }
}

void PostgresServer::start() {
    process_.emplace(as_server(install_.bin / "postgres", {"-D", (dir_ / "data").string()}));
    wait_ready();
}

void PostgresServer::wait_ready() {
    const bool ready = wait_until(
        [&] { return !process_->running() || PQping(url().c_str()) == PQPING_OK; }, start_time_max);
    if (!ready || !process_->running()) {
        throw std::runtime_error{"the server does not start:\n" + log()};
    }
}

void PostgresServer::stop(int signal) {
    process_->kill(signal);
    process_->wait(stop_time_max);
    process_.reset();
}

std::string PostgresServer::log() const {
    return process_ ? process_->err() : "";
}

std::string PostgresServer::url(const std::string& database, const std::string& user) const {
    return fmt::format("postgresql://{}@127.0.0.1:{}/{}", user, port_, database);
}

PgRows PostgresServer::exec(const std::string& sql, const std::string& database) const {
    return session(database).exec(sql);
}

std::string PostgresServer::value(const std::string& sql, const std::string& database) const {
    return session(database).value(sql);
}

std::string PostgresServer::create_database(const std::string& options) {
    const std::string name = fmt::format("t{}_{}", ::getpid(), ++database_count_);
    exec(fmt::format("CREATE DATABASE {} {}", name, options));
    return name;
}

std::string PostgresServer::copy_database(const std::string& from) {
    return create_database("TEMPLATE " + quoted(from));
}

std::string PostgresServer::dump(const std::string& database, bool with_sequences) const {
    PgSession session{url(database)};
    session.exec(
        "SET datestyle = 'ISO, YMD'; SET intervalstyle = 'postgres'; SET timezone = 'UTC';"
        " SET extra_float_digits = 3; SET bytea_output = 'hex'; SET search_path = pg_catalog");
    const PgRows tables = session.exec(fmt::format(
        "SELECT n.nspname, c.relname, c.relkind::text FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind = ANY ('{{r{}}}') AND n.nspname !~ '^(pg_|dbsync$|information_schema$)'"
        " ORDER BY 1, 2",
        with_sequences ? ",S" : ""));
    std::string text;
    for (const PgRow& table : tables) {
        const std::string name = quoted(table[0].value()) + "." + quoted(table[1].value());
        const char* columns = table[2] == "S" ? "last_value, is_called" : "*";
        std::vector<std::string> lines =
            session.copy_out(fmt::format("COPY (SELECT {} FROM {}) TO STDOUT", columns, name));
        std::sort(lines.begin(), lines.end());
        text += fmt::format("== {} {}\n", name, lines.size());
        for (const std::string& line : lines) {
            text += line + "\n";
        }
    }
    return text;
}

std::string PostgresServer::schema(const std::string& database) const {
    const fs::path own = install_.bin / "pg_dump";
    const ProcessResult result = run({.program = fs::exists(own) ? own.string() : "pg_dump",
                                      .args = {"--schema-only", "-d", url(database)}});
    if (result.exit_code != 0) {
        throw std::runtime_error{result.err};
    }
    // Lines of pg_dump that differ from run to run: \restrict with a random word, since 15.14.
    std::string text;
    for (const std::string& line : split_text(result.out, '\n')) {
        if (!line.starts_with("--") && !line.starts_with("\\") && !line.empty()) {
            text += line + "\n";
        }
    }
    return text;
}

bool PostgresServer::is_blocked(int pid) const {
    return value(fmt::format("SELECT cardinality(pg_blocking_pids({})) > 0", pid)) == "t";
}

PostgresServer& source_server(const std::string& which) {
    return shared("source", which);
}
PostgresServer& target_server(const std::string& which) {
    return shared("target", which);
}

}  // namespace dbsync::test
