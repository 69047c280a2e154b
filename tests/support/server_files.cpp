// SPDX-License-Identifier: MIT
#include "support/server_files.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>
#include <stdexcept>

namespace dbsync::test {

namespace {

namespace fs = std::filesystem;

// Nothing when we are not root and a server runs as ourselves.
const passwd* other_user(const std::string& name) {
    if (::geteuid() != 0) {
        return nullptr;
    }
    const passwd* user = ::getpwnam(name.c_str());
    return user != nullptr ? user : ::getpwnam("nobody");
}

}  // namespace

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::vector<std::string> split_text(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream in{text};
    for (std::string part; std::getline(in, part, separator);) {
        parts.push_back(part);
    }
    return parts;
}

int free_port() {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    const bool found = listener >= 0 && ::bind(listener, plain, size) == 0 &&
                       ::getsockname(listener, plain, &size) == 0;
    ::close(listener);
    if (!found) {
        throw std::runtime_error{"no free port"};
    }
    return ntohs(address.sin_port);
}

// setpriv needs no login shell and no PAM, and sets the parent death signal after it has changed
// the user (changing the user clears it).
Command as_user(const std::string& user,
                const fs::path& program,
                const std::vector<std::string>& args,
                const std::string& death_signal) {
    Command command{.program = program.string(), .args = args, .folder = "/"};
    command.death_signal = death_signal == "INT" ? SIGINT : SIGKILL;
    if (const passwd* other = other_user(user)) {
        std::vector<std::string> all{fmt::format("--reuid={}", other->pw_uid),
                                     fmt::format("--regid={}", other->pw_gid),
                                     "--clear-groups",
                                     "--pdeathsig",
                                     death_signal,
                                     "--",
                                     program.string()};
        all.insert(all.end(), args.begin(), args.end());
        command.program = "setpriv";
        command.args = all;
    }
    return command;
}

void give_to_user(const std::string& user, const fs::path& folder) {
    const passwd* other = other_user(user);
    if (other != nullptr && ::chown(folder.c_str(), other->pw_uid, other->pw_gid) != 0) {
        throw std::runtime_error{"cannot chown " + folder.string()};
    }
}

void must_run(const Command& command, std::chrono::milliseconds timeout) {
    const ProcessResult result = run(command, timeout);
    if (result.exit_code != 0) {
        std::ostringstream text;
        text << command.program << ": " << result;
        throw std::runtime_error{text.str()};
    }
}

fs::path server_cache_folder() {
    const fs::path folder =
        fs::temp_directory_path() / fmt::format("dbsync-test-cache-{}", ::geteuid());
    ::mkdir(folder.c_str(), 0711);
    struct stat about {};
    if (::lstat(folder.c_str(), &about) != 0 || !S_ISDIR(about.st_mode) ||
        about.st_uid != ::geteuid() || (about.st_mode & 0022U) != 0) {
        throw std::runtime_error{folder.string() + " is not ours"};
    }
    return folder;
}

}  // namespace dbsync::test
