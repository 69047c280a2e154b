// SPDX-License-Identifier: MIT
#include "engine/cross/cross_session.hpp"

#include "engine/cross/key_filter.hpp"
#include "engine/cross/keys.hpp"
#include "engine/cross/rows.hpp"

#include "base/long_bytes.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace dbsync::cross {

namespace {

// What was put aside and what was settled in one transaction, by table.
struct Aside {
    std::vector<QuarantinedRow> rows;
    std::vector<std::string> settled;
};

// Canonical rows in, the target's own out.
class Writer final : public RowWriter {
  public:
    Writer(std::unique_ptr<RowWriter> inner,
           const TablePlan& plan,
           Translator& translator,
           RowForm form,
           Aside& aside)
        : inner_{std::move(inner)}, rows_{plan, translator, form}, aside_{aside} {}

    void push(RowBlock block) override {
        std::string_view rest = block.bytes;
        RowBlock own;
        while (!rest.empty()) {
            const auto end = rest.find('\n') + 1;
            own.rows += rows_.add(rest.substr(0, end), own.bytes) ? 1U : 0U;
            rest.remove_prefix(end);
        }
        taken_ += block.rows - own.rows;
        release(block.bytes);  // a long row need not be held twice
        if (own.rows > 0) {
            inner_->push(std::move(own));
        }
    }

    // Rows that were put aside count as taken.
    std::uint64_t finish() override {
        std::move(rows_.put_aside.begin(), rows_.put_aside.end(),
                  std::back_inserter(aside_.rows));
        std::move(rows_.settled.begin(), rows_.settled.end(), std::back_inserter(aside_.settled));
        return taken_ + inner_->finish();
    }

  private:
    std::unique_ptr<RowWriter> inner_;
    FromCanonical rows_;
    Aside& aside_;
    std::uint64_t taken_ = 0;
};

class Session final : public TargetSession {
  public:
    Session(std::unique_ptr<TargetSession> inner, std::shared_ptr<PlanBook> plans)
        : inner_{std::move(inner)},
          plans_{std::move(plans)},
          translator_{plans_->target_translator()} {}

    void begin() override {
        aside_ = {};
        inner_->begin();
    }

    std::unique_ptr<RowWriter> copy_into(const Table& table) override {
        return open(table, RowForm::Copy);
    }

    std::uint64_t clear_table(const Table& table) override {
        const Table& own = plans_->plan(table).target;
        inner_->quarantine(own, {}, {}, true);
        return inner_->clear_table(own);
    }

    // Rows without a key cannot be changed one by one: whatever keys are asked for, the reader
    // gives the whole table, which takes the place of what stands there.
    std::unique_ptr<RowWriter> stage(const Table& table) override {
        if (plans_->plan(table).keyless()) {
            clear_table(table);
            return open(table, RowForm::Copy);
        }
        return open(table, RowForm::Change);
    }

    ApplyCounts apply_stage(const Table& table) override {
        if (plans_->plan(table).keyless()) {
            put_aside_copied(table.id);
            return {};
        }
        const ApplyCounts counts = inner_->apply_stage(plans_->plan(table).target);
        settle(table);
        return counts;
    }

    CascadeChildren find_children(const Table& child,
                                  const Cascade& cascade,
                                  std::span<const std::string> values,
                                  std::span<const Cascade> next) override;

    std::vector<std::string> find_orphans(const Table& child,
                                          const Table& parent,
                                          const Cascade& cascade,
                                          std::size_t limit) override;

    void record_chunk_plan(std::span<const Chunk> chunks) override {
        inner_->record_chunk_plan(chunks);
    }

    void record_chunk(const Chunk& chunk, std::uint64_t rows, std::uint64_t bytes) override {
        inner_->record_chunk(chunk, rows, bytes);
        put_aside_copied(chunk.table_id);
    }

    void set_watermark(const Cursor& expected,
                       const Cursor& watermark,
                       std::int64_t watermark_unix_us) override {
        for (auto& [id, aside] : aside_) {
            put_aside_copied(id);
        }
        inner_->set_watermark(expected, watermark, watermark_unix_us);
    }

    void mark_table_unverified(const Table& table) override {
        inner_->mark_table_unverified(plans_->plan(table).target);
    }

    void commit() override {
        for (auto& [id, aside] : aside_) {
            put_aside_copied(id);
        }
        inner_->commit();
    }

    void rollback() noexcept override {
        aside_.clear();
        inner_->rollback();
    }

    void read_chunk(const Table& table, const Chunk& chunk, RowSink& sink) override;
    void read_keys(const Table& table, std::span<const std::string> keys, RowSink& sink) override;

    void add_unverified(const Table& table, std::span<const std::string> keys) override {
        inner_->add_unverified(plans_->plan(table).target, own_keys(table, keys));
    }

    std::vector<std::string> unverified_keys(const Table& table,
                                             const std::string& after,
                                             std::size_t limit) override {
        const TablePlan& plan = plans_->plan(table);
        std::vector<std::string> keys =
            inner_->unverified_keys(plan.target, after.empty() ? after : own(plan, after), limit);
        for (std::string& key : keys) {
            key = plan.keyless() ? key : canonical_key(plan, *translator_, true, key);
        }
        return keys;
    }

    void remove_unverified(const Table& table, std::span<const std::string> keys) override {
        inner_->remove_unverified(plans_->plan(table).target, own_keys(table, keys));
    }

  private:
    void read_aside(const TablePlan& plan, std::span<const std::string> keys, RowSink& sink);
    std::unique_ptr<RowWriter> open(const Table& table, RowForm form) {
        const TablePlan& plan = plans_->plan(table);
        return std::make_unique<Writer>(form == RowForm::Copy ? inner_->copy_into(plan.target)
                                                              : inner_->stage(plan.target),
                                        plan, *translator_, form, aside_[table.id]);
    }

    void settle(const Table& table) {
        const auto aside = aside_.find(table.id);
        if (aside != aside_.end()) {
            inner_->quarantine(plans_->plan(table).target, aside->second.rows,
                               aside->second.settled, false);
            aside_.erase(aside);
        }
    }

    // Rows of a copy that were put aside: noted in the transaction of the copy.
    void put_aside_copied(std::int32_t table_id) {
        const auto aside = aside_.find(table_id);
        if (aside == aside_.end() || aside->second.rows.empty()) {
            return;
        }
        Table table;
        table.id = table_id;
        inner_->quarantine(plans_->plan(table).target, aside->second.rows, {}, false);
        aside->second.rows.clear();
    }

    Cascade renamed(Cascade cascade) const {
        for (auto* columns : {&cascade.child_columns, &cascade.parent_columns}) {
            for (std::string& column : *columns) {
                column = translator_->rename_column(column);
            }
        }
        return cascade;
    }

    // Digests are noted as they are.
    std::string own(const TablePlan& plan, const std::string& key) {
        return plan.keyless() ? key : own_key(plan, *translator_, true, key);
    }
    std::vector<std::string> own_keys(const Table& table, std::span<const std::string> keys) {
        const TablePlan& plan = plans_->plan(table);
        std::vector<std::string> all;
        std::transform(keys.begin(), keys.end(), std::back_inserter(all),
                       [&](const std::string& key) { return own(plan, key); });
        return all;
    }

    std::unique_ptr<TargetSession> inner_;
    std::shared_ptr<PlanBook> plans_;
    std::unique_ptr<Translator> translator_;
    std::map<std::int32_t, Aside> aside_;
};

// The foreign key's own columns say in what form a value is looked for.
CascadeChildren Session::find_children(const Table& child,
                                       const Cascade& cascade,
                                       std::span<const std::string> values,
                                       std::span<const Cascade> next) {
    const TablePlan& plan = plans_->plan(child);
    std::vector<Cascade> further;
    std::transform(next.begin(), next.end(), std::back_inserter(further),
                   [&](const Cascade& each) { return renamed(each); });
    std::vector<std::string> own;
    for (const std::string& value : values) {
        if (auto there = values_there(plan, cascade.child_columns, *translator_, value)) {
            own.push_back(std::move(*there));
        }
    }
    CascadeChildren found = inner_->find_children(plan.target, renamed(cascade), own, further);
    if (plan.keyless()) {
        found.keys.clear();  // the whole table is read anew
    }
    for (std::string& key : found.keys) {
        key = canonical_key(plan, *translator_, true, key);
    }
    for (CascadeMark& mark : found.marks) {
        const auto of = std::find_if(next.begin(), next.end(), [&](const Cascade& each) {
            return each.id == mark.cascade_id;
        });
        mark.value = canonical_values(plan, of->parent_columns, *translator_, true, mark.value);
    }
    return found;
}

std::vector<std::string> Session::find_orphans(const Table& child,
                                               const Table& parent,
                                               const Cascade& cascade,
                                               std::size_t limit) {
    const TablePlan& plan = plans_->plan(child);
    if (plan.keyless()) {
        return {};  // read anew as a whole at every mark above it
    }
    std::vector<std::string> keys = inner_->find_orphans(
        plan.target, plans_->plan(parent).target, renamed(cascade), limit);
    for (std::string& key : keys) {
        key = canonical_key(plan, *translator_, true, key);
    }
    return keys;
}

void Session::read_chunk(const Table& table, const Chunk& chunk, RowSink& sink) {
    const TablePlan& plan = plans_->plan(table);
    const std::unique_ptr<Translator> from = plans_->source_translator();
    Chunk here = chunk;
    if (chunk.lower) {
        here.lower = target_bound(plan, *from, *translator_, *chunk.lower);
    }
    if (chunk.upper) {
        here.upper = target_bound(plan, *from, *translator_, *chunk.upper);
    }
    ToCanonical rows{plan, *translator_, sink};
    inner_->read_chunk(plan.target, here, rows);
    rows.flush();
    if (!chunk.lower) {
        read_aside(plan, {}, sink);
    }
}

// Rows that are put aside, of some keys or all. Which chunk they belong to is not asked: they come
// with the first, and where the source has them in another the keys are looked at exactly.
void Session::read_aside(const TablePlan& plan,
                         std::span<const std::string> keys,
                         RowSink& sink) {
    const std::unordered_set<std::string_view> wanted{keys.begin(), keys.end()};
    RowBlock block;
    inner_->read_quarantined(plan.target, [&](const QuarantinedRow& row) {
        if (wanted.empty() || wanted.contains(row.key)) {
            append_put_aside(row.key, row.row, block);
        }
    });
    if (block.rows > 0) {
        sink.push(std::move(block));
    }
}

void Session::read_keys(const Table& table, std::span<const std::string> keys, RowSink& sink) {
    const TablePlan& plan = plans_->plan(table);
    if (plan.keyless()) {
        KeyFilter filter{keys, sink};
        read_chunk(table, Chunk{.table_id = table.id}, filter);
        return;
    }
    ToCanonical rows{plan, *translator_, sink};
    inner_->read_keys(plan.target, own_keys(table, keys), rows);
    rows.flush();
    if (!keys.empty()) {
        read_aside(plan, keys, sink);
    }
}

}  // namespace

std::unique_ptr<TargetSession> make_session(std::unique_ptr<TargetSession> inner,
                                            std::shared_ptr<PlanBook> plans) {
    return std::make_unique<Session>(std::move(inner), std::move(plans));
}

}  // namespace dbsync::cross
