// SPDX-License-Identifier: MIT
#include "cutover/hooks.hpp"

#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

extern char** environ;

namespace dbsync {

namespace {

constexpr int status_timed_out = 124;
constexpr int status_not_started = 127;

}  // namespace

int run_hook(const std::string& command, std::chrono::milliseconds time_max) {
    std::string shell = "/bin/sh";
    std::string flag = "-c";
    std::string text = command;
    std::array<char*, 4> argv{shell.data(), flag.data(), text.data(), nullptr};
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    // A process group of its own, so that the deadline reaches what the command started.
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    pid_t pid = 0;
    const int failed =
        posix_spawn(&pid, shell.c_str(), &actions, &attributes, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (failed != 0) {
        return status_not_started;
    }
    const int handle = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    pollfd waiting{.fd = handle, .events = POLLIN, .revents = 0};
    const bool ended = handle >= 0 && poll(&waiting, 1, static_cast<int>(time_max.count())) > 0;
    if (handle >= 0) {
        close(handle);
    }
    if (!ended) {
        kill(-pid, SIGKILL);
    }
    int status = 0;
    while (waitpid(pid, &status, 0) == -1 && errno == EINTR) {
    }
    if (!ended) {
        return status_timed_out;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace dbsync
