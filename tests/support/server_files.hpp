// SPDX-License-Identifier: MIT
// What starting a server of whichever engine needs: a user that is not root, a free port, a folder
// for ready data directories.
#pragma once

#include "support/process.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace dbsync::test {

// "" if it is not set.
[[nodiscard]] std::string environment(const char* name);
[[nodiscard]] std::vector<std::string> split_text(const std::string& text, char separator);

[[nodiscard]] int free_port();

// The program as this user when we are root, as ourselves otherwise. It is sent the signal
// ("INT", "KILL") when the starting thread ends.
[[nodiscard]] Command as_user(const std::string& user,
                              const std::filesystem::path& program,
                              const std::vector<std::string>& args,
                              const std::string& death_signal);
void give_to_user(const std::string& user, const std::filesystem::path& folder);

// Throws std::runtime_error with the output if it does not exit with 0.
void must_run(const Command& command, std::chrono::milliseconds timeout);

// Below the temporary folder and ours alone, or it is not used.
[[nodiscard]] std::filesystem::path server_cache_folder();

}  // namespace dbsync::test
