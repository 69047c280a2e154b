// SPDX-License-Identifier: MIT
#include "cli/command.hpp"
#include "cli/job_session.hpp"
#include "cli/json_result.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <string>

namespace dbsync::cli {

Outcome run_stop_capture(const Invocation& invocation) {
    const bool keep_target = invocation.values.flag("keep-target");
    JobSession session{invocation, JobSession::Use::Work};
    const std::uint64_t stay = session.migration().stop_capture(keep_target);
    std::string text = keep_target ? "nothing of dbsync is left on the source\n"
                                   : "nothing of dbsync is left on either end\n";
    if (stay > 0) {
        text = fmt::format("nothing of dbsync is left but the {} rows that were put aside on the "
                           "target: drop their table when you have dealt with them\n",
                           stay);
    }
    return {.text = text,
            .json = json_of_phase(session.state().phase())};
}

}  // namespace dbsync::cli
