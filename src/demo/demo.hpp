// SPDX-License-Identifier: MIT
// `dbsync demo`: a live move that anybody can watch, on two SQLite files in a temporary folder.
// Writers place, change and cancel orders all the while and remember every commit that they were
// told of; afterwards the target must hold exactly these.
#pragma once

#include <chrono>
#include <iosfwd>
#include <stop_token>
#include <string>

namespace dbsync {

struct DemoOptions {
    // How long the writers write in all; longer if the move takes longer. Default: 8 s.
    std::chrono::seconds seconds{8};
    // Transactions a second, over all writers. Default: 400.
    int rate = 400;
    // Parallel workers of the move. Default: 0, which means as many as cores, at most 4.
    int jobs = 0;
    // Where to write the result as JSON; empty for nowhere.
    std::string report;
    // The result as JSON on `out` instead of a table.
    bool json = false;
};

// Tells the story on `narration` and the result on `out`. Returns the exit code: 0 only if every
// acknowledged commit stands on the target, nothing else does, and no commit failed. The folder
// is removed, unless something went wrong: then its name is told. Throws Error.
[[nodiscard]] int run_demo(const DemoOptions& options,
                           std::ostream& out,
                           std::ostream& narration,
                           const std::stop_token& stop);

}  // namespace dbsync
