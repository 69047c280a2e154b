// SPDX-License-Identifier: MIT
// Chunks are planned table by table (largest first) and noted on the target before the first of
// them is copied; each is then read in a source transaction of its own and written together with
// its ledger entry in one target transaction. So a copy that was killed neither repeats nor skips
// a chunk, and no transaction is longer than one chunk.
//
// The chunks share no snapshot. What moves meanwhile has been recorded by capture and is replayed
// later; no delta is consumed before the last chunk is committed, so an early read that is written
// late cannot overwrite anything that a pass has settled.
#include "snapshot/copy_rows.hpp"

#include "base/bounded_queue.hpp"
#include "base/checkpoint.hpp"
#include "base/log.hpp"
#include "base/retry.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace dbsync {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t chunk_bytes_wanted = 32ULL * 1024 * 1024;
constexpr std::uint64_t chunk_rows_min = 1'000;
constexpr std::uint64_t chunk_rows_max = 200'000;
constexpr std::size_t chunks_queued_max = 64;

std::uint64_t chunk_rows(const Table& table, const SnapshotOptions& options) {
    if (options.chunk_rows > 0) {
        return options.chunk_rows;
    }
    if (table.rows_estimate == 0 || table.bytes_estimate == 0) {
        return chunk_rows_min * 10;
    }
    const std::uint64_t row_bytes =
        std::max<std::uint64_t>(1, table.bytes_estimate / table.rows_estimate);
    return std::clamp(chunk_bytes_wanted / row_bytes, chunk_rows_min, chunk_rows_max);
}

// Passes blocks on and counts what went through.
class CountingSink : public RowSink {
  public:
    explicit CountingSink(RowSink& next) : next_{next} {}
    void push(RowBlock block) override {
        rows += block.rows;
        bytes += block.bytes.size();
        next_.push(std::move(block));
    }
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;

  private:
    RowSink& next_;
};

struct CountedRows {
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
};

struct TableState {
    const Table* table = nullptr;
    std::size_t chunks_left = 0;
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    std::optional<Clock::time_point> begun;
    Clock::time_point ended;
};

struct Task {
    std::int32_t table_id = 0;
    std::optional<Chunk> chunk;  // none: only what comes after the last chunk
};

class Copier {
  public:
    Copier(const Move& move,
           const std::vector<Table>& tables,
           const SnapshotOptions& options,
           ProgressListener& progress,
           const TableCopiedHook& hook)
        : move_{move}, tables_{tables}, options_{options}, progress_{progress}, hook_{hook} {}

    SnapshotResult run();

  private:
    std::map<std::int32_t, std::vector<ChunkRecord>> load_ledger();
    std::vector<Chunk> plan(const Table& table, SourceReader& reader, TargetSession& session);
    void plan_all(std::map<std::int32_t, std::vector<ChunkRecord>> ledger, SourceReader& reader);
    void enqueue(const Table& table, const std::vector<ChunkRecord>& records);
    void work(SourceReader& reader);
    void copy(const Task& task, SourceReader& reader, std::unique_ptr<TargetSession>& session);
    CountedRows copy_once(const Table& table,
                          const Chunk& chunk,
                          SourceReader& reader,
                          std::unique_ptr<TargetSession>& session);
    bool is_in_ledger(const Chunk& chunk);
    void note(const Chunk& chunk, const CountedRows& copied);
    void complete(const Table& table);
    void fail();
    std::unique_ptr<TargetSession> open_session();

    Move move_;
    const std::vector<Table>& tables_;
    SnapshotOptions options_;
    ProgressListener& progress_;
    const TableCopiedHook& hook_;
    BoundedQueue<Task> tasks_{chunks_queued_max};
    std::mutex mutex_;  // guards what follows, and opening sessions
    std::map<std::int32_t, TableState> states_;
    std::exception_ptr error_;
    std::stop_source stop_;
};

std::unique_ptr<TargetSession> Copier::open_session() {
    const std::lock_guard lock{mutex_};
    return move_.target.open_session(move_.job);
}

std::map<std::int32_t, std::vector<ChunkRecord>> Copier::load_ledger() {
    std::map<std::int32_t, std::vector<ChunkRecord>> ledger;
    for (ChunkRecord& record : move_.target.chunks(move_.job)) {
        ledger[record.chunk.table_id].push_back(std::move(record));
    }
    return ledger;
}

std::vector<Chunk> Copier::plan(const Table& table, SourceReader& reader, TargetSession& session) {
    std::vector<Chunk> chunks;
    std::optional<std::string> lower;
    const std::uint64_t rows = chunk_rows(table, options_);
    do {
        throw_if_stopped(move_.stop);
        reader.begin({&table, 1}, move_.lock_timeout);
        reader.snapshot();
        std::optional<std::string> upper = reader.chunk_end(table, lower, rows, RowForm::Copy);
        reader.end();
        chunks.push_back({.table_id = table.id,
                          .number = static_cast<std::int32_t>(chunks.size()),
                          .lower = lower,
                          .upper = upper});
        lower = std::move(upper);
    } while (lower);
    session.begin();
    session.record_chunk_plan(chunks);
    session.commit();
    return chunks;
}

void Copier::enqueue(const Table& table, const std::vector<ChunkRecord>& records) {
    std::vector<Task> wanted;
    {
        const std::lock_guard lock{mutex_};
        TableState& state = states_[table.id];
        state.table = &table;
        for (const ChunkRecord& record : records) {
            if (record.done) {
                state.rows += record.rows;
                state.bytes += record.bytes;
            } else {
                wanted.push_back({.table_id = table.id, .chunk = record.chunk});
            }
        }
        state.chunks_left = wanted.size();
    }
    if (wanted.empty()) {
        wanted.push_back({.table_id = table.id, .chunk = std::nullopt});
    }
    for (Task& task : wanted) {
        if (!tasks_.push(std::move(task))) {
            return;
        }
    }
}

void Copier::plan_all(std::map<std::int32_t, std::vector<ChunkRecord>> ledger,
                      SourceReader& reader) {
    std::vector<const Table*> order;
    for (const Table& table : tables_) {
        order.push_back(&table);
    }
    std::stable_sort(order.begin(), order.end(), [](const Table* a, const Table* b) {
        return a->bytes_estimate > b->bytes_estimate;
    });
    std::unique_ptr<TargetSession> session;
    for (const Table* table : order) {
        std::vector<ChunkRecord>& records = ledger[table->id];
        if (records.empty()) {
            records = retry(RetryPolicy{}, stop_.get_token(), [&] {
                try {
                    if (!session) {
                        session = open_session();
                    }
                    std::vector<ChunkRecord> planned;
                    for (Chunk& chunk : plan(*table, reader, *session)) {
                        planned.push_back({.chunk = std::move(chunk)});
                    }
                    return planned;
                } catch (...) {
                    reader.end();
                    session.reset();
                    throw;
                }
            });
            checkpoint("snapshot.after_plan");
        }
        enqueue(*table, records);
    }
}

// What comes after a table's last chunk: repeated by itself, for the chunk is committed.
void Copier::complete(const Table& table) {
    retry(RetryPolicy{}, stop_.get_token(), [&] { hook_(table); });
}

void Copier::note(const Chunk& chunk, const CountedRows& copied) {
    Progress progress;
    const Table* done = nullptr;
    {
        const std::lock_guard lock{mutex_};
        TableState& state = states_[chunk.table_id];
        state.rows += copied.rows;
        state.bytes += copied.bytes;
        state.ended = Clock::now();
        if (--state.chunks_left == 0) {
            done = state.table;
        }
        progress.phase = "snapshot";
        std::uint64_t estimate = 0;
        for (const Table& table : tables_) {
            estimate += table.rows_estimate;
        }
        progress.rows_estimate = estimate;
        for (const auto& [id, each] : states_) {
            progress.rows_copied += each.rows;
        }
    }
    progress_.on_progress(progress);
    if (done) {
        log::info("snapshot.table", {{"table", done->name.display()}});
        complete(*done);
    }
}

CountedRows Copier::copy_once(const Table& table,
                              const Chunk& chunk,
                              SourceReader& reader,
                              std::unique_ptr<TargetSession>& session) {
    if (!session) {
        session = open_session();
    }
    try {
        reader.begin({&table, 1}, move_.lock_timeout);
        reader.snapshot();
        session->begin();
        const auto writer = session->copy_into(table);
        CountingSink counted{*writer};
        reader.read_chunk(table, chunk, RowForm::Copy, counted);
        reader.end();
        const std::uint64_t written = writer->finish();
        if (written != counted.rows) {
            throw Error{{.kind = ErrorKind::Internal,
                         .what_failed = "the target took " + std::to_string(written) + " of " +
                                        std::to_string(counted.rows) + " rows of a chunk",
                         .table = table.name.display(),
                         .hint = "run snapshot again; report this"}};
        }
        session->record_chunk(chunk, counted.rows, counted.bytes);
        checkpoint("snapshot.before_chunk_commit");
        session->commit();
        checkpoint("snapshot.after_chunk_commit");
        return {counted.rows, counted.bytes};
    } catch (...) {
        reader.end();
        session.reset();
        throw;
    }
}

void Copier::copy(const Task& task, SourceReader& reader, std::unique_ptr<TargetSession>& session) {
    const Table& table = table_by_id(tables_, task.table_id);
    if (!task.chunk) {
        complete(table);
        return;
    }
    {
        const std::lock_guard lock{mutex_};
        TableState& state = states_[table.id];
        state.begun = state.begun.value_or(Clock::now());
    }
    bool commit_unknown = false;
    const CountedRows copied = retry(RetryPolicy{}, stop_.get_token(), [&]() -> CountedRows {
        try {
            return copy_once(table, *task.chunk, reader, session);
        } catch (const Error& error) {
            if (error.fields().commit_unknown) {
                commit_unknown = true;
                ErrorFields again = error.fields();
                again.commit_unknown = false;
                throw Error{again};
            }
            // The second attempt clashes with the first, or (a key that was there before) with
            // other rows: only the ledger knows whether the lost answer was a yes.
            if (commit_unknown && error.kind() == ErrorKind::Conflict &&
                is_in_ledger(*task.chunk)) {
                return {};
            }
            throw error.with_table(table.name.display());
        }
    });
    note(*task.chunk, copied);
}

bool Copier::is_in_ledger(const Chunk& chunk) {
    const std::lock_guard lock{mutex_};
    const std::vector<ChunkRecord> records = move_.target.chunks(move_.job);
    return std::any_of(records.begin(), records.end(), [&](const ChunkRecord& record) {
        return record.done && record.chunk.table_id == chunk.table_id &&
               record.chunk.number == chunk.number;
    });
}

void Copier::fail() {
    const std::lock_guard lock{mutex_};
    if (!error_) {
        error_ = std::current_exception();
    }
    stop_.request_stop();
    tasks_.close();
}

void Copier::work(SourceReader& reader) {
    try {
        std::unique_ptr<TargetSession> session;
        while (std::optional<Task> task = tasks_.pop()) {
            throw_if_stopped(stop_.get_token());
            copy(*task, reader, session);
        }
    } catch (...) {
        fail();
    }
}

SnapshotResult Copier::run() {
    const std::stop_callback on_stop{move_.stop, [this] { stop_.request_stop(); }};
    std::vector<std::unique_ptr<SourceReader>> readers;
    for (std::size_t i = 0; i <= move_.workers; ++i) {
        readers.push_back(move_.source.open_reader());
    }
    {
        std::vector<std::jthread> workers;
        try {
            for (std::size_t i = 0; i < move_.workers; ++i) {
                workers.emplace_back([this, &reader = *readers[i]] { work(reader); });
            }
            plan_all(load_ledger(), *readers.back());
            tasks_.close();
        } catch (...) {
            fail();
        }
    }
    if (error_) {
        throw_if_stopped(move_.stop);
        std::rethrow_exception(error_);
    }
    throw_if_stopped(move_.stop);
    SnapshotResult result;
    for (const Table& table : tables_) {
        const TableState& state = states_[table.id];
        const double seconds =
            state.begun ? std::chrono::duration<double>(state.ended - *state.begun).count() : 0;
        result.tables.push_back({table.name.display(), state.rows, state.bytes, seconds});
        result.rows += state.rows;
        result.bytes += state.bytes;
    }
    return result;
}

}  // namespace

SnapshotResult copy_rows(const Move& move,
                         const std::vector<Table>& tables,
                         const SnapshotOptions& options,
                         ProgressListener& progress,
                         const TableCopiedHook& table_copied) {
    return Copier{move, tables, options, progress, table_copied}.run();
}

}  // namespace dbsync
