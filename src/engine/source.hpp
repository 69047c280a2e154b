// SPDX-License-Identifier: MIT
// What a database must be able to do to be moved away from. Implemented once per engine; the
// phases know only this file. Verbs are the product's own: there is no execute(sql).
//
// Errors: every call may throw Error{Connection}; others are named where they are expected.
// Threads: an object belongs to one thread at a time; several objects of the same Source may be
// used by several threads at once (each has its own session).
#pragma once

#include "engine/cascade.hpp"
#include "engine/cursor.hpp"
#include "engine/schema_item.hpp"
#include "row/finding.hpp"
#include "row/row_block.hpp"
#include "row/schema_model.hpp"
#include "row/table.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace dbsync {

// Shell-style globs (*, ?, [..]) on "schema.table" ("table" where there are no schemas; a pattern
// without a dot matches the table's name in any schema). No include means every table.
struct TableFilter {
    std::vector<std::string> include;
    std::vector<std::string> exclude;
    // The target is another engine's: a key that could be NULL and is in no row (SQLite) is a key
    // there, and one whose spellings cannot be told apart (PostgreSQL) is none.
    bool for_another_engine = false;

    [[nodiscard]] bool matches(const TableName& name) const;
};

// What is there and what speaks against moving it. Tables that `filter` leaves out are absent.
struct Inspection {
    std::vector<Table> tables;  // ordered by name
    std::vector<Finding> findings;
};

struct CaptureOptions {
    std::string job;
    std::chrono::milliseconds lock_timeout{2'000};  // longest a writer may queue behind us
    std::chrono::milliseconds retry_for{600'000};   // how long a table's locks are tried for
};

struct CaptureResult {
    std::vector<Table> tables;  // every captured table, with its id
    std::size_t already_captured = 0;
};

// A range of a table's rows by key (or by place, for tables without a key). The bounds are the
// engine's own text; chunks of a table tile it without holes: the first has no lower bound, the
// last no upper one, and each lower bound is the upper bound of the chunk before.
struct Chunk {
    std::int32_t table_id = 0;
    std::int32_t number = 0;           // 0, 1, 2 … within the table
    std::optional<std::string> lower = {};  // inclusive
    std::optional<std::string> upper = {};  // exclusive
};

// One table's share of a batch.
struct BatchTable {
    std::int32_t table_id = 0;
    std::uint64_t deltas = 0;
    bool whole_table = false;  // TRUNCATE and the like: every row is to be read anew
    std::uint64_t keys_estimate = 0;  // distinct keys among the deltas, roughly; 0: not known
};

// What one pass moves: the deltas after `from` and up to `to`, of the tables listed.
struct Batch {
    Cursor from;
    Cursor to;
    bool complete = false;  // nothing that the snapshot can see is left after `to`
    std::vector<BatchTable> tables;
    std::uint64_t deltas = 0;         // marks included
    std::uint64_t deltas_behind = 0;  // pending in the snapshot, this batch included
    // Values of parent rows whose cascades are to be followed (see cascade.hpp). Each once.
    std::vector<CascadeMark> marks = {};
};

// Which rows of a table to read: the keys of a batch's deltas (one of `buckets` equal shares of
// them, by a hash of the key), or an explicit list of keys.
struct DeltaRange {
    const Batch* batch = nullptr;
    std::uint32_t bucket = 0;
    std::uint32_t buckets = 1;
    bool widened = false;  // take every delta after `from` that the snapshot sees, beyond `to` too
};

struct SnapshotTime {
    std::int64_t source_unix_us = 0;  // the source's own clock when the snapshot was taken
};

// A session that reads one consistent snapshot at a time.
//   begin() → snapshot() → reads … → end(), any number of times.
// Before capture (tables without an id) only read_chunk() can be asked, and nothing is audited.
class SourceReader {
  public:
    virtual ~SourceReader() = default;

    // Opens a transaction and makes sure that none of `tables` can be altered or truncated, and
    // that none of the reads below will have to wait for a lock, until end(). Takes no snapshot
    // yet. Waits at most `lock_timeout`; throws Error{Busy}.
    virtual void begin(std::span<const Table> tables, std::chrono::milliseconds lock_timeout) = 0;

    // Takes the snapshot: everything committed before this call is in it.
    // Compares the tables given to begin() with the capture catalogue in that snapshot: throws
    // Error{SchemaChanged} naming the change if a column, key or trigger is not what it was
    // (also when a capture trigger is missing or disabled, or a new partition is not captured).
    virtual SnapshotTime snapshot() = 0;

    // The next batch after `from` as this snapshot sees it, cut near `deltas_max` deltas (a single
    // source transaction is never split by the cut; use buckets). Only tables given to begin() are
    // considered.
    virtual Batch plan_batch(const Cursor& from, std::uint64_t deltas_max) = 0;

    // Rows in form Change, each key once, keys in key order.
    virtual void read_deltas(const Table& table, const DeltaRange& range, RowSink& sink) = 0;

    // Rows of the given keys (as they stand in front of rows of form Compare; at most 10,000),
    // in form Change (a row for every key) or Compare (a row for every row found). For tables of
    // KeyShape::WholeRow a key is a row hash and may find several rows.
    virtual void read_keys(const Table& table,
                           std::span<const std::string> keys,
                           RowForm form,
                           RowSink& sink) = 0;

    // Rows of a chunk in form Copy, or in form Compare ordered by key (by row hash where there is
    // no key).
    virtual void read_chunk(const Table& table,
                            const Chunk& chunk,
                            RowForm form,
                            RowSink& sink) = 0;

    // Where the next chunk of about `rows` rows ends that begins at `lower`: its upper bound, or
    // nothing if the rest of the table is one chunk. `form`: Copy chunks may use a table's
    // physical order where it has no key; Compare chunks mean the same on both ends.
    virtual std::optional<std::string> chunk_end(const Table& table,
                                                 const std::optional<std::string>& lower,
                                                 std::uint64_t rows,
                                                 RowForm form) = 0;

    // Rows of the cascade's child table that refer to one of `values` in this snapshot, with the
    // values of theirs that `next` (cascades whose parent that table is) refer to. At most
    // cascade_values_max values.
    virtual CascadeChildren find_children(const Table& child,
                                          const Cascade& cascade,
                                          std::span<const std::string> values,
                                          std::span<const Cascade> next);

    // The sequences that move at the cutover, as they stand now (sequences know no snapshots).
    virtual std::vector<SequenceState> read_sequences() = 0;

    // Ends the transaction; the next begin() starts anew. Safe to call twice.
    virtual void end() noexcept = 0;
};

struct FreezeOptions {
    std::chrono::milliseconds attempt{600};  // first lock to last, below any deadlock timeout
    std::chrono::milliseconds lease{5'000};  // silence after which the source opens by itself
    std::chrono::milliseconds total{30'000};  // the whole freeze
};

// Writers on the source are stopped from block() until fence() or release(). The lock belongs to
// a server session and can be lost: renew() throws then. The destructor releases.
class Freeze {
  public:
    virtual ~Freeze() = default;

    // Everything that can be done before writers are stopped. Outside the freeze.
    virtual void arm(const FreezeOptions& options) = 0;

    // One attempt to stop all writers of all captured tables, in one go and a fixed order.
    // Throws Error{Busy} having released everything; the hint names who was in the way.
    virtual void block() = 0;

    // Shows that no writing transaction older than the block is alive. Returns a sentence for the
    // certificate. Throws Error{Busy} if it cannot be shown.
    virtual std::string prove_drained() = 0;

    // Keeps the lease alive. Throws Error{Connection} if the source has let go of the lock.
    virtual void renew() = 0;

    // Puts up the fence and commits it with the end of the block: writers that waited get its
    // error. After this call release() does nothing.
    virtual void fence(const std::string& message) = 0;

    virtual void release() noexcept = 0;
};

// A lock that says "this process works on this job here"; gone with the object or the process.
class JobClaim {
  public:
    virtual ~JobClaim() = default;
};

struct CaptureState {
    bool installed = false;  // start-capture has returned 0 for at least one table
    bool fenced = false;
    std::string job;         // whose capture it is
    std::string epoch = {};  // of this capture: another one after stop-capture and start-capture
};

struct BacklogTable {
    std::int32_t table_id = 0;
    std::uint64_t deltas = 0;
};

// Whether a reader was begun with tables that are not captured yet.
[[nodiscard]] inline bool before_capture(std::span<const Table> tables) noexcept {
    return !tables.empty() && tables.front().id == 0;
}

class Source {
  public:
    virtual ~Source() = default;

    // Stays the same for as long as the end is the same database with the same history.
    [[nodiscard]] virtual std::string identity() = 0;
    // "PostgreSQL 15.8", "SQLite 3.40.1 (WAL)".
    [[nodiscard]] virtual std::string describe() = 0;

    // Throws Error{JobBusy} if another process holds it.
    [[nodiscard]] virtual std::unique_ptr<JobClaim> claim(const std::string& job) = 0;

    // Looks, and changes nothing. Never throws for something that can be said as a finding.
    [[nodiscard]] virtual Inspection inspect(const TableFilter& filter) = 0;

    // The statements that install_capture would run, in order.
    [[nodiscard]] virtual std::vector<std::string> capture_statements(
        std::span<const Table> tables) = 0;

    // Idempotent. On return every later committed change to a captured table has a delta in the
    // same transaction, and every transaction that could have missed the triggers has ended.
    // `stop` is looked at between tables and attempts (throws Error{Interrupted}).
    virtual CaptureResult install_capture(std::span<const Table> tables,
                                          const CaptureOptions& options,
                                          const std::stop_token& stop) = 0;

    // Proves end to end that capture records a change, without leaving one (canary). Throws
    // Error{Precondition}.
    virtual void prove_capture() = 0;

    [[nodiscard]] virtual CaptureState capture_state() = 0;
    // As recorded when capture was installed. Empty if there is none.
    [[nodiscard]] virtual std::vector<Table> captured_tables() = 0;

    // Foreign keys between captured tables that the server carries out behind the triggers' backs.
    [[nodiscard]] virtual std::vector<Cascade> cascades() { return {}; }
    // Tables of this database whose foreign keys refer to `table`, itself perhaps.
    [[nodiscard]] virtual std::vector<TableName> referrers(const TableName& table) = 0;

    // Compares the capture catalogue with what stands there now, as SourceReader::snapshot() does.
    virtual void audit() = 0;

    [[nodiscard]] virtual std::unique_ptr<SourceReader> open_reader() = 0;
    // Whether a reader's open snapshot holds up writers' commits (SQLite with a rollback journal):
    // then snapshots must be as short as can be.
    [[nodiscard]] virtual bool readers_block_writers() { return false; }

    // Deltas not yet behind `from`, per table, cheap enough to be asked every second.
    [[nodiscard]] virtual std::vector<BacklogTable> backlog(const Cursor& from) = 0;
    // The source's clock now, in microseconds since 1970.
    [[nodiscard]] virtual std::int64_t clock_us() = 0;

    // Lets go of deltas that the target has durably applied: everything up to `batch.to`. Never
    // waits for, nor locks out, a writer; what cannot be let go of now is let go of later.
    virtual void forget(const Batch& batch) = 0;

    // The schema in statements; items of dbsync's own objects are left out. Throws
    // Error{Precondition} if a tool that is needed for it is missing.
    [[nodiscard]] virtual std::vector<SchemaItem> export_schema(std::span<const Table> tables) = 0;

    // The schema in words, for a target of another engine. Throws Error{Unsupported} where the
    // engine cannot be moved to another.
    [[nodiscard]] virtual SchemaModel describe_schema(std::span<const Table> tables);

    // What becomes of the tables on a target of another engine, type by type, and what is not
    // carried; nothing on one of the same. May read every row. Needs no capture.
    [[nodiscard]] virtual std::vector<Finding> plan(std::span<const Table> tables);
    // Whether export_schema() translates: it may read every row then, and leaves nothing asleep.
    [[nodiscard]] virtual bool translates_schema() const { return false; }

    // Reads every row for values that a target of another engine could not take: a finding for each
    // column that has some. Needs no capture.
    [[nodiscard]] virtual std::vector<Finding> scan(std::span<const Table> tables,
                                                    const std::stop_token& stop);

    // Copies the whole database into a new file, as it is at one moment, and checks the copy.
    // Throws Error{Unsupported} where the engine has no such thing, Error{Precondition} if the
    // file is there already.
    virtual void back_up(const std::string& file, const std::stop_token& stop);

    [[nodiscard]] virtual std::unique_ptr<Freeze> open_freeze(std::span<const Table> tables) = 0;

    // Tries to write as an ordinary session would, in a transaction that is rolled back.
    // Returns true if every captured table refused it with the fence's error.
    [[nodiscard]] virtual bool fence_holds() = 0;

    // Removes every object dbsync made, fence included. Idempotent; table by table, each with a
    // short lock timeout, retried for `options.retry_for`.
    virtual void remove_capture(const CaptureOptions& options, const std::stop_token& stop) = 0;
};

}  // namespace dbsync
