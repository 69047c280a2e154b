// SPDX-License-Identifier: MIT
#include "engine/sqlite/source.hpp"

#include "base/checkpoint.hpp"
#include "base/error.hpp"
#include "engine/sqlite/backup.hpp"
#include "engine/sqlite/capture.hpp"
#include "engine/sqlite/claim.hpp"
#include "engine/sqlite/describe_schema.hpp"
#include "engine/sqlite/file_identity.hpp"
#include "engine/sqlite/freeze.hpp"
#include "engine/sqlite/inspect.hpp"
#include "engine/sqlite/position.hpp"
#include "engine/sqlite/quoting.hpp"
#include "engine/sqlite/reader.hpp"
#include "engine/sqlite/schema_export.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cctype>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace dbsync::sqlite {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Between two attempts at the write lock, so that writers get in.
constexpr milliseconds retry_pause{100};
// How long the COMMIT may wait for readers: it keeps new readers out meanwhile (journal mode only).
constexpr milliseconds commit_wait_max{500};
// Most tables captured in one transaction, so that writers do not wait for thousands.
constexpr std::size_t install_tables_max = 500;
// How long the canary and the fence's trial may wait for the write lock in all.
constexpr milliseconds trial_wait_max{10'000};

void pause_for(std::chrono::nanoseconds time, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock{mutex};
    never.wait_for(lock, stop, time, [] { return false; });
    if (stop.stop_requested()) {
        throw Error{{.kind = ErrorKind::Interrupted,
                     .what_failed = "stopped while waiting for the "
                                    "write lock of the source"}};
    }
}

// Runs `attempt` until it is not Busy or the time is over.
void retry_busy(milliseconds total,
                const std::stop_token& stop,
                const std::function<void()>& attempt) {
    const auto deadline = steady_clock::now() + total;
    for (;;) {
        try {
            attempt();
            return;
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::Busy || steady_clock::now() >= deadline) {
                throw;
            }
        }
        pause_for(retry_pause, stop);
    }
}

std::int32_t next_id(Database& db) {
    const std::vector<Table> captured = read_captured(db);
    return captured.empty() ? 1 : captured.back().id + 1;
}

const Table* find_table(const std::vector<Table>& tables, const std::string& name) {
    const auto at = std::find_if(tables.begin(), tables.end(), [&](const Table& table) {
        return same_name(table.name.name, name);
    });
    return at == tables.end() ? nullptr : &*at;
}

TableShape captureable_shape(Database& db, const Table& table, std::int32_t id) {
    if (!object_exists(db, "table", table.name.name)) {
        throw Error{{.kind = ErrorKind::SchemaChanged,
                     .what_failed = "table " + table.name.display() + " is not on the source",
                     .table = table.name.display(),
                     .hint = "run check again"}};
    }
    TableShape shape = read_shape(db, table.name.name);
    if (shape.table.key != table.key) {
        shape.take_nullable_key();  // as the inspection did
    }
    if (!shape.problem.empty()) {
        throw Error{{.kind = ErrorKind::Unsupported,
                     .what_failed = "cannot capture " + table.name.display() + ": " + shape.problem,
                     .table = table.name.display(),
                     .hint = shape.hint}};
    }
    shape.table.id = id;
    return shape;
}

void require_own_job(const std::optional<CaptureRow>& capture, const std::string& job) {
    if (capture && capture->job != job) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = "the source is captured by job " + capture->job,
                     .hint = "use --job " + capture->job + ", or stop that job's capture first"}};
    }
}

// What is to be captured anew, looked at before the write lock is taken.
std::vector<TableShape> new_shapes(Database& db, std::span<const Table> tables) {
    const std::vector<Table> before = read_captured(db);
    std::vector<TableShape> shapes;
    std::int32_t id = next_id(db);
    for (const Table& table : tables) {
        if (find_table(before, table.name.name) == nullptr) {
            shapes.push_back(captureable_shape(db, table, id++));
        }
    }
    return shapes;
}

// One attempt at some tables, in one transaction: it holds the write lock, so no other writing
// transaction is open, and every later one meets the triggers. Returns how many are new.
std::size_t install_once(Database& db,
                         std::span<const Table> tables,
                         const CaptureOptions& options) {
    db.set_busy_timeout(options.lock_timeout);
    const std::int64_t schema_version = db.integer("PRAGMA schema_version");
    const std::vector<TableShape> shapes = new_shapes(db, tables);
    Transaction transaction{db, Transaction::Kind::Immediate};
    if (db.integer("PRAGMA schema_version") != schema_version) {
        throw Error{{.kind = ErrorKind::Busy,
                     .what_failed = "the source's schema changes while capture is prepared"}};
    }
    const std::optional<CaptureRow> capture = read_capture(db);
    require_own_job(capture, options.job);
    if (capture) {
        audit_capture(db, {});
    }
    const std::string identity = capture ? capture->identity : file_identity(db.path());
    for (const sql::Rendered& statement : catalogue_statements(options.job, identity)) {
        db.run(statement);
    }
    for (const TableShape& shape : shapes) {
        for (const sql::Rendered& statement : table_statements(shape)) {
            db.run(statement);
        }
    }
    db.run(note_schema_version());
    checkpoint("capture.mid_install");
    db.set_busy_timeout(std::min(options.lock_timeout, commit_wait_max));
    transaction.commit();
    return shapes.size();
}

void remove_once(Database& db, const CaptureOptions& options) {
    db.set_busy_timeout(options.lock_timeout);
    Transaction transaction{db, Transaction::Kind::Immediate};
    drop_capture(db);
    checkpoint("stop.mid_remove");
    db.set_busy_timeout(std::min(options.lock_timeout, commit_wait_max));
    transaction.commit();
}

// The last delta of the next portion to delete, or 0. The last one of the table stays, so that
// numbers keep growing.
std::int64_t portion_end(Database& db, const std::string& delta, std::int64_t up_to) {
    const std::int64_t highest = db.integer("SELECT max(seq) FROM " + delta);
    const std::int64_t lowest = db.integer("SELECT min(seq) FROM " + delta);
    const std::int64_t end = std::min({up_to, highest - 1, lowest + forget_rows_max - 1});
    return end < lowest ? 0 : end;
}

// Deletes one portion from the low end; whether there was one.
bool forget_portion(Database& db, std::int32_t table_id, std::int64_t up_to) {
    const std::string delta = quote_ident(delta_name(table_id));
    if (portion_end(db, delta, up_to) == 0) {
        return false;
    }
    Transaction transaction{db, Transaction::Kind::Immediate};
    Statement{db, "DELETE FROM " + delta + " WHERE seq <= ?1"}
        .bind(1, portion_end(db, delta, up_to))
        .run();
    transaction.commit();
    return true;
}

// Writers have no queue but poll: leave them as much time as we took.
void forget_table(Database& db, std::int32_t table_id, std::int64_t up_to) {
    for (;;) {
        const auto begin = steady_clock::now();
        if (!forget_portion(db, table_id, up_to)) {
            return;
        }
        pause_for(steady_clock::now() - begin, {});
    }
}

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

}  // namespace

SqliteSource::SqliteSource(const Endpoint& endpoint) : path_{path_of(endpoint)} {}

SqliteSource::~SqliteSource() = default;

Database& SqliteSource::database() {
    if (!db_) {
        db_ = std::make_unique<Database>(path_, OpenOptions{.role = Role::Source});
    }
    db_->set_busy_timeout(OpenOptions{}.busy_timeout);  // forget() makes it shorter
    return *db_;
}

std::string SqliteSource::identity() {
    const std::optional<CaptureRow> capture = read_capture(database());
    return capture ? capture->identity : file_identity(path_);
}

std::string SqliteSource::describe() {
    return fmt::format("SQLite {} ({})", sqlite3_libversion(),
                       upper(database().text("PRAGMA journal_mode")));
}

std::unique_ptr<JobClaim> SqliteSource::claim(const std::string& job) {
    static_cast<void>(database());  // a missing file is said to be missing
    return claim_file(path_, Role::Source, job);
}

Inspection SqliteSource::inspect(const TableFilter& filter) {
    return inspect_source(path_, filter);
}

std::vector<std::string> SqliteSource::capture_statements(std::span<const Table> tables) {
    Database& db = database();
    const std::optional<CaptureRow> capture = read_capture(db);
    std::vector<sql::Rendered> all =
        catalogue_statements(capture ? capture->job : "default", identity());
    for (const TableShape& shape : new_shapes(db, tables)) {
        const std::vector<sql::Rendered> more = table_statements(shape);
        all.insert(all.end(), more.begin(), more.end());
    }
    all.push_back(note_schema_version());
    std::vector<std::string> texts;
    std::transform(all.begin(), all.end(), std::back_inserter(texts),
                   [](const sql::Rendered& statement) { return statement.text; });
    return texts;
}

CaptureResult SqliteSource::install_capture(std::span<const Table> tables,
                                            const CaptureOptions& options,
                                            const std::stop_token& stop) {
    checkpoint("capture.before_install");
    std::size_t installed = 0;
    for (std::size_t at = 0; at == 0 || at < tables.size(); at += install_tables_max) {
        const auto portion = tables.subspan(at, std::min(install_tables_max, tables.size() - at));
        retry_busy(options.retry_for, stop,
                   [&] { installed += install_once(database(), portion, options); });
    }
    checkpoint("capture.after_install");
    return {captured_tables(), tables.size() - installed};
}

void SqliteSource::prove_capture() {
    audit();
    retry_busy(trial_wait_max, {}, [&] { run_canary(database()); });
}

CaptureState SqliteSource::capture_state() {
    const std::optional<CaptureRow> capture = read_capture(database());
    if (!capture) {
        return {};
    }
    return {!read_captured(database()).empty(), capture->fenced, capture->job, capture->epoch};
}

std::vector<Table> SqliteSource::captured_tables() {
    std::vector<Table> tables = read_captured(database());
    for (Table& table : tables) {
        if (object_exists(database(), "table", table.name.name)) {
            estimate_size(database(), table, read_shape(database(), table.name.name).without_rowid);
        }
    }
    return tables;
}

std::vector<TableName> SqliteSource::referrers(const TableName& table) {
    Statement rows{database(),
                   "SELECT DISTINCT m.name FROM sqlite_master AS m,"
                   " pragma_foreign_key_list(m.name) AS k WHERE m.type = 'table'"
                   " AND k.\"table\" = ?1 COLLATE NOCASE ORDER BY m.name"};
    rows.bind_text(1, table.name);
    std::vector<TableName> names;
    while (rows.step()) {
        names.push_back({.schema = {}, .name = std::string{rows.text(0)}});
    }
    return names;
}

void SqliteSource::audit() {
    const Transaction snapshot{database(), Transaction::Kind::Deferred};
    audit_capture(database(), {});
}

std::unique_ptr<SourceReader> SqliteSource::open_reader() {
    return std::make_unique<Reader>(path_);
}

bool SqliteSource::readers_block_writers() {
    return database().text("PRAGMA journal_mode") != "wal";
}

std::vector<BacklogTable> SqliteSource::backlog(const Cursor& from) {
    Database& db = database();
    const Transaction snapshot{db, Transaction::Kind::Deferred};
    const Position position = Position::parse(from);
    if (const std::optional<CaptureRow> capture = read_capture(db)) {
        require_history(position, *capture);
    }
    std::vector<BacklogTable> tables;
    Statement ids{db, "SELECT id FROM \"_dbsync_captured_table\" ORDER BY id"};
    while (ids.step()) {
        const auto id = static_cast<std::int32_t>(ids.integer(0));
        tables.push_back({id, read_pending(db, id, position).deltas()});
    }
    return tables;
}

std::int64_t SqliteSource::clock_us() {
    using std::chrono::system_clock;
    return std::chrono::duration_cast<std::chrono::microseconds>(
               system_clock::now().time_since_epoch())
        .count();
}

void SqliteSource::forget(const Batch& batch) {
    const Position to = Position::parse(batch.to);
    try {
        Database& db = database();
        db.set_busy_timeout(forget_lock_wait);
        const std::optional<CaptureRow> capture = read_capture(db);
        if (!capture || capture->epoch != to.epoch) {
            return;
        }
        // Every table of the position: an earlier call may have left something.
        for (const auto& [id, position] : to.tables) {
            forget_table(db, id, position.seq);
        }
    } catch (const Error& error) {
        // Somebody writes: what is left goes the next time.
        if (error.kind() != ErrorKind::Busy) {
            throw;
        }
    }
}

std::vector<SchemaItem> SqliteSource::export_schema(std::span<const Table> tables) {
    const Transaction snapshot{database(), Transaction::Kind::Deferred};
    return sqlite::export_schema(database(), tables);
}

SchemaModel SqliteSource::describe_schema(std::span<const Table> tables) {
    return sqlite::describe_schema(database(), tables);
}

std::unique_ptr<Freeze> SqliteSource::open_freeze(std::span<const Table> tables) {
    return std::make_unique<SqliteFreeze>(path_, std::vector<Table>(tables.begin(), tables.end()));
}

void SqliteSource::back_up(const std::string& file, const std::stop_token& stop) {
    sqlite::back_up(database(), file, stop);
}

bool SqliteSource::fence_holds() {
    bool holds = false;
    retry_busy(trial_wait_max, {}, [&] { holds = fence_refuses(database()); });
    return holds;
}

void SqliteSource::remove_capture(const CaptureOptions& options, const std::stop_token& stop) {
    db_.reset();
    retry_busy(options.retry_for, stop, [&] {
        Database db{path_, {.role = Role::Source, .busy_timeout = options.lock_timeout}};
        remove_once(db, options);
    });
}

}  // namespace dbsync::sqlite
