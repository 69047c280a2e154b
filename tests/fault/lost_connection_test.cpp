// SPDX-License-Identifier: MIT
// Connections that die: at every checkpoint, and in the worst moment, when a COMMIT is under way
// and its answer is lost. dbsync goes on by itself or ends with a documented code; the same
// command then finishes the move.
#include "fault/commit_proxy.hpp"
#include "fault/fault_move.hpp"

namespace dbsync::test {
namespace {

constexpr int runs_max = 25;

bool is_documented(int exit_code) {
    return exit_code == 0 || exit_code == 4 || exit_code == 7;
}

class LostConnectionTest : public FaultMove, public testing::WithParamInterface<FaultPoint> {
  protected:
    void SetUp() override { prepare(std::get<0>(GetParam())); }

    // A shell command that ends every session of dbsync on both servers.
    [[nodiscard]] std::string cut_all() const {
        if (const auto* mysql = dynamic_cast<const MysqlEnds*>(ends_.get())) {
            return "run:" + cut(mysql->server(End::Source)) + cut(mysql->server(End::Target));
        }
        std::string command = "run:";
        for (const PostgresServer* server : {&source_server(), &target_server()}) {
            command += "'" + (server->bin() / "psql").string() + "' -X -q -d '" + server->url() +
                       "' -c \"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
                       "application_name LIKE 'dbsync%'\" >/dev/null; ";
        }
        return command;
    }
    // An application's session shows dbsync's user too while it is inside one of dbsync's triggers,
    // whose definer that is; but it came by the socket and has no port.
    static std::string cut(const MysqlServer& server) {
        const std::string client =
            "mariadb --no-defaults --force --batch --skip-column-names -u root -S '" +
            server.socket() + "' ";
        return client +
               "-e \"SELECT CONCAT('KILL ', id, ';') FROM information_schema.processlist"
               " WHERE user = 'dbsync' AND host LIKE '%:%'\" | " +
               client + ">/dev/null 2>&1; ";
    }
};

TEST_P(LostConnectionTest, AtACheckpointLosesNothing) {
    const std::string checkpoint = std::get<1>(GetParam());
    const bool in_stop = checkpoint.starts_with("stop.");
    const Environment cut_there{{"DBSYNC_FAULT_AT", checkpoint}, {"DBSYNC_FAULT_DO", cut_all()}};
    const std::unique_ptr<Traffic> writers = traffic();
    ASSERT_TRUE(writers->wait_for_commits(10));

    const ProcessResult cut = dbsync_.run(migrate(), in_stop ? Environment{} : cut_there);
    EXPECT_PRED1(is_documented, cut.exit_code) << cut;
    const ProcessResult resumed = dbsync_.run(migrate());

    EXPECT_EQ(resumed.exit_code, 0) << resumed;
    expect_moved(*writers);
    const ProcessResult stopping =
        dbsync_.run({"stop-capture"}, in_stop ? cut_there : Environment{});
    EXPECT_PRED1(is_documented, stopping.exit_code) << stopping;
    const ProcessResult stopped = dbsync_.run({"stop-capture"});
    EXPECT_EQ(stopped.exit_code, 0) << stopped;
    expect_no_trace();
}

INSTANTIATE_TEST_SUITE_P(,
                         LostConnectionTest,
                         testing::ValuesIn(and_some(fault_points({"postgres", "mariadb"}),
                                                    "mysql")),
                         fault_point_name);

class LostCommitTest : public FaultMove, public testing::WithParamInterface<const char*> {
  protected:
    void SetUp() override { prepare(GetParam()); }

    [[nodiscard]] int target_port() const {
        const auto* mysql = dynamic_cast<const MysqlEnds*>(ends_.get());
        return mysql != nullptr ? mysql->server(End::Target).port() : target_server().port();
    }
    // The target's URL with the proxy's port in it.
    [[nodiscard]] std::string url_through(const CommitProxy& proxy) const {
        std::string url = ends_->url(End::Target);
        const std::string own = ":" + std::to_string(target_port()) + "/";
        url.replace(url.find(own), own.size(), ":" + std::to_string(proxy.port()) + "/");
        return url + (is_mysql(GetParam()) ? "?ssl-mode=disabled" : "?sslmode=disable");
    }
};

TEST_P(LostCommitTest, IsFoundOutAndNeverGuessed) {
    const std::set<int> lost{1,  2,  4,  7,  8,  11, 13, 16, 18, 20,
                             23, 25, 26, 30, 33, 37, 41, 46, 52, 60};
    CommitProxy proxy{target_port(), lost};
    dbsync_.set("DBSYNC_TARGET", url_through(proxy));
    const std::unique_ptr<Traffic> writers = traffic();
    ASSERT_TRUE(writers->wait_for_commits(10));

    ProcessResult last;
    for (int i = 0; i < runs_max; ++i) {
        last = dbsync_.run(migrate());
        EXPECT_PRED1(is_documented, last.exit_code) << last;
        if (last.exit_code == 0) {
            break;
        }
    }

    EXPECT_EQ(last.exit_code, 0) << last;
    EXPECT_GE(proxy.answers_lost(), 3);
    expect_moved(*writers);
}

INSTANTIATE_TEST_SUITE_P(Engines,
                         LostCommitTest,
                         testing::Values("postgres", "mariadb", "mysql"),
                         [](const auto& each) { return std::string{each.param}; });

}  // namespace
}  // namespace dbsync::test
