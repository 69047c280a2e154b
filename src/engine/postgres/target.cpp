// SPDX-License-Identifier: MIT
#include "engine/postgres/target.hpp"

#include "base/error.hpp"
#include "engine/postgres/catalog.hpp"
#include "engine/postgres/claim.hpp"
#include "engine/postgres/connection.hpp"
#include "engine/postgres/target_checks.hpp"
#include "engine/postgres/target_quarantine.hpp"
#include "engine/postgres/target_schema.hpp"
#include "engine/postgres/target_table.hpp"
#include "engine/postgres/target_session.hpp"
#include "engine/postgres/target_stage.hpp"

#include <array>
#include <fmt/format.h>

namespace dbsync::postgres {

namespace {

// How long a statement on dbsync's own tables may wait for another session.
constexpr const char* own_lock_timeout = "SET LOCAL lock_timeout = '60s'";

// Statements of the schema may have to wait for one another: indexes of one table are built at the
// same time.
constexpr const char* schema_lock_timeout = "SET LOCAL lock_timeout = '6h'";

constexpr std::array own_tables{"target_unverified_key", "target_unverified_table",
                                "target_schema_item", "target_chunk", "target_job"};

// One transaction: rolled back unless commit() was called.
class Transaction {
  public:
    explicit Transaction(Connection& connection) : connection_{connection} {
        connection_.run("BEGIN");
    }
    ~Transaction() { connection_.rollback(); }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit() { connection_.commit(); }

  private:
    Connection& connection_;
};

std::optional<std::string> nullable(const Result& result, int row, int column) {
    return result.is_null(row, column) ? std::nullopt : std::optional{result.text(row, column)};
}

class PostgresTarget : public Target {
  public:
    explicit PostgresTarget(Endpoint endpoint) : endpoint_{std::move(endpoint)} {}

    std::string identity() override;
    std::string describe() override;
    std::unique_ptr<JobClaim> claim(const std::string& job) override;
    std::vector<Finding> inspect(std::span<const Table> tables, const std::string& job) override;
    void prepare(const std::string& job, const std::string& source_identity) override;
    std::optional<TargetJob> job(const std::string& job) override;
    void set_rows_copied(const std::string& job) override;
    void set_indexes_built(const std::string& job) override;
    void reopen_snapshot(const std::string& job) override;
    void begin_verification(const std::string& job, std::span<const Table> tables) override;
    void end_verification(const std::string& job, bool identical) override;
    std::vector<std::int32_t> unverified_tables(const std::string& job) override;
    void clear_unverified_table(const std::string& job, std::int32_t table_id) override;
    void adopt(const std::string& job, std::span<const Table> tables) override;
    void run_schema(const std::string& job, std::span<const SchemaItem> items) override;
    std::vector<SchemaRefusal> try_schema(std::span<const SchemaItem> items) override {
        return try_items(connection(), items);
    }
    void analyze(const Table& table) override;
    std::vector<ChunkRecord> chunks(const std::string& job) override;
    std::optional<Table> find_table(const TableName& name) override {
        return postgres::find_table(connection(), name);
    }
    std::vector<TableName> referrers(const TableName& table) override {
        return postgres::referrers(connection(), table);
    }
    std::vector<std::string> misfits(const TableName& name, std::span<const std::string> columns,
                                     std::span<const std::string> texts) override {
        return postgres::misfits(connection(), name, columns, texts);
    }
    std::vector<std::pair<std::int32_t, std::uint64_t>> quarantined(
        const std::string& job) override;
    std::unique_ptr<TargetSession> open_session(const std::string& job) override;
    void wake(const std::string& job, std::span<const SequenceState> sequences,
              std::span<const SchemaItem> asleep) override;
    void settle(const std::string& job) override { run_postponed(connection(), job); }
    std::uint64_t remove(const std::string& job) override;

  private:
    Connection& connection();
    bool own_tables_exist();
    void create_own_tables();
    void update_job(const std::string& job, const std::string& assignment);

    Endpoint endpoint_;
    std::unique_ptr<Connection> connection_;
};

Connection& PostgresTarget::connection() {
    if (!connection_ || !connection_->usable()) {
        connection_ = std::make_unique<Connection>(
            endpoint_, SessionOptions{.role = Role::Target, .purpose = "target"});
    }
    return *connection_;
}

bool PostgresTarget::own_tables_exist() {
    return connection()
        .run("SELECT pg_catalog.to_regclass('dbsync.target_job') IS NOT NULL")
        .boolean(0, 0);
}

// The current timeline changes when a standby takes over; pg_control_checkpoint() would show it
// only after the first checkpoint there. Both functions are open to every role by default.
std::string PostgresTarget::identity() {
    const std::string database =
        connection()
            .run("SELECT oid FROM pg_catalog.pg_database"
                 " WHERE datname = pg_catalog.current_database()")
            .text(0, 0);
    try {
        const Result system = connection().run(
            "SELECT (pg_catalog.pg_control_system()).system_identifier,"
            " CASE WHEN pg_catalog.pg_is_in_recovery()"
            " THEN pg_catalog.to_hex((pg_catalog.pg_control_checkpoint()).timeline_id)"
            " ELSE pg_catalog.lower(pg_catalog.ltrim(pg_catalog.left(pg_catalog.pg_walfile_name("
            "pg_catalog.pg_current_wal_insert_lsn()), 8), '0')) END");
        return fmt::format("postgresql system {} database {} timeline {}", system.text(0, 0),
                           database, system.text(0, 1));
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Permission) {
            throw;
        }
    }
    return fmt::format("postgresql database {} {}", database,
                       connection().run("SELECT pg_catalog.current_database()").text(0, 0));
}

std::string PostgresTarget::describe() {
    const std::string version =
        connection().run("SELECT pg_catalog.current_setting('server_version')").text(0, 0);
    return "PostgreSQL " + version.substr(0, version.find(' '));
}

std::unique_ptr<JobClaim> PostgresTarget::claim(const std::string& job) {
    return make_claim(endpoint_, Role::Target, job);
}

std::vector<Finding> PostgresTarget::inspect(std::span<const Table> tables,
                                             const std::string& job) {
    try {
        return inspect_target(connection(), tables, job);
    } catch (const Error& error) {
        return {{Severity::Fail, "target", error.what(), error.fields().hint}};
    }
}

void PostgresTarget::create_own_tables() {
    static constexpr std::array files{"schemas/postgres/target_create_job.sql",
                                      "schemas/postgres/target_create_chunk.sql",
                                      "schemas/postgres/target_create_schema_item.sql",
                                      "schemas/postgres/target_create_unverified_table.sql",
                                      "schemas/postgres/target_create_unverified_key.sql",
                                      "schemas/postgres/target_quarantine_create.sql"};
    // CREATE SCHEMA IF NOT EXISTS wants the privilege even where there is nothing to create.
    if (connection().run("SELECT pg_catalog.to_regnamespace('dbsync') IS NULL").boolean(0, 0)) {
        connection().run("CREATE SCHEMA dbsync");
    }
    for (const char* file : files) {
        connection().run(sql::render(file, parameters()));
    }
}

void PostgresTarget::prepare(const std::string& job, const std::string& source_identity) {
    Transaction transaction{connection()};
    connection().run(own_lock_timeout);
    // Two first calls at once would otherwise clash on the names.
    connection().run("SELECT pg_catalog.pg_advisory_xact_lock("
                     "pg_catalog.hashtextextended('dbsync prepare', 2))");
    if (!own_tables_exist()) {
        create_own_tables();
    }
    connection().run("INSERT INTO dbsync.target_job (job, source_identity) VALUES ($1, $2)"
                     " ON CONFLICT DO NOTHING",
                     {job, source_identity});
    const std::string known =
        connection()
            .run("SELECT source_identity FROM dbsync.target_job WHERE job = $1", {job})
            .text(0, 0);
    if (known != source_identity) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = "job " + job + " on the target belongs to another source: " +
                                    known,
                     .hint = "check the source's URL, or choose another job name with --job"}};
    }
    transaction.commit();
}

std::optional<TargetJob> PostgresTarget::job(const std::string& job) {
    if (!own_tables_exist()) {
        return std::nullopt;
    }
    const Result row = connection().run(
        "SELECT source_identity, watermark, watermark_unix_us, rows_copied, indexes_built,"
        " tracks_unverified, verified, woken, EXISTS (SELECT FROM dbsync.target_schema_item AS i"
        " WHERE i.job = j.job) FROM dbsync.target_job AS j WHERE job = $1",
        {job});
    if (row.rows() == 0) {
        return std::nullopt;
    }
    return TargetJob{.source_identity = row.text(0, 0),
                     .watermark = Cursor{row.text(0, 1)},
                     .watermark_unix_us = row.integer(0, 2),
                     .rows_copied = row.boolean(0, 3),
                     .indexes_built = row.boolean(0, 4),
                     .tracks_unverified = row.boolean(0, 5),
                     .verified = row.boolean(0, 6),
                     .woken = row.boolean(0, 7),
                     .made_schema = row.boolean(0, 8)};
}

// `assignment` is ours, never from outside.
void PostgresTarget::update_job(const std::string& job, const std::string& assignment) {
    const Result result = connection().run(
        "UPDATE dbsync.target_job SET " + assignment + " WHERE job = $1", {job});
    if (result.affected() != 1) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = "the target knows nothing of job " + job,
                     .hint = "run `dbsync snapshot` first"}};
    }
}

void PostgresTarget::set_rows_copied(const std::string& job) {
    update_job(job, "rows_copied = true");
}

void PostgresTarget::set_indexes_built(const std::string& job) {
    update_job(job, "indexes_built = true");
}

void PostgresTarget::reopen_snapshot(const std::string& job) {
    update_job(job, "rows_copied = false, indexes_built = false, verified = false");
}

void PostgresTarget::begin_verification(const std::string& job,
                                        std::span<const Table> /*tables*/) {
    Transaction transaction{connection()};
    connection().run(own_lock_timeout);
    connection().run(noting_lock_sql(job, false));
    connection().run("DELETE FROM dbsync.target_unverified_key WHERE job = $1", {job});
    connection().run("DELETE FROM dbsync.target_unverified_table WHERE job = $1", {job});
    update_job(job, "tracks_unverified = true, verified = false");
    transaction.commit();
}

void PostgresTarget::end_verification(const std::string& job, bool identical) {
    update_job(job, identical ? "verified = true" : "verified = false");
}

std::vector<std::int32_t> PostgresTarget::unverified_tables(const std::string& job) {
    const Result result = connection().run(
        "SELECT table_id FROM dbsync.target_unverified_table WHERE job = $1 ORDER BY table_id",
        {job});
    std::vector<std::int32_t> ids;
    for (int row = 0; row < result.rows(); ++row) {
        ids.push_back(static_cast<std::int32_t>(result.integer(row, 0)));
    }
    return ids;
}

void PostgresTarget::clear_unverified_table(const std::string& job, std::int32_t table_id) {
    connection().run("DELETE FROM dbsync.target_unverified_table WHERE job = $1 AND table_id = $2",
                     {job, std::to_string(table_id)});
}

void PostgresTarget::adopt(const std::string& /*job*/, std::span<const Table> tables) {
    Transaction transaction{connection()};
    connection().run(own_lock_timeout);
    drop_what_came_along(connection());
    transaction.commit();
    require_restored(connection(), tables);
}

void PostgresTarget::run_schema(const std::string& job, std::span<const SchemaItem> items) {
    Transaction transaction{connection()};
    connection().run(schema_lock_timeout);
    run_items(connection(), job, items);
    transaction.commit();
}

void PostgresTarget::analyze(const Table& table) {
    connection().run("ANALYZE " + qualified(table.name));
}

std::vector<ChunkRecord> PostgresTarget::chunks(const std::string& job) {
    if (!own_tables_exist()) {
        return {};
    }
    const Result result = connection().run(
        "SELECT table_id, number, lower, upper, done, rows, bytes FROM dbsync.target_chunk"
        " WHERE job = $1 ORDER BY table_id, number",
        {job});
    std::vector<ChunkRecord> records;
    for (int row = 0; row < result.rows(); ++row) {
        records.push_back({.chunk = {.table_id = static_cast<std::int32_t>(result.integer(row, 0)),
                                     .number = static_cast<std::int32_t>(result.integer(row, 1)),
                                     .lower = nullable(result, row, 2),
                                     .upper = nullable(result, row, 3)},
                           .done = result.boolean(row, 4),
                           .rows = static_cast<std::uint64_t>(result.integer(row, 5)),
                           .bytes = static_cast<std::uint64_t>(result.integer(row, 6))});
    }
    return records;
}

std::vector<std::pair<std::int32_t, std::uint64_t>> PostgresTarget::quarantined(
    const std::string& job) {
    return own_tables_exist() ? count_put_aside(connection(), job)
                              : std::vector<std::pair<std::int32_t, std::uint64_t>>{};
}

std::unique_ptr<TargetSession> PostgresTarget::open_session(const std::string& job) {
    return make_target_session(endpoint_, job);
}

void PostgresTarget::wake(const std::string& job, std::span<const SequenceState> sequences,
                          std::span<const SchemaItem> asleep) {
    Transaction transaction{connection()};
    connection().run(own_lock_timeout);
    const Result woken = connection().run(
        "SELECT woken FROM dbsync.target_job WHERE job = $1 FOR UPDATE", {job});
    if (woken.rows() == 1 && woken.boolean(0, 0)) {
        return;
    }
    set_sequences(connection(), sequences);
    run_items(connection(), job, asleep);
    make_postponed(connection(), job);
    update_job(job, "woken = true");
    transaction.commit();
}

std::uint64_t PostgresTarget::remove(const std::string& job) {
    if (!own_tables_exist()) {
        return count_left(connection());
    }
    const std::optional<TargetJob> known = this->job(job);
    Transaction transaction{connection()};
    connection().run(own_lock_timeout);
    leave_put_aside(connection(), job, known && known->woken);
    for (const char* table : own_tables) {
        connection().run(fmt::format("DELETE FROM dbsync.{} WHERE job = $1", table), {job});
    }
    if (connection().run("SELECT NOT EXISTS (SELECT FROM dbsync.target_job)").boolean(0, 0)) {
        for (const char* table : own_tables) {
            connection().run(fmt::format("DROP TABLE dbsync.{}", table));
        }
        if (connection()
                .run("SELECT NOT EXISTS (SELECT FROM dbsync.target_quarantine)")
                .boolean(0, 0)) {
            connection().run("DROP TABLE dbsync.target_quarantine");
        }
        // The schema stays while anything else is in it: the target may be a source itself.
        connection().run("SAVEPOINT dbsync_schema");
        try {
            connection().run("DROP SCHEMA dbsync");
        } catch (const Error& error) {
            if (error.fields().native_code != "2BP01" && error.kind() != ErrorKind::Permission) {
                throw;
            }
            connection().run("ROLLBACK TO SAVEPOINT dbsync_schema");
        }
    }
    transaction.commit();
    return count_left(connection());
}

}  // namespace

std::unique_ptr<Target> make_target(const Endpoint& endpoint) {
    return std::make_unique<PostgresTarget>(endpoint);
}

}  // namespace dbsync::postgres
