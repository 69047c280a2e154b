// SPDX-License-Identifier: MIT
// From what was set on the command line to what the phases want to know. Options that this
// release does not have yet are refused here, by name: Error{Usage}.
#pragma once

#include "cli/options.hpp"
#include "migration/migration.hpp"

namespace dbsync::cli {

[[nodiscard]] StartCaptureOptions start_capture_options_of(const Values& values);
[[nodiscard]] SnapshotCommandOptions snapshot_options_of(const Values& values);
// Without --follow (migrate has none).
[[nodiscard]] CatchupOptions catchup_options_of(const Values& values);
[[nodiscard]] CutoverCommandOptions cutover_options_of(const Values& values);

// Asks on a terminal unless --yes was given; scripts are not asked. Throws Error{Usage} if the
// answer is not yes.
void confirm_cutover(const Values& values);

}  // namespace dbsync::cli
