// SPDX-License-Identifier: MIT
// Chooses what the next batch consists of, from what the snapshot of the open transaction sees.
#pragma once

#include "engine/mysql/catalog.hpp"
#include "engine/mysql/connection.hpp"
#include "engine/source.hpp"

#include <functional>
#include <span>
#include <string>

namespace dbsync::mysql {

// Most marks in a batch: they are held in memory, here and while cascades are followed.
inline constexpr std::uint64_t batch_marks_max = 50'000;
// Most runs of ids that a batch adds to its cursor, shared out over the tables that have deltas; a
// table may always add `table_runs_min`.
inline constexpr std::size_t batch_runs_max = 20'000;
inline constexpr std::size_t table_runs_min = 100;

struct PlanInput {
    std::string epoch;  // of the capture in this snapshot
    std::int64_t boot;  // of the server, see delta_cursor.hpp
    std::span<const Table> tables;
    std::span<const Cascade> cascades;  // those whose child is one of `tables`
    std::function<const TableShape&(const Table&)> shape;
};

// See SourceReader::plan_batch(). Marks of cascades come before all deltas: no row may leave the
// target as long as a mark that leads through it is pending.
[[nodiscard]] Batch make_plan(Connection& connection,
                              const PlanInput& input,
                              const Cursor& from,
                              std::uint64_t deltas_max);

}  // namespace dbsync::mysql
