// SPDX-License-Identifier: MIT
#include "cli/command.hpp"
#include "cli/job_session.hpp"
#include "cli/json_result.hpp"
#include "cli/phase_options.hpp"
#include "cli/text_result.hpp"

namespace dbsync::cli {

Outcome run_catchup(const Invocation& invocation) {
    CatchupOptions options = catchup_options_of(invocation.values);
    options.follow = invocation.values.flag("follow");
    if (options.follow && options.until_lag) {
        throw Error{{.kind = ErrorKind::Usage,
                     .what_failed = "--follow and --until-lag exclude each other",
                     .hint = "give one of them"}};
    }
    JobSession session{invocation, JobSession::Use::Work};
    const CatchupResult result = session.migration().catchup(options);
    return {.text = text_of(result), .json = json_of(result)};
}

}  // namespace dbsync::cli
