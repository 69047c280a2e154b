// SPDX-License-Identifier: MIT
#include "cutover/watchdog.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

namespace dbsync {
namespace {

using namespace std::chrono_literals;

// Runs `body` in a child process; its wait status.
int status_of(const std::function<void()>& body) {
    const pid_t pid = fork();
    if (pid == 0) {
        body();
        _exit(0);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return status;
}

std::string fresh_name() {
    std::string name = std::filesystem::temp_directory_path() / "dbsync-watchdog-XXXXXX";
    close(mkstemp(name.data()));
    std::filesystem::remove(name);
    return name;
}

// The watchdog is not our child: wait until what it does shows, for at most 10 s.
bool appears(const std::string& file) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (!std::filesystem::exists(file)) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
    }
    return true;
}

TEST(WatchdogTest, EndsAProcessThatIsStoppedBeyondItsTime) {
    const int status = status_of([] {
        const Watchdog watchdog{200ms, ""};
        std::raise(SIGSTOP);
    });

    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), SIGKILL);
}

TEST(WatchdogTest, LeavesAProcessAloneThatCallsItOff) {
    const int status = status_of([] {
        { const Watchdog watchdog{60s, ""}; }
        _exit(7);
    });

    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST(WatchdogTest, RunsOnAbortWhenTheProcessDiesAfterOnFrozen) {
    const std::string mark = fresh_name();

    status_of([&] {
        Watchdog watchdog{60s, "touch " + mark};
        watchdog.on_frozen();
        std::raise(SIGKILL);
    });

    EXPECT_TRUE(appears(mark));
    std::filesystem::remove(mark);
}

}  // namespace
}  // namespace dbsync
