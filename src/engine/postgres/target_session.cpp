// SPDX-License-Identifier: MIT
#include "engine/postgres/target_session.hpp"

#include "base/check.hpp"
#include "base/error.hpp"
#include "engine/postgres/connection.hpp"
#include "engine/postgres/row_query.hpp"
#include "engine/postgres/target_children.hpp"
#include "engine/postgres/target_chunks.hpp"
#include "engine/postgres/target_quarantine.hpp"
#include "engine/postgres/target_stage.hpp"
#include "engine/postgres/target_table.hpp"
#include "engine/postgres/target_writer.hpp"

#include <fmt/format.h>
#include <map>
#include <set>

namespace dbsync::postgres {

namespace {

// Up to so many rows a stage is emptied by DELETE: TRUNCATE makes a new file and catalogue rows.
constexpr std::uint64_t rows_deleted_max = 5'000;

// How long a statement may wait for a lock of somebody else's on the target.
constexpr const char* bounded_waits = "SET LOCAL lock_timeout = '60s';";

// The planner must not choose by statistics that a stage does not have (seen on 15: a merge join
// over a whole index for ten keys). SET LOCAL needs no privilege.
constexpr const char* plan_by_index =
    "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;"
    "SET LOCAL enable_seqscan = off; SET LOCAL max_parallel_workers_per_gather = 0";
constexpr const char* plan_by_scan =
    "SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = off;"
    "SET LOCAL enable_seqscan = on; SET LOCAL max_parallel_workers_per_gather = 0";

const char* plan_for(const Table& table) {
    return table.key_shape == KeyShape::WholeRow ? plan_by_scan : plan_by_index;
}

// What the session knows of a table.
struct Known {
    TableShape shape;
    std::optional<StageSql> stage;
    bool stage_made = false;
    bool stage_made_in_transaction = false;
    std::uint64_t rows_put = 0;     // since the stage was last truncated
    std::uint64_t rows_before = 0;  // of these, before the last stage()
    bool after_empty_key = false;   // unverified_keys() ended with a key whose text is empty
};

// Errors after which the stage is applied by DELETE and INSERT: a row in the way (23505, 23P01),
// a deferrable key (55000) or no index at all (42P10) that an upsert could go by.
bool replacing_helps(const std::string& sqlstate) {
    static const std::set<std::string, std::less<>> states{"23505", "23P01", "55000", "42P10"};
    return states.contains(sqlstate);
}

class PostgresTargetSession : public TargetSession {
  public:
    PostgresTargetSession(const Endpoint& endpoint, std::string job);

    void begin() override;
    std::unique_ptr<RowWriter> copy_into(const Table& table) override;
    std::uint64_t clear_table(const Table& table) override;
    std::unique_ptr<RowWriter> stage(const Table& table) override;
    ApplyCounts apply_stage(const Table& table) override;
    void record_chunk_plan(std::span<const Chunk> chunks) override {
        postgres::record_chunk_plan(connection_, job_, chunks);
    }
    void record_chunk(const Chunk& chunk, std::uint64_t rows, std::uint64_t bytes) override {
        postgres::record_chunk(connection_, job_, chunk, rows, bytes);
    }
    void set_watermark(const Cursor& expected, const Cursor& watermark,
                       std::int64_t watermark_unix_us) override;
    CascadeChildren find_children(const Table& child, const Cascade& cascade,
                                  std::span<const std::string> values,
                                  std::span<const Cascade> next) override {
        connection_.run(plan_by_index);
        return postgres::find_children(connection_, child, cascade, values, next);
    }
    std::vector<std::string> find_orphans(const Table& child, const Table& parent,
                                          const Cascade& cascade, std::size_t limit) override {
        return postgres::find_orphans(connection_, child, parent, cascade, limit);
    }
    void quarantine(const Table& table, std::span<const QuarantinedRow> rows,
                    std::span<const std::string> settled_keys, bool all) override {
        put_aside(connection_, job_, table, rows, settled_keys, all);
    }
    void read_quarantined(const Table& table,
                          const std::function<void(const QuarantinedRow&)>& take) override {
        read_put_aside(connection_, job_, table.id, take);
    }
    void mark_table_unverified(const Table& table) override;
    void commit() override;
    void rollback() noexcept override;
    void read_chunk(const Table& table, const Chunk& chunk, RowSink& sink) override;
    void read_keys(const Table& table, std::span<const std::string> keys, RowSink& sink) override;
    void add_unverified(const Table& table, std::span<const std::string> keys) override;
    std::vector<std::string> unverified_keys(const Table& table, const std::string& after,
                                             std::size_t limit) override;
    void remove_unverified(const Table& table, std::span<const std::string> keys) override;

  private:
    Known& know(const Table& table);
    ApplyCounts apply_columns(Known& known);
    ApplyCounts apply_whole_rows(Known& known);
    std::uint64_t upsert_or_replace(Known& known);
    std::uint64_t replace(Known& known);
    void note_keys(const Table& table, const std::string& keys_query);
    void read(const Table& table, const std::string& plan, const std::string& copy_sql,
              RowSink& sink);
    sql::Parameters of_job() const { return std::move(parameters().literal("job", job_)); }

    Connection connection_;
    std::string job_;
    bool asleep_;            // triggers and foreign keys sleep in this session
    std::string defer_sql_;  // what can be done about foreign keys where they do not
    bool tracks_unverified_ = false;
    std::map<std::int32_t, Known> known_;
};

// Deferrable foreign keys, for a role that cannot put them to sleep. Unique constraints are not
// deferred: their clashes must show up in the statement that makes them.
std::string deferring(Connection& connection) {
    const Result result = connection.run(
        "SELECT DISTINCT n.nspname, c.conname FROM pg_catalog.pg_constraint AS c"
        " JOIN pg_catalog.pg_namespace AS n ON n.oid = c.connamespace"
        " WHERE c.contype = 'f' AND c.condeferrable");
    std::string names;
    for (int row = 0; row < result.rows(); ++row) {
        const TableName name{result.text(row, 0), result.text(row, 1)};
        names += (names.empty() ? "" : ", ") + qualified(name);
    }
    return names.empty() ? std::string{} : "SET CONSTRAINTS " + names + " DEFERRED;";
}

PostgresTargetSession::PostgresTargetSession(const Endpoint& endpoint, std::string job)
    : connection_{endpoint, {.role = Role::Target, .purpose = "apply " + job}},
      job_{std::move(job)},
      asleep_{enter_replica_role(connection_)},
      defer_sql_{asleep_ ? std::string{} : deferring(connection_)} {}

void PostgresTargetSession::begin() {
    const Result job = connection_.run(
        std::string{"BEGIN;"} + bounded_waits + defer_sql_ + noting_lock_sql(job_, true) +
        "; SELECT tracks_unverified FROM dbsync.target_job WHERE job = " + quote_literal(job_));
    if (job.rows() == 0) {
        connection_.rollback();
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = "the target knows nothing of job " + job_,
                     .hint = "run `dbsync snapshot` first"}};
    }
    tracks_unverified_ = job.boolean(0, 0);
}

Known& PostgresTargetSession::know(const Table& table) {
    const auto found = known_.find(table.id);
    if (found != known_.end()) {
        return found->second;
    }
    if (!asleep_) {
        require_no_cascade(connection_, table);
    }
    Known known;
    known.shape = look_up_shape(connection_, table);
    return known_.emplace(table.id, std::move(known)).first->second;
}

std::unique_ptr<RowWriter> PostgresTargetSession::copy_into(const Table& table) {
    if (!asleep_) {
        require_nothing_awake(connection_, table);
    }
    return make_copy_writer(connection_, copy_into_sql(table), table.name.display(), nullptr);
}

// TRUNCATE is refused where a foreign key of another table leads here, even an empty one.
std::uint64_t PostgresTargetSession::clear_table(const Table& table) {
    const std::string from = from_table(table, know(table).shape);
    const Result referenced = connection_.run(
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE contype = 'f'"
        " AND confrelid = $1::pg_catalog.regclass AND conrelid <> confrelid)",
        {qualified(table.name)});
    if (referenced.boolean(0, 0)) {
        return connection_.run("DELETE FROM " + from).affected();
    }
    const Result count = connection_.run("SELECT count(*) FROM " + from);
    connection_.run("TRUNCATE " + from);
    return static_cast<std::uint64_t>(count.integer(0, 0));
}

std::unique_ptr<RowWriter> PostgresTargetSession::stage(const Table& table) {
    Known& known = know(table);
    if (!known.stage) {
        known.stage = make_stage_sql(connection_, table, known.shape);
    }
    if (!known.stage_made) {
        connection_.run(known.stage->create);
        known.stage_made = true;
        known.stage_made_in_transaction = true;
        known.rows_put = 0;
    } else if (known.rows_put > rows_deleted_max) {
        connection_.run(known.stage->truncate);
        known.rows_put = 0;
    } else {
        connection_.run(known.stage->clear);
    }
    known.rows_before = known.rows_put;
    return make_copy_writer(connection_, known.stage->copy, table.name.display(),
                            &known.rows_put);
}

ApplyCounts PostgresTargetSession::apply_stage(const Table& table) {
    Known& known = know(table);
    DBSYNC_CHECK(known.stage_made, "nothing was staged");
    connection_.run(plan_for(table));
    try {
        ApplyCounts counts = table.key_shape == KeyShape::WholeRow ? apply_whole_rows(known)
                                                                   : apply_columns(known);
        if (tracks_unverified_) {
            note_keys(table, known.stage->keys_text);
        }
        return counts;
    } catch (const Error& error) {
        if (error.fields().native_code == "23503" && !asleep_) {
            throw error.with_table(table.name.display())
                .with_hint("grant SET ON PARAMETER session_replication_role to the target's role, "
                           "or connect as superuser, so that foreign keys sleep");
        }
        throw error.with_table(table.name.display());
    }
}

ApplyCounts PostgresTargetSession::apply_columns(Known& known) {
    ApplyCounts counts;
    counts.keys = known.rows_put - known.rows_before;
    counts.rows_deleted = connection_.run(known.stage->delete_absent).affected();
    counts.rows_written = upsert_or_replace(known);
    return counts;
}

ApplyCounts PostgresTargetSession::apply_whole_rows(Known& known) {
    ApplyCounts counts;
    const Result keys =
        connection_.run("SELECT count(*) FROM (" + known.stage->keys_text + ") AS k");
    counts.keys = static_cast<std::uint64_t>(keys.integer(0, 0));
    counts.rows_deleted = connection_.run(known.stage->delete_absent).affected();
    counts.rows_written = connection_.run(known.stage->insert).affected();
    return counts;
}

std::uint64_t PostgresTargetSession::upsert_or_replace(Known& known) {
    if (known.stage->replaces_always) {
        return replace(known);
    }
    connection_.run("SAVEPOINT dbsync_apply");
    try {
        const std::uint64_t written = connection_.run(known.stage->upsert).affected();
        connection_.run("RELEASE SAVEPOINT dbsync_apply");
        return written;
    } catch (const Error& error) {
        if (!replacing_helps(error.fields().native_code)) {
            throw;
        }
    }
    connection_.run("ROLLBACK TO SAVEPOINT dbsync_apply");
    return replace(known);
}

// Two statements: within one, the rows that go are still in the way of the rows that come.
std::uint64_t PostgresTargetSession::replace(Known& known) {
    connection_.run(known.stage->delete_present);
    return connection_.run(known.stage->insert).affected();
}

void PostgresTargetSession::note_keys(const Table& table, const std::string& keys_query) {
    connection_.run(sql::render("schemas/postgres/target_note_keys.sql",
                                of_job()
                                    .literal("table_id", table.id)
                                    .parts("keys", {part(keys_query)})));
}

void PostgresTargetSession::set_watermark(const Cursor& expected, const Cursor& watermark,
                                          std::int64_t watermark_unix_us) {
    const Result result = connection_.run(
        "UPDATE dbsync.target_job SET watermark = $3, watermark_unix_us = $4"
        " WHERE job = $1 AND watermark = $2",
        {job_, expected.text(), watermark.text(), std::to_string(watermark_unix_us)});
    if (result.affected() != 1) {
        throw Error{{.kind = ErrorKind::JobBusy,
                     .what_failed = "somebody else applied changes of job " + job_ +
                                    " to the target meanwhile",
                     .hint = "stop the other dbsync process, then run again"}};
    }
}

void PostgresTargetSession::mark_table_unverified(const Table& table) {
    connection_.run("INSERT INTO dbsync.target_unverified_table (job, table_id) VALUES ($1, $2)"
                    " ON CONFLICT DO NOTHING",
                    {job_, std::to_string(table.id)});
}

void PostgresTargetSession::commit() {
    try {
        connection_.commit();
    } catch (const Error&) {
        rollback();
        throw;
    }
    for (auto& [id, known] : known_) {
        known.stage_made_in_transaction = false;
    }
}

void PostgresTargetSession::rollback() noexcept {
    connection_.rollback();
    for (auto& [id, known] : known_) {
        known.stage_made = known.stage_made && !known.stage_made_in_transaction;
        known.stage_made_in_transaction = false;
    }
}

void PostgresTargetSession::read(const Table& table, const std::string& plan,
                                 const std::string& copy_sql, RowSink& sink) {
    connection_.run("BEGIN READ ONLY;" + plan);
    try {
        connection_.copy_out(copy_sql, RowForm::Compare, key_field_count(table), sink);
        connection_.commit();
    } catch (const Error& error) {
        connection_.rollback();
        throw error.with_table(table.name.display());
    } catch (...) {
        connection_.rollback();
        throw;
    }
}

void PostgresTargetSession::read_chunk(const Table& table, const Chunk& chunk, RowSink& sink) {
    const bool bounded = chunk.lower || chunk.upper;
    read(table, bounded ? "SET LOCAL enable_seqscan = off" : "",
         copy_chunk_sql(table, know(table).shape, chunk, RowForm::Compare), sink);
}

void PostgresTargetSession::read_keys(const Table& table, std::span<const std::string> keys,
                                      RowSink& sink) {
    if (!keys.empty()) {
        read(table, plan_for(table),
             copy_keys_sql(table, know(table).shape, keys, RowForm::Compare), sink);
    }
}

void PostgresTargetSession::add_unverified(const Table& table, std::span<const std::string> keys) {
    note_keys(table, fmt::format("SELECT DISTINCT u.key FROM pg_catalog.unnest({}::"
                                 "pg_catalog.text[]) AS u (key)",
                                 quote_literal(array_text(keys))));
}

// A key of one empty text has an empty text form, which as `after` means the start; so the session
// remembers that it has just handed it out.
std::vector<std::string> PostgresTargetSession::unverified_keys(const Table& table,
                                                                const std::string& after,
                                                                std::size_t limit) {
    Known& known = know(table);
    const bool start = after.empty() && !known.after_empty_key;
    const Result result = connection_.run(
        sql::render("schemas/postgres/target_next_keys.sql",
                    of_job()
                        .literal("table_id", table.id)
                        .literal("start", start ? "true" : "false")
                        .literal("after", after)
                        .literal("limit", static_cast<std::int64_t>(limit))));
    std::vector<std::string> keys;
    for (int row = 0; row < result.rows(); ++row) {
        keys.push_back(result.text(row, 0));
    }
    known.after_empty_key = !keys.empty() && keys.back().empty();
    return keys;
}

void PostgresTargetSession::remove_unverified(const Table& table,
                                              std::span<const std::string> keys) {
    connection_.run(sql::render(
        "schemas/postgres/target_forget_keys.sql",
        of_job().literal("table_id", table.id).literal("keys", array_text(keys))));
}

}  // namespace

bool enter_replica_role(Connection& connection) {
    try {
        connection.run("SET session_replication_role = replica");
        return true;
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Permission) {
            throw;
        }
        return false;
    }
}

std::string noting_lock_sql(const std::string& job, bool shared) {
    return fmt::format("SELECT pg_catalog.pg_advisory_xact_lock{}"
                       "(pg_catalog.hashtextextended({} COLLATE pg_catalog.\"C\", 2))",
                       shared ? "_shared" : "", quote_literal("dbsync noting " + job));
}

std::unique_ptr<TargetSession> make_target_session(const Endpoint& endpoint,
                                                   const std::string& job) {
    return std::make_unique<PostgresTargetSession>(endpoint, job);
}

}  // namespace dbsync::postgres
