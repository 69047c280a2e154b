// SPDX-License-Identifier: MIT
// What a Cursor means on SQLite: for each table the number of the last delta applied. One writer
// at a time makes deltas in commit order, so a number is enough. The cursor also carries the
// capture's epoch, so that one of an earlier capture is not taken for one of this, and for tables
// keyed by the hidden rowid the schema version, because VACUUM renumbers their rows.
// Format: "epoch;id:seq,id:seq@version,…", ordered by id.
#pragma once

#include "engine/source.hpp"
#include "engine/sqlite/capture.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace dbsync::sqlite {

struct TablePosition {
    std::int64_t seq = 0;
    std::int64_t schema_version = 0;  // 0: as when capture began
};

struct Position {
    std::string epoch;  // empty at the beginning
    std::map<std::int32_t, TablePosition> tables;

    // Throws Error{Internal} for a text that is no cursor of this engine.
    [[nodiscard]] static Position parse(const Cursor& cursor);
    [[nodiscard]] Cursor cursor() const;
    [[nodiscard]] TablePosition table(std::int32_t id) const;
};

// One delta table beside a position.
struct Pending {
    std::int64_t lowest = 0;  // of the table; 0 when it is empty
    std::int64_t highest = 0;
    std::int64_t applied = 0;  // the position's
    // Numbers have no gaps: dbsync deletes from the low end, and an insert takes highest + 1.
    [[nodiscard]] std::uint64_t deltas() const noexcept;
};

// Throws Error{Precondition} when the position is not of this capture or lies beyond its deltas
// (the file was replaced by an older copy).
void require_history(const Position& position, const CaptureRow& capture);
[[nodiscard]] Pending read_pending(Database& database, std::int32_t table_id, const Position& from);

// As SourceReader::plan_batch, in the transaction that is open.
[[nodiscard]] Batch make_plan(Database& database,
                              const CaptureRow& capture,
                              std::span<const Table> tables,
                              const Cursor& from,
                              std::uint64_t deltas_max);

}  // namespace dbsync::sqlite
