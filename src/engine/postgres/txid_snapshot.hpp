// SPDX-License-Identifier: MIT
// PostgreSQL's textual snapshots ("xmin:xmax:id,id…", documentation of txid_snapshot), which are
// the source's cursors: what they mean to a delta's transaction id, and how a batch is cut.
#pragma once

#include "engine/cursor.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace dbsync::postgres {

using Txid = std::int64_t;  // txid_current(): with the epoch, never wraps

struct TxidSnapshot {
    Txid xmax = 1;                  // ids from here on had not begun
    std::vector<Txid> in_progress;  // ids below xmax that were still open; ascending

    // An empty text is the beginning: nothing is visible. Throws Error{Precondition} for a text
    // that is no snapshot.
    [[nodiscard]] static TxidSnapshot parse(const std::string& text);
    [[nodiscard]] static TxidSnapshot of(const Cursor& cursor) { return parse(cursor.text()); }
    [[nodiscard]] std::string text() const;
    [[nodiscard]] bool sees(Txid id) const;
    bool operator==(const TxidSnapshot&) const = default;
};

// The cursor behind a batch that takes, of the deltas that `now` sees and `from` does not, those
// with ids below `cut`. Ids that are open in `now` stay pending however old they are, so that one
// forgotten transaction does not hold up what is younger; so do ids that were open in `from`, have
// ended since, and lie beyond the cut.
[[nodiscard]] TxidSnapshot cut_snapshot(const TxidSnapshot& from,
                                        const TxidSnapshot& now,
                                        Txid cut);

// Condition on `txid` for deltas that a session which reads in `to`'s snapshot, or in a later one,
// has to take for a batch between two cursors. In two arms, each of which an index on txid answers
// (the plain NOT visible(from) would read the whole table). Rows that the session cannot see need
// no condition: its snapshot hides them.
struct DeltaArms {
    std::string newer;  // ids that had not begun at `from`
    std::string older;  // ids that were open then and are done now; empty if there are none
};
[[nodiscard]] DeltaArms delta_arms(const TxidSnapshot& from, const TxidSnapshot& to);

}  // namespace dbsync::postgres
