// SPDX-License-Identifier: MIT
// The one idea: rows of the dirty keys are read as they are in one snapshot, so a batch can be
// applied in any order, in parallel, late or twice, and gives the same target. What must not
// happen is that the watermark moves before every row of its batch is committed.
//
// Near the source a batch is one target transaction over all tables. Far behind, one thread reads
// and stages table after table (reading costs the source less than writing costs the target) and
// hands each staged table to a connection that applies and commits it meanwhile; the watermark
// follows in a last transaction. A crash in between repeats the batch, which changes nothing.
//
// A row of an unfinished backlog may be in the way of a unique value that is wanted now. Its own
// change is pending then, so the table's share is read again, widened to all that the snapshot
// shows: within that set there is no clash, for the source had none.
//
// A batch with marks of cascades is applied in one transaction, however large: the rows below a
// parent are found through the rows in between as the target has them, so none of those may be
// gone from it before the whole batch is.
#include "catchup/pass.hpp"

#include "base/check.hpp"
#include "base/checkpoint.hpp"
#include "base/log.hpp"
#include "base/retry.hpp"
#include "catchup/cascades.hpp"

#include <algorithm>
#include <future>
#include <limits>
#include <map>
#include <span>
#include <utility>

namespace dbsync {

namespace {

constexpr std::size_t keys_per_read_max = 10'000;  // of SourceReader::read_keys
constexpr std::size_t orphans_a_look = 100'000;
constexpr int orphan_rounds_max = 1'000;  // a round goes one level down, or 100,000 rows on

void add(ApplyCounts& sum, const ApplyCounts& more) {
    sum.keys += more.keys;
    sum.rows_written += more.rows_written;
    sum.rows_deleted += more.rows_deleted;
}

// Applies the stage of one unit in a transaction that is open already, and commits it.
ApplyCounts apply_and_commit(TargetSession& session, const Table& table, bool staged) {
    try {
        const ApplyCounts counts = staged ? session.apply_stage(table) : ApplyCounts{};
        session.commit();
        return counts;
    } catch (...) {
        session.rollback();
        throw;
    }
}

}  // namespace

// A share of a batch that one target transaction can take.
struct Pass::Unit {
    const Table* table = nullptr;
    DeltaRange range;
    bool whole_table = false;
    bool deltas = true;             // the keys of the range's deltas …
    std::vector<std::string> keys = {};  // … and these
};

void PassResult::add(const PassResult& batch) {
    complete = batch.complete;
    deltas += batch.deltas;
    deltas_behind = batch.deltas_behind;
    source_unix_us = batch.source_unix_us;
    dbsync::add(applied, batch.applied);
}

Pass::Pass(Move move, std::vector<Table> tables, PassOptions options)
    : move_{std::move(move)}, tables_{std::move(tables)}, options_{options} {}

Pass::~Pass() = default;

TargetSession& Pass::session(std::size_t index) {
    while (sessions_.size() <= index) {
        sessions_.push_back(move_.target.open_session(move_.job));
    }
    return *sessions_[index];
}

void Pass::load_watermark() {
    const std::optional<TargetJob> job = move_.target.job(move_.job);
    if (!job) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = "the target knows nothing of job " + move_.job,
                     .hint = "run `dbsync snapshot` first"}};
    }
    watermark_ = job->watermark;
    watermark_unix_us_ = job->watermark_unix_us;
    watermark_known_ = true;
}

PassResult Pass::run_batch() {
    return retry(RetryPolicy{}, move_.stop, [&] {
        try {
            return run_batch_once();
        } catch (...) {
            // Whatever state the connections are in: the next attempt begins with new ones, and
            // with the watermark that the target really has.
            sessions_.clear();
            reader_.reset();
            watermark_known_ = false;
            throw;
        }
    });
}

PassResult Pass::run_batch_once() {
    if (!watermark_known_) {
        load_watermark();
    }
    if (!reader_) {
        reader_ = move_.source.open_reader();
    }
    reader_->begin(tables_, move_.lock_timeout);
    const SnapshotTime time = reader_->snapshot();
    const Batch batch = reader_->plan_batch(watermark_, options_.batch_deltas_max);
    PassResult result{.complete = batch.complete,
                      .deltas = batch.deltas,
                      .deltas_behind = batch.deltas_behind - batch.deltas,
                      .source_unix_us = time.source_unix_us,
                      .applied = apply(*reader_, time, batch, true)};
    reader_->end();
    move_.source.forget(batch);
    checkpoint("catchup.after_forget");
    return result;
}

PassResult Pass::complete_at(SourceReader& reader, SnapshotTime time) {
    load_watermark();
    PassResult sum;
    try {
        while (!sum.complete) {
            const Batch batch =
                reader.plan_batch(watermark_, std::numeric_limits<std::int64_t>::max());
            DBSYNC_CHECK(batch.complete || batch.deltas > 0, "a batch brings the pass forward");
            sum.add({.complete = batch.complete,
                     .deltas = batch.deltas,
                     .deltas_behind = batch.deltas_behind - batch.deltas,
                     .source_unix_us = time.source_unix_us,
                     .applied = apply(reader, time, batch, false)});
        }
    } catch (...) {
        sessions_.clear();  // whatever transaction one of them is in ends with it
        throw;
    }
    return sum;
}

// Rows that are orphans on the source too (foreign_key_checks = 0) are found each time and do not
// change: that ends it.
void Pass::settle_orphans() {
    const std::vector<Cascade> cascades = move_.source.cascades();
    if (cascades.empty()) {
        return;
    }
    retry(RetryPolicy{}, move_.stop, [&] {
        try {
            const std::unique_ptr<SourceReader> reader = move_.source.open_reader();
            reader->begin(tables_, move_.lock_timeout);
            complete_at(*reader, reader->snapshot());
            bool changed = true;
            for (int round = 0; changed && round < orphan_rounds_max; ++round) {
                changed = false;
                for (const Cascade& cascade : cascades) {
                    throw_if_stopped(move_.stop);
                    changed = settle_orphans_of(cascade, *reader) || changed;
                }
            }
            reader->end();
        } catch (...) {
            sessions_.clear();
            throw;
        }
    });
}

bool Pass::settle_orphans_of(const Cascade& cascade, SourceReader& reader) {
    const Table& child = table_by_id(tables_, cascade.child_id);
    TargetSession& target = session(0);
    target.begin();
    try {
        std::vector<std::string> keys = target.find_orphans(
            child, table_by_id(tables_, cascade.parent_id), cascade, orphans_a_look);
        ApplyCounts counts;
        if (!keys.empty()) {
            load(reader, {.table = &child, .range = {}, .deltas = false, .keys = std::move(keys)},
                 target, false);
            counts = target.apply_stage(child);
        }
        target.commit();
        return counts.rows_written + counts.rows_deleted > 0;
    } catch (...) {
        target.rollback();
        throw;
    }
}

ApplyCounts Pass::apply(SourceReader& reader,
                        SnapshotTime time,
                        const Batch& batch,
                        bool end_reader) {
    const bool near = batch.complete && batch.deltas <= options_.near_deltas_max;
    try {
        ApplyCounts counts = near || !batch.marks.empty()
                                 ? apply_at_once(reader, time, batch, end_reader)
                                 : apply_far(reader, time, batch);
        watermark_ = batch.to;
        if (batch.complete) {
            watermark_unix_us_ = time.source_unix_us;
        }
        if (batch.deltas > 0) {
            log::info("catchup.batch", {{"deltas", batch.deltas},
                                        {"keys", counts.keys},
                                        {"written", counts.rows_written},
                                        {"deleted", counts.rows_deleted},
                                        {"behind", batch.deltas_behind - batch.deltas}});
        }
        return counts;
    } catch (const Error& error) {
        watermark_known_ = false;
        if (error.fields().commit_unknown) {
            sessions_.clear();
            load_watermark();
            if (watermark_ == batch.to) {
                return {};  // it was committed; only the answer was lost
            }
            ErrorFields again = error.fields();
            again.commit_unknown = false;
            throw Error{again};
        }
        throw;
    }
}

// Brings a unit's rows to the session: into its stage, or (a whole table) straight into place.
void Pass::load(SourceReader& reader, const Unit& unit, TargetSession& target, bool widened) {
    if (unit.whole_table) {
        target.clear_table(*unit.table);
        target.mark_table_unverified(*unit.table);
        const auto writer = target.copy_into(*unit.table);
        reader.read_chunk(*unit.table, Chunk{.table_id = unit.table->id}, RowForm::Copy, *writer);
        writer->finish();
        return;
    }
    const auto writer = target.stage(*unit.table);
    if (unit.deltas) {
        DeltaRange range = unit.range;
        range.widened = widened;
        reader.read_deltas(*unit.table, range, *writer);
    }
    for (std::size_t i = 0; i < unit.keys.size(); i += keys_per_read_max) {
        reader.read_keys(
            *unit.table,
            std::span{unit.keys}.subspan(i, std::min(keys_per_read_max, unit.keys.size() - i)),
            RowForm::Change, *writer);
    }
    writer->finish();
}

std::vector<Pass::Unit> Pass::units_of(const Batch& batch) const {
    std::vector<Unit> units;
    for (const BatchTable& part : batch.tables) {
        const Table& table = table_by_id(tables_, part.table_id);
        const std::uint64_t keys = part.keys_estimate > 0 ? part.keys_estimate : part.deltas;
        std::uint64_t buckets = (keys + options_.bucket_keys_max - 1) / options_.bucket_keys_max;
        buckets = std::max<std::uint64_t>(1, buckets);
        // Rows that may be in each other's way have to be in one transaction, and finding rows by
        // their whole value costs a scan a bucket.
        if (part.whole_table || table.has_other_unique || table.key_shape == KeyShape::WholeRow) {
            buckets = 1;
        }
        for (std::uint64_t bucket = 0; bucket < buckets; ++bucket) {
            units.push_back({.table = &table,
                             .range = {.batch = &batch,
                                       .bucket = static_cast<std::uint32_t>(bucket),
                                       .buckets = static_cast<std::uint32_t>(buckets)},
                             .whole_table = part.whole_table});
        }
    }
    return units;
}

void Pass::commit_watermark(TargetSession& target, SnapshotTime time, const Batch& batch) {
    target.set_watermark(watermark_, batch.to,
                         batch.complete ? time.source_unix_us : watermark_unix_us_);
    checkpoint("catchup.before_commit");
    target.commit();
    checkpoint("catchup.after_commit");
}

// One unit a table: its share of the batch, and what cascades have reached of it.
std::vector<Pass::Unit> Pass::units_at_once(SourceReader& reader,
                                            TargetSession& target,
                                            const Batch& batch) {
    std::map<std::int32_t, Unit> units;
    for (const BatchTable& part : batch.tables) {
        units[part.table_id] = {.table = &table_by_id(tables_, part.table_id),
                                .range = {.batch = &batch},
                                .whole_table = part.whole_table};
    }
    if (!batch.marks.empty()) {
        CascadeReach reach =
            follow_cascades(move_.source.cascades(), tables_, batch, reader, target);
        for (auto& [id, keys] : reach.keys) {
            Unit& unit = units.try_emplace(id, Unit{.range = {}, .deltas = false}).first->second;
            unit.table = &table_by_id(tables_, id);
            unit.keys.assign(keys.begin(), keys.end());
            keys.clear();
        }
        for (const std::int32_t id : reach.whole_tables) {
            units[id] = {.table = &table_by_id(tables_, id), .range = {}, .whole_table = true};
        }
    }
    std::vector<Unit> ordered;
    for (auto& [id, unit] : units) {
        ordered.push_back(std::move(unit));
    }
    return ordered;
}

// In one transaction. A row of an unfinished backlog may be in the way here too.
ApplyCounts Pass::apply_at_once(SourceReader& reader,
                                SnapshotTime time,
                                const Batch& batch,
                                bool end_reader) {
    try {
        return apply_near(reader, time, batch, batch.complete && end_reader, false);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Conflict || batch.complete) {
            throw;
        }
    }
    log::debug("catchup.widen", {{"tables", batch.tables.size()}});
    return apply_near(reader, time, batch, end_reader, true);
}

ApplyCounts Pass::apply_near(SourceReader& reader,
                             SnapshotTime time,
                             const Batch& batch,
                             bool end_reader,
                             bool widened) {
    ApplyCounts counts;
    if (batch.to == watermark_ && batch.tables.empty()) {
        return counts;
    }
    TargetSession& target = session(0);
    target.begin();
    try {
        const std::vector<Unit> units = units_at_once(reader, target, batch);
        for (const Unit& unit : units) {
            load(reader, unit, target, widened);
        }
        checkpoint("catchup.after_read");
        if (end_reader) {
            reader.end();  // the source need not wait for the target's work
        }
        for (const Unit& unit : units) {
            if (!unit.whole_table) {
                add(counts, target.apply_stage(*unit.table));
            }
        }
        commit_watermark(target, time, batch);
    } catch (...) {
        target.rollback();
        throw;
    }
    return counts;
}

ApplyCounts Pass::apply_far(SourceReader& reader, SnapshotTime time, const Batch& batch) {
    const std::vector<Unit> units = units_of(batch);
    std::vector<std::future<ApplyCounts>> running(std::max<std::size_t>(1, move_.workers));
    std::vector<const Unit*> running_unit(running.size(), nullptr);
    std::vector<const Unit*> clashed;
    ApplyCounts counts;
    const auto settle = [&](std::size_t slot) {
        if (!running[slot].valid()) {
            return;
        }
        try {
            add(counts, running[slot].get());
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::Conflict) {
                throw;
            }
            clashed.push_back(running_unit[slot]);
        }
    };
    std::size_t slot = 0;
    for (const Unit& unit : units) {
        throw_if_stopped(move_.stop);
        slot = (slot + 1) % running.size();
        settle(slot);
        TargetSession& target = session(slot);
        target.begin();
        load(reader, unit, target, false);
        running_unit[slot] = &unit;
        running[slot] = std::async(std::launch::async, [&target, &unit] {
            return apply_and_commit(target, *unit.table, !unit.whole_table);
        });
    }
    for (std::size_t i = 0; i < running.size(); ++i) {
        settle(i);
    }
    checkpoint("catchup.after_read");
    for (const Unit* unit : clashed) {
        log::debug("catchup.widen", {{"table", unit->table->name.display()}});
        session(0).begin();
        load(reader, *unit, session(0), true);
        add(counts, apply_and_commit(session(0), *unit->table, true));
    }
    session(0).begin();
    commit_watermark(session(0), time, batch);
    return counts;
}

}  // namespace dbsync
