// SPDX-License-Identifier: MIT
// What every phase works with: the two ends, the job's name, how many workers, and the operator's
// wish to stop. Plain references; the caller keeps everything alive.
#pragma once

#include "engine/source.hpp"
#include "engine/target.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace dbsync {

struct Move {
    Source& source;
    Target& target;
    std::string job;
    std::size_t workers = 2;  // connections that work in parallel on each end
    std::chrono::milliseconds lock_timeout{2'000};  // longest wait for a lock outside the freeze
    std::stop_token stop = {};
    // Another object for the same target, for work that one object cannot do in parallel.
    std::function<std::unique_ptr<Target>()> another_target = {};
};

// Brings the target to the state that the reader's current snapshot shows: the one thing that
// verification and cutover need of catch-up. Handed in by src/migration.
using CompletePass = std::function<void(SourceReader& reader, SnapshotTime time)>;

// The table with that id. An unknown id is a bug of ours and aborts.
[[nodiscard]] const Table& table_by_id(const std::vector<Table>& tables, std::int32_t id);

}  // namespace dbsync
