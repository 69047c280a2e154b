// SPDX-License-Identifier: MIT
// What a database must be able to do to be moved to. Implemented once per engine; the phases know
// only this file.
//
// Errors: every call may throw Error{Connection}; others are named where they are expected.
// Threads: an object belongs to one thread at a time; sessions of the same Target may be used by
// several threads at once.
#pragma once

#include "engine/cursor.hpp"
#include "engine/schema_item.hpp"
#include "engine/source.hpp"
#include "row/finding.hpp"
#include "row/row_block.hpp"
#include "row/table.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace dbsync {

struct ApplyCounts {
    std::uint64_t keys = 0;          // distinct keys staged
    std::uint64_t rows_written = 0;  // inserted, or changed because they differed
    std::uint64_t rows_deleted = 0;
};

// Takes rows into the table or stage it was opened for. finish() must be called to keep them;
// destroying the writer without it aborts the surrounding transaction's statement.
class RowWriter : public RowSink {
  public:
    // Rows taken. Throws what the server says of the rows.
    virtual std::uint64_t finish() = 0;
};

// What the target remembers of a job, written in the transactions that it speaks of.
struct TargetJob {
    std::string source_identity;
    Cursor watermark;                    // deltas up to here are applied
    std::int64_t watermark_unix_us = 0;  // source clock: every change before it is applied
    bool rows_copied = false;            // every chunk of every table is committed
    bool indexes_built = false;
    bool tracks_unverified = false;      // a verification has begun: applied keys are noted
    bool verified = false;               // … and has ended with no difference
    bool woken = false;                  // the cutover has set sequences and woken what slept
    bool made_schema = false;            // run_schema() has run items of this job
};

struct ChunkRecord {
    Chunk chunk;
    bool done = false;
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
};

// A row that has no form here, kept beside the tables as it was.
struct QuarantinedRow {
    std::string key;     // canonical, as in front of a Compare row
    std::string column;  // the first one whose value has no form
    std::string reason;
    std::string row;     // JSON: {"column": "text as the source has it" or null, …}
};

// One connection that writes. All between begin() and commit() is one transaction.
class TargetSession {
  public:
    virtual ~TargetSession() = default;

    // Target triggers and foreign keys sleep in this session.
    virtual void begin() = 0;

    // Straight into the table (form Copy).
    [[nodiscard]] virtual std::unique_ptr<RowWriter> copy_into(const Table& table) = 0;
    // Removes every row of the table.
    virtual std::uint64_t clear_table(const Table& table) = 0;

    // Into a stage (form Change), emptied first. A key may come twice, with the same row.
    [[nodiscard]] virtual std::unique_ptr<RowWriter> stage(const Table& table) = 0;
    // Makes the table's rows with the staged keys equal to the staged rows. When the job tracks
    // unverified keys, notes the staged keys as such. Throws Error{Conflict} if a row outside the
    // stage is in the way of a unique or exclusion constraint (the transaction must be rolled
    // back, then).
    virtual ApplyCounts apply_stage(const Table& table) = 0;

    // As SourceReader::find_children, of the target's rows as this transaction sees them.
    virtual CascadeChildren find_children(const Table& child,
                                          const Cascade& cascade,
                                          std::span<const std::string> values,
                                          std::span<const Cascade> next);

    // Keys of rows of the child that refer to no row of the parent, as this transaction sees them;
    // at most `limit`.
    virtual std::vector<std::string> find_orphans(const Table& child,
                                                  const Table& parent,
                                                  const Cascade& cascade,
                                                  std::size_t limit);

    // Plan of a table's chunks: written once, before its first chunk is copied.
    virtual void record_chunk_plan(std::span<const Chunk> chunks) = 0;
    // Marks one chunk as done. Throws Error{Conflict} if it is done already.
    virtual void record_chunk(const Chunk& chunk, std::uint64_t rows, std::uint64_t bytes) = 0;

    // Throws Error{JobBusy} if the stored watermark is not `expected`: somebody else applied.
    virtual void set_watermark(const Cursor& expected,
                               const Cursor& watermark,
                               std::int64_t watermark_unix_us) = 0;

    // Puts rows aside (again: replaces what is there under the same key), and takes away what was
    // put aside under `settled_keys` or, with `all`, under any key of the table.
    virtual void quarantine(const Table& table,
                            std::span<const QuarantinedRow> rows,
                            std::span<const std::string> settled_keys,
                            bool all);

    // Every row of the table that is put aside (key and row only), committed ones, outside
    // begin()/commit().
    virtual void read_quarantined(const Table& table,
                                  const std::function<void(const QuarantinedRow&)>& take);

    // Notes that a whole table must be compared again.
    virtual void mark_table_unverified(const Table& table) = 0;

    // Throws Error{Connection, commit_unknown} when the answer was lost: read job() to find out.
    virtual void commit() = 0;
    virtual void rollback() noexcept = 0;

    // Reading, outside begin()/commit(); committed rows only. As SourceReader's.
    virtual void read_chunk(const Table& table, const Chunk& chunk, RowSink& sink) = 0;
    virtual void read_keys(const Table& table,
                           std::span<const std::string> keys,
                           RowSink& sink) = 0;

    // The set of keys that still have to be compared. Each call is a transaction of its own.
    virtual void add_unverified(const Table& table, std::span<const std::string> keys) = 0;
    // At most `limit` keys, in a stable order, after `after` (empty: from the start).
    [[nodiscard]] virtual std::vector<std::string> unverified_keys(const Table& table,
                                                                   const std::string& after,
                                                                   std::size_t limit) = 0;
    virtual void remove_unverified(const Table& table, std::span<const std::string> keys) = 0;
};

class Target {
  public:
    virtual ~Target() = default;

    [[nodiscard]] virtual std::string identity() = 0;
    [[nodiscard]] virtual std::string describe() = 0;
    [[nodiscard]] virtual std::unique_ptr<JobClaim> claim(const std::string& job) = 0;

    // What speaks against moving `tables` here: name clashes, missing privileges, versions.
    // A table that holds rows and that no job of ours wrote is a `fail`.
    [[nodiscard]] virtual std::vector<Finding> inspect(std::span<const Table> tables,
                                                       const std::string& job) = 0;

    // The same where the tables are another engine's: what only schemas of this one have does not
    // count.
    [[nodiscard]] virtual std::vector<Finding> inspect_for_another_engine(
        std::span<const Table> tables, const std::string& job) {
        return inspect(tables, job);
    }

    // Creates dbsync's own tables and the job's row. Idempotent. Throws Error{Precondition} if the
    // job exists for another source.
    virtual void prepare(const std::string& job, const std::string& source_identity) = 0;
    // Nothing if prepare() has not been called for this job.
    [[nodiscard]] virtual std::optional<TargetJob> job(const std::string& job) = 0;
    // Single flags of the job's row, each set in a transaction of its own.
    virtual void set_rows_copied(const std::string& job) = 0;
    virtual void set_indexes_built(const std::string& job) = 0;
    // Tables have been added to the job: rows_copied, indexes_built and verified no longer hold.
    virtual void reopen_snapshot(const std::string& job) = 0;

    // Begins a verification: from now on every applied key is noted. Forgets what was noted before.
    virtual void begin_verification(const std::string& job, std::span<const Table> tables) = 0;
    virtual void end_verification(const std::string& job, bool identical) = 0;
    [[nodiscard]] virtual std::vector<std::int32_t> unverified_tables(const std::string& job) = 0;
    virtual void clear_unverified_table(const std::string& job, std::int32_t table_id) = 0;

    // After an external restore: removes dbsync's objects that came along with a physical copy and
    // checks that every table is there with the same columns. Throws Error{Precondition}.
    virtual void adopt(const std::string& job, std::span<const Table> tables) = 0;

    // Runs the items of one transaction together with noting them as done; done ones are skipped.
    virtual void run_schema(const std::string& job, std::span<const SchemaItem> items) = 0;
    // Asks the server whether it would take the items of another engine's schema, and keeps nothing
    // of them. An item's table must not stand here yet. Foreign keys are not tried.
    [[nodiscard]] virtual std::vector<SchemaRefusal> try_schema(std::span<const SchemaItem> items);
    // Refreshes the planner's statistics of the table.
    virtual void analyze(const Table& table) = 0;

    [[nodiscard]] virtual std::vector<ChunkRecord> chunks(const std::string& job) = 0;

    // The table of that name as it stands here, without an id; nothing if there is none.
    [[nodiscard]] virtual std::optional<Table> find_table(const TableName& name);
    // Why rows of another engine that have `columns` cannot be kept in it as they are; `texts` are
    // those of the key that are told apart by their characters. "its column a must have a value …"
    [[nodiscard]] virtual std::vector<std::string> misfits(const TableName& name,
                                                           std::span<const std::string> columns,
                                                           std::span<const std::string> texts);
    // As Source::referrers(), of the tables as they stand here.
    [[nodiscard]] virtual std::vector<TableName> referrers(const TableName& table);
    // How many rows of the job are put aside, by table id.
    [[nodiscard]] virtual std::vector<std::pair<std::int32_t, std::uint64_t>> quarantined(
        const std::string& job);

    [[nodiscard]] virtual std::unique_ptr<TargetSession> open_session(const std::string& job) = 0;

    // In one transaction: sets the sequences (and proves that the next value of each is above the
    // largest key in use), runs `asleep`, marks the job as woken. Idempotent.
    virtual void wake(const std::string& job,
                      std::span<const SequenceState> sequences,
                      std::span<const SchemaItem> asleep) = 0;

    // What is left to be done when the target is the new primary, and may take long: holds none of
    // its writers. Idempotent.
    virtual void settle(const std::string& /*job*/) {}

    // Removes every object dbsync made here, but what was put aside when the target was opened: it
    // stays as nobody's; returns how many such rows there are. Idempotent.
    virtual std::uint64_t remove(const std::string& job) = 0;
};

// One of Target::misfits().
[[nodiscard]] std::string required_column(const std::string& column);

}  // namespace dbsync
