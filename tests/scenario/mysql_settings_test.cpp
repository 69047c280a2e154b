// SPDX-License-Identifier: MIT
// Settings that administrators give to every new session, and DDL in the middle of a freeze.
#include "scenario/mysql_ends.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace dbsync::test {
namespace {

using testing::HasSubstr;

class MysqlSettingsTest : public testing::TestWithParam<const char*> {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_MYSQL_ENDS(GetParam());
        ends_ = std::make_unique<MysqlEnds>(GetParam());
        dbsync_.set("DBSYNC_SOURCE", ends_->url(End::Source));
        dbsync_.set("DBSYNC_TARGET", ends_->url(End::Target));
        ends_->must_run(End::Source,
                        "CREATE TABLE t (id int PRIMARY KEY, v varchar(50), UNIQUE (v));"
                        "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e')");
    }
    void TearDown() override {
        for (const std::string& statement : undo_) {
            ends_->must_run(End::Source, statement);
            ends_->must_run(End::Target, statement);
        }
    }

    void set_global(const std::string& name, const std::string& value) {
        undo_.push_back("SET GLOBAL " + name + " = " +
                        ends_->value(End::Source, "SELECT @@GLOBAL." + name));
        for (const End end : {End::Source, End::Target}) {
            ends_->must_run(end, "SET GLOBAL " + name + " = " + value);
        }
    }
    void undo() {
        TearDown();
        undo_.clear();
    }

    // In the freeze, by another session of the source.
    std::string on_frozen(const std::string& sql) {
        return fmt::format("mariadb --no-defaults -uroot --socket='{}' {} -e '{}'",
                           ends_->server(End::Source).socket(), ends_->database(End::Source), sql);
    }

    TempDir home_;
    DbsyncBinary dbsync_{home_};
    std::unique_ptr<MysqlEnds> ends_;
    std::vector<std::string> undo_;
};

TEST_P(MysqlSettingsTest, WhatEverySessionInheritsChangesNothing) {
    set_global("sql_select_limit", "2");
    set_global("completion_type", "'CHAIN'");
    set_global("unique_checks", "0");

    const ProcessResult migrated = dbsync_.run({"migrate"});
    ends_->must_run(End::Source, "SET SESSION completion_type = 0; DELETE FROM t WHERE id < 4");
    const ProcessResult cut = dbsync_.run({"cutover", "--yes"});

    undo();
    EXPECT_EQ(migrated.exit_code, 0) << migrated;
    EXPECT_EQ(cut.exit_code, 0) << cut;
    EXPECT_EQ(first_difference(ends_->dump(End::Source), ends_->dump(End::Target)), "");
    EXPECT_EQ(ends_->value(End::Target, "SELECT COUNT(*) FROM t"), "2");
}

TEST_P(MysqlSettingsTest, NothingIsTruncatedBetweenTheLastPassAndTheFence) {
    ASSERT_EQ(dbsync_.run({"migrate"}).exit_code, 0);

    const ProcessResult refused =
        dbsync_.run({"cutover", "--yes", "--on-frozen",
                     on_frozen("SET SESSION lock_wait_timeout = 1; TRUNCATE t")});

    EXPECT_EQ(refused.exit_code, 7) << refused;
    EXPECT_THAT(refused.err, HasSubstr("on-frozen hook ended with status"));
    EXPECT_EQ(ends_->value(End::Source, "SELECT COUNT(*) FROM t"), "5");
    const ProcessResult cut =
        dbsync_.run({"cutover", "--yes", "--on-frozen", on_frozen("SELECT * FROM t")});
    EXPECT_EQ(cut.exit_code, 0) << cut;
    EXPECT_EQ(first_difference(ends_->dump(End::Source), ends_->dump(End::Target)), "");
}

TEST_P(MysqlSettingsTest, SaysThatAViewWasMadeOrChangedDuringTheMove) {
    ends_->must_run(End::Source, "CREATE VIEW seen AS SELECT id FROM t");
    ASSERT_EQ(dbsync_.run({"migrate"}).exit_code, 0);
    ends_->must_run(End::Source,
                    "CREATE OR REPLACE VIEW seen AS SELECT id, v FROM t;"
                    "CREATE VIEW later AS SELECT v FROM t");

    const ProcessResult cut = dbsync_.run({"cutover", "--yes"});

    EXPECT_EQ(cut.exit_code, 0) << cut;
    EXPECT_THAT(cut.err, HasSubstr("VIEW seen"));
    EXPECT_THAT(cut.err, HasSubstr("VIEW later"));
}

// In an instant, and declared as before: only the values are others.
TEST_P(MysqlSettingsTest, AColumnThatWasDroppedAndAddedAgainIsReadAnew) {
    ASSERT_EQ(dbsync_.run({"migrate"}).exit_code, 0);
    ends_->must_run(End::Source,
                    "ALTER TABLE t ADD COLUMN w int, ALGORITHM = INSTANT;"
                    "ALTER TABLE t DROP COLUMN w, ALGORITHM = INSTANT;"
                    "ALTER TABLE t DROP INDEX v; ALTER TABLE t DROP COLUMN v;"
                    "ALTER TABLE t ADD COLUMN v varchar(50), ADD UNIQUE (v)");

    const ProcessResult refused = dbsync_.run({"catchup", "--until-lag", "0"});
    const ProcessResult again = dbsync_.run({"start-capture"});

    EXPECT_EQ(refused.exit_code, 8) << refused;
    EXPECT_EQ(again.exit_code, 0) << again;
    EXPECT_EQ(dbsync_.run({"catchup", "--until-lag", "0"}).exit_code, 0);
    EXPECT_EQ(dbsync_.run({"cutover", "--yes"}).exit_code, 0);
    EXPECT_EQ(first_difference(ends_->dump(End::Source), ends_->dump(End::Target)), "");
}

INSTANTIATE_TEST_SUITE_P(Servers, MysqlSettingsTest, testing::Values("mariadb", "mysql"),
                         [](const auto& each) { return std::string{each.param}; });

}  // namespace
}  // namespace dbsync::test
