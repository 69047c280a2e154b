// SPDX-License-Identifier: MIT
// Named points in the run at which a test may kill the process or break a connection. In
// production nothing happens: one comparison with an empty string. A test sets
//   DBSYNC_FAULT_AT=<checkpoint>[:<n>]      the n-th time it is passed (default 1)
//   DBSYNC_FAULT_DO=kill                    SIGKILL to this process (default)
//   DBSYNC_FAULT_DO=run:<shell command>     run the command, wait for it, then go on
#pragma once

#include <array>
#include <string_view>

namespace dbsync {

// The fault test reads this list and covers each entry on each engine.
inline constexpr std::array<std::string_view, 25> checkpoints{
    "capture.before_install",      "capture.mid_install",         "capture.after_install",
    "snapshot.before_schema",      "snapshot.after_schema",       "snapshot.after_plan",
    "snapshot.before_chunk_commit", "snapshot.after_chunk_commit", "snapshot.after_rows",
    "snapshot.before_indexes",     "snapshot.after_indexes",      "catchup.after_read",
    "catchup.before_commit",       "catchup.after_commit",        "catchup.after_forget",
    "verify.mid_scan",             "verify.before_recheck",       "cutover.armed",
    "cutover.frozen",              "cutover.final_pass_done",     "cutover.verified",
    "cutover.before_fence",        "cutover.fenced",              "cutover.woken",
    "stop.mid_remove",
};

// Announces that the run has reached `name`, which must be one of `checkpoints`.
// Safe from any thread.
void checkpoint(std::string_view name);

}  // namespace dbsync
