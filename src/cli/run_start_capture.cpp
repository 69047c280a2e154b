// SPDX-License-Identifier: MIT
#include "cli/command.hpp"
#include "cli/job_session.hpp"
#include "cli/json_result.hpp"
#include "cli/phase_options.hpp"
#include "cli/text_result.hpp"

namespace dbsync::cli {

namespace {

Outcome dry_run(const Invocation& invocation) {
    JobSession session{invocation, JobSession::Use::Look};
    const std::vector<std::string> statements = session.migration().capture_statements();
    Outcome outcome{.text = {}, .json = json_of_statements(statements)};
    for (const std::string& statement : statements) {
        outcome.text += statement + (statement.ends_with(';') ? "\n\n" : ";\n\n");
    }
    return outcome;
}

}  // namespace

Outcome run_start_capture(const Invocation& invocation) {
    const StartCaptureOptions options = start_capture_options_of(invocation.values);
    if (invocation.values.flag("dry-run")) {
        return dry_run(invocation);
    }
    JobSession session{invocation, JobSession::Use::Work};
    const StartCaptureResult result = session.migration().start_capture(options);
    return {.text = text_of(result), .json = json_of(result)};
}

}  // namespace dbsync::cli
