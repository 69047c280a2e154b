// SPDX-License-Identifier: MIT
// The lag is measured with the source's clock alone: a complete pass at a snapshot taken at time
// t means that every change committed before t is on the target, so nothing missing is older than
// "now at the source" minus t. While a backlog is worked off the last such t stands still.
#include "catchup/catchup.hpp"

#include "base/log.hpp"
#include "base/retry.hpp"

#include <algorithm>
#include <utility>

namespace dbsync {

using Clock = std::chrono::steady_clock;

Catchup::Catchup(Move move, Pass& pass, ProgressListener& progress)
    : move_{std::move(move)}, pass_{pass}, progress_{progress} {}

void Catchup::report(const CatchupResult& result, const PassResult& batch) {
    Progress progress;
    progress.phase = "catchup";
    progress.deltas_behind = batch.deltas_behind;
    progress.lag_seconds = result.lag.seconds;
    progress.deltas_applied = result.deltas;
    progress_.on_progress(progress);
}

std::int64_t Catchup::lag_seconds(const PassResult& batch) {
    if (batch.complete) {
        const std::int64_t age_us = move_.source.clock_us() - batch.source_unix_us;
        return std::max<std::int64_t>(0, age_us / 1'000'000);
    }
    const std::optional<TargetJob> job = move_.target.job(move_.job);
    const std::int64_t since =
        job && job->watermark_unix_us > 0 ? job->watermark_unix_us : batch.source_unix_us;
    return std::max<std::int64_t>(1, (move_.source.clock_us() - since) / 1'000'000);
}

PassResult Catchup::one_batch(CatchupResult& result) {
    const auto begun = Clock::now();
    const PassResult batch = pass_.run_batch();
    ++result.passes;
    result.deltas += batch.deltas;
    result.applied.keys += batch.applied.keys;
    result.applied.rows_written += batch.applied.rows_written;
    result.applied.rows_deleted += batch.applied.rows_deleted;
    result.lag.rows = batch.deltas_behind;
    if (batch.complete) {
        result.last_pass =
            std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
    }
    // Other connections than the batch's: a server that was restarted meanwhile is asked again.
    result.lag.seconds = retry(RetryPolicy{}, move_.stop, [&] { return lag_seconds(batch); });
    report(result, batch);
    return batch;
}

CatchupResult Catchup::run(const CatchupOptions& options) {
    const auto begun = Clock::now();
    const std::int64_t lag_max = options.until_lag ? options.until_lag->count() : 0;
    CatchupResult result;
    for (;;) {
        PassResult batch;
        try {
            throw_if_stopped(move_.stop);
            batch = one_batch(result);
        } catch (const Error& error) {
            if (options.follow && error.kind() == ErrorKind::Interrupted) {
                return result;
            }
            throw;
        }
        const bool reached = batch.complete && result.lag.seconds <= lag_max;
        if (!options.follow && batch.complete && (reached || !options.until_lag)) {
            return result;
        }
        if (!options.follow && options.timeout && Clock::now() - begun >= *options.timeout) {
            throw Error{{.kind = ErrorKind::LagNotReached,
                         .what_failed = "the lag is still " + std::to_string(result.lag.seconds) +
                                        " s (" + std::to_string(result.lag.rows) +
                                        " deltas) after the timeout",
                         .hint = "run catchup again with more time, or see docs/operating/"
                                 "troubleshooting.md on a target that cannot keep up"}};
        }
        if (options.follow && options.timeout && Clock::now() - begun >= *options.timeout) {
            return result;
        }
        if (options.follow && batch.complete) {
            wait_unless_stopped(options.idle_wait, move_.stop);
        }
        if (options.throttle.count() > 0) {
            wait_unless_stopped(options.throttle, move_.stop);
        }
    }
}

}  // namespace dbsync
