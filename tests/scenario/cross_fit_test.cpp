// SPDX-License-Identifier: MIT
// Between engines, tables that the operator made on the target are taken as they are, and looked at
// before a row moves.
#include "scenario/cross_traffic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dbsync::test {
namespace {

using testing::HasSubstr;

class CrossFitTest : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_ENGINE(GetParam());
        ends_ = std::make_unique<CrossEnds>(
            "sqlite", GetParam(), home_,
            std::vector<SpelledTable>{{"t", {{"id", Spell::Number}, {"name"}}}});
        dbsync_.set("DBSYNC_SOURCE", ends_->url(End::Source));
        dbsync_.set("DBSYNC_TARGET", ends_->url(End::Target));
        ends_->must_run(End::Source, "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT);"
                                     "CREATE TABLE before_t (id INTEGER PRIMARY KEY);"
                                     "INSERT INTO before_t VALUES (1);"
                                     "INSERT INTO t VALUES (1, 'a'), (2, 'b');");
        ends_->must_run(End::Target, "CREATE TABLE before_t (id BIGINT PRIMARY KEY);");
    }

    void expect_refused(const std::string& table, const std::string& because) {
        ends_->must_run(End::Target, table);
        const ProcessResult checked = dbsync_.run({"check"});
        EXPECT_EQ(checked.exit_code, 3) << checked;
        EXPECT_THAT(checked.out, HasSubstr(because)) << checked;
        ASSERT_EQ(dbsync_.run({"start-capture"}).exit_code, 0);
        const ProcessResult refused = dbsync_.run({"snapshot", "--schema", "none"});
        EXPECT_EQ(refused.exit_code, 3) << refused;
        EXPECT_THAT(refused.err, HasSubstr(because)) << refused;
        EXPECT_EQ(ends_->value(End::Target, "SELECT count(*) FROM before_t"), "0");
    }

    TempDir home_;
    DbsyncBinary dbsync_{home_};
    std::unique_ptr<CrossEnds> ends_;
};

TEST_P(CrossFitTest, RefusesAMissingColumn) {
    expect_refused("CREATE TABLE t (id BIGINT PRIMARY KEY)", "it has no column name");
}

TEST_P(CrossFitTest, RefusesAColumnThatNobodyGivesAValue) {
    expect_refused("CREATE TABLE t (id BIGINT PRIMARY KEY, name TEXT, more INT NOT NULL)",
                   "its column more must have a value");
}

TEST_P(CrossFitTest, LeavesColumnsOfItsOwnTheirDefaults) {
    ends_->must_run(End::Target, "CREATE TABLE t (more INT NOT NULL DEFAULT 7, name VARCHAR(9),"
                                 " id BIGINT PRIMARY KEY)");
    ASSERT_EQ(dbsync_.run({"start-capture"}).exit_code, 0);
    const ProcessResult copied = dbsync_.run({"snapshot", "--schema", "none"});
    ASSERT_EQ(copied.exit_code, 0) << copied;
    ends_->must_run(End::Target, "UPDATE t SET more = 8 WHERE id = 2");
    ends_->must_run(End::Source,
                    "UPDATE t SET name = 'c' WHERE id = 2; INSERT INTO t VALUES (3, 'd')");

    const ProcessResult over = dbsync_.run({"cutover", "--yes"});

    EXPECT_EQ(over.exit_code, 0) << over;
    EXPECT_EQ(first_difference(ends_->dump(End::Source), ends_->dump(End::Target)), "");
    EXPECT_EQ(ends_->value(End::Target, "SELECT sum(more) FROM t"), "22");
}

TEST_P(CrossFitTest, RefusesWhatWouldChangeValuesOrKeys) {
    ends_->must_run(End::Source, "CREATE TABLE k (k TEXT NOT NULL PRIMARY KEY)");
    if (GetParam() == "postgres") {
        ends_->must_run(End::Target,
                        "CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2',"
                        " deterministic = false);"
                        "CREATE TABLE k (k TEXT COLLATE loose PRIMARY KEY)");
        expect_refused("CREATE TABLE t (id BIGINT PRIMARY KEY, name money)",
                       "name is of type money, which rounds");
        EXPECT_THAT(dbsync_.run({"check"}).out,
                    HasSubstr("its key column k takes different keys of the source for one"));
        return;
    }
    ends_->must_run(End::Target, "CREATE TABLE t (id BIGINT PRIMARY KEY, name VARCHAR(9))");
    expect_refused("CREATE TABLE k (k VARCHAR(9) COLLATE utf8mb4_bin PRIMARY KEY)",
                   "its key column k has the collation utf8mb4_bin");
}

INSTANTIATE_TEST_SUITE_P(Targets,
                         CrossFitTest,
                         testing::Values("postgres", "mariadb", "mysql"),
                         [](const auto& target) { return target.param; });

}  // namespace
}  // namespace dbsync::test
