// SPDX-License-Identifier: MIT
#include "base/error.hpp"
#include "state/state_store.hpp"
#include "support/temp_dir.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <optional>

namespace dbsync {
namespace {

using Access = StateStore::Access;
using testing::ElementsAre;
using testing::HasSubstr;

class StateStoreTest : public testing::Test {
  protected:
    std::filesystem::path file() const { return folder_ / "deep" / "er" / "job.db"; }

    static std::optional<Error> error_of(const std::function<void()>& action) {
        try {
            action();
        } catch (const Error& error) {
            return error;
        }
        return std::nullopt;
    }
    static unsigned mode(const std::filesystem::path& path) {
        struct stat found {};
        EXPECT_EQ(::stat(path.c_str(), &found), 0) << path;
        return found.st_mode & 0777U;
    }

    test::TempDir folder_;
};

TEST_F(StateStoreTest, KeepsEverythingOverARestart) {
    {
        StateStore state{file(), "job", Access::Write};
        EXPECT_TRUE(state.was_created());
        EXPECT_EQ(state.phase(), "new");
        state.set_phase("copying");
        state.remember("source", "sqlite:///a.db");
        state.remember_list("tables", {"a*", "b"});
        state.note_verified("orders", 7, true);
        state.append_event("cutover.fenced", "x");
        state.add_sample({.at = {}, .phase = "snapshot", .rows_copied = 5});
    }
    StateStore state{file(), "job", Access::Write};

    EXPECT_FALSE(state.was_created());
    EXPECT_EQ(state.phase(), "copying");
    EXPECT_EQ(state.recall("source"), "sqlite:///a.db");
    EXPECT_EQ(state.recall("target"), std::nullopt);
    EXPECT_THAT(state.recall_list("tables"), ElementsAre("a*", "b"));
    ASSERT_EQ(state.verified_tables().size(), 1U);
    EXPECT_EQ(state.verified_tables()[0].rows, 7U);
    ASSERT_EQ(state.timeline().size(), 2U);
    EXPECT_EQ(state.timeline()[0].detail, "copying");
    ASSERT_EQ(state.samples().size(), 1U);
    EXPECT_EQ(state.samples()[0].rows_copied, 5U);
}

TEST_F(StateStoreTest, IsForItsOwnerAlone) {
    const StateStore state{file(), "job", Access::Write};

    EXPECT_EQ(mode(file()), 0600U);
    EXPECT_EQ(mode(file().parent_path()), 0700U);
    EXPECT_EQ(mode(file().parent_path().parent_path()), 0700U);
}

TEST_F(StateStoreTest, LetsAReaderLookWithoutKeepingWhatItChanges) {
    StateStore working{file(), "job", Access::Write};
    working.set_phase("copying");
    StateStore looking{file(), "job", Access::Read};

    EXPECT_EQ(looking.phase(), "copying");
    looking.set_phase("stopped");
    EXPECT_EQ(working.phase(), "copying");
}

TEST_F(StateStoreTest, MakesNoFileForAReader) {
    const StateStore state{file(), "job", Access::Read};

    EXPECT_EQ(state.phase(), "new");
    EXPECT_FALSE(std::filesystem::exists(file().parent_path()));
}

TEST_F(StateStoreTest, RefusesAFileOfAnotherJob) {
    { const StateStore state{file(), "job", Access::Write}; }

    const auto error = error_of([&] { StateStore{file(), "other", Access::Write}; });

    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind(), ErrorKind::Precondition);
    EXPECT_THAT(error->what(), HasSubstr("belongs to job 'job', not to 'other'"));
}

TEST_F(StateStoreTest, RefusesAForeignDatabaseAndLeavesItAlone) {
    const std::filesystem::path foreign = folder_ / "shop.db";
    { SQLite::Database{foreign, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE}.exec(
          "CREATE TABLE orders (id)"); }
    const std::string before = test::read_file(foreign);

    for (const Access access : {Access::Read, Access::Write}) {
        const auto error = error_of([&] { StateStore{foreign, "job", access}; });
        ASSERT_TRUE(error);
        EXPECT_EQ(error->kind(), ErrorKind::Usage);
        EXPECT_THAT(error->what(), HasSubstr("is not a state file of dbsync"));
    }
    EXPECT_EQ(test::read_file(foreign), before);
}

TEST_F(StateStoreTest, RefusesAFileThatIsNoDatabase) {
    const auto text = folder_.write("notes.txt", "these are notes, and no database at all\n");

    for (const Access access : {Access::Read, Access::Write}) {
        const auto error = error_of([&] { StateStore{text, "job", access}; });
        ASSERT_TRUE(error);
        EXPECT_EQ(error->kind(), ErrorKind::Usage);
        EXPECT_THAT(error->what(), HasSubstr("is not a state file of dbsync"));
    }
}

TEST_F(StateStoreTest, RefusesTheFormatOfANewerVersion) {
    { const StateStore state{file(), "job", Access::Write}; }
    { SQLite::Database{file(), SQLite::OPEN_READWRITE}.exec("PRAGMA user_version = 99"); }

    const auto error = error_of([&] { StateStore{file(), "job", Access::Read}; });

    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind(), ErrorKind::Precondition);
    EXPECT_THAT(error->what(), HasSubstr("newer dbsync"));
}

TEST_F(StateStoreTest, SaysWhereItCannotWrite) {
    const auto file = folder_.write("file", "x") / "job.db";

    const auto error = error_of([&] { StateStore{file, "job", Access::Write}; });

    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind(), ErrorKind::Usage);
    EXPECT_THAT(error->fields().hint, HasSubstr("--state"));
}

TEST_F(StateStoreTest, LetsOneProcessWorkAtATime) {
    const StateStore state{file(), "job", Access::Write};

    const pid_t child = ::fork();
    if (child == 0) {
        const auto error = error_of([&] { StateStore{file(), "job", Access::Write}; });
        ::_exit(error && error->kind() == ErrorKind::JobBusy ? 0 : 1);
    }
    int status = -1;
    ::waitpid(child, &status, 0);

    EXPECT_EQ(status, 0);
}

TEST_F(StateStoreTest, NoticesThatAnEndIsAnotherDatabase) {
    StateStore state{file(), "job", Access::Write};
    state.set_identity("source", "one");
    state.set_identity("target", "two");

    EXPECT_FALSE(error_of([&] { state.set_identity("source", "one"); }));
    const auto error = error_of([&] { state.set_identity("source", "other"); });

    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind(), ErrorKind::Precondition);
    EXPECT_THAT(error->what(), HasSubstr("it was one, now it is other"));
}

TEST_F(StateStoreTest, ForgetsTheHistoryButNotTheSettingsOnReset) {
    StateStore state{file(), "job", Access::Write};
    state.remember("source", "a");
    state.set_identity("source", "one");
    state.note_verified("t", 1, true);
    state.set_phase("stopped");

    state.reset();

    EXPECT_EQ(state.phase(), "new");
    EXPECT_EQ(state.recall("source"), "a");
    EXPECT_TRUE(state.verified_tables().empty());
    EXPECT_FALSE(error_of([&] { state.set_identity("source", "other"); }));
}

TEST_F(StateStoreTest, RemovesOnlyAFileThatItMade) {
    { StateStore{file(), "job", Access::Write}.discard(); }
    EXPECT_FALSE(std::filesystem::exists(file()));

    { const StateStore state{file(), "job", Access::Write}; }
    { StateStore{file(), "job", Access::Write}.discard(); }
    EXPECT_TRUE(std::filesystem::exists(file()));
}

TEST_F(StateStoreTest, FillsAFileThatAKillLeftEmpty) {
    { const StateStore state{file(), "job", Access::Write}; }
    std::filesystem::resize_file(file(), 0);

    EXPECT_EQ((StateStore{file(), "job", Access::Write}).phase(), "new");
}

}  // namespace
}  // namespace dbsync
