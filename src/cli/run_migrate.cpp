// SPDX-License-Identifier: MIT
// The commands one after the other. Each can be repeated and does only what is left, so that a
// second run of migrate goes on where the first one was.
#include "cli/command.hpp"
#include "cli/job_session.hpp"
#include "cli/json_result.hpp"
#include "cli/phase_options.hpp"
#include "cli/text_result.hpp"

#include <string>
#include <utility>
#include <vector>

namespace dbsync::cli {

namespace {

using Steps = std::vector<std::pair<std::string, std::string>>;

struct MigrateOptions {
    StartCaptureOptions capture;
    SnapshotCommandOptions snapshot;
    CatchupOptions catchup;
    CutoverCommandOptions cutover;
    std::string backup;
    bool repair = false;
    bool switch_over = false;
};

MigrateOptions options_of(const Values& values) {
    MigrateOptions options{.capture = start_capture_options_of(values),
                           .snapshot = snapshot_options_of(values),
                           .catchup = catchup_options_of(values),
                           .cutover = cutover_options_of(values),
                           .backup = values.text("backup"),
                           .repair = values.flag("repair"),
                           .switch_over = values.flag("cutover")};
    if (options.snapshot.schema == SchemaChoice::Only) {
        throw Error{{.kind = ErrorKind::Usage,
                     .what_failed = "--schema only is for the snapshot command",
                     .hint = "give migrate --schema all or --schema none"}};
    }
    if (!options.catchup.until_lag) {
        options.catchup.until_lag = std::chrono::seconds{0};
    }
    return options;
}

// A failing check ends the run before anything is touched.
void check_first(JobSession& session, Outcome& outcome, Steps& steps) {
    const CheckResult result = session.migration().check(false);
    steps.emplace_back("check", json_of(result));
    if (result.has_failure()) {
        outcome.text += text_of(result);
        outcome.error = Error{{.kind = ErrorKind::Precondition,
                               .what_failed = "some findings of the check speak against this move",
                               .hint = "do what stands behind each FAIL and run it again"}};
    }
}

// Everything while writers write. Leaves an error in the outcome when the move cannot go on.
void run_online(JobSession& session, const MigrateOptions& options, Outcome& outcome,
                Steps& steps) {
    Migration& migration = session.migration();
    const std::string phase = session.state().phase();
    if (phase == phase_new || phase == phase_stopped) {
        check_first(session, outcome, steps);
        if (outcome.error) {
            return;
        }
    }
    if (!options.backup.empty()) {
        migration.back_up(options.backup);
        outcome.text += "backed up to " + options.backup + "\n\n";
    }
    const StartCaptureResult captured = migration.start_capture(options.capture);
    steps.emplace_back("start_capture", json_of(captured));
    outcome.text += text_of(captured) + "\n";
    const SnapshotResult copied = migration.snapshot(options.snapshot);
    steps.emplace_back("snapshot", json_of(copied));
    outcome.text += text_of(copied) + "\n";
    const CatchupResult caught_up = migration.catchup(options.catchup);
    steps.emplace_back("catchup", json_of(caught_up));
    outcome.text += text_of(caught_up) + "\n";
    const VerifyResult verified = migration.verify(options.repair);
    steps.emplace_back("verify", json_of(verified, session.row_text()));
    outcome.text += text_of(verified, session.row_text());
    if (!verified.identical) {
        outcome.error = difference_error(verified);
    }
}

}  // namespace

Outcome run_migrate(const Invocation& invocation) {
    const MigrateOptions options = options_of(invocation.values);
    JobSession session{invocation, JobSession::Use::Work};
    if (options.switch_over) {
        confirm_cutover(invocation.values);
    }
    Outcome outcome;
    Steps steps;
    const std::string phase = session.state().phase();
    if (phase != phase_frozen && phase != phase_cut_over) {
        run_online(session, options, outcome, steps);
    }
    if (!outcome.error && options.switch_over) {
        const CutoverCommandResult result = session.migration().cutover(options.cutover);
        steps.emplace_back("cutover", json_of(result));
        outcome.text += "\n" + text_of(result);
    } else if (!outcome.error) {
        outcome.text += phase == phase_cut_over
                            ? "this job has been cut over already\n"
                            : "ready: run `dbsync cutover`, or migrate with --cutover\n";
    }
    outcome.json = json_of_steps(steps, session.state().phase());
    return outcome;
}

}  // namespace dbsync::cli
