// SPDX-License-Identifier: MIT
// A server-side lock ends with its session, and sessions have timeouts; SQLite has neither, and a
// stopped holder blocks for ever. So a forked child waits on a pipe: words from the parent, end of
// file when the parent is gone, or the deadline. The child uses only async-signal-safe calls, for
// the parent has threads. It is in a session of its own: a Ctrl-C is for the parent.
#include "cutover/watchdog.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>

namespace dbsync {

namespace {

constexpr char word_frozen = 'f';
constexpr char word_off = 'q';
constexpr int descriptors_max = 1'024;

std::int64_t now_ms() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1'000 + now.tv_nsec / 1'000'000;
}

void complain(const char* text) {
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text, std::strlen(text));
}

[[noreturn]] void run_on_abort(const char* command) {
    if (*command != '\0') {
        execl("/bin/sh", "sh", "-c", command, static_cast<char*>(nullptr));
    }
    _exit(0);
}

[[noreturn]] void watch(int pipe, pid_t parent, std::int64_t time_max_ms, const char* on_abort) {
    const std::int64_t deadline = now_ms() + time_max_ms;
    bool frozen_hook_ran = false;
    for (;;) {
        pollfd waiting{.fd = pipe, .events = POLLIN, .revents = 0};
        const std::int64_t left = std::max<std::int64_t>(0, deadline - now_ms());
        const int ready = poll(&waiting, 1, static_cast<int>(left));
        if (ready < 0 && errno == EINTR) {
            continue;
        }
        if (ready == 0) {
            kill(parent, SIGKILL);
            complain(
                "dbsync: the freeze overran its budget; the process was ended, the source is "
                "writable again\n");
            break;
        }
        char word = 0;
        const ssize_t got = read(pipe, &word, 1);
        if (got == 1 && word == word_off) {
            _exit(0);
        }
        if (got == 1 && word == word_frozen) {
            frozen_hook_ran = true;
            continue;
        }
        if (got == 0) {
            break;  // the parent is gone without calling us off
        }
    }
    run_on_abort(frozen_hook_ran ? on_abort : "");
}

}  // namespace

Watchdog::Watchdog(std::chrono::milliseconds time_max, const std::string& on_abort) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw Error{{.kind = ErrorKind::Internal,
                     .what_failed = "cannot make a pipe",
                     .native_text = std::strerror(errno)}};
    }
    const pid_t parent = getpid();
    pid_ = fork();
    if (pid_ < 0) {
        close(ends[0]);
        close(ends[1]);
        throw Error{{.kind = ErrorKind::Internal,
                     .what_failed = "cannot start the watchdog",
                     .native_text = std::strerror(errno)}};
    }
    if (pid_ == 0) {
        setsid();
        for (int descriptor = STDERR_FILENO + 1; descriptor < descriptors_max; ++descriptor) {
            if (descriptor != ends[0]) {
                close(descriptor);
            }
        }
        watch(ends[0], parent, time_max.count(), on_abort.c_str());
    }
    close(ends[0]);
    pipe_ = ends[1];
}

void Watchdog::say(char word) noexcept {
    [[maybe_unused]] const ssize_t written = write(pipe_, &word, 1);
}

void Watchdog::on_frozen() noexcept {
    say(word_frozen);
}

Watchdog::~Watchdog() {
    say(word_off);
    close(pipe_);
    while (waitpid(pid_, nullptr, 0) == -1 && errno == EINTR) {
    }
}

}  // namespace dbsync
