// SPDX-License-Identifier: MIT
// The PostgreSQL source as the phases see it.
#include "base/error.hpp"
#include "engine/postgres/source.hpp"
#include "support/postgres_server.hpp"
#include "support/wait.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace dbsync::postgres {
namespace {

class CaptureSourceTest : public ::testing::Test {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_POSTGRES("system");
        database_ = test::source_server().create_database();
        app_ = std::make_unique<test::PgSession>(test::source_server().url(database_));
        source_ = make_source(Endpoint::parse(test::source_server().url(database_), ""));
    }

    void install(Source& source) {
        source.install_capture(source.inspect({}).tables, {.job = "job"}, {});
    }

    std::string database_;
    std::unique_ptr<test::PgSession> app_;
    std::unique_ptr<Source> source_;
};

TEST_F(CaptureSourceTest, KnowsWhichDatabaseItIs) {
    const auto other = make_source(Endpoint::parse(test::source_server().url("postgres"), ""));
    EXPECT_EQ(source_->identity(), source_->identity());
    EXPECT_NE(source_->identity(), other->identity());
    EXPECT_THAT(source_->describe(), ::testing::StartsWith("PostgreSQL "));
    EXPECT_GT(source_->clock_us(), 1'700'000'000'000'000);
}

TEST_F(CaptureSourceTest, GivesAJobToOneProcessAtATime) {
    auto first = source_->claim("job");
    EXPECT_NO_THROW(static_cast<void>(source_->claim("another")));
    try {
        static_cast<void>(source_->claim("job"));
        FAIL() << "two claims on one job";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::JobBusy);
    }
    first.reset();
    EXPECT_TRUE(test::wait_until([&] {
        try {
            return source_->claim("job") != nullptr;
        } catch (const Error&) {
            return false;
        }
    }));
}

TEST_F(CaptureSourceTest, TellsItsStateFromBeforeCaptureToAfter) {
    app_->exec("CREATE TABLE t (id int PRIMARY KEY)");
    EXPECT_FALSE(source_->capture_state().installed);
    EXPECT_THAT(source_->captured_tables(), ::testing::IsEmpty());
    EXPECT_THAT(source_->backlog(Cursor{}), ::testing::IsEmpty());
    EXPECT_THROW(source_->prove_capture(), Error);
    install(*source_);
    EXPECT_TRUE(source_->capture_state().installed);
    EXPECT_EQ(source_->capture_state().job, "job");
    EXPECT_NO_THROW(source_->prove_capture());
    EXPECT_NO_THROW(source_->audit());
    EXPECT_FALSE(source_->fence_holds());
    app_->exec("INSERT INTO t VALUES (1), (2)");
    const auto backlog = source_->backlog(Cursor{});
    ASSERT_EQ(backlog.size(), 1U);
    EXPECT_EQ(backlog[0].deltas, 2U);
    const Cursor now{app_->value("SELECT txid_current_snapshot()")};
    EXPECT_THAT(source_->backlog(now), ::testing::IsEmpty());
    source_->remove_capture({.job = "job"}, {});
    EXPECT_FALSE(source_->capture_state().installed);
}

TEST_F(CaptureSourceTest, WorksForAnOwnerWhoIsNoSuperuser) {
    app_->exec(
        "DO $$ BEGIN CREATE ROLE app_owner LOGIN; EXCEPTION WHEN duplicate_object THEN NULL;"
        " END $$; GRANT CREATE ON DATABASE " +
        database_ +
        " TO app_owner;"
        "CREATE SCHEMA mine AUTHORIZATION app_owner;"
        "CREATE TABLE mine.t (id int PRIMARY KEY); CREATE TABLE mine.n (m money);"
        "ALTER TABLE mine.t OWNER TO app_owner; ALTER TABLE mine.n OWNER TO app_owner");
    const auto source =
        make_source(Endpoint::parse(test::source_server().url(database_, "app_owner"), ""));
    install(*source);
    EXPECT_FALSE(source->identity().empty());
    EXPECT_NO_THROW(source->prove_capture());
    app_->exec("INSERT INTO mine.t VALUES (1); INSERT INTO mine.n VALUES (1.5)");
    EXPECT_EQ(source->backlog(Cursor{}).size(), 2U);
    source->remove_capture({.job = "job"}, {});
    EXPECT_EQ(app_->value("SELECT to_regnamespace('dbsync') IS NULL"), "t");
}

TEST_F(CaptureSourceTest, SaysThatNoTableMatches) {
    try {
        source_->install_capture({}, {.job = "job"}, {});
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Precondition);
    }
    EXPECT_EQ(app_->value("SELECT to_regnamespace('dbsync') IS NULL"), "t")
        << "nothing was touched";
}

}  // namespace
}  // namespace dbsync::postgres
