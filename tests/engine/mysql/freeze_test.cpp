// SPDX-License-Identifier: MIT
// Stopping the writers of a real server, and refusing them afterwards.
#include "engine/mysql/freeze.hpp"

#include "base/error.hpp"
#include "engine/mysql/capture_plan.hpp"
#include "engine/mysql/gate.hpp"
#include "support/mysql_server.hpp"
#include "support/wait.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>

namespace dbsync::mysql {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using test::MysqlError;
using test::MysqlSession;
using testing::HasSubstr;

constexpr const char* moved = "this database has moved";
constexpr unsigned fence_code = 1290;

class FreezeTest : public testing::TestWithParam<const char*> {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_MYSQL(GetParam());
        database_ = server().create_database();
        app_ = session();
        app_->exec("CREATE TABLE a(id INT PRIMARY KEY, v INT); CREATE TABLE `B ``x`(id INT PRIMARY "
                   "KEY, v INT NOT NULL); CREATE TABLE free(id INT PRIMARY KEY, v INT);"
                   "INSERT INTO a VALUES (1, 0), (2, 0); INSERT INTO free VALUES (1, 0)");
        tables_.resize(2);
        tables_[0].id = 1;
        tables_[0].name = {"", "a"};
        tables_[1].id = 2;
        tables_[1].name = {"", "B `x"};
        Connection connection{endpoint(), {}};
        for (const sql::Rendered& statement : catalogue_statements()) {
            connection.run(statement);
        }
        connection.run(capture_row("job", "identity", "epoch"));
        freeze_ = make_freeze(endpoint(), tables_);
    }

    static test::MysqlServer& server() { return test::mysql_server(GetParam()); }
    [[nodiscard]] Endpoint endpoint() const {
        return {EngineKind::Mysql, server().url(database_), ""};
    }
    [[nodiscard]] std::unique_ptr<MysqlSession> session() const {
        return std::make_unique<MysqlSession>(server().login(database_));
    }
    void block(const FreezeOptions& options = {}) {
        freeze_->arm(options);
        freeze_->block();
    }
    [[nodiscard]] std::unique_ptr<MysqlSession> waiting(const std::string& sql) const {
        auto writer = session();
        writer->start(sql);
        EXPECT_TRUE(test::wait_until([&] { return server().is_blocked(writer->id()); })) << sql;
        return writer;
    }
    static unsigned code_of(const std::function<void()>& step) {
        try {
            step();
        } catch (const MysqlError& error) {
            return error.code;
        }
        return 0;
    }
    [[nodiscard]] std::string gate_trigger_count() const {
        return app_->value("SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema ="
                           " DATABASE() AND trigger_name LIKE '\\_dbsync\\_gate\\_%'");
    }

    std::string database_;
    std::unique_ptr<MysqlSession> app_;
    std::vector<Table> tables_;
    std::unique_ptr<Freeze> freeze_;
};

INSTANTIATE_TEST_SUITE_P(Servers, FreezeTest, testing::Values("mariadb", "mysql"),
                         [](const auto& server) { return std::string{server.param}; });

TEST_P(FreezeTest, WritersWaitReadersGoOnAndNobodyFails) {
    block();
    EXPECT_THAT(freeze_->prove_drained(), HasSubstr("XA RECOVER"));
    const auto writer = waiting("UPDATE a SET v = 1 WHERE id = 1");
    EXPECT_EQ(app_->value("SELECT v FROM a WHERE id = 1"), "0");
    app_->exec("UPDATE free SET v = 1");
    freeze_->renew();
    freeze_->release();
    writer->wait();
    EXPECT_EQ(app_->value("SELECT v FROM a WHERE id = 1"), "1");
}

TEST_P(FreezeTest, ATransactionThatHasWrittenGoesOnAndIsWaitedFor) {
    freeze_->arm({.attempt = 200ms});
    app_->exec("START TRANSACTION; UPDATE a SET v = 1 WHERE id = 1");
    try {
        freeze_->block();
        FAIL() << "blocked beside an open transaction";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Busy);
        EXPECT_THAT(error.fields().hint, HasSubstr(std::to_string(app_->id())));
    }
    app_->exec("INSERT INTO `B ``x` VALUES (1, 1)");
    session()->exec("UPDATE a SET v = 5 WHERE id = 2");  // nothing is held after the attempt
    app_->exec("COMMIT");
    block();
}

TEST_P(FreezeTest, TheFenceRefusesEveryKindOfWriteAndOldSnapshots) {
    freeze_->arm({});
    auto old = session();
    old->exec("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ;"
              "START TRANSACTION WITH CONSISTENT SNAPSHOT; SELECT * FROM _dbsync_gate");
    freeze_->block();
    const auto writer = waiting("UPDATE a SET v = 9 WHERE id = 1");
    freeze_->fence(moved);

    EXPECT_EQ(code_of([&] { writer->wait(); }), fence_code);
    EXPECT_EQ(code_of([&] { old->exec("UPDATE a SET v = 9 WHERE id = 1"); }), fence_code);
    Connection beside{endpoint(), {}};
    EXPECT_TRUE(fence_holds(beside, tables_)) << "with a row that a refused transaction holds";
    old->exec("ROLLBACK");
    for (const char* write :
         {"INSERT IGNORE INTO a VALUES (7, 7)", "REPLACE INTO a VALUES (1, 7)",
          "INSERT INTO a VALUES (1, 7) ON DUPLICATE KEY UPDATE v = 7", "DELETE FROM a",
          "UPDATE IGNORE a SET v = 7", "INSERT INTO `B ``x` VALUES (7, 7)"}) {
        EXPECT_EQ(code_of([&] { app_->exec(write); }), fence_code) << write;
    }
    EXPECT_EQ(app_->value("SELECT SUM(v) FROM a"), "0");
    EXPECT_EQ(app_->value("SELECT fenced_at IS NOT NULL FROM _dbsync_capture"), "1");
    freeze_.reset();
    EXPECT_EQ(gate_trigger_count(), "6");
    EXPECT_TRUE(fence_holds(beside, tables_));
    app_->exec("DROP TRIGGER _dbsync_gate_2_i");
    EXPECT_FALSE(fence_holds(beside, tables_));
}

TEST_P(FreezeTest, OnlyTheTokenPassesTheFence) {
    block();
    freeze_->fence(moved);
    for (const char* pass : {"0", "1", "''", "NULL", "'_'", "TRUE"}) {
        app_->exec(std::string{"SET @_dbsync_pass = "} + pass);
        EXPECT_EQ(code_of([&] { app_->exec("UPDATE a SET v = 1"); }), fence_code) << pass;
    }
    app_->exec("SELECT token INTO @_dbsync_pass FROM _dbsync_gate; UPDATE a SET v = 1");
    EXPECT_EQ(app_->value("SELECT SUM(v) FROM a"), "2");
}

TEST_P(FreezeTest, GivingUpLeavesNoTriggers) {
    block();
    EXPECT_EQ(gate_trigger_count(), "6");
    freeze_.reset();
    EXPECT_EQ(gate_trigger_count(), "0");
    app_->exec("UPDATE a SET v = 1");
}

TEST_P(FreezeTest, SilenceBeyondTheLeaseLetsWritersGoOn) {
    block({.lease = 1s});
    const auto writer = waiting("UPDATE a SET v = 1 WHERE id = 1");
    writer->wait(10s);
    EXPECT_THROW(freeze_->renew(), Error);
    EXPECT_THROW(freeze_->fence(moved), Error);
}

TEST_P(FreezeTest, AKilledFreezeIsNoticed) {
    block();
    const std::string proof = freeze_->prove_drained();
    const auto writer = waiting("UPDATE a SET v = 1 WHERE id = 1");
    app_->exec("KILL " + proof.substr(8, proof.find(' ', 8) - 8));
    writer->wait();
    EXPECT_THROW(freeze_->renew(), Error);
}

TEST_P(FreezeTest, PreparedTransactionsMustEnd) {
    freeze_->arm({});
    app_->exec("XA START 'x'; UPDATE free SET v = 3; XA END 'x'; XA PREPARE 'x'");
    EXPECT_THROW(freeze_->arm({}), Error);
    app_->exec("XA ROLLBACK 'x'");
    block();
}

TEST_P(FreezeTest, WritersAtFullSpeedSeeNoErrorButTheFence) {
    constexpr int writers = 8;
    constexpr auto duration = 5s;
    app_->exec("INSERT INTO `B ``x` VALUES (1, 0), (2, 0)");
    std::atomic<int> other_errors{0};
    std::atomic<int> fenced{0};
    std::vector<std::jthread> threads;
    threads.reserve(writers);
    for (int i = 0; i < writers; ++i) {
        threads.emplace_back([&, i](const std::stop_token& stop) {
            const auto own = session();
            const std::string id = std::to_string(100 + i);
            const std::string sql = "START TRANSACTION; REPLACE INTO a VALUES (" + id +
                                    ", 1); REPLACE INTO `B ``x` VALUES (" + id + ", 1); COMMIT";
            unsigned code = 0;
            while (code == 0 && !stop.stop_requested()) {
                code = code_of([&] { own->exec(sql); });
            }
            (code == fence_code ? fenced : other_errors) += code == 0 ? 0 : 1;
        });
    }
    const auto end = steady_clock::now() + duration;
    int blocks = 0;
    bool frozen = false;
    while (!frozen) {
        try {
            block();
            ++blocks;
            frozen = steady_clock::now() > end;
        } catch (const Error& error) {
            ASSERT_EQ(error.kind(), ErrorKind::Busy) << error.what();
        }
        if (!frozen) {
            freeze_->release();
        }
    }
    freeze_->fence(moved);
    EXPECT_TRUE(test::wait_until([&] { return fenced + other_errors == writers; }));
    threads.clear();
    EXPECT_EQ(fenced, writers);
    EXPECT_EQ(other_errors, 0);
    EXPECT_GT(blocks, 1);
}

}  // namespace
}  // namespace dbsync::mysql
