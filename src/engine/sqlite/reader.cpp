// SPDX-License-Identifier: MIT
#include "engine/sqlite/reader.hpp"

#include "base/error.hpp"
#include "engine/sqlite/catalog.hpp"
#include "engine/sqlite/read_sql.hpp"
#include "engine/sqlite/wire.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace dbsync::sqlite {

namespace {

// Keeps blocks instead of handing them on, and counts their bytes.
class KeptBlocks : public RowSink {
  public:
    explicit KeptBlocks(std::uint64_t& bytes) : bytes_{bytes} {}
    void push(RowBlock block) override {
        bytes_ += block.bytes.size();
        blocks.push_back(std::move(block));
    }
    std::vector<RowBlock> blocks = {};

  private:
    std::uint64_t& bytes_;
};

std::int64_t now_us() {
    using std::chrono::system_clock;
    return std::chrono::duration_cast<std::chrono::microseconds>(
               system_clock::now().time_since_epoch())
        .count();
}

void bind_bound(Statement& statement, int first, const std::string& key, std::size_t count) {
    WireReader values{key};
    bind_values(statement, first, values, count);
}

bool has_null(const Statement& rows, int columns) {
    for (int i = 0; i < columns; ++i) {
        if (rows.is_null(i)) {
            return true;
        }
    }
    return false;
}

// Appends the current row of a select_key or select_range.
// `columns` of them are the row's, the rest the key's.
void take_row(const Statement& rows, int columns, int key, RowForm form, BlockBuilder& block) {
    if (form == RowForm::Compare) {
        append_columns(block.row(), rows, 0, key);
        block.key_ends();
        append_columns(block.row(), rows, key, columns - key);
    } else {
        append_columns(block.row(), rows, 0, columns);
    }
    block.row_ends();
}

}  // namespace

Reader::Reader(const std::string& path) : db_{path, {.role = Role::Source}} {
    add_bucket_function(db_);
}

Reader::~Reader() {
    end();
}

void Reader::begin(std::span<const Table> tables, std::chrono::milliseconds lock_timeout) {
    end();
    db_.set_busy_timeout(lock_timeout);
    tables_.assign(tables.begin(), tables.end());
    wal_ = db_.wal();
}

void Reader::open_snapshot() {
    db_.begin();
    // The first read takes the snapshot; BEGIN alone takes none.
    data_version_ = db_.integer("PRAGMA data_version");
    if (before_capture(tables_)) {
        return;
    }
    audit_capture(db_, tables_);
    capture_ = *read_capture(db_);
}

SnapshotTime Reader::snapshot() {
    end();
    const SnapshotTime time{now_us()};
    open_snapshot();
    if (!wal_) {
        db_.rollback();  // plan_batch() opens its own, for as short as can be
    }
    return time;
}

// For reads that need the snapshot of the pass after its transaction has ended.
void Reader::reopen_snapshot() {
    if (db_.in_transaction()) {
        return;
    }
    db_.begin();
    if (db_.integer("PRAGMA data_version") != data_version_) {
        db_.rollback();
        hold_ = true;
        throw Error{{.kind = ErrorKind::Serialization,
                     .what_failed = "the source was written to between two reads of one pass",
                     .hint = "use journal_mode=WAL on the source, where readers keep a snapshot"}};
    }
}

Batch Reader::plan_batch(const Cursor& from, std::uint64_t deltas_max) {
    if (wal_) {
        return make_plan(db_, capture_, tables_, from, deltas_max);
    }
    db_.rollback();
    open_snapshot();
    for (std::uint64_t most = std::min(deltas_max, journal_deltas_max);; most /= 2) {
        Batch batch = make_plan(db_, capture_, tables_, from, most);
        if (keep_in_memory(batch) || most <= 1) {
            const bool hold = hold_ || (batch.complete && batch.deltas <= journal_held_deltas_max);
            hold_ = false;
            if (!hold) {
                db_.rollback();
            }
            return batch;
        }
    }
}

// Whether the batch is within its bytes; a batch that cannot be cut further is kept anyway.
bool Reader::keep_in_memory(const Batch& batch) {
    kept_.clear();
    kept_to_ = batch.to;
    std::uint64_t bytes = 0;
    const DeltaRange all{.batch = &batch};
    for (const BatchTable& entry : batch.tables) {
        for (const Table& table : tables_) {
            if (table.id == entry.table_id && !entry.whole_table) {
                KeptBlocks blocks{bytes};
                query_deltas(table, all, blocks);
                kept_[table.id] = std::move(blocks.blocks);
            }
        }
        if (bytes > journal_bytes_max && batch.deltas > batch.tables.size()) {
            return false;
        }
    }
    return true;
}

void Reader::query_deltas(const Table& table, const DeltaRange& range, RowSink& sink) {
    const Position from = Position::parse(range.batch->from);
    const std::int64_t high = range.widened ? read_pending(db_, table.id, from).highest
                                            : Position::parse(range.batch->to).table(table.id).seq;
    Statement rows{db_, select_deltas(table)};
    rows.bind(1, from.table(table.id).seq).bind(2, high).bind(3, range.buckets);
    rows.bind(4, range.bucket);
    BlockBuilder block{sink, RowForm::Change};
    bool null_key = false;
    while (rows.step()) {
        if (has_null(rows, static_cast<int>(table.key.size()))) {
            null_key = true;  // no row is found by it: gone again, or there
            continue;
        }
        append_columns(block.row(), rows, 0, rows.column_count());
        block.row_ends();
    }
    if (null_key) {
        require_no_null_key(db_, table);
    }
    block.flush();
}

void Reader::read_deltas(const Table& table, const DeltaRange& range, RowSink& sink) {
    const auto kept = kept_.find(table.id);
    const bool in_memory = kept != kept_.end() && kept_to_ == range.batch->to;
    if (in_memory && !range.widened) {
        for (const RowBlock& block : kept->second) {
            if (range.bucket == 0) {  // the batch is small: the first share is all of it
                sink.push(block);
            }
        }
        return;
    }
    reopen_snapshot();
    query_deltas(table, range, sink);
}

void Reader::read_keys(const Table& table,
                       std::span<const std::string> keys,
                       RowForm form,
                       RowSink& sink) {
    reopen_snapshot();
    Statement row{db_, select_key(table, form)};
    BlockBuilder block{sink, form};
    const std::size_t count = table.key.size();
    const int columns = row_columns(table, form);
    for (const std::string& key : keys) {
        bind_bound(row, 1, key, count);
        const bool found = row.step();
        if (form == RowForm::Change) {
            block.row() += key;
            append_integer(block.row(), found ? 1 : 0);
            for (int i = 0; !found && i < columns; ++i) {
                append_null(block.row());
            }
        }
        if (found) {
            take_row(row, columns, static_cast<int>(count), form, block);
        } else if (form == RowForm::Change) {
            block.row_ends();
        }
        row.reset();
    }
    block.flush();
}

void Reader::read_chunk(const Table& table, const Chunk& chunk, RowForm form, RowSink& sink) {
    std::string lower = chunk.lower ? parse_bound(*chunk.lower) : std::string{};
    const std::optional<std::string> upper =
        chunk.upper ? std::optional{parse_bound(*chunk.upper)} : std::nullopt;
    bool after_lower = false;
    while (read_slice(table, form, upper, lower, after_lower, sink)) {
    }
}

// Reads on from `lower` and moves it; returns whether more may follow. Within a snapshot
// everything is one slice, handed on while it is read.
bool Reader::read_slice(const Table& table,
                        RowForm form,
                        const std::optional<std::string>& upper,
                        std::string& lower,
                        bool& after_lower,
                        RowSink& sink) {
    const bool sliced = !db_.in_transaction();
    std::uint64_t bytes = 0;
    std::uint64_t count = 0;
    bool more = false;
    KeptBlocks kept{bytes};
    {
        BlockBuilder block{sliced ? static_cast<RowSink&>(kept) : sink, form};
        Statement rows{
            db_, select_range(
                     table, form,
                     {.lower = !lower.empty(), .after = after_lower, .upper = upper.has_value()})};
        const std::string from = lower;
        const std::size_t keys = table.key.size();
        if (!from.empty()) {
            bind_bound(rows, 1, from, keys);
        }
        if (upper) {
            bind_bound(rows, from.empty() ? 1 : static_cast<int>(keys) + 1, *upper, keys);
        }
        const int columns = row_columns(table, form);
        while (!more && rows.step()) {
            take_row(rows, columns, static_cast<int>(keys), form, block);
            more = sliced && (++count >= slice_rows_max || bytes >= slice_bytes_max);
            if (more) {
                lower.clear();
                append_columns(lower, rows, columns, static_cast<int>(keys));
                after_lower = true;
            }
        }
        block.flush();
    }
    for (RowBlock& block : kept.blocks) {
        sink.push(std::move(block));
    }
    return more;
}

std::optional<std::string> Reader::chunk_end(const Table& table,
                                             const std::optional<std::string>& lower,
                                             std::uint64_t rows,
                                             RowForm /*form*/) {
    if (!lower) {
        require_no_null_key(db_, table);  // no chunk with a bound would show such rows
    }
    Statement row{db_, select_chunk_end(table, lower.has_value())};
    const std::size_t keys = table.key.size();
    const std::string from = lower ? parse_bound(*lower) : std::string{};
    if (lower) {
        bind_bound(row, 1, from, keys);
    }
    row.bind(lower ? static_cast<int>(keys) + 1 : 1, static_cast<std::int64_t>(rows));
    if (!row.step()) {
        return std::nullopt;
    }
    std::string key;
    append_columns(key, row, 0, static_cast<int>(keys));
    return bound_text(key);
}

std::vector<SequenceState> Reader::read_sequences() {
    std::vector<SequenceState> sequences;
    if (!object_exists(db_, "table", "sqlite_sequence")) {
        return sequences;
    }
    Statement rows{db_,
                   "SELECT t.name, s.seq FROM sqlite_sequence s JOIN \"_dbsync_captured_table\" t"
                   " ON t.name = s.name COLLATE NOCASE ORDER BY t.name"};
    while (rows.step()) {
        sequences.push_back(
            {.schema = {}, .name = std::string{rows.text(0)}, .value = rows.integer(1)});
    }
    return sequences;
}

void Reader::end() noexcept {
    db_.rollback();
    kept_.clear();
    kept_to_.reset();
}

}  // namespace dbsync::sqlite
