// SPDX-License-Identifier: MIT
// initdb takes most of a second and every test is a process of its own, so a ready data directory
// is kept in a private folder below the temporary folder and copied (0.05 s).
#include "support/postgres_server.hpp"

#include "support/wait.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
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

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream in{text};
    for (std::string part; std::getline(in, part, separator);) {
        parts.push_back(part);
    }
    return parts;
}

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

int free_port() {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    const bool found = listener >= 0 && ::bind(listener, plain, size) == 0 &&
                       ::getsockname(listener, plain, &size) == 0;
    ::close(listener);
    if (!found) {
        throw std::runtime_error{"no free port"};
    }
    return ntohs(address.sin_port);
}

// The user that a server runs as; nothing when we are not root and it runs as ourselves.
const passwd* server_user() {
    if (::geteuid() != 0) {
        return nullptr;
    }
    const passwd* user = ::getpwnam("postgres");
    return user != nullptr ? user : ::getpwnam("nobody");
}

// initdb and postgres refuse root. setpriv needs no login shell and no PAM, and sets the parent
// death signal after it has changed the user (changing the user clears it).
Command as_server(const fs::path& program, const std::vector<std::string>& args) {
    Command command{
        .program = program.string(), .args = args, .folder = "/", .death_signal = SIGINT};
    if (const passwd* user = server_user()) {
        std::vector<std::string> all{fmt::format("--reuid={}", user->pw_uid),
                                     fmt::format("--regid={}", user->pw_gid),
                                     "--clear-groups",
                                     "--pdeathsig",
                                     "INT",
                                     "--",
                                     program.string()};
        all.insert(all.end(), args.begin(), args.end());
        command.program = "setpriv";
        command.args = all;
    }
    command.env = {{"LC_ALL", "C.UTF-8"}, {"PGDATA", std::nullopt}, {"TZ", "UTC"}};
    return command;
}

void must_run(const Command& command) {
    const ProcessResult result = run(command, start_time_max);
    if (result.exit_code != 0) {
        std::ostringstream text;
        text << command.program << ": " << result;
        throw std::runtime_error{text.str()};
    }
}

void give_to_server(const fs::path& folder) {
    const passwd* user = server_user();
    if (user != nullptr && ::chown(folder.c_str(), user->pw_uid, user->pw_gid) != 0) {
        throw std::runtime_error{"cannot chown " + folder.string()};
    }
}

int major_of(const fs::path& bin) {
    const std::string out = run({.program = (bin / "postgres").string(), .args = {"-V"}}).out;
    const auto digit = out.find_first_of("0123456789");
    if (digit == std::string::npos) {
        throw std::runtime_error{"no version from " + bin.string()};
    }
    return std::stoi(out.substr(digit));
}

// Ours alone, or it is not used.
fs::path cache_folder() {
    const fs::path folder =
        fs::temp_directory_path() / fmt::format("dbsync-test-cache-{}", ::geteuid());
    ::mkdir(folder.c_str(), 0711);
    struct stat about {};
    if (::lstat(folder.c_str(), &about) != 0 || !S_ISDIR(about.st_mode) ||
        about.st_uid != ::geteuid() || (about.st_mode & 0022U) != 0) {
        throw std::runtime_error{folder.string() + " is not ours"};
    }
    return folder;
}

// A data directory as initdb leaves it. Made under a name of its own and renamed, so that two
// test processes cannot see half of one; the loser's copy is dropped.
fs::path ready_data(const PostgresInstall& install) {
    const std::string out =
        run({.program = (install.bin / "postgres").string(), .args = {"-V"}}).out;
    const auto hash = std::hash<std::string>{}(install.bin.string() + out);
    const fs::path ready = cache_folder() / fmt::format("pg-{:016x}", hash);
    if (fs::exists(ready / "data" / "PG_VERSION")) {
        return ready / "data";
    }
    const fs::path fresh = fmt::format("{}-{}", ready.string(), ::getpid());
    fs::create_directory(fresh);
    give_to_server(fresh);
    must_run(
        as_server(install.bin / "initdb", {"-D", (fresh / "data").string(), "-U", "postgres", "-A",
                                           "trust", "-N", "--locale=C.UTF-8", "-E", "UTF8"}));
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
    for (const std::string& entry : split(environment("DBSYNC_TEST_PG_EXTRA"), ':')) {
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
    const std::vector<std::string> names = split(environment("DBSYNC_TEST_REQUIRE"), ',');
    return std::find(names.begin(), names.end(), name) != names.end();
}

PostgresServer::PostgresServer(const PostgresInstall& install, const Settings& settings)
    : install_{install}, port_{free_port()}, major_{major_of(install.bin)} {
    give_to_server(dir_.path());
    must_run(
        {.program = "cp", .args = {"-a", ready_data(install_).string(), (dir_ / "data").string()}});
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
    for (const std::string& line : split(result.out, '\n')) {
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
