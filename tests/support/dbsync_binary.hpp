// SPDX-License-Identifier: MIT
// The real binary, run as an operator would, with its state in a temporary folder and none of this
// machine's settings. Header only, because DBSYNC_BINARY is given to the test programs.
#pragma once

#include "support/process.hpp"
#include "support/temp_dir.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dbsync::test {

using Environment = std::map<std::string, std::optional<std::string>>;

#ifdef DBSYNC_BINARY
class DbsyncBinary {
  public:
    explicit DbsyncBinary(const TempDir& home) : home_{home.path()} {}

    // Later commands get this too.
    void set(const std::string& name, const std::string& value) { settings_[name] = value; }

    [[nodiscard]] Command command(std::vector<std::string> args,
                                  const Environment& env = {}) const {
        Command command{.program = DBSYNC_BINARY, .args = std::move(args)};
        for (const char* name : {"DBSYNC_SOURCE", "DBSYNC_TARGET", "DBSYNC_JOB", "DBSYNC_STATE",
                                 "DBSYNC_CONFIG", "DBSYNC_SOURCE_PASSWORD", "DBSYNC_FAULT_AT",
                                 "DBSYNC_TARGET_PASSWORD", "DBSYNC_FAULT_DO", "PGHOST", "PGPORT",
                                 "PGUSER", "PGDATABASE", "PGPASSWORD", "PGSERVICE", "PGOPTIONS"}) {
            command.env[name] = std::nullopt;
        }
        command.env["HOME"] = home_.string();
        command.env["XDG_STATE_HOME"] = (home_ / "state").string();
        for (const auto* more : {&settings_, &env}) {
            for (const auto& [name, value] : *more) {
                command.env[name] = value;
            }
        }
        return command;
    }

    ProcessResult run(std::vector<std::string> args,
                      const Environment& env = {},
                      std::chrono::milliseconds timeout = std::chrono::seconds{120}) const {
        return test::run(command(std::move(args), env), timeout);
    }

    [[nodiscard]] Process start(std::vector<std::string> args, const Environment& env = {}) const {
        return Process{command(std::move(args), env)};
    }

    [[nodiscard]] std::filesystem::path state_file(const std::string& job = "default") const {
        return home_ / "state" / "dbsync" / (job + ".db");
    }

  private:
    std::filesystem::path home_;
    Environment settings_;
};
#endif

}  // namespace dbsync::test
