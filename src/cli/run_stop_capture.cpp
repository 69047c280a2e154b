// SPDX-License-Identifier: MIT
#include "cli/command.hpp"
#include "cli/job_session.hpp"
#include "cli/json_result.hpp"

namespace dbsync::cli {

Outcome run_stop_capture(const Invocation& invocation) {
    const bool keep_target = invocation.values.flag("keep-target");
    JobSession session{invocation, JobSession::Use::Work};
    session.migration().stop_capture(keep_target);
    return {.text = keep_target ? "nothing of dbsync is left on the source\n"
                                : "nothing of dbsync is left on either end\n",
            .json = json_of_phase(session.state().phase())};
}

}  // namespace dbsync::cli
