// SPDX-License-Identifier: MIT
#include "cli/command.hpp"

#include "cli/option_table.hpp"
#include "cli/suggest.hpp"

#include <algorithm>
#include <array>

namespace dbsync::cli {

namespace {

// Named in the documentation, and not in this release.
constexpr std::array<const char*, 2> later_commands{"rollback", "report"};

const char* const check_text =
    "Connects to both ends, changes nothing, and lists every table with its key, its size and\n"
    "how its changes would be captured, and every finding: ok, warn or fail, each with what to do\n"
    "about it. Exit code 3 if anything is a fail.";

const char* const start_capture_text =
    "Installs delta tables and triggers on the source. When it returns 0, every change from then\n"
    "on is recorded. Waits for no lock longer than --lock-timeout and tries again, so that the\n"
    "application never queues up behind it. Can be run again.";

const char* const snapshot_text =
    "Creates the schema on the target, copies the rows in parallel chunks while writers write,\n"
    "and builds indexes and constraints. Run again after a crash, it copies only what is missing.";

const char* const catchup_text =
    "Applies what was recorded, batch by batch. Without --until-lag and --follow it stops when\n"
    "nothing is left.";

const char* const verify_text =
    "Compares both ends row by row, exactly, while writers write, and names every key that\n"
    "differs. Exit code 6 if any does.";

const char* const cutover_text =
    "Catches up, stops the writers, applies what is left, verifies, fences the source and opens\n"
    "the target. Any failure before the fence releases the writers and leaves the source as it\n"
    "was (exit code 7). On a terminal it asks first; --yes answers.";

const char* const status_text =
    "Shows where the job is: phase, rows copied, changes pending, lag, rates, last verification.\n"
    "Changes nothing, works while another command runs, and tells what is known when an end is\n"
    "down.";

const char* const stop_capture_text =
    "Removes every object that dbsync made, on both ends: triggers, delta tables, the fence.\n"
    "Can be run again.";

const char* const migrate_text =
    "The whole move in one command: check, start-capture, snapshot, catchup, verify, and with\n"
    "--cutover the switch. Run again after any interruption, it goes on where it was.";

const char* const demo_text =
    "Moves a small shop between two SQLite files in a temporary folder while writers write to it,\n"
    "and compares what was acknowledged to the writers with what stands on the target. Needs no\n"
    "server.";

const char* const check_example =
    "dbsync check --source postgresql://app@old.example/shop "
    "--target postgresql://app@new.example/shop";
const char* const start_capture_example =
    "dbsync start-capture --source sqlite:old.db --target sqlite:new.db";
const char* const cutover_example =
    "dbsync cutover --max-freeze 10s --on-switch './point-the-app-at-the-new-server.sh' --yes";
const char* const migrate_example =
    "dbsync migrate --source sqlite:old.db --target sqlite:new.db --cutover --yes";

std::vector<Command> make_commands() {
    return {
        {"check", "is this move possible, and what will bite?", check_text,
         check_options(), true, check_example, run_check},
        {"start-capture", "before any copy: record every change from here on", start_capture_text,
         start_capture_options(), true, start_capture_example, run_start_capture},
        {"snapshot", "copy schema and rows (or adopt a restored dump)", snapshot_text,
         snapshot_options(), true, "dbsync snapshot --jobs 4", run_snapshot},
        {"catchup", "apply what was recorded meanwhile", catchup_text, catchup_options(), true,
         "dbsync catchup --until-lag 0 --timeout 1h", run_catchup},
        {"verify", "compare both ends exactly, while writers write", verify_text,
         verify_options(), true, "dbsync verify --json", run_verify},
        {"cutover", "freeze, final pass, verify, switch, fence: or undo all of it", cutover_text,
         cutover_options(), true, cutover_example, run_cutover},
        {"status", "phase, counts, lag, last verification", status_text, status_options(), true,
         "dbsync status --json", run_status},
        {"stop-capture", "leave no trace of dbsync on either end", stop_capture_text,
         stop_capture_options(), true, "dbsync stop-capture", run_stop_capture},
        {"migrate", "all of it in one resumable command", migrate_text, migrate_options(), true,
         migrate_example, run_migrate},
        {"demo", "a live move of two SQLite files, needing no server", demo_text, demo_options(),
         false, "dbsync demo --seconds 8", run_demo_command},
    };
}

}  // namespace

const std::vector<Command>& commands() {
    static const std::vector<Command> all = make_commands();
    return all;
}

const Command& find_command(const std::string& name) {
    std::vector<std::string> names;
    for (const Command& each : commands()) {
        if (each.name == name) {
            return each;
        }
        names.push_back(each.name);
    }
    if (std::find(later_commands.begin(), later_commands.end(), name) != later_commands.end()) {
        throw Error{{.kind = ErrorKind::Usage,
                     .what_failed = "the command '" + name + "' is not in this release",
                     .hint = "run dbsync --help to see the commands that are"}};
    }
    const std::string meant = nearest(name, names);
    throw Error{{.kind = ErrorKind::Usage,
                 .what_failed = "unknown command '" + name + "'",
                 .hint = meant.empty() ? "run dbsync --help to see the commands"
                                       : "write '" + meant + "' if that is what you meant"}};
}

OptionTable options_of(const Command& command) {
    return joined({command.options, command.has_job ? job_options() : OptionTable{},
                   general_options()});
}

OptionTable options_of_all() {
    OptionTable all;
    for (const Command& command : commands()) {
        all = joined({all, options_of(command)});
    }
    return all;
}

}  // namespace dbsync::cli
