// SPDX-License-Identifier: MIT
// Parse, dispatch, and turn one Error into one message and one exit code.
#include "base/error.hpp"
#include "cli/command.hpp"
#include "cli/help.hpp"
#include "cli/job_session.hpp"
#include "cli/signals.hpp"
#include "report/json_document.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace {

using dbsync::Error;
using dbsync::ErrorKind;
namespace cli = dbsync::cli;

// What the answer needs to know even if the command line could not be understood.
struct Call {
    std::vector<std::string> arguments;  // behind the command's name
    std::string command;
    std::string job = "default";
    bool json = false;
    std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
};

void print_error(const Error& error) {
    std::cerr << "dbsync: " << error.what() << "\n";
    if (!error.fields().hint.empty()) {
        std::cerr << "  next: " << error.fields().hint << "\n";
    }
}

int answer(const Call& call, const cli::Outcome& outcome) {
    const Error* error = outcome.error ? &*outcome.error : nullptr;
    const int code = error != nullptr ? dbsync::exit_code(error->kind()) : outcome.exit_code;
    if (!call.json) {
        std::cout << outcome.text << std::flush;
    } else if (outcome.json_is_whole) {
        std::cout << outcome.json << std::flush;
    } else {
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - call.begun;
        std::cout << dbsync::json_document({.command = call.command,
                                            .job = call.job,
                                            .exit_code = code,
                                            .seconds = took.count(),
                                            .error = error},
                                           outcome.json)
                  << "\n"
                  << std::flush;
    }
    if (error != nullptr) {
        print_error(*error);
    }
    return code;
}

bool has(const std::vector<std::string>& arguments, const std::string& word) {
    return std::find(arguments.begin(), arguments.end(), word) != arguments.end();
}

int say(const std::string& text) {
    std::cout << text << std::flush;
    return 0;
}

int dispatch(Call& call) {
    if (call.command.empty()) {
        throw Error{{.kind = ErrorKind::Usage,
                     .what_failed = "no command given",
                     .hint = "run dbsync --help to see the commands"}};
    }
    if (call.command == "--help" || call.command == "help" || call.command == "-h") {
        return say(cli::help());
    }
    if (call.command == "--version") {
        return say(cli::version());
    }
    const cli::Command& command = cli::find_command(call.command);
    if (has(call.arguments, "--help")) {
        return say(cli::help_of(command));
    }
    if (has(call.arguments, "--version")) {
        return say(cli::version());
    }
    cli::Values values = cli::parse_options(cli::options_of(command), cli::options_of_all(),
                                            call.arguments, cli::process_environment());
    call.json = values.flag("json");
    if (command.has_job) {
        call.job = cli::job_name(values);
    }
    cli::configure_log(values);
    std::stop_source stop;
    const cli::Signals signals{stop};
    return answer(call, command.run({.command = command.name,
                                     .values = std::move(values),
                                     .stop = stop.get_token()}));
}

int fail(const Call& call, const Error& error) {
    return answer(call, {.text = {}, .json = "{}", .error = error});
}

}  // namespace

int main(int argc, char** argv) {
    Call call;
    try {
        call.arguments.assign(argv + std::min(argc, 2), argv + argc);
        call.command = argc > 1 ? argv[1] : "";
        call.json = has(call.arguments, "--json");
        return dispatch(call);
    } catch (const Error& error) {
        return fail(call, error);
    } catch (const std::exception& failure) {
        return fail(call, Error{{.kind = ErrorKind::Internal,
                                 .what_failed = "an unexpected failure",
                                 .native_text = failure.what(),
                                 .hint = "run the same command again; if it fails again, report "
                                         "it with --log-level debug"}});
    }
}
