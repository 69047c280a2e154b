// SPDX-License-Identifier: MIT
// A pass reads in one REPEATABLE READ transaction. The locks come first and the snapshot after
// them, so that nothing a lock waited for is missing from it: LOCK TABLE takes no snapshot, the
// first query does (seen on 15 and 18; documentation of LOCK, "Notes").
//
// Rows are found by the key's index with the planner's other ways switched off: statistics of delta
// tables are stale by nature, and a plan made for 500,000 keys reads the whole table for ten.
#include "engine/postgres/reader.hpp"

#include "base/error.hpp"
#include "engine/postgres/capture_audit.hpp"
#include "engine/postgres/connection.hpp"
#include "engine/postgres/delta_slots.hpp"
#include "engine/postgres/place_chunk.hpp"
#include "engine/postgres/row_query.hpp"
#include "sql/statement_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

namespace dbsync::postgres {

namespace {

constexpr std::uint64_t sampled_from_deltas = 50'000;
constexpr std::uint64_t sampled_deltas = 5'000;
constexpr std::uint64_t counted_times_batch = 10;  // how far beyond a batch deltas are counted
constexpr std::uint64_t counted_min = 1'000'000;
constexpr std::uint64_t counted_limit = std::numeric_limits<std::int64_t>::max();  // of LIMIT
constexpr std::size_t sequences_a_query = 200;

// Which plans a statement may get. Lookups go by index, whatever statistics say; scans may choose.
enum class Plans { Lookup, Scan };

const char* settings_of(Plans plans) {
    // jit: switched-off plans cost so much on paper that the server would compile them first.
    return plans == Plans::Lookup
               ? "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off;"
                 " SET LOCAL enable_mergejoin = off"
               : "SET LOCAL enable_seqscan = on; SET LOCAL enable_hashjoin = on;"
                 " SET LOCAL enable_mergejoin = off";
}

bool is_lock_failure(const Error& error) {
    const std::string& code = error.fields().native_code;
    return code == "55P03" || code == "57014" || code == "40P01";
}

template <typename Read>
auto of_table(const Table& table, const Read& read) {
    try {
        return read();
    } catch (const Error& error) {
        throw error.with_table(table.name.display());
    }
}

class Reader final : public SourceReader {
  public:
    explicit Reader(Endpoint endpoint) : endpoint_{std::move(endpoint)} {}
    ~Reader() override { end(); }

    void begin(std::span<const Table> tables, std::chrono::milliseconds lock_timeout) override;
    SnapshotTime snapshot() override;
    Batch plan_batch(const Cursor& from, std::uint64_t deltas_max) override;
    void read_deltas(const Table& table, const DeltaRange& range, RowSink& sink) override;
    void read_keys(const Table& table,
                   std::span<const std::string> keys,
                   RowForm form,
                   RowSink& sink) override;
    void read_chunk(const Table& table, const Chunk& chunk, RowForm form, RowSink& sink) override;
    std::optional<std::string> chunk_end(const Table& table,
                                         const std::optional<std::string>& lower,
                                         std::uint64_t rows,
                                         RowForm form) override;
    std::vector<SequenceState> read_sequences() override;
    void end() noexcept override;

  private:
    void connect();
    void lock(const std::vector<std::string>& relations);
    void choose(Plans plans);
    const TableShape& shape(const Table& table);
    std::string dirty_keys(const Table& table, const DeltaRange& range);
    std::uint64_t estimate_keys(std::int32_t table_id, std::uint64_t deltas,
                                const TxidSnapshot& from);

    Endpoint endpoint_;
    std::unique_ptr<Connection> connection_;
    std::vector<Table> tables_;
    std::chrono::milliseconds lock_timeout_{0};
    std::map<std::int32_t, TableShape> shapes_;  // as good as the audit of each snapshot
    DeltaSlots slots_;
    std::vector<std::string> locked_slots_;
    TxidSnapshot snapshot_;
    Plans plans_ = Plans::Lookup;
};

void Reader::connect() {
    if (!connection_ || !connection_->usable()) {
        shapes_.clear();
        connection_ = std::make_unique<Connection>(
            endpoint_, SessionOptions{.role = Role::Source, .purpose = "reader"});
    }
}

void Reader::lock(const std::vector<std::string>& relations) {
    if (relations.empty()) {
        return;
    }
    // lock_timeout counts for each lock anew, statement_timeout for all of them (FACTS on 15).
    connection_->run(fmt::format("SET LOCAL statement_timeout = {}", lock_timeout_.count()));
    try {
        connection_->run(
            fmt::format("LOCK TABLE {} IN ACCESS SHARE MODE", fmt::join(relations, ", ")));
    } catch (const Error& error) {
        const std::string& code = error.fields().native_code;
        if (code == "42P01" || code == "3F000") {  // undefined_table, invalid_schema_name
            throw Error{{.kind = ErrorKind::SchemaChanged,
                         .what_failed = "a captured table was renamed or dropped on the source",
                         .native_code = code,
                         .native_text = error.fields().native_text,
                         .hint = "run stop-capture and start again"}};
        }
        if (!is_lock_failure(error)) {
            throw;
        }
        throw Error{{.kind = ErrorKind::Busy,
                     .what_failed = fmt::format("the source did not let us read {} tables within "
                                                "{} ms",
                                                tables_.size(), lock_timeout_.count()),
                     .native_code = error.fields().native_code,
                     .native_text = error.fields().native_text,
                     .hint = "wait for the ALTER TABLE, VACUUM FULL or TRUNCATE under way, or give "
                             "a longer --lock-timeout"}};
    }
    connection_->run("SET LOCAL statement_timeout = 0");
}

void Reader::begin(std::span<const Table> tables, std::chrono::milliseconds lock_timeout) {
    end();
    connect();
    tables_.assign(tables.begin(), tables.end());
    lock_timeout_ = lock_timeout;
    if (!before_capture(tables_)) {
        slots_.load(*connection_, tables_);
    }
    connection_->run(
        fmt::format("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
                    " SET LOCAL lock_timeout = {}; SET LOCAL max_parallel_workers_per_gather = 0;"
                    " SET LOCAL jit = off; SET LOCAL work_mem = '64MB'; {}",
                    lock_timeout.count(), settings_of(Plans::Lookup)));
    plans_ = Plans::Lookup;
    std::vector<std::string> relations;
    for (const Table& table : tables_) {
        relations.push_back(qualified(table.name));
    }
    locked_slots_ = before_capture(tables_) ? std::vector<std::string>{} : slots_.relations();
    relations.insert(relations.end(), locked_slots_.begin(), locked_slots_.end());
    try {
        lock(relations);
    } catch (const Error&) {
        end();
        throw;
    }
}

SnapshotTime Reader::snapshot() {
    // statement_timestamp() lies before the snapshot: a commit that this snapshot misses may be
    // later than it, but none that is earlier is missed.
    const Result result = connection_->run(
        "SELECT txid_current_snapshot()::text,"
        " (extract(epoch FROM statement_timestamp()) * 1000000)::bigint");
    snapshot_ = TxidSnapshot::parse(result.text(0, 0));
    if (before_capture(tables_)) {
        return {result.integer(0, 1)};
    }
    slots_.load(*connection_, tables_);
    std::vector<std::string> added = slots_.relations();
    std::erase_if(added, [&](const std::string& relation) {
        return std::find(locked_slots_.begin(), locked_slots_.end(), relation) !=
               locked_slots_.end();
    });
    lock(added);
    locked_slots_.insert(locked_slots_.end(), added.begin(), added.end());
    slots_.look_for_filled(*connection_);
    audit(*connection_, tables_);
    return {result.integer(0, 1)};
}

Batch Reader::plan_batch(const Cursor& from_cursor, std::uint64_t deltas_max) {
    const TxidSnapshot from = TxidSnapshot::of(from_cursor);
    if (from.xmax > snapshot_.xmax) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = fmt::format("the source's transaction ids end at {}, before "
                                                "the cursor's {}: it was restored from a backup or "
                                                "failed over to a standby that lagged",
                                                snapshot_.xmax, from.xmax),
                     .hint = "start anew: the history that the target was fed from is gone"}};
    }
    const std::uint64_t counted_max =
        std::max(counted_min,
                 std::min(deltas_max, counted_limit / counted_times_batch) * counted_times_batch);
    choose(Plans::Lookup);
    Pending pending = slots_.count(*connection_, from, snapshot_, counted_max);
    Batch batch;
    batch.from = from_cursor;
    batch.to = Cursor{snapshot_.text()};
    batch.complete = true;
    bool counted_all = true;
    for (const auto& [id, table] : pending) {
        batch.deltas_behind += table.deltas;
        counted_all = counted_all && table.counted_all;
    }
    if (batch.deltas_behind > deltas_max) {
        if (const auto cut = slots_.cut_at(*connection_, from, snapshot_, deltas_max)) {
            const TxidSnapshot to = cut_snapshot(from, snapshot_, *cut);
            batch.to = Cursor{to.text()};
            batch.complete = false;
            pending = slots_.count(*connection_, from, to, counted_max);
        }
    }
    for (const auto& [id, table] : pending) {
        batch.tables.push_back({.table_id = id,
                                .deltas = table.deltas,
                                .whole_table = table.whole_table,
                                .keys_estimate = estimate_keys(id, table.deltas, from)});
        batch.deltas += table.deltas;
    }
    if (batch.deltas >= batch.deltas_behind && counted_all) {
        batch.to = Cursor{snapshot_.text()};
        batch.complete = true;
    }
    return batch;
}

// From the share of distinct keys among the first deltas: one hot row is one key, however many
// deltas it has, and not worth several transactions.
std::uint64_t Reader::estimate_keys(std::int32_t table_id,
                                    std::uint64_t deltas,
                                    const TxidSnapshot& from) {
    const auto table = std::find_if(tables_.begin(), tables_.end(),
                                    [&](const Table& each) { return each.id == table_id; });
    if (deltas < sampled_from_deltas || table->key_shape == KeyShape::WholeRow) {
        return deltas;
    }
    std::vector<std::string> names;
    for (int i = 1; i <= key_field_count(*table); ++i) {
        names.push_back(fmt::format("k{}", i));
    }
    const std::string keys = fmt::format("{}", fmt::join(names, ", "));
    const std::string pending = slots_.keys_sql(table_id, from, snapshot_);
    if (pending.empty()) {
        return deltas;
    }
    const Result found = connection_->run(
        fmt::format("SELECT count(*) FROM (SELECT DISTINCT {0} FROM (SELECT {0} FROM ({1}) AS d"
                    " LIMIT {2}) AS s) AS k",
                    keys, pending, sampled_deltas));
    const auto distinct = static_cast<std::uint64_t>(found.integer(0, 0));
    return std::max<std::uint64_t>(1, deltas / sampled_deltas * distinct);
}

// The keys of a batch's deltas, each once, in key order.
std::string Reader::dirty_keys(const Table& table, const DeltaRange& range) {
    const bool whole_row = table.key_shape == KeyShape::WholeRow;
    const TxidSnapshot to = range.widened ? snapshot_ : TxidSnapshot::of(range.batch->to);
    const std::string deltas =
        slots_.keys_sql(table.id, TxidSnapshot::of(range.batch->from), to);
    if (deltas.empty()) {
        return {};
    }
    std::vector<std::string> keys;
    for (int i = 1; i <= key_field_count(table); ++i) {
        keys.push_back(fmt::format("k{}", i));
    }
    const auto list = fmt::format("{}", fmt::join(keys, ", "));
    const std::string hash =
        whole_row ? "k1" : fmt::format("hashtextextended(ROW({})::text, 0)", list);
    const std::string share =
        range.buckets > 1
            ? fmt::format("({} & {}) % {} = {}", hash, std::numeric_limits<std::int64_t>::max(),
                          range.buckets, range.bucket)
            : std::string{"true"};
    return fmt::format("SELECT DISTINCT {0} FROM ({1}) AS d WHERE {2} ORDER BY {0}", list, deltas,
                       share);
}

void Reader::read_deltas(const Table& table, const DeltaRange& range, RowSink& sink) {
    of_table(table, [&] {
        DeltaRange share = range;
        // Equal keys must not fall into two buckets: where they may differ in text, the first
        // bucket is all.
        if (range.buckets > 1 && table.key_shape == KeyShape::Columns &&
            !shape(table).key_text_is_exact) {
            if (range.bucket > 0) {
                return;
            }
            share.buckets = 1;
        }
        const std::string keys = dirty_keys(table, share);
        if (keys.empty()) {
            return;
        }
        choose(table.key_shape == KeyShape::WholeRow ? Plans::Scan : Plans::Lookup);
        connection_->copy_out(copy_rows_of_keys(table, shape(table), keys, RowForm::Change),
                              RowForm::Change, key_field_count(table), sink);
    });
}

void Reader::read_keys(const Table& table,
                       std::span<const std::string> keys,
                       RowForm form,
                       RowSink& sink) {
    of_table(table, [&] {
        if (keys.empty()) {
            return;
        }
        choose(table.key_shape == KeyShape::WholeRow ? Plans::Scan : Plans::Lookup);
        connection_->copy_out(copy_keys_sql(table, shape(table), keys, form), form,
                              key_field_count(table), sink);
    });
}

void Reader::read_chunk(const Table& table, const Chunk& chunk, RowForm form, RowSink& sink) {
    of_table(table, [&] {
        const bool bounded = chunk.lower || chunk.upper;
        const bool by_place =
            bounded && form == RowForm::Copy && table.key_shape == KeyShape::WholeRow;
        choose(bounded ? Plans::Lookup : Plans::Scan);
        connection_->copy_out(by_place ? copy_place_sql(*connection_, table, chunk)
                                       : copy_chunk_sql(table, shape(table), chunk, form),
                              form, key_field_count(table), sink);
    });
}

std::optional<std::string> Reader::chunk_end(const Table& table,
                                             const std::optional<std::string>& lower,
                                             std::uint64_t rows,
                                             RowForm form) {
    return of_table(table, [&]() -> std::optional<std::string> {
        if (table.key_shape == KeyShape::WholeRow) {
            return form == RowForm::Copy ? place_chunk_end(*connection_, table, lower, rows)
                                         : std::nullopt;
        }
        const std::size_t count = bound_columns(table, shape(table), form);
        if (count == 0) {
            return std::nullopt;
        }
        choose(Plans::Lookup);
        const Result result =
            connection_->run(chunk_end_sql(table, shape(table), lower, rows, form));
        if (result.rows() == 0) {
            return std::nullopt;
        }
        std::vector<std::string> fields;
        for (std::size_t i = 0; i < count; ++i) {
            fields.push_back(encode_field(result.text(0, static_cast<int>(i))));
        }
        return fmt::format("{}", fmt::join(fields, "\t"));
    });
}

std::vector<SequenceState> Reader::read_sequences() {
    choose(Plans::Scan);
    const Result names =
        connection_->run(sql::render("schemas/postgres/read_sequences.sql",
                                     sql::Parameters{{&quote_ident, &quote_literal}})
                             .text);
    std::vector<std::string> selects;
    std::vector<SequenceState> states;
    for (int row = 0; row < names.rows(); ++row) {
        const TableName name{names.text(row, 0), names.text(row, 1)};
        states.push_back({name.schema, name.name, 0, true});
        if (!names.is_null(row, 2)) {
            states.back().owner = {names.text(row, 2), names.text(row, 3)};
            states.back().column = names.text(row, 4);
        }
        selects.push_back(
            fmt::format("SELECT {}, last_value, is_called FROM {}", row, qualified(name)));
    }
    for (std::size_t i = 0; i < selects.size(); i += sequences_a_query) {
        const std::size_t end = std::min(selects.size(), i + sequences_a_query);
        const Result values = connection_->run(
            fmt::format("{}", fmt::join(selects.data() + i, selects.data() + end, " UNION ALL ")));
        for (int row = 0; row < values.rows(); ++row) {
            SequenceState& state = states[static_cast<std::size_t>(values.integer(row, 0))];
            state.value = values.integer(row, 1);
            state.is_called = values.boolean(row, 2);
        }
    }
    return states;
}

void Reader::end() noexcept {
    if (connection_ && connection_->usable() && connection_->in_transaction()) {
        connection_->rollback();
    }
}

void Reader::choose(Plans plans) {
    if (plans != plans_) {
        connection_->run(settings_of(plans));
        plans_ = plans;
    }
}

const TableShape& Reader::shape(const Table& table) {
    const auto found = shapes_.find(table.id);
    if (found != shapes_.end()) {
        return found->second;
    }
    return shapes_.emplace(table.id, look_up_shape(*connection_, table)).first->second;
}

}  // namespace

std::unique_ptr<SourceReader> make_reader(const Endpoint& endpoint) {
    return std::make_unique<Reader>(endpoint);
}

}  // namespace dbsync::postgres
