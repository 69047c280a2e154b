// SPDX-License-Identifier: MIT
#include "cli/command.hpp"
#include "cli/job_session.hpp"
#include "cli/json_result.hpp"
#include "cli/phase_options.hpp"
#include "cli/text_result.hpp"

namespace dbsync::cli {

Outcome run_snapshot(const Invocation& invocation) {
    const SnapshotCommandOptions options = snapshot_options_of(invocation.values);
    if (invocation.values.flag("dry-run")) {
        JobSession session{invocation, JobSession::Use::Look};
        const std::vector<std::string> statements = session.migration().schema_statements();
        return {.text = text_of(statements), .json = json_of_statements(statements)};
    }
    JobSession session{invocation, JobSession::Use::Work};
    const SnapshotResult result = session.migration().snapshot(options);
    return {.text = text_of(result), .json = json_of(result)};
}

}  // namespace dbsync::cli
