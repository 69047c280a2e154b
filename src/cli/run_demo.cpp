// SPDX-License-Identifier: MIT
#include "cli/command.hpp"
#include "cli/job_session.hpp"
#include "demo/demo.hpp"

#include <iostream>
#include <sstream>

namespace dbsync::cli {

namespace {

constexpr std::uint64_t seconds_max = 3'600;
constexpr std::uint64_t rate_max = 1'000'000;

std::uint64_t bounded(const Values& values, const std::string& name, std::uint64_t max) {
    const std::uint64_t value = values.count(name);
    if (value < 1 || value > max) {
        throw Error{{.kind = ErrorKind::Usage,
                     .what_failed = "--" + name + " cannot be " + std::to_string(value),
                     .hint = "write a number from 1 to " + std::to_string(max)}};
    }
    return value;
}

}  // namespace

Outcome run_demo_command(const Invocation& invocation) {
    const Values& values = invocation.values;
    DemoOptions options;
    options.seconds = std::chrono::seconds{bounded(values, "seconds", seconds_max)};
    options.rate = static_cast<int>(bounded(values, "rate", rate_max));
    options.jobs = values.is_set("jobs") ? static_cast<int>(worker_count(values)) : 0;
    options.report = values.text("report");
    options.json = values.flag("json");
    std::ostringstream result;
    Outcome outcome;
    outcome.exit_code = run_demo(options, result, std::cerr, invocation.stop);
    (options.json ? outcome.json : outcome.text) = result.str();
    outcome.json_is_whole = true;
    return outcome;
}

}  // namespace dbsync::cli
