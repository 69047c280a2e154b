// SPDX-License-Identifier: MIT
// The delta tables of the captured tables, as one snapshot sees them: which there are, which hold
// anything, how much of it lies between two cursors, and where to cut a batch.
// Every slot of a table is always read: consumed rows may be left in any of them, and the cursors
// leave those out. What is counted are keys: a delta that holds an array of them counts as many.
#pragma once

#include "engine/postgres/connection.hpp"
#include "engine/postgres/txid_snapshot.hpp"
#include "row/table.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace dbsync::postgres {

struct PendingTable {
    std::uint64_t deltas = 0;  // marks of whole tables included
    bool whole_table = false;
    bool counted_all = true;   // otherwise there may be more
};

using Pending = std::map<std::int32_t, PendingTable>;

class DeltaSlots {
  public:
    // Reads the capture catalogue for the tables given.
    void load(Connection& connection, std::span<const Table> tables);

    // "dbsync"."delta_1_0", …; of every table loaded, and the table of the marks.
    [[nodiscard]] std::vector<std::string> relations() const;

    // Deltas between two cursors, looking at no more than `counted_max` rows of each slot.
    [[nodiscard]] Pending count(Connection& connection,
                                const TxidSnapshot& from,
                                const TxidSnapshot& to,
                                std::uint64_t counted_max) const;

    // The id below which about `deltas` deltas after `from` lie; above the lowest pending one, so
    // that a transaction larger than that is taken as a whole. Nothing if there are fewer.
    [[nodiscard]] std::optional<Txid> cut_at(Connection& connection,
                                             const TxidSnapshot& from,
                                             const TxidSnapshot& to,
                                             std::uint64_t deltas) const;

    // SELECT of k1 … kn (a row hash is k1): the keys of the table's deltas between two cursors, one
    // for each time that it was recorded. Empty if no slot holds anything.
    [[nodiscard]] std::string keys_sql(std::int32_t table_id,
                                       const TxidSnapshot& from,
                                       const TxidSnapshot& to) const;

    // Which slots hold anything at all; once a snapshot.
    void look_for_filled(Connection& connection);

  private:
    struct Form {
        std::size_t key_columns = 0;  // 0: a row hash
        bool has_arrays = false;
    };

    std::map<std::int32_t, int> slots_;  // by table id
    std::map<std::int32_t, Form> forms_;
    std::map<std::int32_t, std::vector<std::string>> filled_;
};

}  // namespace dbsync::postgres
