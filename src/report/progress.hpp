// SPDX-License-Identifier: MIT
// How far a run has come, as data. The phases fill it in; whoever listens draws it, logs it or
// passes it over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace dbsync {

struct Progress {
    std::string phase;  // "capture", "snapshot", "catchup", "verify", "cutover"
    std::string step = {};  // what goes on within the phase, for example a table's name
    std::uint64_t rows_copied = 0;  // rows done: copied, or compared by verify
    std::optional<std::uint64_t> rows_estimate = {};  // absent until the source has told us
    std::uint64_t deltas_applied = 0;
    std::uint64_t deltas_behind = 0;
    std::int64_t lag_seconds = 0;
};

class ProgressListener {
  public:
    virtual ~ProgressListener() = default;
    // May be called from any thread, several at once, and often; returns quickly.
    virtual void on_progress(const Progress& progress) = 0;
};

// For callers that do not want to know.
class SilentProgress : public ProgressListener {
  public:
    void on_progress(const Progress& /*progress*/) override {}
};

}  // namespace dbsync
