// SPDX-License-Identifier: MIT
// Rows that were put aside because they have no form on this target: dbsync.target_quarantine.
#pragma once

#include "engine/target.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace dbsync::postgres {

class Connection;

// As TargetSession::quarantine(), within the open transaction.
void put_aside(Connection& connection,
               const std::string& job,
               const Table& table,
               std::span<const QuarantinedRow> rows,
               std::span<const std::string> settled_keys,
               bool all);

// As TargetSession::read_quarantined().
void read_put_aside(Connection& connection,
                    const std::string& job,
                    std::int32_t table_id,
                    const std::function<void(const QuarantinedRow&)>& take);

// As Target::quarantined().
[[nodiscard]] std::vector<std::pair<std::int32_t, std::uint64_t>> count_put_aside(
    Connection& connection, const std::string& job);

// How many rows are put aside that are no job's any more.
[[nodiscard]] std::uint64_t count_left(Connection& connection);

// Lets go of a job's rows: those that were put aside for good stay, as nobody's.
void leave_put_aside(Connection& connection, const std::string& job, bool for_good);

}  // namespace dbsync::postgres
