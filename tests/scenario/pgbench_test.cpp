// SPDX-License-Identifier: MIT
// pgbench at full speed, its history table without a key as pgbench makes it, is moved while it
// runs. Nothing may fail before the fence, and TPC-B's sums must hold on the target, to the last
// transaction that a client was told of.
#include "scenario/ends.hpp"
#include "support/wait.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <regex>
#include <sstream>

namespace dbsync::test {
namespace {

using testing::HasSubstr;

// How long pgbench runs before the cutover. Default: 60 s.
std::chrono::seconds bench_time() {
    const char* given = std::getenv("DBSYNC_TEST_PGBENCH_SECONDS");
    return std::chrono::seconds{given == nullptr ? 60 : std::stoi(given)};
}

class PgbenchTest : public testing::Test {
  protected:
    void SetUp() override { DBSYNC_NEEDS_POSTGRES("system"); }

    static Command pgbench(const PostgresEnds& ends, std::vector<std::string> args) {
        args.push_back(ends.url(End::Source));
        return {.program = (source_server().bin() / "pgbench").string(), .args = std::move(args)};
    }

    // What the sums must be, per account, teller and branch, and in all.
    static void expect_invariants(const PostgresEnds& ends) {
        for (const auto& [table, id] :
             {std::pair{"accounts", "aid"}, {"tellers", "tid"}, {"branches", "bid"}}) {
            const std::string letter{id[0]};
            EXPECT_EQ(ends.value(End::Target,
                                 fmt::format(
                                     "SELECT count(*) FROM (SELECT {1}, sum(delta) AS d FROM "
                                     "pgbench_history GROUP BY {1}) h FULL JOIN pgbench_{0} t "
                                     "USING ({1}) WHERE coalesce(d, 0) <> coalesce({2}balance, -1)",
                                     table, id, letter)),
                      "0")
                << table;
        }
        EXPECT_EQ(ends.value(End::Target,
                             "SELECT (SELECT sum(abalance) FROM pgbench_accounts) - "
                             "(SELECT coalesce(sum(delta), 0) FROM pgbench_history)"),
                  "0");
    }

    // Every error that a client saw must be the fence's; returns how many clients met it.
    static int clients_fenced(const std::string& errors) {
        std::istringstream lines{errors};
        int fenced = 0;
        for (std::string line; std::getline(lines, line);) {
            if (line.find("ERROR:") != std::string::npos) {
                EXPECT_THAT(line, HasSubstr("dbsync"));
                ++fenced;
            }
        }
        return fenced;
    }

    static std::string processed(const std::string& out) {
        std::smatch match;
        const std::regex line{"number of transactions actually processed: ([0-9]+)"};
        return std::regex_search(out, match, line) ? match[1].str() : "pgbench said nothing";
    }

    TempDir home_;
    DbsyncBinary dbsync_{home_};
};

TEST_F(PgbenchTest, IsMovedAtFullSpeedAndKeepsItsSums) {
    const PostgresEnds ends;
    dbsync_.set("DBSYNC_SOURCE", ends.url(End::Source));
    dbsync_.set("DBSYNC_TARGET", ends.url(End::Target));
    ASSERT_EQ(run(pgbench(ends, {"-i", "-q", "-s", "5"})).exit_code, 0);
    const auto begun = std::chrono::steady_clock::now();
    Process bench{pgbench(ends, {"-n", "-c", "8", "-j", "2", "-T", "600"})};

    const ProcessResult migrated = dbsync_.run({"migrate"}, {}, std::chrono::minutes{4});
    ASSERT_EQ(migrated.exit_code, 0) << migrated;
    {
        Process follow = dbsync_.start({"catchup", "--follow"});
        const auto left = begun + bench_time() - std::chrono::steady_clock::now();
        EXPECT_FALSE(
            wait_until([&] { return !follow.running() || !bench.running(); },
                       std::max(std::chrono::milliseconds{1},
                                std::chrono::duration_cast<std::chrono::milliseconds>(left))))
            << follow.wait(std::chrono::seconds{1}) << bench.err();
        follow.kill(SIGINT);
        EXPECT_THAT(follow.wait().exit_code, testing::AnyOf(0, 130));
    }
    const ProcessResult cut = dbsync_.run({"cutover", "--yes"}, {}, std::chrono::minutes{4});
    ASSERT_EQ(cut.exit_code, 0) << cut;

    const ProcessResult benched = bench.wait(std::chrono::seconds{20});
    EXPECT_EQ(clients_fenced(benched.err), 8) << benched;
    EXPECT_EQ(processed(benched.out),
              ends.value(End::Target, "SELECT count(*) FROM pgbench_history"));
    expect_invariants(ends);
    EXPECT_EQ(first_difference(ends.dump(End::Source), ends.dump(End::Target)), "");
    const ProcessResult refused =
        ends.script(End::Source, "UPDATE pgbench_branches SET bbalance = 0");
    EXPECT_THAT(refused.err, HasSubstr("dbsync"));
    EXPECT_EQ(run({.program = (source_server().bin() / "pgbench").string(),
                   .args = {"-n", "-c", "2", "-t", "50", ends.url(End::Target)}})
                  .exit_code,
              0);
}

}  // namespace
}  // namespace dbsync::test
