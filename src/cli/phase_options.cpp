// SPDX-License-Identifier: MIT
#include "cli/phase_options.hpp"

#include "base/error.hpp"

#include <unistd.h>

#include <iostream>
#include <string>

namespace dbsync::cli {

namespace {

Error usage(const std::string& what, const std::string& hint) {
    return Error{{.kind = ErrorKind::Usage, .what_failed = what, .hint = hint}};
}

void refuse_later(const Values& values, const std::string& name, const std::string& hint) {
    if (values.is_set(name) && values.text(name) != "false") {
        throw usage("--" + name + " is not available yet", hint);
    }
}

std::chrono::milliseconds above_zero(const Values& values, const std::string& name) {
    const auto value = values.duration(name);
    if (value.count() == 0) {
        throw usage("--" + name + " cannot be 0", "write a duration such as 200ms, 2s or 10m");
    }
    return value;
}

}  // namespace

StartCaptureOptions start_capture_options_of(const Values& values) {
    return {.lock_timeout = above_zero(values, "lock-timeout"),
            .retry_for = values.duration("retry-for")};
}

SnapshotCommandOptions snapshot_options_of(const Values& values) {
    SnapshotCommandOptions options;
    options.external = values.flag("external");
    const std::string schema = values.text("schema");
    if (schema == "none") {
        options.schema = SchemaChoice::None;
    } else if (schema == "only") {
        options.schema = SchemaChoice::Only;
    }
    if (options.external && options.schema == SchemaChoice::Only) {
        throw usage("--external and --schema only exclude each other",
                    "leave --schema out: an external restore brings its own schema");
    }
    if (values.is_set("chunk-rows")) {
        options.chunk_rows = values.count("chunk-rows");
        if (options.chunk_rows == 0) {
            throw usage("--chunk-rows cannot be 0", "leave it out to have dbsync choose");
        }
    }
    return options;
}

CatchupOptions catchup_options_of(const Values& values) {
    refuse_later(values, "max-load", "use --throttle DURATION to leave the ends more air");
    if (values.is_set("batch-rows") && values.count("batch-rows") == 0) {
        throw usage("--batch-rows cannot be 0", "leave it out to have dbsync choose");
    }
    CatchupOptions options;
    if (values.is_set("until-lag")) {
        options.until_lag =
            std::chrono::duration_cast<std::chrono::seconds>(values.duration("until-lag"));
    }
    if (values.is_set("timeout")) {
        options.timeout = values.duration("timeout");
    }
    if (values.is_set("throttle")) {
        options.throttle = values.duration("throttle");
    }
    return options;
}

CutoverCommandOptions cutover_options_of(const Values& values) {
    refuse_later(values, "keep-reverse", "leave it out; it comes with the rollback command");
    if (values.text("freeze") != "lock") {
        throw usage("--freeze " + values.text("freeze") + " is not available yet",
                    "use --freeze lock, which is the default");
    }
    CutoverCommandOptions options;
    options.max_freeze = above_zero(values, "max-freeze");
    options.hooks = {.on_frozen = values.text("on-frozen"),
                     .on_switch = values.text("on-switch"),
                     .on_abort = values.text("on-abort")};
    const std::string verify = values.text("verify");
    if (verify == "full") {
        options.verify = VerifyChoice::Full;
    } else if (verify == "none") {
        options.verify = VerifyChoice::None;
    }
    return options;
}

void confirm_cutover(const Values& values) {
    if (values.flag("yes") || isatty(STDIN_FILENO) != 1 || isatty(STDERR_FILENO) != 1) {
        return;
    }
    std::cerr << "This stops the writers of the source for a moment and then closes it for good.\n"
                 "Type yes to go on: "
              << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    if (answer != "yes") {
        throw usage("the cutover was not confirmed; nothing was touched",
                    "run it again and type yes, or give --yes");
    }
}

}  // namespace dbsync::cli
