// SPDX-License-Identifier: MIT
#include "engine/sqlite/database.hpp"

#include "base/check.hpp"
#include "engine/sqlite/errors.hpp"
#include "engine/sqlite/quoting.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <algorithm>
#include <utility>

namespace dbsync::sqlite {

namespace {

const char* name_of(Role role) noexcept {
    switch (role) {
        case Role::Source:
            return "source";
        case Role::Target:
            return "target";
    }
    return "end";
}

// Between two tries for a lock: at first often, because most locks are held for a moment only.
constexpr int wait_short_ms = 1;
constexpr int wait_long_ms = 4;
constexpr int short_waits_max = 50;

int keep_waiting(void* state, int waits) {
    auto& wait = *static_cast<BusyWait*>(state);
    const auto now = std::chrono::steady_clock::now();
    if (waits == 0) {
        wait.begin = now;
    }
    if (now - wait.begin >= wait.most) {
        return 0;
    }
    sqlite3_sleep(waits < short_waits_max ? wait_short_ms : wait_long_ms);
    return 1;
}

}  // namespace

std::string path_of(const Endpoint& endpoint) {
    std::string_view path = endpoint.url;
    if (path.starts_with("sqlite:")) {
        path.remove_prefix(7);
    }
    if (path.starts_with("//")) {
        path.remove_prefix(2);
    }
    return std::string{path};
}

std::optional<std::string> hidden_rowid(const Table& table) {
    if (table.key.size() != 1) {
        return std::nullopt;
    }
    const bool declared =
        std::any_of(table.columns.begin(), table.columns.end(),
                    [&](const Column& column) { return same_name(column.name, table.key[0]); });
    return declared ? std::nullopt : std::optional{table.key[0]};
}

Database::Database(std::string path, const OpenOptions& options)
    : path_{std::move(path)}, role_{options.role} {
    const int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (options.create ? SQLITE_OPEN_CREATE : 0);
    const std::string what = std::string{"cannot open the "} + role_name() + " " + path_;
    try {
        connection_ = std::make_unique<SQLite::Database>(path_, flags);
    } catch (const SQLite::Exception& e) {
        throw make_error(nullptr, e.getErrorCode(), {.what_failed = what});
    }
    sqlite3_extended_result_codes(handle(), 1);
    set_busy_timeout(options.busy_timeout);
    // Both are off by default, but a library may be built otherwise (SQLITE_DEFAULT_FOREIGN_KEYS).
    run("PRAGMA foreign_keys=OFF; PRAGMA recursive_triggers=OFF");
    // The file is only read now: say here that it is no database.
    static_cast<void>(integer("PRAGMA schema_version"));
}

Database::~Database() = default;

void Database::run(const std::string& sql) {
    const int code = sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        throw make_error(handle(), code,
                         {.what_failed = std::string{"cannot run a statement on the "} +
                                         role_name() + " " + path_});
    }
}

void Database::run(const sql::Rendered& statement) {
    const int code = sqlite3_exec(handle(), statement.text.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        throw make_error(handle(), code,
                         {.what_failed = std::string{"cannot run a statement on the "} +
                                         role_name() + " " + path_,
                          .statement = statement.asset});
    }
}

std::int64_t Database::integer(const std::string& sql) {
    Statement statement{*this, sql};
    return statement.step() ? statement.integer(0) : 0;
}

std::string Database::text(const std::string& sql) {
    Statement statement{*this, sql};
    return statement.step() ? std::string{statement.text(0)} : std::string{};
}

void Database::begin() {
    run("BEGIN");
}

void Database::begin_immediate() {
    run("BEGIN IMMEDIATE");
}

void Database::commit() {
    run("COMMIT");
}

void Database::rollback() noexcept {
    if (in_transaction()) {
        sqlite3_exec(handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
}

bool Database::in_transaction() const noexcept {
    return sqlite3_get_autocommit(handle()) == 0;
}

void Database::set_busy_timeout(std::chrono::milliseconds timeout) {
    busy_wait_.most = timeout;
    sqlite3_busy_handler(handle(), &keep_waiting, &busy_wait_);
}

std::int64_t Database::changes() const noexcept {
    return sqlite3_changes(handle());
}

bool Database::read_only() const noexcept {
    return sqlite3_db_readonly(handle(), "main") == 1;
}

bool Database::wal() {
    return text("PRAGMA journal_mode") == "wal";
}

const char* Database::role_name() const noexcept {
    return name_of(role_);
}

sqlite3* Database::handle() const noexcept {
    return connection_->getHandle();
}

Transaction::Transaction(Database& database, Kind kind) : database_{database} {
    switch (kind) {
        case Kind::Deferred:
            database_.begin();
            break;
        case Kind::Immediate:
            database_.begin_immediate();
            break;
    }
}

Transaction::~Transaction() {
    database_.rollback();
}

void Transaction::commit() {
    database_.commit();
}

Statement::Statement(Database& database, std::string_view sql, std::string asset)
    : database_{database}, asset_{std::move(asset)} {
    const char* rest = nullptr;
    check(sqlite3_prepare_v2(database_.handle(), sql.data(), static_cast<int>(sql.size()),
                             &statement_, &rest));
    DBSYNC_CHECK(statement_ != nullptr, "a statement without text");
}

Statement::Statement(Database& database, const sql::Rendered& rendered)
    : Statement{database, rendered.text, rendered.asset} {}

Statement::~Statement() {
    sqlite3_finalize(statement_);
}

Statement& Statement::bind(int index, std::int64_t value) {
    check(sqlite3_bind_int64(statement_, index, value));
    return *this;
}

Statement& Statement::bind_real(int index, double value) {
    check(sqlite3_bind_double(statement_, index, value));
    return *this;
}

// A view of nothing has a null pointer, which SQLite would bind as NULL.
Statement& Statement::bind_text(int index, std::string_view value) {
    check(sqlite3_bind_text64(statement_, index, value.empty() ? "" : value.data(), value.size(),
                              SQLITE_STATIC, SQLITE_UTF8));
    return *this;
}

Statement& Statement::bind_blob(int index, std::string_view value) {
    check(sqlite3_bind_blob64(statement_, index, value.empty() ? "" : value.data(), value.size(),
                              SQLITE_STATIC));
    return *this;
}

Statement& Statement::bind_null(int index) {
    check(sqlite3_bind_null(statement_, index));
    return *this;
}

bool Statement::step() {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) {
        return true;
    }
    if (code != SQLITE_DONE) {
        const Error error =
            make_error(database_.handle(), code,
                       {.what_failed = std::string{"cannot run a statement on the "} +
                                       database_.role_name() + " " + database_.path(),
                        .statement = asset_});
        sqlite3_reset(statement_);
        throw error;
    }
    return false;
}

void Statement::run() {
    while (step()) {
    }
    reset();
}

void Statement::reset() noexcept {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

int Statement::column_count() const noexcept {
    return sqlite3_column_count(statement_);
}

int Statement::type(int column) const noexcept {
    return sqlite3_column_type(statement_, column);
}

bool Statement::is_null(int column) const noexcept {
    return type(column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const noexcept {
    return sqlite3_column_int64(statement_, column);
}

double Statement::real(int column) const noexcept {
    return sqlite3_column_double(statement_, column);
}

std::string_view Statement::text(int column) const {
    const void* bytes = sqlite3_column_text(statement_, column);
    return {static_cast<const char*>(bytes),
            static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string_view Statement::blob(int column) const {
    const void* bytes = sqlite3_column_blob(statement_, column);
    return {static_cast<const char*>(bytes),
            static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

void Statement::check(int code) const {
    if (code != SQLITE_OK) {
        throw make_error(database_.handle(), code,
                         {.what_failed = std::string{"cannot prepare a statement on the "} +
                                         database_.role_name() + " " + database_.path(),
                          .statement = asset_});
    }
}

}  // namespace dbsync::sqlite
