// SPDX-License-Identifier: MIT
#include "engine/cross/cross_reader.hpp"

#include "base/check.hpp"
#include "engine/cross/key_filter.hpp"
#include "engine/cross/keys.hpp"
#include "engine/cross/rows.hpp"

#include <algorithm>
#include <utility>

namespace dbsync::cross {

namespace {

class Reader final : public SourceReader {
  public:
    Reader(std::unique_ptr<SourceReader> inner,
           std::shared_ptr<PlanBook> plans,
           std::vector<Cascade> cascades,
           OnUnrepresentable on_unrepresentable)
        : inner_{std::move(inner)},
          plans_{std::move(plans)},
          translator_{plans_->source_translator()},
          writer_{plans_->target_translator()},
          cascades_{std::move(cascades)},
          on_unrepresentable_{on_unrepresentable} {}

    void begin(std::span<const Table> tables, std::chrono::milliseconds lock_timeout) override {
        tables_.assign(tables.begin(), tables.end());
        std::vector<Table> own;
        for (const Table& table : tables) {
            own.push_back(plans_->plan(table).source);
        }
        inner_->begin(own, lock_timeout);
    }
    SnapshotTime snapshot() override { return inner_->snapshot(); }
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
    CascadeChildren find_children(const Table& child,
                                  const Cascade& cascade,
                                  std::span<const std::string> values,
                                  std::span<const Cascade> next) override;
    std::vector<SequenceState> read_sequences() override;
    void end() noexcept override { inner_->end(); }

  private:
    ToCanonical canonical(const TablePlan& plan, RowForm form, RowSink& sink) {
        return {plan, *translator_, *writer_, form, on_unrepresentable_, sink};
    }
    const Table& table_by_id(std::int32_t id) const {
        const auto found = std::find_if(tables_.begin(), tables_.end(),
                                        [&](const Table& each) { return each.id == id; });
        DBSYNC_CHECK(found != tables_.end(), "a table that was begun with");
        return *found;
    }
    const Cascade& cascade_by_id(std::int32_t id) const {
        const auto found = std::find_if(cascades_.begin(), cascades_.end(),
                                        [&](const Cascade& each) { return each.id == id; });
        DBSYNC_CHECK(found != cascades_.end(), "a captured cascade");
        return *found;
    }
    CascadeMark canonical_mark(const CascadeMark& mark);
    bool compares_texts(const Cascade& cascade) const;
    void read_anew_below(const Cascade& cascade, Batch& batch);
    static void read_anew(std::int32_t table_id, Batch& batch);

    std::unique_ptr<SourceReader> inner_;
    std::shared_ptr<PlanBook> plans_;
    std::unique_ptr<Translator> translator_;
    std::unique_ptr<Translator> writer_;  // the target's: whether it can take a value
    std::vector<Cascade> cascades_;
    OnUnrepresentable on_unrepresentable_;
    std::vector<Table> tables_;
};

CascadeMark Reader::canonical_mark(const CascadeMark& mark) {
    const Cascade& cascade = cascade_by_id(mark.cascade_id);
    return {mark.cascade_id, canonical_values(plans_->plan(table_by_id(cascade.parent_id)),
                                              cascade.parent_columns, *translator_, false,
                                              mark.value)};
}

Batch Reader::plan_batch(const Cursor& from, std::uint64_t deltas_max) {
    Batch batch = inner_->plan_batch(from, deltas_max);
    for (BatchTable& part : batch.tables) {
        part.whole_table =
            part.whole_table || plans_->plan(table_by_id(part.table_id)).keyless();
    }
    for (CascadeMark& mark : batch.marks) {
        read_anew_below(cascade_by_id(mark.cascade_id), batch);
        mark = canonical_mark(mark);
    }
    return batch;
}

// Texts that are equal on the source need not be so on the target: 'A' goes with its parent 'a'.
bool Reader::compares_texts(const Cascade& cascade) const {
    const Table& parent = table_by_id(cascade.parent_id);
    return std::any_of(parent.columns.begin(), parent.columns.end(), [&](const Column& column) {
        const auto& referred = cascade.parent_columns;
        return std::find(referred.begin(), referred.end(), column.name) != referred.end() &&
               translator_->type_of(column).kind == Kind::Text;
    });
}

// Rows that a cascade may have touched, and that cannot be named or found by their value: their
// table is read anew.
void Reader::read_anew_below(const Cascade& cascade, Batch& batch) {
    std::vector<std::pair<const Cascade*, bool>> below{{&cascade, false}};
    for (std::size_t i = 0; i < below.size(); ++i) {
        const auto [each, of_unknown] = below[i];
        const bool unknown = of_unknown || compares_texts(*each) ||
                             plans_->plan(table_by_id(each->child_id)).keyless();
        if (unknown) {
            read_anew(each->child_id, batch);
        }
        for (const Cascade& next : cascades_) {
            const std::pair entry{&next, unknown};
            if (next.parent_id == each->child_id &&
                std::find(below.begin(), below.end(), entry) == below.end()) {
                below.push_back(entry);
            }
        }
    }
}

void Reader::read_anew(std::int32_t table_id, Batch& batch) {
    const auto part =
        std::find_if(batch.tables.begin(), batch.tables.end(),
                     [&](const BatchTable& each) { return each.table_id == table_id; });
    if (part == batch.tables.end()) {
        batch.tables.push_back({.table_id = table_id, .whole_table = true});
    } else {
        part->whole_table = true;
    }
}

void Reader::read_deltas(const Table& table, const DeltaRange& range, RowSink& sink) {
    const TablePlan& plan = plans_->plan(table);
    ToCanonical rows = canonical(plan, RowForm::Change, sink);
    inner_->read_deltas(plan.source, range, rows);
    rows.flush();
}

void Reader::read_keys(const Table& table,
                       std::span<const std::string> keys,
                       RowForm form,
                       RowSink& sink) {
    const TablePlan& plan = plans_->plan(table);
    if (plan.keyless() && form != RowForm::Compare) {
        read_chunk(table, Chunk{.table_id = table.id}, RowForm::Copy, sink);
        return;
    }
    if (plan.keyless()) {
        KeyFilter filter{keys, sink};
        read_chunk(table, Chunk{.table_id = table.id}, form, filter);
        return;
    }
    std::vector<std::string> own;
    std::transform(keys.begin(), keys.end(), std::back_inserter(own), [&](const std::string& key) {
        return own_key(plan, *translator_, false, key);
    });
    ToCanonical rows = canonical(plan, form, sink);
    inner_->read_keys(plan.source, own, form, rows);
    rows.flush();
}

void Reader::read_chunk(const Table& table, const Chunk& chunk, RowForm form, RowSink& sink) {
    const TablePlan& plan = plans_->plan(table);
    ToCanonical rows = canonical(plan, form, sink);
    inner_->read_chunk(plan.source, chunk, form, rows);
    rows.flush();
}

// Chunks that both ends read must mean the same on both: where keys are ordered by each server's
// own collation, or rows have none, the table is one chunk.
std::optional<std::string> Reader::chunk_end(const Table& table,
                                             const std::optional<std::string>& lower,
                                             std::uint64_t rows,
                                             RowForm form) {
    const TablePlan& plan = plans_->plan(table);
    if (form == RowForm::Compare && (plan.keyless() || plan.source.order_by_bytes)) {
        return std::nullopt;
    }
    return inner_->chunk_end(plan.source, lower, rows, form);
}

CascadeChildren Reader::find_children(const Table& child,
                                      const Cascade& cascade,
                                      std::span<const std::string> values,
                                      std::span<const Cascade> next) {
    const TablePlan& plan = plans_->plan(child);
    const TablePlan& parent = plans_->plan(table_by_id(cascade.parent_id));
    std::vector<std::string> own;
    std::transform(values.begin(), values.end(), std::back_inserter(own),
                   [&](const std::string& value) {
                       return own_values(parent, cascade.parent_columns, *translator_,
                                         value);
                   });
    CascadeChildren found = inner_->find_children(plan.source, cascade, own, next);
    if (plan.keyless()) {
        found.keys.clear();  // the whole table is read anew
    }
    for (std::string& key : found.keys) {
        key = canonical_key(plan, *translator_, false, key);
    }
    for (CascadeMark& mark : found.marks) {
        mark = canonical_mark(mark);
    }
    return found;
}

// By table, for that is what counts on the other engine; sequences that number no captured table's
// column stay behind. Where the source has none (SQLite's INTEGER PRIMARY KEY) the target counts on
// from its largest key.
// Each under its table's name there, with the column that it numbers where the source knows it.
std::vector<SequenceState> Reader::read_sequences() {
    const std::vector<SequenceState> here = inner_->read_sequences();
    const std::unique_ptr<Translator> to = plans_->target_translator();
    std::vector<SequenceState> sequences;
    for (const Table& table : tables_) {
        const TableName name = plans_->target_name(table.name);
        std::size_t found = 0;
        for (const SequenceState& each : here) {
            if (each.owner == table.name || TableName{each.schema, each.name} == table.name) {
                ++found;
                sequences.push_back(each);
                sequences.back().schema = name.schema;
                sequences.back().name = name.name;
                sequences.back().column = to->rename_column(each.column);
            }
        }
        if (found == 0) {
            sequences.push_back({name.schema, name.name, 0, true});
        }
    }
    return sequences;
}

}  // namespace

std::unique_ptr<SourceReader> make_reader(std::unique_ptr<SourceReader> inner,
                                          std::shared_ptr<PlanBook> plans,
                                          std::vector<Cascade> cascades,
                                          const PairOptions& options) {
    return std::make_unique<Reader>(std::move(inner), std::move(plans), std::move(cascades),
                                    options.on_unrepresentable);
}

}  // namespace dbsync::cross
