// SPDX-License-Identifier: MIT
// Every change is a transaction of its own and durable when the call returns: a kill between two
// calls loses nothing that was said. The rollback journal is used, not WAL, so that the state is
// one file that can be copied or deleted as a whole.
//
// Readers (status) take a private copy in memory: they hold no lock on the file for longer than
// the copying takes, and can never be in the way of the command that works.
#include "state/state_store.hpp"

#include "base/error.hpp"
#include "sql/statement_template.hpp"
#include "state/state_lock.hpp"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <system_error>
#include <utility>

namespace dbsync {

namespace {

namespace fs = std::filesystem;

constexpr int format_version = 1;        // PRAGMA user_version
constexpr int application_id = 0x64625379;  // "dbSy": PRAGMA application_id
constexpr int busy_timeout_ms = 5'000;

std::string now_text() {
    const auto now = std::chrono::system_clock::now();
    const auto ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(now)), ms % 1'000);
}

Error not_writable(const fs::path& path, const std::string& why) {
    return Error{{.kind = ErrorKind::Usage,
                  .what_failed = fmt::format("cannot use the state file {}", path.string()),
                  .native_text = why,
                  .hint = "give --state a path that can be written"}};
}

Error foreign(const fs::path& path) {
    return Error{{.kind = ErrorKind::Usage,
                  .what_failed = fmt::format("{} is not a state file of dbsync", path.string()),
                  .hint = "give --state another path; this file was not changed"}};
}

std::int64_t pragma(SQLite::Database& db, const std::string& name) {
    return db.execAndGet("PRAGMA " + name).getInt64();
}

// Creates missing folders for the owner alone; existing ones are left as they are.
void create_folders(const fs::path& folder) {
    if (folder.empty() || fs::exists(folder)) {
        return;
    }
    create_folders(folder.parent_path());
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
        throw not_writable(folder, std::system_category().message(errno));
    }
}


}  // namespace

// SQLiteCpp statements are made for each call: the file is small and calls are rare.
struct StateStore::Session {
    explicit Session(const fs::path& path, int flags) : db{path.string(), flags, busy_timeout_ms} {}
    SQLite::Database db;
    std::mutex mutex;
};

fs::path StateStore::default_file(const std::string& job) {
    const char* state_home = std::getenv("XDG_STATE_HOME");
    if (state_home != nullptr && *state_home == '/') {
        return fs::path{state_home} / "dbsync" / (job + ".db");
    }
    const char* home = std::getenv("HOME");
    if (home == nullptr || *home == '\0') {
        throw Error{{.kind = ErrorKind::Usage,
                     .what_failed = "there is no place for the state file: HOME is not set",
                     .hint = "give --state FILE"}};
    }
    return fs::path{home} / ".local" / "state" / "dbsync" / (job + ".db");
}

StateStore::StateStore(fs::path file, std::string job, Access access)
    : file_{std::move(file)}, job_{std::move(job)} {
    try {
        if (access == Access::Write) {
            open_for_writing();
        } else {
            open_for_reading();
        }
    } catch (const SQLite::Exception& failure) {
        if (failure.getErrorCode() == SQLITE_NOTADB) {
            throw foreign(file_);
        }
        throw not_writable(file_, failure.what());
    } catch (const fs::filesystem_error& failure) {
        throw not_writable(file_, failure.code().message());
    }
}

StateStore::~StateStore() = default;

void StateStore::open_for_writing() {
    create_folders(fs::absolute(file_).parent_path());
    created_ = !fs::exists(file_);
    lock_ = std::make_unique<Lock>(file_, job_);
    const mode_t mask = ::umask(0077);  // 0600 from the first moment on
    try {
        session_ =
            std::make_unique<Session>(file_, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    } catch (const SQLite::Exception&) {
        ::umask(mask);
        throw;
    }
    ::umask(mask);
    check_format(true);
    session_->db.exec("UPDATE job SET phase = phase");  // a file that cannot be written shows here
}

void StateStore::open_for_reading() {
    session_ = std::make_unique<Session>(":memory:", SQLite::OPEN_READWRITE);
    const bool exists = fs::exists(file_);
    if (exists) {
        SQLite::Database file{file_.string(), SQLite::OPEN_READWRITE, busy_timeout_ms};
        file.execAndGet("PRAGMA schema_version");  // says at once if this is no database
        SQLite::Backup copy{session_->db, file};
        if (copy.executeStep() != SQLITE_DONE) {
            throw not_writable(file_, "it stays locked by another process");
        }
    }
    check_format(!exists);
}

// An empty file (just made, or by a kill at the wrong moment) is filled; everything else must be
// ours, of a format we know, and of this job.
void StateStore::check_format(bool may_create) {
    SQLite::Database& db = session_->db;
    const bool empty = db.execAndGet("SELECT count(*) FROM sqlite_master").getInt64() == 0;
    if (empty && (may_create || pragma(db, "application_id") == 0)) {
        SQLite::Transaction transaction{db, SQLite::TransactionBehavior::IMMEDIATE};
        db.exec(std::string{sql::render("schemas/state/001_init.sql",
                                        sql::Parameters{{nullptr, nullptr}}).text});
        SQLite::Statement job{db, "INSERT INTO job VALUES (1, ?, 'new', ?)"};
        job.bind(1, job_);
        job.bind(2, now_text());
        job.exec();
        db.exec(fmt::format("PRAGMA application_id = {}", application_id));
        db.exec(fmt::format("PRAGMA user_version = {}", format_version));
        transaction.commit();
        return;
    }
    if (pragma(db, "application_id") != application_id) {
        throw foreign(file_);
    }
    if (pragma(db, "user_version") > format_version) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = fmt::format("the state file {} was written by a newer dbsync",
                                                file_.string()),
                     .hint = "use that version for this job, or give --state another path"}};
    }
    const std::string owner = db.execAndGet("SELECT name FROM job").getString();
    if (owner != job_) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed =
                         fmt::format("the state file {} belongs to job '{}', not to '{}'",
                                     file_.string(), owner, job_),
                     .hint = fmt::format("give --job {}, or --state another path", owner)}};
    }
}

void StateStore::discard() noexcept {
    if (!created_) {
        return;
    }
    session_.reset();
    std::error_code ignored;
    fs::remove(file_, ignored);
    fs::remove(file_.string() + ".lock", ignored);
    lock_.reset();
}

std::string StateStore::phase() const {
    const std::lock_guard lock{session_->mutex};
    return session_->db.execAndGet("SELECT phase FROM job").getString();
}

void StateStore::set_phase(const std::string& phase) {
    if (this->phase() == phase) {
        return;
    }
    {
        const std::lock_guard lock{session_->mutex};
        SQLite::Statement update{session_->db, "UPDATE job SET phase = ?"};
        update.bind(1, phase);
        update.exec();
    }
    append_event("job.phase", phase);
}

void StateStore::remember(const std::string& key, const std::string& value) {
    remember_list(key, {value});
}

std::optional<std::string> StateStore::recall(const std::string& key) const {
    const std::vector<std::string> values = recall_list(key);
    return values.empty() ? std::nullopt : std::optional{values.front()};
}

void StateStore::remember_list(const std::string& key, const std::vector<std::string>& values) {
    const std::lock_guard lock{session_->mutex};
    SQLite::Transaction transaction{session_->db};
    SQLite::Statement remove{session_->db, "DELETE FROM setting WHERE key = ?"};
    remove.bind(1, key);
    remove.exec();
    SQLite::Statement insert{session_->db, "INSERT INTO setting VALUES (?, ?, ?)"};
    int position = 0;
    for (const std::string& value : values) {
        insert.bind(1, key);
        insert.bind(2, position++);
        insert.bind(3, value);
        insert.exec();
        insert.reset();
    }
    transaction.commit();
}

std::vector<std::string> StateStore::recall_list(const std::string& key) const {
    const std::lock_guard lock{session_->mutex};
    SQLite::Statement query{session_->db,
                            "SELECT value FROM setting WHERE key = ? ORDER BY position"};
    query.bind(1, key);
    std::vector<std::string> values;
    while (query.executeStep()) {
        values.push_back(query.getColumn(0).getString());
    }
    return values;
}

void StateStore::set_identity(const std::string& role, const std::string& identity) {
    const std::lock_guard lock{session_->mutex};
    SQLite::Statement known{session_->db, "SELECT identity FROM identity WHERE role = ?"};
    known.bind(1, role);
    if (!known.executeStep()) {
        SQLite::Statement insert{session_->db, "INSERT INTO identity VALUES (?, ?)"};
        insert.bind(1, role);
        insert.bind(2, identity);
        insert.exec();
        return;
    }
    const std::string before = known.getColumn(0).getString();
    if (before != identity) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = fmt::format("the {} is not the database that job '{}' began "
                                                "with: it was {}, now it is {}",
                                                role, job_, before, identity),
                     .hint = "connect to the database that the job began with; after a failover "
                             "or a restored backup begin the move anew, as another job"}};
    }
}

void StateStore::note_verified(const std::string& table, std::uint64_t rows, bool identical) {
    const std::lock_guard lock{session_->mutex};
    SQLite::Statement insert{session_->db,
                             "INSERT OR REPLACE INTO verified_table VALUES (?, ?, ?, ?)"};
    insert.bind(1, table);
    insert.bind(2, now_text());
    insert.bind(3, static_cast<std::int64_t>(rows));
    insert.bind(4, identical ? 1 : 0);
    insert.exec();
}

std::vector<VerifiedTable> StateStore::verified_tables() const {
    const std::lock_guard lock{session_->mutex};
    SQLite::Statement query{session_->db,
                            "SELECT name, verified_at, row_count, identical FROM verified_table "
                            "ORDER BY name"};
    std::vector<VerifiedTable> tables;
    while (query.executeStep()) {
        tables.push_back({query.getColumn(0).getString(), query.getColumn(1).getString(),
                          static_cast<std::uint64_t>(query.getColumn(2).getInt64()),
                          query.getColumn(3).getInt() != 0});
    }
    return tables;
}

void StateStore::forget_verified() {
    const std::lock_guard lock{session_->mutex};
    session_->db.exec("DELETE FROM verified_table");
}

void StateStore::append_event(const std::string& event, const std::string& detail) {
    const std::lock_guard lock{session_->mutex};
    SQLite::Statement insert{session_->db,
                             "INSERT INTO timeline (at, event, detail) VALUES (?, ?, ?)"};
    insert.bind(1, now_text());
    insert.bind(2, event);
    insert.bind(3, detail);
    insert.exec();
}

std::vector<TimelineEvent> StateStore::timeline() const {
    const std::lock_guard lock{session_->mutex};
    SQLite::Statement query{session_->db, "SELECT at, event, detail FROM timeline ORDER BY id"};
    std::vector<TimelineEvent> events;
    while (query.executeStep()) {
        events.push_back({query.getColumn(0).getString(), query.getColumn(1).getString(),
                          query.getColumn(2).getString()});
    }
    return events;
}

void StateStore::add_sample(const Sample& sample) {
    const std::lock_guard lock{session_->mutex};
    SQLite::Transaction transaction{session_->db};
    SQLite::Statement insert{
        session_->db,
        "INSERT INTO sample (at, phase, rows_copied, deltas_applied, deltas_behind, lag_seconds) "
        "VALUES (?, ?, ?, ?, ?, ?)"};
    insert.bind(1, now_text());
    insert.bind(2, sample.phase);
    insert.bind(3, static_cast<std::int64_t>(sample.rows_copied));
    insert.bind(4, static_cast<std::int64_t>(sample.deltas_applied));
    insert.bind(5, static_cast<std::int64_t>(sample.deltas_behind));
    insert.bind(6, sample.lag_seconds);
    insert.exec();
    SQLite::Statement trim{session_->db, "DELETE FROM sample WHERE id <= ?"};
    trim.bind(1, session_->db.getLastInsertRowid() - samples_max);
    trim.exec();
    transaction.commit();
}

std::vector<Sample> StateStore::samples() const {
    const std::lock_guard lock{session_->mutex};
    SQLite::Statement query{session_->db,
                            "SELECT at, phase, rows_copied, deltas_applied, deltas_behind, "
                            "lag_seconds FROM sample ORDER BY id"};
    std::vector<Sample> samples;
    while (query.executeStep()) {
        samples.push_back({query.getColumn(0).getString(), query.getColumn(1).getString(),
                           static_cast<std::uint64_t>(query.getColumn(2).getInt64()),
                           static_cast<std::uint64_t>(query.getColumn(3).getInt64()),
                           static_cast<std::uint64_t>(query.getColumn(4).getInt64()),
                           query.getColumn(5).getInt64()});
    }
    return samples;
}

void StateStore::reset() {
    const std::lock_guard lock{session_->mutex};
    SQLite::Transaction transaction{session_->db};
    for (const char* table : {"identity", "verified_table", "timeline", "sample"}) {
        session_->db.exec(fmt::format("DELETE FROM {}", table));
    }
    session_->db.exec("UPDATE job SET phase = 'new'");
    transaction.commit();
}

}  // namespace dbsync
