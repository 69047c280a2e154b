// SPDX-License-Identifier: MIT
#include "engine/postgres/delta_rotation.hpp"

#include "base/error.hpp"
#include "engine/postgres/capture_plan.hpp"
#include "engine/postgres/catalog.hpp"
#include "engine/postgres/txid_snapshot.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>
#include <string>

namespace dbsync::postgres {

namespace {

// Another session's lock may be in the way of ours only for as long as one of our own statements
// takes; deltas can wait.
constexpr int patience_ms = 200;

// Deltas that `applied` does not see. Both arms are answered by the primary key.
std::string pending_in(const std::string& slot, const TxidSnapshot& applied) {
    std::string text = fmt::format("EXISTS (SELECT FROM {} WHERE txid >= {})", slot, applied.xmax);
    if (!applied.in_progress.empty()) {
        text += fmt::format(" OR EXISTS (SELECT FROM {} WHERE txid = ANY ('{{{}}}'::bigint[]))",
                            slot, fmt::join(applied.in_progress, ","));
    }
    return text;
}

bool has_pending(Connection& connection, const std::string& slot, const TxidSnapshot& applied) {
    return connection.run("SELECT " + pending_in(slot, applied)).boolean(0, 0);
}

// Whether the oldest delta that can be seen is consumed: there is something to be won by leaving.
bool is_being_consumed(Connection& connection,
                       const std::string& slot,
                       const TxidSnapshot& applied) {
    const Result r = connection.run("SELECT min(txid) FROM " + slot);
    return !r.is_null(0, 0) && applied.sees(r.integer(0, 0));
}

// Runs `step` in a transaction that is rolled back unless it says true; false when locks or a
// concurrent change were in the way.
template <class Step>
bool try_once(Connection& connection, const Step& step) {
    try {
        connection.run(
            fmt::format("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;"
                        " SET LOCAL lock_timeout = {}",
                        patience_ms));
        if (step()) {
            connection.commit();
            return true;
        }
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Busy && error.kind() != ErrorKind::Serialization) {
            connection.rollback();
            throw;
        }
    }
    connection.rollback();
    return false;
}

// The look under the lock is what makes this safe: whoever wrote into the slot has ended, so all
// that there will ever be in it (but for writers still to come, who wait) can be seen.
bool truncate_consumed(Connection& connection,
                       const std::string& slot,
                       const TxidSnapshot& applied) {
    return try_once(connection, [&] {
        connection.run("LOCK TABLE " + slot + " IN ACCESS EXCLUSIVE MODE NOWAIT");
        if (has_pending(connection, slot, applied)) {
            return false;
        }
        connection.run("TRUNCATE TABLE " + slot);
        return true;
    });
}

std::string id_array(const std::set<std::int32_t>& ids) {
    return fmt::format("{{{}}}", fmt::join(ids, ","));
}

}  // namespace

struct DeltaRotation::Slots {
    std::int32_t id = 0;
    int current = 0;
    KeyPacking packing;
    std::vector<std::int64_t> bytes;  // by slot
};

void DeltaRotation::forget(Connection& connection,
                           const Cursor& applied,
                           const std::vector<std::int32_t>& tables) {
    unfinished_.insert(tables.begin(), tables.end());
    const std::optional<std::string> which =
        seen_all_ ? std::optional{id_array(unfinished_)} : std::nullopt;
    const Result r = connection.run(
        sql::render("schemas/postgres/query_source_slots.sql", sql::Parameters{quoting}).text,
        {which});
    seen_all_ = true;
    unfinished_.clear();
    std::vector<Slots> found;
    for (int row = 0; row < r.rows(); ++row) {
        const auto id = static_cast<std::int32_t>(r.integer(row, 0));
        if (found.empty() || found.back().id != id) {
            found.push_back({.id = id,
                             .current = static_cast<int>(r.integer(row, 2)),
                             .packing = {.keys_max = r.integer(row, 5),
                                         .widths_vary = r.boolean(row, 6)},
                             .bytes = {}});
        }
        found.back().bytes.push_back(r.is_null(row, 4) ? 0 : r.integer(row, 4));
    }
    for (const Slots& slots : found) {
        tidy(connection, slots, applied);
    }
    const TxidSnapshot snapshot = TxidSnapshot::of(applied);
    connection.run(
        fmt::format("DELETE FROM dbsync.whole_delta WHERE txid < {}"
                    " AND txid <> ALL ('{{{}}}'::bigint[])",
                    snapshot.xmax, fmt::join(snapshot.in_progress, ",")));
}

void DeltaRotation::tidy(Connection& connection, const Slots& slots, const Cursor& applied) {
    const TxidSnapshot snapshot = TxidSnapshot::of(applied);
    const auto names = slot_names(slots.id, static_cast<int>(slots.bytes.size()));
    for (std::size_t i = 0; i < names.size(); ++i) {
        const bool current = static_cast<int>(i) == slots.current;
        if (slots.bytes[i] <= (current ? limits_.truncate_bytes : 0)) {
            continue;
        }
        const std::string slot = qualified(names[i]);
        if (!has_pending(connection, slot, snapshot) &&
            truncate_consumed(connection, slot, snapshot)) {
            continue;
        }
        unfinished_.insert(slots.id);
        if (current && slots.bytes[i] > limits_.rotate_bytes &&
            is_being_consumed(connection, slot, snapshot)) {
            leave_current(connection, slots);
        }
    }
}

// Sends writers to an empty slot, or to a new one. Those whose statement has begun still write into
// the old one, which readers read as well.
bool DeltaRotation::leave_current(Connection& connection, const Slots& slots) {
    int next = 0;
    const int count = static_cast<int>(slots.bytes.size());
    while (next < count &&
           (next == slots.current || slots.bytes[static_cast<std::size_t>(next)] > 0)) {
        ++next;
    }
    const Table* table = find_table(connection, slots.id);
    if (next >= limits_.slots_max || table == nullptr) {
        return false;
    }
    return try_once(connection, [&] {
        if (next == count) {
            connection.run(sql::render("schemas/postgres/source_delta_like.sql",
                                       sql::Parameters{quoting}
                                           .ident("delta", slot_names(slots.id, next + 1).back())
                                           .ident("model", slot_names(slots.id, 1).front())));
        }
        connection.run(capture_function(*table, slots.packing, next));
        connection.run(
            fmt::format("UPDATE dbsync.captured_table SET slots = greatest(slots, {}),"
                        " current_slot = {} WHERE id = {}",
                        next + 1, next, slots.id));
        return true;
    });
}

const Table* DeltaRotation::find_table(Connection& connection, std::int32_t id) {
    if (!tables_.contains(id)) {
        for (const Table& table : captured_tables(connection)) {
            tables_.insert_or_assign(table.id, table);
        }
    }
    const auto found = tables_.find(id);
    return found == tables_.end() ? nullptr : &found->second;
}

}  // namespace dbsync::postgres
