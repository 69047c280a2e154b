// SPDX-License-Identifier: MIT
#include "engine/postgres/child_process.hpp"

#include "base/error.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace dbsync::postgres {

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& what, int code) {
    throw Error{{.kind = ErrorKind::Internal,
                 .what_failed = what,
                 .native_code = std::to_string(code),
                 .native_text = std::strerror(code)}};
}

// Both ends are closed on exec: a child of another thread must not keep a pipe open.
class Pipe {
  public:
    Pipe() {
        if (pipe2(ends_.data(), O_CLOEXEC) != 0) {
            fail("cannot make a pipe", errno);
        }
    }
    ~Pipe() {
        close_end(0);
        close_end(1);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    [[nodiscard]] int read_end() const { return ends_[0]; }
    [[nodiscard]] int write_end() const { return ends_[1]; }
    void close_end(std::size_t which) {
        if (ends_.at(which) >= 0) {
            ::close(ends_.at(which));
            ends_.at(which) = -1;
        }
    }

  private:
    std::array<int, 2> ends_{-1, -1};
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (std::string& text : texts) {
        all.push_back(text.data());
    }
    all.push_back(nullptr);
    return all;
}

// Ours, with the additions in the place of what has the same name.
std::vector<std::string> merged_environment(const std::vector<std::string>& additions) {
    std::vector<std::string> all = additions;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text{*entry};
        const std::string_view name = text.substr(0, text.find('=') + 1);
        bool replaced = false;
        for (const std::string& addition : additions) {
            replaced = replaced || std::string_view{addition}.starts_with(name);
        }
        if (!replaced) {
            all.emplace_back(text);
        }
    }
    return all;
}

pid_t spawn(const std::vector<std::string>& arguments,
            const std::vector<std::string>& additions,
            const Pipe& out,
            const Pipe& err) {
    std::vector<std::string> argument_texts = arguments;
    std::vector<std::string> environment_texts = merged_environment(additions);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out.write_end(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err.write_end(), STDERR_FILENO);
    pid_t child = -1;
    const int code =
        posix_spawn(&child, arguments.front().c_str(), &actions, nullptr,
                    pointers(argument_texts).data(), pointers(environment_texts).data());
    posix_spawn_file_actions_destroy(&actions);
    if (code != 0) {
        fail("cannot run " + arguments.front(), code);
    }
    return child;
}

// Returns false at the end of the pipe.
bool append(int descriptor, std::string& text) {
    std::array<char, 65'536> buffer{};
    const ssize_t size = ::read(descriptor, buffer.data(), buffer.size());
    if (size > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return size > 0 || (size < 0 && errno == EINTR);
}

// Returns false when the time is over.
bool gather(const Pipe& out, const Pipe& err, ChildResult& result, Clock::time_point deadline) {
    std::array<pollfd, 2> ends{{{out.read_end(), POLLIN, 0}, {err.read_end(), POLLIN, 0}}};
    while (ends[0].fd >= 0 || ends[1].fd >= 0) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (left <= 0) {
            return false;
        }
        poll(ends.data(), ends.size(), static_cast<int>(left));
        if (ends[0].revents != 0 && !append(ends[0].fd, result.out)) {
            ends[0].fd = -1;
        }
        if (ends[1].revents != 0 && !append(ends[1].fd, result.err)) {
            ends[1].fd = -1;
        }
        ends[0].revents = 0;
        ends[1].revents = 0;
    }
    return true;
}

}  // namespace

ChildResult run_child(const std::vector<std::string>& arguments,
                      const std::vector<std::string>& environment,
                      std::chrono::milliseconds timeout) {
    Pipe out;
    Pipe err;
    const pid_t child = spawn(arguments, environment, out, err);
    out.close_end(1);
    err.close_end(1);
    ChildResult result;
    if (!gather(out, err, result, Clock::now() + timeout)) {
        ::kill(child, SIGKILL);
        result.err += " (killed: it took too long)";
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return result;
}

}  // namespace dbsync::postgres
