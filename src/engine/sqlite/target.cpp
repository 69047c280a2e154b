// SPDX-License-Identifier: MIT
#include "engine/sqlite/target.hpp"

#include "base/error.hpp"
#include "engine/sqlite/catalog.hpp"
#include "engine/sqlite/claim.hpp"
#include "engine/sqlite/target_schema.hpp"
#include "engine/sqlite/target_session.hpp"
#include "engine/sqlite/target_tables.hpp"

#include <sqlite3.h>

#include <filesystem>
#include <system_error>

namespace dbsync::sqlite {

namespace fs = std::filesystem;

Target::Target(const Endpoint& endpoint)
    : path_{path_of(endpoint)}, gate_{WriteGate::of(path_)} {}

Target::~Target() = default;

bool Target::exists() const {
    std::error_code ignored;
    return fs::exists(path_, ignored);
}

Database& Target::db() {
    if (!db_) {
        db_ = open_target_file(path_, false);
    }
    return *db_;
}

void Target::open_or_create() {
    if (exists() && fs::file_size(path_) > 0) {
        static_cast<void>(db());
        return;
    }
    const fs::path folder = fs::absolute(path_).parent_path();
    if (!fs::is_directory(folder)) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = "the folder of the target " + path_ + " does not exist",
                     .hint = "create the folder " + folder.string()}};
    }
    db_ = open_target_file(path_, true);
    // Readers of the target and our writers do not wait for each other then. Where a file system
    // cannot do it, SQLite stays with the mode it has (sqlite.org/pragma.html#pragma_journal_mode).
    static_cast<void>(db_->text("PRAGMA journal_mode=WAL"));
}

void Target::write(const std::function<void(Database&)>& changes) {
    Database& database = db();
    const GateHold hold{gate_};
    Transaction transaction{database, Transaction::Kind::Immediate};
    changes(database);
    transaction.commit();
}

void Target::update_job(const std::string& job, const std::string& assignments) {
    write([&](Database& database) {
        database.run("UPDATE \"_dbsync_job\" SET " + assignments +
                     " WHERE id = " + std::to_string(require_job(database, job)));
    });
}

// Made with the first job, so that another file under the same name is noticed; before that there
// is no history that could be another one.
std::string Target::identity() {
    if (exists() && object_exists(db(), "table", "_dbsync_job")) {
        if (const std::string id = db().text("SELECT min(identity) FROM \"_dbsync_job\"");
            !id.empty()) {
            return "sqlite:" + id;
        }
    }
    return "sqlite:" + fs::weakly_canonical(path_).string();
}

std::string Target::describe() {
    const std::string version = std::string{"SQLite "} + sqlite3_libversion();
    if (!exists()) {
        return version + " (new file)";
    }
    return version + (db().wal() ? " (WAL)" : " (rollback journal)");
}

std::unique_ptr<JobClaim> Target::claim(const std::string& job) {
    return claim_file(path_, Role::Target, job);
}

std::vector<Finding> Target::inspect(std::span<const Table> tables, const std::string& job) {
    std::error_code ignored;
    const fs::path folder = fs::absolute(path_).parent_path();
    if (!fs::is_directory(folder, ignored)) {
        return {{Severity::Fail, "target", "the folder of " + path_ + " does not exist",
                 "create the folder " + folder.string()}};
    }
    if (!exists()) {
        return {{Severity::Ok, "target", path_ + " will be created"}};
    }
    try {
        return inspect_target(db(), tables, job);
    } catch (const Error& error) {
        const std::string hint = error.fields().hint;
        return {{Severity::Fail, "target", error.what(), hint.empty() ? "check the file" : hint}};
    }
}

void Target::prepare(const std::string& job, const std::string& source_identity) {
    open_or_create();
    write([&](Database& database) {
        create_target_tables(database);
        add_job(database, job, source_identity);
    });
}

std::optional<TargetJob> Target::job(const std::string& job) {
    if (!exists()) {
        return std::nullopt;
    }
    const std::optional<std::int64_t> id = find_job(db(), job);
    return id ? std::optional{read_job(db(), *id)} : std::nullopt;
}

void Target::set_rows_copied(const std::string& job) {
    update_job(job, "rows_copied = 1");
}

void Target::set_indexes_built(const std::string& job) {
    update_job(job, "indexes_built = 1");
}

void Target::reopen_snapshot(const std::string& job) {
    update_job(job, "rows_copied = 0, indexes_built = 0, verified = 0");
}

void Target::begin_verification(const std::string& job, std::span<const Table> /*tables*/) {
    write([&](Database& database) {
        const std::string id = std::to_string(require_job(database, job));
        database.run("UPDATE \"_dbsync_job\" SET tracks_unverified = 1, verified = 0 WHERE id = " +
                     id);
        database.run("DELETE FROM \"_dbsync_unverified\" WHERE job_id = " + id);
        database.run("DELETE FROM \"_dbsync_unverified_table\" WHERE job_id = " + id);
    });
}

void Target::end_verification(const std::string& job, bool identical) {
    update_job(job, identical ? "verified = 1" : "verified = 0");
}

std::vector<std::int32_t> Target::unverified_tables(const std::string& job) {
    Statement row{db(),
                  "SELECT table_id FROM \"_dbsync_unverified_table\" WHERE job_id = ?1 ORDER BY 1"};
    row.bind(1, require_job(db(), job));
    std::vector<std::int32_t> ids;
    while (row.step()) {
        ids.push_back(static_cast<std::int32_t>(row.integer(0)));
    }
    return ids;
}

void Target::clear_unverified_table(const std::string& job, std::int32_t table_id) {
    write([&](Database& database) {
        Statement statement{
            database,
            "DELETE FROM \"_dbsync_unverified_table\" WHERE job_id = ?1 AND table_id = ?2"};
        statement.bind(1, require_job(database, job)).bind(2, table_id);
        statement.run();
    });
}

void Target::adopt(const std::string& job, std::span<const Table> tables) {
    if (!exists()) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = "there is no restored database at " + path_,
                     .hint = "restore a copy that was taken after capture began to that path"}};
    }
    write([&](Database& database) {
        remove_leftovers(database, job);
        require_same_tables(database, tables);
        create_target_tables(database);
        put_triggers_to_sleep(database);
    });
}

void Target::run_schema(const std::string& job, std::span<const SchemaItem> items) {
    write([&](Database& database) {
        run_items(database, require_job(database, job), items);
    });
}

// Nothing to do: ANALYZE would make sqlite_stat1, which the schema carries where the source has it.
void Target::analyze(const Table& /*table*/) {}

std::vector<ChunkRecord> Target::chunks(const std::string& job) {
    return read_ledger(db(), require_job(db(), job));
}

std::unique_ptr<TargetSession> Target::open_session(const std::string& job) {
    return std::make_unique<Session>(path_, job);
}

void Target::wake(const std::string& job,
                  std::span<const SequenceState> sequences,
                  std::span<const SchemaItem> asleep) {
    write([&](Database& database) {
        const std::int64_t id = require_job(database, job);
        if (read_job(database, id).woken) {
            return;
        }
        set_sequences(database, sequences);
        wake_triggers(database);
        run_items(database, id, asleep);
        database.run("UPDATE \"_dbsync_job\" SET woken = 1 WHERE id = " + std::to_string(id));
    });
}

std::uint64_t Target::remove(const std::string& job) {
    if (!exists() || !object_exists(db(), "table", "_dbsync_job")) {
        return 0;
    }
    write([&](Database& database) {
        wake_triggers(database);
        if (const std::optional<std::int64_t> id = find_job(database, job)) {
            delete_job(database, *id);
        }
        if (database.integer("SELECT count(*) FROM \"_dbsync_job\"") == 0) {
            drop_target_tables(database);
        }
    });
    return 0;  // SQLite takes rows of its own kind only
}

}  // namespace dbsync::sqlite
