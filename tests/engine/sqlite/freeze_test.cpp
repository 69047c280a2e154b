// SPDX-License-Identifier: MIT
// The freeze and the fence against real writers, in both journal modes.
#include "base/error.hpp"
#include "engine/sqlite/source_fixture.hpp"

#include <gmock/gmock.h>

#include <future>

namespace dbsync::sqlite {

namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

class FreezeTest : public SourceTest, public testing::WithParamInterface<std::string> {
  protected:
    void SetUp() override {
        make(
            "CREATE TABLE t(id INTEGER PRIMARY KEY, v NOT NULL);"
            "CREATE TABLE empty(a TEXT, b INT, PRIMARY KEY(a, b)) WITHOUT ROWID;"
            "INSERT INTO t VALUES (1, 'x')",
            GetParam());
        tables_ = capture();
        freeze_ = source_->open_freeze(tables_);
        freeze_->arm({});
    }
    std::string write(const std::string& sql, milliseconds timeout) {
        const auto writer = open_file(path_);
        writer->set_busy_timeout(timeout);
        try {
            writer->run(sql);
        } catch (const Error& error) {
            return error.fields().native_text;
        }
        return "written";
    }
    std::vector<Table> tables_;
    std::unique_ptr<Freeze> freeze_;
};

TEST_P(FreezeTest, StopsWritersAndLetsReadersAndOurPassGoOn) {
    freeze_->block();
    EXPECT_THAT(freeze_->prove_drained(), HasSubstr("write lock"));
    freeze_->renew();
    EXPECT_EQ(write("INSERT INTO t VALUES (2, 2)", milliseconds{20}), "database is locked");
    EXPECT_EQ(open_file(path_)->integer("SELECT count(*) FROM t"), 1);
    const auto reader = source_->open_reader();
    reader->begin(tables_, milliseconds{100});
    reader->snapshot();
    EXPECT_TRUE(reader->plan_batch({}, 100).complete);
    reader->end();
    freeze_->release();
    EXPECT_EQ(write("INSERT INTO t VALUES (2, 2)", milliseconds{20}), "written");
    EXPECT_THROW(freeze_->renew(), Error);
}

TEST_P(FreezeTest, GivesTheWaitingWriterTheFencesWords) {
    freeze_->block();
    auto waiting = std::async(std::launch::async, [&] {
        return write("INSERT INTO t VALUES (3, 3)", milliseconds{5'000});
    });
    EXPECT_FALSE(source_->capture_state().fenced);
    freeze_->fence("moved to the new server; don't write here");
    EXPECT_EQ(waiting.get(), "moved to the new server; don't write here");
    EXPECT_TRUE(source_->capture_state().fenced);
    EXPECT_TRUE(source_->fence_holds());
    for (const char* sql :
         {"INSERT OR IGNORE INTO t VALUES (9, 9)", "REPLACE INTO t VALUES (1, 1)",
          "UPDATE OR IGNORE t SET v = 2", "DELETE FROM t", "INSERT INTO empty VALUES ('a', 1)"}) {
        EXPECT_THAT(write(sql, milliseconds{100}), HasSubstr("moved to")) << sql;
    }
    source_->remove_capture({.job = "test"}, {});
    EXPECT_EQ(write("DELETE FROM t", milliseconds{100}), "written");
}

TEST_P(FreezeTest, NoticesAFenceWithAHole) {
    freeze_->block();
    freeze_->fence("moved");
    EXPECT_TRUE(source_->fence_holds());
    app_->run("DROP TRIGGER _dbsync_1_fence_i");
    EXPECT_FALSE(source_->fence_holds());
}

TEST_P(FreezeTest, GivesUpOnABusyWriter) {
    app_->run("BEGIN IMMEDIATE");
    freeze_->arm({.attempt = milliseconds{30}});
    try {
        freeze_->block();
        ADD_FAILURE();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Busy);
        EXPECT_FALSE(error.fields().hint.empty());
    }
    app_->run("ROLLBACK");
}

TEST_P(FreezeTest, CommitsTheFenceOnceTheReaderHasEnded) {
    app_->run("BEGIN");
    static_cast<void>(app_->integer("SELECT count(*) FROM t"));
    freeze_->block();
    auto reading = std::async(std::launch::async, [&] { freeze_->fence("moved"); });
    const bool waits = reading.wait_for(milliseconds{200}) == std::future_status::timeout;
    EXPECT_EQ(waits, GetParam() == "delete");
    app_->run("COMMIT");
    reading.get();
    EXPECT_TRUE(source_->fence_holds());
}

INSTANTIATE_TEST_SUITE_P(JournalModes, FreezeTest, testing::Values("wal", "delete"));

}  // namespace

}  // namespace dbsync::sqlite
