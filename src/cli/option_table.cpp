// SPDX-License-Identifier: MIT
#include "cli/option_table.hpp"

#include <algorithm>

namespace dbsync::cli {

namespace {

OptionSpec flag(std::string name, std::string help) {
    return {.name = std::move(name), .kind = ValueKind::Flag, .value_name = {},
            .help = std::move(help)};
}

OptionSpec text(std::string name, std::string value_name, std::string help,
                std::string environment = {}, std::string default_value = {}) {
    return {.name = std::move(name), .kind = ValueKind::Text, .value_name = std::move(value_name),
            .help = std::move(help), .default_value = std::move(default_value),
            .environment = std::move(environment)};
}

OptionSpec duration(std::string name, std::string help, std::string default_value = {}) {
    return {.name = std::move(name), .kind = ValueKind::Duration, .value_name = "DURATION",
            .help = std::move(help), .default_value = std::move(default_value)};
}

OptionSpec count(std::string name, std::string help, std::string default_value = {}) {
    return {.name = std::move(name), .kind = ValueKind::Count, .value_name = "N",
            .help = std::move(help), .default_value = std::move(default_value)};
}

OptionSpec choice(std::string name, std::string help, std::vector<std::string> choices,
                  std::string default_value) {
    std::string value_name;
    for (const std::string& each : choices) {
        value_name += (value_name.empty() ? "" : "|") + each;
    }
    return {.name = std::move(name), .kind = ValueKind::Choice,
            .value_name = std::move(value_name), .help = std::move(help),
            .default_value = std::move(default_value), .choices = std::move(choices)};
}

OptionSpec patterns(std::string name, std::string help) {
    return {.name = std::move(name), .kind = ValueKind::List, .value_name = "PATTERN",
            .help = std::move(help)};
}

}  // namespace

OptionTable joined(std::initializer_list<OptionTable> tables) {
    OptionTable all;
    for (const OptionTable& table : tables) {
        for (const OptionSpec& option : table) {
            const bool known = std::any_of(all.begin(), all.end(), [&](const OptionSpec& each) {
                return each.name == option.name;
            });
            if (!known) {
                all.push_back(option);
            }
        }
    }
    return all;
}

OptionTable job_options() {
    return {
        text("source", "URL", "the database to move; remembered in the job's state",
             "DBSYNC_SOURCE"),
        text("target", "URL", "where to move it; remembered in the job's state", "DBSYNC_TARGET"),
        text("job", "NAME", "which move", "DBSYNC_JOB", "default"),
        text("state", "FILE",
             "the job's state file; without it $XDG_STATE_HOME/dbsync/NAME.db or "
             "~/.local/state/dbsync/NAME.db",
             "DBSYNC_STATE"),
        patterns("tables", "only tables whose schema.table matches this glob; repeatable"),
        patterns("exclude", "no table whose schema.table matches this glob; repeatable"),
        {.name = "map", .kind = ValueKind::List, .value_name = "TABLE.COLUMN=TYPE",
         .help = "between engines: make this column with this type on the target; repeatable, or "
                 "a [map] section in the config file"},
        choice("on-unrepresentable",
               "between engines: what becomes of a value that has no form on the target",
               {"fail", "null", "quarantine"}, "fail"),
    };
}

OptionTable general_options() {
    return {
        count("jobs", "parallel workers; without it as many as cores, at most 4"),
        text("config", "FILE", "INI file with any long option, one name = value a line",
             "DBSYNC_CONFIG"),
        flag("json", "the result as one JSON object on stdout, nothing else there"),
        choice("progress",
               "on stderr: bars on a terminal (auto), a plain line every few seconds elsewhere",
               {"auto", "bar", "plain", "none"}, "auto"),
        choice("log-level", "least severity that is logged; without it info with --log-file, "
                            "else warn",
               {"trace", "debug", "info", "warn", "error", "off"}, ""),
        text("log-file", "FILE", "append the log to this file instead of stderr"),
        choice("log-format", "form of a log line", {"text", "json"}, "text"),
        flag("help", "show this help"),
        flag("version", "show the version"),
    };
}

OptionTable check_options() {
    return {
        flag("scan", "between engines: read every row for values that have no form on the target"),
    };
}

OptionTable start_capture_options() {
    return {
        duration("lock-timeout", "longest that the application may have to wait for dbsync",
                 "2s"),
        duration("retry-for", "how long a table's locks are tried for", "10m"),
        flag("dry-run", "print the SQL on stdout and change nothing"),
    };
}

OptionTable snapshot_options() {
    return {
        flag("external", "the rows were restored by other means after start-capture: remove what "
                         "came along of dbsync, check the schema, go on"),
        choice("schema", "create the schema on the target: not at all, only, or with the rows",
               {"none", "only", "all"}, "all"),
        count("chunk-rows", "rows of one chunk; without it as many as make about 32 MiB"),
        flag("dry-run", "print the statements that would make the schema, and change nothing"),
    };
}

OptionTable catchup_options() {
    return {
        duration("until-lag", "stop, exit 0, once the lag is at or below this; 0 means below one "
                              "second"),
        flag("follow", "go on until a signal"),
        duration("timeout", "give up after this time with exit 5; progress is kept"),
        count("batch-rows", "most changes applied in one go; without it 250000"),
        duration("throttle", "pause between passes, to leave both ends more air"),
        text("max-load", "EXPR", "not available yet: refused with exit 2; use --throttle"),
    };
}

OptionTable verify_options() {
    return {
        flag("repair", "make differing rows on the target equal to the source's"),
        flag("full", "compare every row again, whatever was verified before (the comparison of "
                     "this release always does)"),
    };
}

OptionTable cutover_options() {
    return {
        duration("max-freeze", "longest time for which writers may be stopped; above it the "
                               "cutover is aborted", "30s"),
        choice("freeze", "how writers are stopped; this release has lock only",
               {"lock", "read-only", "external"}, "lock"),
        text("on-frozen", "CMD", "run when everything is verified and the source is still frozen; "
                                 "failing aborts the cutover"),
        text("on-switch", "CMD", "run when the source is fenced and the target is open"),
        text("on-abort", "CMD", "run when --on-frozen has run and the switch does not happen"),
        flag("keep-reverse", "not available yet: refused with exit 2; comes with rollback"),
        choice("verify", "what is compared under the freeze: what changed since the last "
                         "verification, everything, or nothing",
               {"changed", "full", "none"}, "changed"),
        flag("dry-run", "everything up to the freeze, which is only predicted"),
        flag("yes", "do not ask on a terminal"),
    };
}

OptionTable status_options() {
    return {flag("watch", "not available yet: refused with exit 2; use watch(1)")};
}

OptionTable stop_capture_options() {
    return {flag("keep-target", "leave dbsync's own tables on the target")};
}

OptionTable migrate_options() {
    OptionTable cutover = cutover_options();
    std::erase_if(cutover, [](const OptionSpec& each) { return each.name == "dry-run"; });
    OptionTable capture = start_capture_options();
    std::erase_if(capture, [](const OptionSpec& each) { return each.name == "dry-run"; });
    OptionTable catchup = catchup_options();
    std::erase_if(catchup, [](const OptionSpec& each) { return each.name == "follow"; });
    OptionTable snapshot = snapshot_options();
    std::erase_if(snapshot, [](const OptionSpec& each) { return each.name == "dry-run"; });
    OptionTable verify = verify_options();
    std::erase_if(verify, [](const OptionSpec& each) { return each.name == "full"; });
    return joined({{flag("cutover", "cut over at the end; without it migrate stops before"),
                    text("backup", "FILE", "before anything else copy the source, an SQLite file, "
                                           "into this new file and check the copy")},
                   capture, snapshot, catchup, verify, cutover});
}

OptionTable demo_options() {
    return {
        count("seconds", "how long the demo's writers write", "8"),
        count("rate", "transactions a second, over all writers", "400"),
        text("report", "FILE", "write the result as JSON to this file too"),
    };
}

}  // namespace dbsync::cli
