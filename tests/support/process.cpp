// SPDX-License-Identifier: MIT
// Output goes to anonymous memory files, not to pipes: no reader thread, and no child that stands
// still because nobody reads.
#include "support/process.hpp"

#include "support/wait.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace dbsync::test {

namespace {

int memory_file(const char* name) {
    const int file = ::memfd_create(name, MFD_CLOEXEC);
    if (file < 0) {
        throw std::system_error{errno, std::generic_category(), "memfd_create"};
    }
    return file;
}

std::string contents(int file) {
    std::string text;
    std::array<char, 65536> buffer{};
    for (off_t offset = 0;;) {
        const ssize_t got = ::pread(file, buffer.data(), buffer.size(), offset);
        if (got <= 0) {
            return text;
        }
        text.append(buffer.data(), static_cast<std::size_t>(got));
        offset += got;
    }
}

std::vector<std::string> environment_of(const Command& command) {
    std::vector<std::string> all;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text{*entry};
        if (!command.env.contains(text.substr(0, text.find('=')))) {
            all.push_back(text);
        }
    }
    for (const auto& [name, value] : command.env) {
        if (value) {
            all.push_back(name + "=" + *value);
        }
    }
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    all.reserve(texts.size() + 1);
    for (std::string& text : texts) {
        all.push_back(text.data());
    }
    all.push_back(nullptr);
    return all;
}

struct Streams {
    int in;
    int out;
    int err;
};

// Between fork and exec; only calls that are safe there. Signals that the test framework ignores or
// blocks must not be inherited.
[[noreturn]] void become(const Command& command,
                         char* const* args,
                         char* const* environment,
                         Streams streams,
                         pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, command.death_signal);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    const bool ready = ::getppid() == parent && ::dup2(streams.in, 0) >= 0 &&
                       ::dup2(streams.out, 1) >= 0 && ::dup2(streams.err, 2) >= 0 &&
                       (command.folder.empty() || ::chdir(command.folder.c_str()) == 0);
    if (ready) {
        ::execvpe(command.program.c_str(), args, environment);
    }
    ::_exit(127);
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const ProcessResult& result) {
    return out << "exit " << result.exit_code << " signal " << result.signal
               << (result.timed_out ? " (timed out)" : "") << "\n--- stdout\n"
               << result.out << "\n--- stderr\n"
               << result.err;
}

Process::Process(const Command& command) {
    std::vector<std::string> args{command.program};
    args.insert(args.end(), command.args.begin(), command.args.end());
    std::vector<std::string> environment = environment_of(command);
    const std::vector<char*> argv = pointers(args);
    const std::vector<char*> envp = pointers(environment);
    const int in = memory_file("stdin");
    if (::write(in, command.input.data(), command.input.size()) < 0 || ::lseek(in, 0, SEEK_SET)) {
        throw std::system_error{errno, std::generic_category(), "standard input"};
    }
    out_ = memory_file("stdout");
    err_ = memory_file("stderr");
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ == 0) {
        become(command, argv.data(), envp.data(), {in, out_, err_}, parent);
    }
    ::close(in);
    if (pid_ < 0) {
        throw std::system_error{errno, std::generic_category(), "fork"};
    }
}

Process::Process(Process&& other) noexcept
    : pid_{std::exchange(other.pid_, -1)},
      out_{std::exchange(other.out_, -1)},
      err_{std::exchange(other.err_, -1)},
      status_{other.status_} {}

Process::~Process() {
    if (pid_ > 0 && running()) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    for (const int file : {out_, err_}) {
        if (file >= 0) {
            ::close(file);
        }
    }
}

bool Process::running() {
    int status = 0;
    if (!status_ && ::waitpid(pid_, &status, WNOHANG) == pid_) {
        status_ = status;
    }
    return !status_;
}

void Process::kill(int signal) {
    if (running()) {
        ::kill(pid_, signal);
    }
}

ProcessResult Process::wait(std::chrono::milliseconds timeout) {
    ProcessResult result;
    if (!wait_until([&] { return !running(); }, timeout, std::chrono::milliseconds{2})) {
        result.timed_out = true;
        ::kill(pid_, SIGKILL);
        int status = 0;
        ::waitpid(pid_, &status, 0);
        status_ = status;
    }
    result.exit_code = WIFEXITED(*status_) ? WEXITSTATUS(*status_) : -1;
    result.signal = WIFSIGNALED(*status_) ? WTERMSIG(*status_) : 0;
    result.out = out();
    result.err = err();
    return result;
}

std::string Process::out() const {
    return contents(out_);
}
std::string Process::err() const {
    return contents(err_);
}

ProcessResult run(const Command& command, std::chrono::milliseconds timeout) {
    return Process{command}.wait(timeout);
}

}  // namespace dbsync::test
