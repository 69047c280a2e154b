// SPDX-License-Identifier: MIT
// Applies what capture recorded, pass after pass, until the lag is what was asked for.
#pragma once

#include "catchup/pass.hpp"
#include "report/progress.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace dbsync {

struct CatchupOptions {
    // Stop once the lag is at or below this; 0 means below one second. Default: none (stop at the
    // first complete pass).
    std::optional<std::chrono::seconds> until_lag = {};
    // Go on until a stop is asked for. Default: no.
    bool follow = false;
    // Give up after this time with Error{LagNotReached}; progress is kept. Default: none.
    std::optional<std::chrono::milliseconds> timeout = {};
    // Pause after each batch, to leave the ends more air. Default: none.
    std::chrono::milliseconds throttle{0};
    // Wait between two looks while there is nothing to do. Default: 200 ms.
    std::chrono::milliseconds idle_wait{200};
};

struct Lag {
    // Upper bound of the age of the oldest committed change the target does not have, by the
    // source's clock; 0 means below one second.
    std::int64_t seconds = 0;
    std::uint64_t rows = 0;  // deltas not applied
};

struct CatchupResult {
    Lag lag;
    std::uint64_t passes = 0;
    std::uint64_t deltas = 0;
    ApplyCounts applied;
    std::chrono::milliseconds last_pass{0};  // how long the last complete pass took
};

class Catchup {
  public:
    Catchup(Move move, Pass& pass, ProgressListener& progress);

    // Throws Error{LagNotReached} at the timeout and Error{Interrupted} when a stop is asked for
    // (with `follow`, a stop is the normal end and returns).
    CatchupResult run(const CatchupOptions& options);

  private:
    PassResult one_batch(CatchupResult& result);
    std::int64_t lag_seconds(const PassResult& batch);
    void report(const CatchupResult& result, const PassResult& batch);

    Move move_;
    Pass& pass_;
    ProgressListener& progress_;
};

}  // namespace dbsync
