// SPDX-License-Identifier: MIT
// What --help says, made from the tables of commands and options.
#pragma once

#include "cli/command.hpp"

#include <string>

namespace dbsync::cli {

[[nodiscard]] std::string help();
[[nodiscard]] std::string help_of(const Command& command);
[[nodiscard]] std::string version();

}  // namespace dbsync::cli
