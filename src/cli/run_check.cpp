// SPDX-License-Identifier: MIT
#include "cli/command.hpp"
#include "cli/job_session.hpp"
#include "cli/json_result.hpp"
#include "cli/text_result.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dbsync::cli {

Outcome run_check(const Invocation& invocation) {
    JobSession session{invocation, JobSession::Use::Look};
    const CheckResult result = session.migration().check(invocation.values.flag("scan"));
    Outcome outcome{.text = text_of(result), .json = json_of(result)};
    if (result.has_failure()) {
        const auto failures =
            std::count_if(result.findings.begin(), result.findings.end(),
                          [](const Finding& each) { return each.severity == Severity::Fail; });
        outcome.error = Error{{.kind = ErrorKind::Precondition,
                               .what_failed = fmt::format("{} of the findings speak against this "
                                                          "move",
                                                          failures),
                               .hint = "do what stands behind each FAIL and run check again"}};
    }
    return outcome;
}

}  // namespace dbsync::cli
