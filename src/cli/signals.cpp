// SPDX-License-Identifier: MIT
// The handler only writes one byte into a pipe; a thread reads it and does what a handler may not.
#include "cli/signals.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <iostream>

namespace dbsync::cli {

namespace {

constexpr int signals_answered_max = 2;
constexpr char end_mark = 'e';

std::atomic<int> writing_end{-1};
std::atomic<int> received{0};

extern "C" void on_stop_signal(int number) {
    const int before_errno = errno;
    if (++received > signals_answered_max) {
        signal(number, SIG_DFL);
        raise(number);
    }
    const char byte = 's';
    [[maybe_unused]] const auto written = write(writing_end.load(), &byte, 1);
    errno = before_errno;
}

// A reader of our output that went away must not kill a cutover half-way. A handler instead of
// SIG_IGN, which the hooks would inherit.
extern "C" void on_broken_pipe(int /*number*/) {}

void handle(int number, void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, nullptr);
}

}  // namespace

Signals::Signals(std::stop_source& stop) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        return;  // without it signals end the process, which is safe
    }
    reading_end_ = ends[0];
    writing_end = ends[1];
    watcher_ = std::thread{[this, &stop] { watch(stop); }};
    handle(SIGINT, on_stop_signal);
    handle(SIGTERM, on_stop_signal);
    handle(SIGPIPE, on_broken_pipe);
}

void Signals::watch(std::stop_source& stop) const {
    for (char byte = 0;;) {
        const auto count = read(reading_end_, &byte, 1);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0 || byte == end_mark) {
            return;
        }
        stop.request_stop();
        std::cerr << (received.load() < signals_answered_max
                          ? "stopping at the next safe point\n"
                          : "still stopping; once more ends the process at once\n")
                  << std::flush;
    }
}

Signals::~Signals() {
    if (!watcher_.joinable()) {
        return;
    }
    for (const int number : {SIGINT, SIGTERM}) {
        signal(number, SIG_DFL);
    }
    [[maybe_unused]] const auto written = write(writing_end.load(), &end_mark, 1);
    watcher_.join();
    close(writing_end.exchange(-1));
    close(reading_end_);
}

}  // namespace dbsync::cli
