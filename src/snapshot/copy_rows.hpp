// SPDX-License-Identifier: MIT
// Copies every chunk of every table with several workers. See copy_rows.cpp.
#pragma once

#include "engine/move.hpp"
#include "report/progress.hpp"
#include "snapshot/snapshot.hpp"

#include <functional>
#include <vector>

namespace dbsync {

// Called by a worker when the last chunk of a table is committed; may take long.
using TableCopiedHook = std::function<void(const Table& table)>;

// Copies what the target's ledger does not have yet. Throws the first error of a worker after all
// of them have stopped.
SnapshotResult copy_rows(const Move& move, const std::vector<Table>& tables,
                         const SnapshotOptions& options, ProgressListener& progress,
                         const TableCopiedHook& table_copied);

}  // namespace dbsync
