// SPDX-License-Identifier: MIT
// SQLite files that other processes keep writing to are moved, in both journal modes.
#include "scenario/traffic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <set>

namespace dbsync::test {
namespace {

// A writer in a process of its own: commits numbered rows, and writes each number to a journal
// only after its commit was acknowledged. Its exit code: 0 when the fence stopped it, else 1.
class WriterProcess {
  public:
    WriterProcess(std::filesystem::path database, std::filesystem::path journal, int writer)
        : journal_{std::move(journal)} {
        pid_ = ::fork();
        if (pid_ == 0) {
            ::_exit(write(database, writer));
        }
    }
    ~WriterProcess() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
    }
    WriterProcess(const WriterProcess&) = delete;
    WriterProcess& operator=(const WriterProcess&) = delete;

    [[nodiscard]] std::set<std::string> acknowledged() const {
        std::ifstream file{journal_};
        std::set<std::string> all;
        for (std::string line; std::getline(file, line);) {
            all.insert(line);
        }
        return all;
    }

    // Whether it ended at the fence by itself.
    bool ended_at_the_fence() {
        int status = 0;
        const bool ended = wait_until([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; },
                                      std::chrono::seconds{20});
        if (ended) {
            pid_ = -1;
        }
        return ended && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }

  private:
    int write(const std::filesystem::path& database, int writer) {
        std::ofstream journal{journal_};
        try {
            SqliteFile file{database};
            file.database().setBusyTimeout(20'000);
            for (int i = 1;; ++i) {
                const int id = writer * 1'000'000 + i;
                file.exec(fmt::format(
                    "BEGIN IMMEDIATE; INSERT INTO t VALUES ({0}, 'w{0}', {1});"
                    "UPDATE t SET v = v + 1 WHERE id = {2}; INSERT OR REPLACE INTO t VALUES "
                    "({3}, 'last of {4}', {1}); COMMIT",
                    id, i, writer * 1'000'000 + std::max(1, i / 2), -id, writer));
                journal << id << '\n' << std::flush;
                (void)wait_until([] { return false; }, std::chrono::milliseconds{2});
            }
        } catch (const std::exception& error) {
            const bool fence = std::string{error.what()}.find("dbsync") != std::string::npos;
            if (!fence) {
                std::ofstream{journal_.string() + ".error"} << error.what();
            }
            return fence ? 0 : 1;
        }
    }

    std::filesystem::path journal_;
    pid_t pid_ = -1;
};

class SqliteWritersTest : public testing::TestWithParam<const char*> {};

TEST_P(SqliteWritersTest, LoseNoAcknowledgedCommit) {
    const TempDir home;
    const SqliteEnds ends{home.path()};
    DbsyncBinary dbsync{home};
    dbsync.set("DBSYNC_SOURCE", ends.url(End::Source));
    dbsync.set("DBSYNC_TARGET", ends.url(End::Target));
    ends.must_run(End::Source,
                  fmt::format("PRAGMA journal_mode = {}; CREATE TABLE t (id INTEGER PRIMARY KEY, "
                              "slug TEXT UNIQUE, v INTEGER);"
                              "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                              "WHERE i < 20000) INSERT INTO t SELECT i, 'seed ' || i, 0 FROM n;",
                              GetParam()));
    WriterProcess one{ends.path(End::Source), home / "one", 1};
    WriterProcess two{ends.path(End::Source), home / "two", 2};
    ASSERT_TRUE(wait_until([&] { return one.acknowledged().size() > 20; }));

    const ProcessResult moved =
        dbsync.run({"migrate", "--cutover", "--yes", "--chunk-rows", "1000"});

    ASSERT_EQ(moved.exit_code, 0) << moved;
    int index = 0;
    for (WriterProcess* writer : {&one, &two}) {
        ++index;
        EXPECT_TRUE(writer->ended_at_the_fence())
            << (std::filesystem::exists(home / (index == 1 ? "one.error" : "two.error"))
                    ? read_file(home / (index == 1 ? "one.error" : "two.error"))
                    : "still running");
        const std::set<std::string> acknowledged = writer->acknowledged();
        const std::string there =
            ends.value(End::Target, fmt::format("SELECT count(*) FROM t WHERE id BETWEEN {0}000000 "
                                                "AND {0}999999",
                                                index));
        EXPECT_EQ(there, std::to_string(acknowledged.size()));
    }
    EXPECT_EQ(first_difference(ends.dump(End::Source), ends.dump(End::Target)), "");
}

INSTANTIATE_TEST_SUITE_P(JournalModes,
                         SqliteWritersTest,
                         testing::Values("WAL", "DELETE", "TRUNCATE"),
                         [](const auto& each) { return std::string{each.param}; });

}  // namespace
}  // namespace dbsync::test
