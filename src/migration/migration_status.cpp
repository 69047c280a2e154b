// SPDX-License-Identifier: MIT
// Where a job stands, from the state file and from whichever end can be asked.
#include "migration/migration.hpp"

#include <algorithm>
#include <map>

namespace dbsync {

StatusResult Migration::status() {
    StatusResult result;
    result.phase = state_.phase();
    std::vector<Table> captured;
    try {
        captured = source_.captured_tables();
    } catch (const Error& error) {
        result.unreachable.push_back(std::string{"source: "} + error.what());
    }
    std::optional<TargetJob> job;
    std::map<std::int32_t, std::uint64_t> copied;
    try {
        job = target_.job(options_.job);
        if (job) {
            for (const ChunkRecord& record : target_.chunks(options_.job)) {
                copied[record.chunk.table_id] += record.rows;
            }
        }
    } catch (const Error& error) {
        result.unreachable.push_back(std::string{"target: "} + error.what());
    }
    std::map<std::string, std::string> verified_at;
    for (const VerifiedTable& each : state_.verified_tables()) {
        verified_at[each.table] = each.verified_at;
    }
    std::map<std::int32_t, std::uint64_t> pending;
    if (!captured.empty() && result.unreachable.empty()) {
        Lag lag;
        for (const BacklogTable& each : source_.backlog(job ? job->watermark : Cursor{})) {
            pending[each.table_id] = each.deltas;
            lag.rows += each.deltas;
        }
        if (job && job->watermark_unix_us > 0 && lag.rows > 0) {
            lag.seconds = std::max<std::int64_t>(
                0, (source_.clock_us() - job->watermark_unix_us) / 1'000'000);
        }
        result.lag = lag;
        const CaptureState capture = source_.capture_state();
        if (result.phase == phase_new || (result.phase == phase_frozen && !capture.fenced)) {
            result.phase = phase_of(job, capture);
        }
    }
    for (const Table& table : captured) {
        result.tables.push_back({.table = table.name.display(),
                                 .rows_estimate = table.rows_estimate,
                                 .copied_rows = copied[table.id],
                                 .pending_deltas = pending[table.id],
                                 .verified_at = verified_at[table.name.display()]});
    }
    return result;
}

// The phase as the two ends tell it, for a job whose state file is lost, or was left at a fence
// that did not get up.
std::string Migration::phase_of(const std::optional<TargetJob>& job, const CaptureState& capture) {
    if (capture.fenced) {
        return job && job->woken ? phase_cut_over : phase_frozen;
    }
    if (!job) {
        return phase_capturing;
    }
    return job->indexes_built ? phase_catching_up : phase_copying;
}

}  // namespace dbsync
