// SPDX-License-Identifier: MIT
// Rates and the time left come from the samples that a running command leaves in the state.
#include "cli/command.hpp"
#include "cli/job_session.hpp"
#include "cli/json_result.hpp"
#include "cli/text_result.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <iomanip>
#include <sstream>

namespace dbsync::cli {

namespace {

constexpr std::size_t samples_looked_at = 15;  // about half a minute of a running command
constexpr double sample_age_max_s = 60;        // older ones tell nothing about now

// Seconds since 1970 of "2026-01-31T12:00:00.123Z".
double seconds_of(const std::string& at) {
    std::tm time{};
    std::istringstream text{at};
    char point = 0;
    double milliseconds = 0;
    text >> std::get_time(&time, "%Y-%m-%dT%H:%M:%S") >> point >> milliseconds;
    return static_cast<double>(timegm(&time)) + milliseconds / 1'000;
}

double grown(std::uint64_t before, std::uint64_t after) {
    return after > before ? static_cast<double>(after - before) : 0;
}

// The samples of the phase that runs now, oldest first; empty if nothing runs.
std::vector<Sample> recent_samples(const StateStore& state) {
    std::vector<Sample> samples = state.samples();
    if (samples.empty() || static_cast<double>(std::time(nullptr)) -
                                   seconds_of(samples.back().at) > sample_age_max_s) {
        return {};
    }
    const std::string phase = samples.back().phase;
    std::erase_if(samples, [&](const Sample& each) { return each.phase != phase; });
    if (samples.size() > samples_looked_at) {
        samples.erase(samples.begin(), samples.end() - samples_looked_at);
    }
    return samples;
}

StatusExtras extras_of(const StateStore& state, const StatusResult& status) {
    StatusExtras extras;
    const std::vector<Sample> samples = recent_samples(state);
    if (samples.size() < 2) {
        return extras;
    }
    const Sample& first = samples.front();
    const Sample& last = samples.back();
    const double seconds = seconds_of(last.at) - seconds_of(first.at);
    if (seconds <= 0) {
        return extras;
    }
    extras.rows_per_second = grown(first.rows_copied, last.rows_copied) / seconds;
    extras.deltas_per_second = grown(first.deltas_applied, last.deltas_applied) / seconds;
    double rows_left = 0;
    for (const TableStatus& each : status.tables) {
        rows_left += grown(each.copied_rows, each.rows_estimate);
    }
    if (last.phase == "snapshot" && extras.rows_per_second > 0) {
        extras.eta_seconds = std::llround(rows_left / extras.rows_per_second);
    } else if (last.phase == "catchup" && extras.deltas_per_second > 0) {
        extras.eta_seconds =
            std::llround(static_cast<double>(last.deltas_behind) / extras.deltas_per_second);
    }
    return extras;
}

}  // namespace

Outcome run_status(const Invocation& invocation) {
    if (invocation.values.flag("watch")) {
        throw Error{{.kind = ErrorKind::Usage,
                     .what_failed = "--watch is not available yet",
                     .hint = "run `watch dbsync status`"}};
    }
    JobSession session{invocation, JobSession::Use::Look};
    const StatusResult result = session.migration().status();
    const StatusExtras extras = extras_of(session.state(), result);
    return {.text = text_of(result, extras), .json = json_of(result, extras)};
}

}  // namespace dbsync::cli
