// SPDX-License-Identifier: MIT
#include "cli/command.hpp"
#include "cli/job_session.hpp"
#include "cli/json_result.hpp"
#include "cli/text_result.hpp"

namespace dbsync::cli {

Outcome run_verify(const Invocation& invocation) {
    JobSession session{invocation, JobSession::Use::Work};
    const VerifyResult result = session.migration().verify(invocation.values.flag("repair"));
    Outcome outcome{.text = text_of(result, session.row_text()),
                    .json = json_of(result, session.row_text())};
    if (!result.identical) {
        outcome.error = difference_error(result);
    }
    return outcome;
}

}  // namespace dbsync::cli
