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
        fmt::format("(SELECT {} FROM {} WHERE {}{})", columns, relation, arms.newer, more));
    if (!arms.older.empty()) {
        selects.push_back(
            fmt::format("(SELECT {} FROM {} WHERE {}{})", columns, relation, arms.older, more));
    }
    return selects;
}

std::string union_all(std::span<const std::string> selects) {
    return fmt::format("{}", fmt::join(selects.begin(), selects.end(), " UNION ALL "));
}

// `pattern` for each of the key columns, numbered from 1.
std::string key_columns(const char* pattern, std::size_t count) {
    std::vector<std::string> columns;
    for (std::size_t i = 1; i <= count; ++i) {
        columns.push_back(fmt::format(fmt::runtime(pattern), i));
    }
    return fmt::format("{}", fmt::join(columns, ", "));
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
    const Result result =
        connection.run("SELECT id, slots, keys_per_delta > 1 FROM dbsync.captured_table");
    std::map<std::int32_t, int> rows;
    for (int row = 0; row < result.rows(); ++row) {
        rows[static_cast<std::int32_t>(result.integer(row, 0))] = row;
    }
    slots_.clear();
    forms_.clear();
    filled_.clear();
    for (const Table& table : tables) {
        const auto found = rows.find(table.id);
        const bool known = found != rows.end();
        slots_[table.id] = known ? static_cast<int>(result.integer(found->second, 1)) : 0;
        forms_[table.id] = {.key_columns = table.key.size(),
                            .has_arrays = known && result.boolean(found->second, 2)};
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
                "SELECT {}, count(*), count(*) + coalesce(sum(keys - 1), 0), false"
                " FROM (SELECT keys FROM ({}) AS a LIMIT {}) AS b",
                id, union_all(arms_of(relation, "keys", arms)), counted_max));
        }
    }
    counts.push_back(fmt::format(
        "SELECT table_id, count(*), count(*), true FROM ({}) AS a GROUP BY table_id",
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
            table.deltas += static_cast<std::uint64_t>(result.integer(row, 2));
            table.whole_table = table.whole_table || result.boolean(row, 3);
            if (static_cast<std::uint64_t>(result.integer(row, 1)) >= counted_max) {
                table.counted_all = false;
            }
        }
    }
    return pending;
}

// Each slot's index gives its ids in order, and the server merges them: what lies beyond the cut is
// not read. Each arm has an order of its own, for through a WHERE the planner does not hand the
// outer one down (seen on 15), and sorting is switched off, since without statistics it may prefer
// to sort everything that is pending.
std::optional<Txid> DeltaSlots::cut_at(Connection& connection,
                                       const TxidSnapshot& from,
                                       const TxidSnapshot& to,
                                       std::uint64_t deltas) const {
    const DeltaArms arms = delta_arms(from, to);
    std::vector<std::string> selects = arms_of("dbsync.whole_delta", "txid, 1 AS keys", arms,
                                               of_tables(slots_) + " ORDER BY txid");
    for (const auto& [id, relations] : filled_) {
        for (const std::string& relation : relations) {
            const auto more = arms_of(relation, "txid, coalesce(keys, 1) AS keys", arms,
                                      " ORDER BY txid");
            selects.insert(selects.end(), more.begin(), more.end());
        }
    }
    const std::uint64_t groups = (selects.size() + arms_max - 1) / arms_max;
    std::optional<Txid> lowest;
    std::optional<Txid> cut;
    connection.run("SET LOCAL enable_sort = off");
    for (std::size_t i = 0; i < selects.size(); i += arms_max) {
        const auto group = std::span{selects}.subspan(i, std::min(arms_max, selects.size() - i));
        const Result result = connection.run(fmt::format(
            "(SELECT 0 AS which, txid FROM ({0}) AS a ORDER BY txid LIMIT 1) UNION ALL"
            " (SELECT 1, txid FROM (SELECT txid, sum(keys) OVER (ORDER BY txid"
            " ROWS UNBOUNDED PRECEDING) AS total FROM ({0}) AS b) AS c WHERE total > {1} LIMIT 1)",
            union_all(group), deltas / groups));
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

// Single keys and arrays by arms of their own: one look more at each delta is cheaper than making
// an array of each single key.
std::string DeltaSlots::keys_sql(std::int32_t table_id,
                                 const TxidSnapshot& from,
                                 const TxidSnapshot& to) const {
    const auto found = filled_.find(table_id);
    if (found == filled_.end()) {
        return {};
    }
    const Form form = forms_.at(table_id);
    const DeltaArms arms = delta_arms(from, to);
    const std::string single = form.key_columns == 0 ? "row_hash AS k1"
                                                     : key_columns("k{0}", form.key_columns);
    std::vector<std::string> selects;
    for (const std::string& relation : found->second) {
        auto more = arms_of(relation, single, arms, form.has_arrays ? " AND keys IS NULL" : "");
        selects.insert(selects.end(), more.begin(), more.end());
        if (form.has_arrays) {
            more = arms_of(relation, key_columns("unnest(a{0}) AS k{0}", form.key_columns), arms,
                           " AND keys IS NOT NULL");
            selects.insert(selects.end(), more.begin(), more.end());
        }
    }
    return union_all(selects);
}

}  // namespace dbsync::postgres
