// SPDX-License-Identifier: MIT
#include "cli/command.hpp"
#include "cli/job_session.hpp"
#include "cli/json_result.hpp"
#include "cli/phase_options.hpp"
#include "cli/text_result.hpp"

namespace dbsync::cli {

Outcome run_cutover(const Invocation& invocation) {
    CutoverCommandOptions options = cutover_options_of(invocation.values);
    options.dry_run = invocation.values.flag("dry-run");
    JobSession session{invocation, JobSession::Use::Work};
    if (!options.dry_run) {
        confirm_cutover(invocation.values);
    }
    const CutoverCommandResult result = session.migration().cutover(options);
    return {.text = text_of(result), .json = json_of(result)};
}

}  // namespace dbsync::cli
