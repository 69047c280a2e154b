// SPDX-License-Identifier: MIT
// Stopping the writers of a real server, and refusing them afterwards.
#include "engine/postgres/freeze.hpp"

#include "base/error.hpp"
#include "captured.hpp"
#include "engine/postgres/connection.hpp"
#include "engine/postgres/fence.hpp"
#include "engine/postgres/reader.hpp"
#include "row_collector.hpp"
#include "support/postgres_server.hpp"
#include "support/wait.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <thread>

namespace dbsync {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using test::PgSession;
using test::wait_until;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* moved = "this database has moved";

constexpr const char* shop =
    "CREATE TABLE a (id int PRIMARY KEY, v int); CREATE TABLE b (id int PRIMARY KEY, v int);"
    "CREATE TABLE p (id int PRIMARY KEY, v int) PARTITION BY RANGE (id);"
    "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100);"
    "CREATE TABLE \"P 2\" PARTITION OF p FOR VALUES FROM (100) TO (200) PARTITION BY RANGE (id);"
    "CREATE TABLE p2a PARTITION OF \"P 2\" FOR VALUES FROM (100) TO (200);"
    "INSERT INTO a SELECT i, 0 FROM generate_series(1, 10) i;"
    "INSERT INTO b SELECT i, 0 FROM generate_series(1, 10) i;"
    "INSERT INTO p SELECT i, 0 FROM generate_series(1, 150, 10) i";

class FreezeTest : public ::testing::Test {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_POSTGRES("system");
        database_ = server().create_database();
        app_.emplace(server().session(database_));
        app_->exec(shop);
        tables_ = test::capture_all(server().url(database_));
        freeze_ = postgres::make_freeze(endpoint(), tables_);
    }

    static test::PostgresServer& server() { return test::source_server(); }

    Endpoint endpoint() const { return {EngineKind::Postgres, server().url(database_), ""}; }

    const Table& table(const std::string& name) {
        return *std::find_if(tables_.begin(), tables_.end(),
                             [&](const Table& t) { return t.name.name == name; });
    }

    void block(const FreezeOptions& options = {}) {
        freeze_->arm(options);
        freeze_->block();
    }

    // A session with a statement under way that waits for the freeze. PREPARE already waits, so
    // sessions that need it are made before the freeze.
    std::unique_ptr<PgSession> waiting(const std::string& statement,
                                       std::unique_ptr<PgSession> session = nullptr) {
        if (!session) {
            session = prepared("");
        }
        session->start(statement);
        EXPECT_TRUE(wait_until([&] { return server().is_blocked(session->pid()); })) << statement;
        return session;
    }

    std::unique_ptr<PgSession> prepared(const std::string& before) {
        auto session = std::make_unique<PgSession>(server().url(database_));
        session->exec(before);
        return session;
    }

    std::string sum() {
        return app_->value("SELECT (SELECT sum(v) FROM a) + (SELECT sum(v) FROM b)"
                           " + (SELECT sum(v) FROM p)");
    }

    std::string database_;
    std::optional<PgSession> app_;
    std::vector<Table> tables_;
    std::unique_ptr<Freeze> freeze_;
};

std::string state_of(PgSession& session) {
    try {
        session.wait();
        return "";
    } catch (const test::PgError& error) {
        EXPECT_THAT(error.what(), HasSubstr(moved));
        return error.sqlstate;
    }
}

TEST_F(FreezeTest, WritersWaitAndReadersDoNot) {
    block();
    EXPECT_EQ(app_->value("SELECT count(*) FROM a"), "10");
    const auto writer = waiting("UPDATE a SET v = 1 WHERE id = 1");

    freeze_->release();

    EXPECT_NO_THROW(writer->wait());
    EXPECT_EQ(sum(), "1");
}

TEST_F(FreezeTest, ProvesThatNobodyWrites) {
    block();

    const std::string proof = freeze_->prove_drained();

    EXPECT_THAT(proof, HasSubstr("3 tables"));
    EXPECT_THAT(proof, HasSubstr("snapshot"));
    EXPECT_NO_THROW(freeze_->renew());
}

TEST_F(FreezeTest, AnOpenWriterIsNamedAndNotHarmed) {
    PgSession writer = server().session(database_);
    writer.exec("SET application_name = 'nightly job'; BEGIN; UPDATE b SET v = 1");
    freeze_->arm({});
    const auto begun = steady_clock::now();
    try {
        freeze_->block();
        FAIL() << "blocked an open writer";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Busy);
        EXPECT_THAT(error.fields().hint, HasSubstr("nightly job"));
    }
    EXPECT_LT(steady_clock::now() - begun, 1s);

    app_->exec("UPDATE a SET v = 1");
    writer.exec("COMMIT");
    EXPECT_NO_THROW(block());
}

TEST_F(FreezeTest, APreparedTransactionIsNamed) {
    if (server().value("SHOW max_prepared_transactions") == "0") {
        GTEST_SKIP() << "max_prepared_transactions is 0";
    }
    app_->exec("BEGIN; UPDATE a SET v = 1; PREPARE TRANSACTION 'for gotten'");
    freeze_->arm({});
    try {
        freeze_->block();
        ADD_FAILURE() << "blocked over a prepared transaction";
    } catch (const Error& error) {
        EXPECT_THAT(error.fields().hint, HasSubstr("for gotten"));
    }
    app_->exec("ROLLBACK PREPARED 'for gotten'");
}

TEST_F(FreezeTest, EveryWaitingWriterGetsTheFencesErrorAndWritesNothing) {
    PgSession old = server().session(database_);
    old.exec("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM a");
    auto custom = prepared("PREPARE w AS UPDATE a SET v = 1 WHERE id = 2");
    auto generic = prepared("SET plan_cache_mode = force_generic_plan;"
                            " PREPARE g AS DELETE FROM a");
    auto replica = prepared("SET session_replication_role = replica");
    block();
    std::vector<std::unique_ptr<PgSession>> writers;
    writers.push_back(waiting("UPDATE a SET v = 1 WHERE id = 1"));
    writers.push_back(waiting("EXECUTE w", std::move(custom)));
    writers.push_back(waiting("EXECUTE g", std::move(generic)));
    writers.push_back(waiting("INSERT INTO b VALUES (1, 1) ON CONFLICT DO NOTHING"));
    writers.push_back(waiting("TRUNCATE b"));
    writers.push_back(waiting("TRUNCATE a CASCADE"));
    writers.push_back(waiting("UPDATE b SET v = 1", std::move(replica)));
    writers.push_back(waiting("UPDATE p1 SET v = 1"));
    writers.push_back(waiting("UPDATE p SET v = 1 WHERE id = 11"));
    writers.push_back(waiting("DELETE FROM \"P 2\""));
    writers.push_back(waiting("INSERT INTO p2a VALUES (199, 1)"));
    if (server().major() >= 15) {
        writers.push_back(waiting("MERGE INTO a USING b ON a.id = b.id"
                                  " WHEN MATCHED THEN UPDATE SET v = 1"));
    }
    old.start("UPDATE a SET v = 1 WHERE id = 5");
    ASSERT_TRUE(wait_until([&] { return server().is_blocked(old.pid()); }));

    freeze_->fence(moved);

    for (std::size_t i = 0; i < writers.size(); ++i) {
        EXPECT_EQ(state_of(*writers[i]), "25006") << i;
    }
    EXPECT_EQ(state_of(old), "25006");
    PgSession copier = server().session(database_);
    EXPECT_THROW(copier.copy_in("COPY p FROM STDIN", "42\t1\n"), test::PgError);
    EXPECT_EQ(sum(), "0");
    EXPECT_NE(app_->value("SELECT fenced_at FROM dbsync.capture"), "");
    EXPECT_EQ(app_->value("SELECT count(*) FROM a") + app_->value("SELECT count(*) FROM b"),
              "1010");
}

TEST_F(FreezeTest, TheFenceHoldsUntilItIsDropped) {
    postgres::Connection connection{endpoint(), {}};
    EXPECT_FALSE(postgres::fence_holds(connection, tables_));
    block();
    freeze_->fence(moved);

    EXPECT_TRUE(postgres::fence_holds(connection, tables_));
    EXPECT_THAT(postgres::fence_gaps(connection, tables_), IsEmpty());
    app_->exec("ALTER TABLE a DISABLE TRIGGER USER");
    EXPECT_FALSE(postgres::fence_holds(connection, tables_));
    EXPECT_THAT(postgres::fence_gaps(connection, tables_), ::testing::ElementsAre("public.a"));

    for (const Table& t : tables_) {
        postgres::drop_fence(connection, t, 1s);
        postgres::drop_fence(connection, t, 1s);
    }
    EXPECT_NO_THROW(app_->exec("UPDATE a SET v = 1; TRUNCATE p; INSERT INTO p2a VALUES (150, 1)"));
    EXPECT_EQ(app_->value("SELECT count(*) FROM pg_trigger WHERE tgname LIKE '%fence'"), "0");
}

TEST_F(FreezeTest, AReaderLetInBeforeReadsBehindAQueuedAlterTable) {
    freeze_->arm({});
    const auto reader = postgres::make_reader(endpoint());
    app_->exec("UPDATE a SET v = 7 WHERE id = 3");
    reader->begin(tables_, 2s);
    app_->exec("UPDATE a SET v = 7 WHERE id = 4");
    freeze_->block();
    const auto altering = waiting("ALTER TABLE a ADD COLUMN w int");
    const auto truncating = waiting("TRUNCATE b");

    reader->snapshot();
    const Batch batch = reader->plan_batch({}, 1000);
    test::RowCollector rows;
    DeltaRange range;
    range.batch = &batch;
    reader->read_deltas(table("a"), range, rows);
    test::RowCollector all;
    reader->read_chunk(table("p"), {}, RowForm::Compare, all);

    EXPECT_THAT(rows.lines, ::testing::ElementsAre("3\tt\t3\t7", "4\tt\t4\t7"));
    EXPECT_EQ(all.rows, 15U);
    reader->end();
    freeze_->release();
    EXPECT_NO_THROW(altering->wait());
}

// Whoever holds one table and wants another must never be the deadlock's victim.
TEST_F(FreezeTest, AnApplicationInTheOtherOrderIsNotTheVictim) {
    for (int round = 0; round < 3; ++round) {
        PgSession other = server().session(database_);
        other.exec("BEGIN; UPDATE b SET v = v + 1 WHERE id = 1");
        freeze_->arm({});
        std::optional<ErrorKind> kind;
        std::thread blocker{[&] {
            try {
                freeze_->block();
            } catch (const Error& error) {
                kind = error.kind();
            }
        }};
        EXPECT_TRUE(wait_until([&] {
            return server().value("SELECT count(*) FROM pg_locks WHERE NOT granted"
                                  " AND mode = 'ShareRowExclusiveLock'",
                                  database_) == "1";
        }));

        EXPECT_NO_THROW(other.exec("UPDATE a SET v = v + 1 WHERE id = 1; COMMIT"));

        blocker.join();
        EXPECT_TRUE(!kind || *kind == ErrorKind::Busy);
        freeze_->release();
    }
    EXPECT_EQ(sum(), "6");
}

TEST_F(FreezeTest, ASilentHolderLosesTheLease) {
    freeze_->arm({.lease = 700ms});
    freeze_->block();
    const auto writer = waiting("UPDATE a SET v = 1 WHERE id = 1");

    EXPECT_NO_THROW(writer->wait(5s));

    try {
        freeze_->renew();
        FAIL() << "the lease was renewed after its end";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Connection);
    }
    EXPECT_THROW(freeze_->fence(moved), Error);
    EXPECT_NO_THROW(app_->exec("UPDATE a SET v = 2 WHERE id = 2"));
}

TEST_F(FreezeTest, RenewingKeepsTheLease) {
    freeze_->arm({.lease = 500ms});
    freeze_->block();
    const auto begun = steady_clock::now();

    while (steady_clock::now() - begun < 1200ms) {
        ASSERT_NO_THROW(freeze_->renew());
        (void)wait_until([] { return false; }, 100ms, 50ms);
    }

    EXPECT_NO_THROW(freeze_->prove_drained());
}

TEST_F(FreezeTest, AKilledSessionIsNoticed) {
    block();
    app_->exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
               " WHERE application_name = 'dbsync freeze'");

    EXPECT_THROW(freeze_->renew(), Error);
    EXPECT_NO_THROW(block());
}

// The hole: what queued as DISABLE TRIGGER USER runs the moment the fence is committed.
TEST_F(FreezeTest, AFenceThatIsSwitchedOffAtOnceIsNoticed) {
    block();
    const auto disabling = waiting("ALTER TABLE a DISABLE TRIGGER USER");

    bool noticed = false;
    try {
        freeze_->fence(moved);
    } catch (const Error& error) {
        noticed = error.fields().table == "public.a";
    }
    disabling->wait();

    postgres::Connection connection{endpoint(), {}};
    EXPECT_TRUE(noticed || !postgres::fence_holds(connection, tables_));
}

}  // namespace
}  // namespace dbsync
