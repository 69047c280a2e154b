// SPDX-License-Identifier: MIT
// Delta slots under rotation: no delta is lost, no writer waits, the space comes back.
#include "engine/postgres/capture.hpp"
#include "engine/postgres/capture_audit.hpp"
#include "engine/postgres/catalog.hpp"
#include "engine/postgres/delta_rotation.hpp"
#include "engine/postgres/delta_slots.hpp"
#include "engine/postgres/inspect.hpp"
#include "support/postgres_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace dbsync::postgres {
namespace {

// Small enough that a few statements cross them.
constexpr RotationLimits tiny{
    .rotate_bytes = 16 * 1024, .truncate_bytes = 8 * 1024, .slots_max = 4};

class SlotsTest : public ::testing::Test {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_POSTGRES("system");
        database_ = test::source_server().create_database();
        app_ = std::make_unique<test::PgSession>(url());
        app_->exec("CREATE TABLE t (id bigint PRIMARY KEY, v int)");
        connection_ = connect();
        install_capture(*connection_, inspect_source(*connection_, {}).tables, {.job = "job"}, {});
    }

    std::string url() const { return test::source_server().url(database_); }

    std::unique_ptr<Connection> connect() const {
        return std::make_unique<Connection>(Endpoint::parse(url(), ""),
                                            SessionOptions{.purpose = "test"});
    }

    void write(int from, int to) {
        app_->exec("INSERT INTO t SELECT g, 0 FROM generate_series(" + std::to_string(from) + ", " +
                   std::to_string(to) + ") g");
    }

    std::string snapshot() { return app_->value("SELECT txid_current_snapshot()"); }

    void forget(const std::string& watermark) {
        rotation_.forget(*connection_, Cursor{watermark}, {1});
    }

    std::string slot_in_use() {
        return app_->value("SELECT current_slot FROM dbsync.captured_table WHERE id = 1");
    }

    std::uint64_t pending(const std::string& watermark) {
        DeltaSlots slots;
        slots.load(*connection_, captured_tables(*connection_));
        slots.look_for_filled(*connection_);
        const auto found = slots.count(*connection_, TxidSnapshot::parse(watermark),
                                       TxidSnapshot::parse(snapshot()), 1'000'000);
        const auto table = found.find(1);
        return table == found.end() ? 0 : table->second.deltas;
    }

    std::string database_;
    std::unique_ptr<test::PgSession> app_;
    std::unique_ptr<Connection> connection_;
    DeltaRotation rotation_{tiny};
};

TEST_F(SlotsTest, EmptiesACurrentSlotThatIsConsumedAndQuiet) {
    write(1, 5'000);
    forget(snapshot());
    EXPECT_EQ(app_->value("SELECT pg_relation_size('dbsync.delta_1_0')"), "0");
    EXPECT_EQ(slot_in_use(), "0");
}

TEST_F(SlotsTest, KeepsWhatTheWatermarkDoesNotSee) {
    write(1, 5'000);
    const std::string watermark = snapshot();
    write(5'001, 5'001);
    forget(watermark);
    EXPECT_EQ(pending(watermark), 1U);
    forget(snapshot());
    EXPECT_EQ(pending(watermark), 0U);
}

TEST_F(SlotsTest, SendsWritersAwayFromASlotThatATransactionHolds) {
    test::PgSession open{url()};
    open.exec("BEGIN; INSERT INTO t VALUES (-1, 0)");
    write(1, 5'000);
    const std::string watermark = snapshot();
    forget(watermark);
    EXPECT_EQ(slot_in_use(), "1");
    write(5'001, 5'002);
    open.exec("INSERT INTO t VALUES (-2, 0); COMMIT");
    EXPECT_EQ(pending(watermark), 4U);
    EXPECT_NE(app_->value("SELECT pg_relation_size('dbsync.delta_1_0')"), "0");
    const std::string later = snapshot();
    forget(later);
    EXPECT_EQ(app_->value("SELECT pg_relation_size('dbsync.delta_1_0')"), "0");
    EXPECT_EQ(pending(later), 0U);
    EXPECT_NO_THROW(audit(*connection_, {}));
}

TEST_F(SlotsTest, KeepsDeltasOfATransactionThatIsOpenInTheWatermark) {
    test::PgSession open{url()};
    open.exec("BEGIN; INSERT INTO t VALUES (-1, 0)");
    write(1, 5'000);
    const std::string watermark = snapshot();
    open.exec("COMMIT");
    forget(watermark);
    EXPECT_EQ(pending(watermark), 1U);
}

TEST_F(SlotsTest, StopsMakingSlotsAtTheLimitAndRemovesThemAll) {
    test::PgSession open{url()};
    open.exec("BEGIN");
    for (int round = 0; round < 6; ++round) {
        open.exec("INSERT INTO t VALUES (" + std::to_string(-1 - round) + ", 0)");
        write(1 + round * 5'000, 5'000 + round * 5'000);
        forget(snapshot());
    }
    EXPECT_EQ(app_->value("SELECT slots FROM dbsync.captured_table WHERE id = 1"), "4");
    open.exec("COMMIT");
    remove_capture(*connection_, {.job = "job"}, {});
    EXPECT_EQ(app_->value("SELECT to_regnamespace('dbsync') IS NULL"), "t");
}

TEST_F(SlotsTest, ForgetsConsumedMarksOfWholeTables) {
    app_->exec("TRUNCATE t");
    const std::string watermark = snapshot();
    app_->exec("TRUNCATE t");
    forget(watermark);
    EXPECT_EQ(app_->value("SELECT count(*) FROM dbsync.whole_delta"), "1");
}

// Writers count what they commit; a consumer reads in snapshots and forgets behind itself. Every
// committed id must be seen by the consumer exactly in the passes that follow its commit.
TEST_F(SlotsTest, LosesNoDeltaWhileWritersWriteAndSlotsRotate) {
    constexpr int writers = 4;
    constexpr int transactions = 150;
    constexpr int rows = 40;
    std::atomic<int> running{writers};
    std::vector<std::thread> threads;
    for (int w = 0; w < writers; ++w) {
        threads.emplace_back([&, w] {
            test::PgSession session{url()};
            for (int i = 0; i < transactions; ++i) {
                const int first = (w * transactions + i) * rows;
                session.exec("BEGIN; INSERT INTO t SELECT g, 0 FROM generate_series(" +
                             std::to_string(first) + ", " + std::to_string(first + rows - 1) +
                             ") g; SAVEPOINT s; DELETE FROM t WHERE id = " + std::to_string(first) +
                             (i % 5 == 0 ? "; ROLLBACK" : "; COMMIT"));
            }
            --running;
        });
    }
    std::map<std::string, int> seen;
    std::string watermark;
    bool last = false;
    while (!last) {
        last = running == 0;
        connection_->run("BEGIN ISOLATION LEVEL REPEATABLE READ");
        const std::string now = connection_->run("SELECT txid_current_snapshot()").text(0, 0);
        DeltaSlots slots;
        slots.load(*connection_, captured_tables(*connection_));
        slots.look_for_filled(*connection_);
        const std::string sql = slots.keys_sql(1, TxidSnapshot::parse(watermark),
                                               TxidSnapshot::parse(now));
        if (!sql.empty()) {
            const Result r = connection_->run("SELECT DISTINCT k1 FROM (" + sql + ") d");
            for (int row = 0; row < r.rows(); ++row) {
                ++seen[r.text(row, 0)];
            }
        }
        connection_->commit();
        watermark = now;
        forget(watermark);
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    const int committed = writers * transactions * 4 / 5 * rows;
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(committed));
    for (const auto& [id, times] : seen) {
        ASSERT_EQ(times, 1) << id;
    }
    EXPECT_EQ(pending(watermark), 0U);
    EXPECT_GT(std::stoi(app_->value("SELECT slots FROM dbsync.captured_table WHERE id = 1")), 1);
}

}  // namespace
}  // namespace dbsync::postgres
