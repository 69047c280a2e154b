// SPDX-License-Identifier: MIT
// A table that is made while the move is under way is not left behind in silence.
#include "scenario/ends.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dbsync::test {
namespace {

using ::testing::HasSubstr;

class NewTableTest : public testing::TestWithParam<const char*> {
  protected:
    void SetUp() override {
        if (GetParam() == std::string{"sqlite"}) {
            ends_ = std::make_unique<SqliteEnds>(home_.path());
        } else {
            DBSYNC_NEEDS_POSTGRES("system");
            ends_ = std::make_unique<PostgresEnds>();
        }
        dbsync_.set("DBSYNC_SOURCE", ends_->url(End::Source));
        dbsync_.set("DBSYNC_TARGET", ends_->url(End::Target));
        ends_->must_run(End::Source,
                        "CREATE TABLE first (id INTEGER PRIMARY KEY, v TEXT);"
                        "INSERT INTO first VALUES (1, 'a'), (2, 'b')");
        ASSERT_EQ(dbsync_.run({"migrate"}).exit_code, 0);
        ends_->must_run(End::Source,
                        "CREATE TABLE second (id INTEGER PRIMARY KEY, v TEXT);"
                        "INSERT INTO second VALUES (1, 'c')");
    }

    TempDir home_;
    DbsyncBinary dbsync_{home_};
    std::unique_ptr<Ends> ends_;
};

TEST_P(NewTableTest, StopsTheCutoverUntilItIsMovedToo) {
    const ProcessResult refused = dbsync_.run({"cutover", "--yes"});
    EXPECT_EQ(refused.exit_code, 3) << refused;
    EXPECT_THAT(refused.err, HasSubstr("second"));

    ASSERT_EQ(dbsync_.run({"start-capture"}).exit_code, 0);
    ends_->must_run(End::Source, "INSERT INTO second VALUES (2, 'd'); DELETE FROM first");
    ASSERT_EQ(dbsync_.run({"snapshot"}).exit_code, 0);
    const ProcessResult cut = dbsync_.run({"cutover", "--yes"});

    EXPECT_EQ(cut.exit_code, 0) << cut;
    EXPECT_EQ(first_difference(ends_->dump(End::Source), ends_->dump(End::Target)), "");
}

TEST_P(NewTableTest, MayBeLeftOut) {
    const ProcessResult cut =
        dbsync_.run({"cutover", "--yes", "--exclude",
                     GetParam() == std::string{"sqlite"} ? "second" : "public.second"});

    EXPECT_EQ(cut.exit_code, 0) << cut;
}

INSTANTIATE_TEST_SUITE_P(Engines, NewTableTest, testing::Values("sqlite", "postgres"),
                         [](const auto& name) { return std::string{name.param}; });

}  // namespace
}  // namespace dbsync::test
