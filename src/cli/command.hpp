// SPDX-License-Identifier: MIT
// The commands: a table of names, sentences, options and functions. Each command's function
// stands in run_<command>.cpp and returns what it found out; main() alone prints it.
#pragma once

#include "base/error.hpp"
#include "cli/options.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace dbsync::cli {

// One call of a command, after parsing.
struct Invocation {
    std::string command;
    Values values;
    std::stop_token stop = {};
};

// What came of it.
struct Outcome {
    std::string text;  // for people, on stdout; ends with a newline unless empty
    std::string json = "{}";  // the command's own members, as one JSON object
    std::optional<Error> error = {};  // a result that was obtained, and is bad news
    // With --json, and when `json` is the whole document already (demo): printed as it is.
    bool json_is_whole = false;
    int exit_code = 0;  // used when there is no error
};

struct Command {
    std::string name;
    std::string summary;      // one line in the list of commands
    std::string description;  // what the help of the command says first
    OptionTable options;      // those of its own
    bool has_job = true;      // takes the options that say which move
    std::string example;      // one command line each line
    Outcome (*run)(const Invocation& invocation) = nullptr;
};

[[nodiscard]] const std::vector<Command>& commands();
// Throws Error{Usage}, with a suggestion, for an unknown one and for one of a later release.
[[nodiscard]] const Command& find_command(const std::string& name);
// Its own options, then those of every command.
[[nodiscard]] OptionTable options_of(const Command& command);
// The options of all commands together, which is what a config file may hold.
[[nodiscard]] OptionTable options_of_all();

Outcome run_check(const Invocation& invocation);
Outcome run_start_capture(const Invocation& invocation);
Outcome run_snapshot(const Invocation& invocation);
Outcome run_catchup(const Invocation& invocation);
Outcome run_verify(const Invocation& invocation);
Outcome run_cutover(const Invocation& invocation);
Outcome run_status(const Invocation& invocation);
Outcome run_stop_capture(const Invocation& invocation);
Outcome run_migrate(const Invocation& invocation);
Outcome run_demo_command(const Invocation& invocation);

}  // namespace dbsync::cli
