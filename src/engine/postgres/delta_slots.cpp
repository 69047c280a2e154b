// SPDX-License-Identifier: MIT
#include "engine/postgres/delta_slots.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace dbsync::postgres {

namespace {

constexpr std::size_t arms_max = 256;  // of one UNION ALL: planning time grows with them

std::string slot_name(std::int32_t table_id, int slot) {
    return fmt::format("delta_{}_{}", table_id, slot);
}

// The arms of one relation: those of ids that are new, and of ids that were open at `from`.
std::vector<std::string> arms_of(const std::string& relation,
                                 const std::string& columns,
                                 const DeltaArms& arms,
                                 const std::string& more = "") {
    std::vector<std::string> selects;
    selects.push_back(
        fmt::format("SELECT {} FROM {} WHERE {}{}", columns, relation, arms.newer, more));
    if (!arms.older.empty()) {
        selects.push_back(
            fmt::format("SELECT {} FROM {} WHERE {}{}", columns, relation, arms.older, more));
    }
    return selects;
}

std::string union_all(std::span<const std::string> selects) {
    return fmt::format("{}", fmt::join(selects.begin(), selects.end(), " UNION ALL "));
}

// The ids of the tables loaded, as a condition on the marks.
std::string of_tables(const std::map<std::int32_t, int>& slots) {
    std::vector<std::int32_t> ids;
    for (const auto& [id, count] : slots) {
        ids.push_back(id);
    }
    return fmt::format(" AND table_id = ANY ('{{{}}}'::bigint[])", fmt::join(ids, ","));
}

}  // namespace

void DeltaSlots::load(Connection& connection, std::span<const Table> tables) {
    const Result result = connection.run("SELECT id, slots FROM dbsync.captured_table");
    std::map<std::int32_t, int> known;
    for (int row = 0; row < result.rows(); ++row) {
        known[static_cast<std::int32_t>(result.integer(row, 0))] =
            static_cast<int>(result.integer(row, 1));
    }
    slots_.clear();
    filled_.clear();
    for (const Table& table : tables) {
        const auto found = known.find(table.id);
        slots_[table.id] = found == known.end() ? 0 : found->second;
    }
}

std::vector<std::string> DeltaSlots::relations() const {
    std::vector<std::string> names{"dbsync.whole_delta"};
    for (const auto& [id, slots] : slots_) {
        for (int slot = 0; slot < slots; ++slot) {
            names.push_back("dbsync." + slot_name(id, slot));
        }
    }
    return names;
}

// A slot that looks empty now held nothing that the snapshot sees: only consumed deltas are ever
// truncated away.
void DeltaSlots::look_for_filled(Connection& connection) {
    const Result result = connection.run(
        "SELECT c.relname FROM pg_catalog.pg_class AS c"
        " WHERE c.relnamespace = 'dbsync'::regnamespace AND c.relkind = 'r'"
        " AND c.relname LIKE 'delta\\_%' AND pg_catalog.pg_relation_size(c.oid) > 0");
    std::set<std::string> names;
    for (int row = 0; row < result.rows(); ++row) {
        names.insert(result.text(row, 0));
    }
    filled_.clear();
    for (const auto& [id, slots] : slots_) {
        for (int slot = 0; slot < slots; ++slot) {
            if (names.contains(slot_name(id, slot))) {
                filled_[id].push_back("dbsync." + slot_name(id, slot));
            }
        }
    }
}

Pending DeltaSlots::count(Connection& connection,
                          const TxidSnapshot& from,
                          const TxidSnapshot& to,
                          std::uint64_t counted_max) const {
    const DeltaArms arms = delta_arms(from, to);
    std::vector<std::string> counts;
    for (const auto& [id, relations] : filled_) {
        for (const std::string& relation : relations) {
            counts.push_back(fmt::format(
                "SELECT {}, count(*), false FROM (SELECT FROM ({}) AS a LIMIT {}) AS b", id,
                union_all(arms_of(relation, "1 AS one", arms)), counted_max));
        }
    }
    counts.push_back(fmt::format(
        "SELECT table_id, count(*), true FROM ({}) AS a GROUP BY table_id",
        union_all(arms_of("dbsync.whole_delta", "table_id", arms, of_tables(slots_)))));
    Pending pending;
    for (std::size_t i = 0; i < counts.size(); i += arms_max) {
        const auto group = std::span{counts}.subspan(i, std::min(arms_max, counts.size() - i));
        const Result result = connection.run(union_all(group));
        for (int row = 0; row < result.rows(); ++row) {
            if (result.integer(row, 1) == 0) {
                continue;
            }
            PendingTable& table = pending[static_cast<std::int32_t>(result.integer(row, 0))];
            table.deltas += static_cast<std::uint64_t>(result.integer(row, 1));
            table.whole_table = table.whole_table || result.boolean(row, 2);
        }
    }
    return pending;
}

// Each slot's index gives its ids in order, and the server merges them: what lies beyond the cut is
// not read. Sorting is switched off, since without statistics the planner may prefer to sort
// everything that is pending.
std::optional<Txid> DeltaSlots::cut_at(Connection& connection,
                                       const TxidSnapshot& from,
                                       const TxidSnapshot& to,
                                       std::uint64_t deltas) const {
    const DeltaArms arms = delta_arms(from, to);
    std::vector<std::string> selects = arms_of("dbsync.whole_delta", "txid", arms,
                                               of_tables(slots_));
    for (const auto& [id, relations] : filled_) {
        for (const std::string& relation : relations) {
            const auto more = arms_of(relation, "txid", arms);
            selects.insert(selects.end(), more.begin(), more.end());
        }
    }
    const std::uint64_t groups = (selects.size() + arms_max - 1) / arms_max;
    std::optional<Txid> lowest;
    std::optional<Txid> cut;
    connection.run("SET LOCAL enable_sort = off");
    for (std::size_t i = 0; i < selects.size(); i += arms_max) {
        const auto group = std::span{selects}.subspan(i, std::min(arms_max, selects.size() - i));
        const std::string ordered = "(" + union_all(group) + ") ORDER BY txid";
        const Result result = connection.run(
            fmt::format("(SELECT 0 AS which, * FROM ({0} LIMIT 1) AS a) UNION ALL"
                        " (SELECT 1, * FROM ({0} OFFSET {1} LIMIT 1) AS b)",
                        ordered, deltas / groups));
        for (int row = 0; row < result.rows(); ++row) {
            auto& least = result.integer(row, 0) == 0 ? lowest : cut;
            least = std::min(least.value_or(result.integer(row, 1)), result.integer(row, 1));
        }
    }
    connection.run("SET LOCAL enable_sort = on");
    if (cut && *cut == *lowest) {
        ++*cut;
    }
    return cut;
}

std::string DeltaSlots::deltas_sql(std::int32_t table_id,
                                   const std::string& columns,
                                   const TxidSnapshot& from,
                                   const TxidSnapshot& to) const {
    const auto found = filled_.find(table_id);
    if (found == filled_.end()) {
        return {};
    }
    const DeltaArms arms = delta_arms(from, to);
    std::vector<std::string> selects;
    for (const std::string& relation : found->second) {
        const auto more = arms_of(relation, columns, arms);
        selects.insert(selects.end(), more.begin(), more.end());
    }
    return union_all(selects);
}

}  // namespace dbsync::postgres
