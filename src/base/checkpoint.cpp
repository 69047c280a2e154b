// SPDX-License-Identifier: MIT
#include "base/checkpoint.hpp"

#include "base/check.hpp"

#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <string>

extern char** environ;

namespace dbsync {

namespace {

struct Fault {
    std::string at;
    int pass = 1;
    std::string action = "kill";
};

const Fault& fault() {
    static const Fault loaded = [] {
        Fault f;
        if (const char* at = std::getenv("DBSYNC_FAULT_AT")) {
            f.at = at;
            if (const auto colon = f.at.find(':'); colon != std::string::npos) {
                const std::string count = f.at.substr(colon + 1);
                std::from_chars(count.data(), count.data() + count.size(), f.pass);
                f.at.resize(colon);
            }
        }
        if (const char* action = std::getenv("DBSYNC_FAULT_DO")) {
            f.action = action;
        }
        return f;
    }();
    return loaded;
}

void run_shell(const std::string& command) {
    std::string shell = "/bin/sh";
    std::string flag = "-c";
    std::string text = command;
    std::array<char*, 4> argv{shell.data(), flag.data(), text.data(), nullptr};
    pid_t pid = 0;
    if (posix_spawn(&pid, shell.c_str(), nullptr, nullptr, argv.data(), environ) == 0) {
        int status = 0;
        while (waitpid(pid, &status, 0) == -1 && errno == EINTR) {
        }
    }
}

}  // namespace

void checkpoint(std::string_view name) {
    DBSYNC_CHECK(std::find(checkpoints.begin(), checkpoints.end(), name) != checkpoints.end(),
                 "unknown checkpoint");
    const Fault& f = fault();
    if (f.at.empty() || f.at != name) {
        return;
    }
    static std::atomic<int> passed{0};
    if (++passed != f.pass) {
        return;
    }
    if (f.action.starts_with("run:")) {
        run_shell(f.action.substr(4));
        return;
    }
    std::raise(SIGKILL);
}

}  // namespace dbsync
