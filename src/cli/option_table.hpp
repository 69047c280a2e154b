// SPDX-License-Identifier: MIT
// The options themselves. The same sentences are the --help text and the reference.
#pragma once

#include "cli/options.hpp"

#include <initializer_list>

namespace dbsync::cli {

[[nodiscard]] OptionTable job_options();      // which move: every command but demo
[[nodiscard]] OptionTable general_options();  // how to run and report: every command

[[nodiscard]] OptionTable check_options();
[[nodiscard]] OptionTable start_capture_options();
[[nodiscard]] OptionTable snapshot_options();
[[nodiscard]] OptionTable catchup_options();
[[nodiscard]] OptionTable verify_options();
[[nodiscard]] OptionTable cutover_options();
[[nodiscard]] OptionTable status_options();
[[nodiscard]] OptionTable stop_capture_options();
[[nodiscard]] OptionTable migrate_options();
[[nodiscard]] OptionTable demo_options();

// The tables one behind the other; of options with the same name the first.
[[nodiscard]] OptionTable joined(std::initializer_list<OptionTable> tables);

}  // namespace dbsync::cli
