// SPDX-License-Identifier: MIT
// Cascades on MySQL and MariaDB fire no triggers and are followed by marks. A backlog that is taken
// in several batches must not tear a row from the mark that leads through it.
#include "fault/fault_move.hpp"

namespace dbsync::test {
namespace {

class SplitCascadeTest : public testing::TestWithParam<const char*> {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_MYSQL_ENDS(GetParam());
        ends_ = std::make_unique<MysqlEnds>(GetParam());
        ends_->must_run(End::Source,
                        "CREATE TABLE branch (id INT PRIMARY KEY);"
                        "CREATE TABLE leaf (id INT PRIMARY KEY, branch_id INT NOT NULL,"
                        " CONSTRAINT leaf_branch FOREIGN KEY (branch_id) REFERENCES branch (id)"
                        " ON DELETE CASCADE ON UPDATE CASCADE);"
                        "CREATE TABLE twig (id INT PRIMARY KEY, leaf_id INT,"
                        " CONSTRAINT twig_leaf FOREIGN KEY (leaf_id) REFERENCES leaf (id)"
                        " ON DELETE SET NULL ON UPDATE CASCADE);"
                        "INSERT INTO branch VALUES (1), (2);"
                        "INSERT INTO leaf VALUES (5, 1);"
                        "INSERT INTO twig VALUES (5, 5)");
        dbsync_.set("DBSYNC_SOURCE", ends_->url(End::Source));
        dbsync_.set("DBSYNC_TARGET", ends_->url(End::Target));
        const ProcessResult copied = dbsync_.run({"migrate"});
        ASSERT_EQ(copied.exit_code, 0) << copied;
    }

    // More leaves than a batch takes.
    void fill() const {
        std::string sql = "INSERT INTO leaf VALUES (1000, 1)";
        for (int id = 1001; id <= 1600; ++id) {
            sql += fmt::format(", ({}, 1)", id);
        }
        ends_->must_run(End::Source, sql);
    }

    // `before` is in the backlog, `between` happens when its first batch is on the target.
    void catch_up_in_batches(const std::string& before, const std::string& between) const {
        fill();
        ends_->must_run(End::Source, before);
        const Hold hold{home_};
        Process process =
            dbsync_.start({"catchup", "--until-lag", "0", "--batch-rows", "100"},
                          hold.at("catchup.after_commit"));
        ASSERT_TRUE(hold.wait_reached());
        ends_->must_run(End::Source, between);
        hold.release();
        const ProcessResult caught_up = process.wait();
        EXPECT_EQ(caught_up.exit_code, 0) << caught_up;
        EXPECT_EQ(first_difference(ends_->dump(End::Source), ends_->dump(End::Target)), "");
    }

    TempDir home_;
    DbsyncBinary dbsync_{home_};
    std::unique_ptr<MysqlEnds> ends_;
};

TEST_P(SplitCascadeTest, FollowsARowThatWasMadeAndCascadedAwayBetweenTwoBatches) {
    catch_up_in_batches("INSERT INTO leaf VALUES (9000, 2); INSERT INTO twig VALUES (9000, 9000)",
                        "DELETE FROM branch WHERE id = 2");
}

TEST_P(SplitCascadeTest, FollowsARowThatMovedAndWasCascadedAwayBetweenTwoBatches) {
    catch_up_in_batches("UPDATE leaf SET branch_id = 2 WHERE id = 5",
                        "DELETE FROM branch WHERE id = 2");
}

TEST_P(SplitCascadeTest, FollowsARowWhoseParentGotAnotherKeyBetweenTwoBatches) {
    catch_up_in_batches("INSERT INTO leaf VALUES (9000, 2); INSERT INTO twig VALUES (9000, 9000)",
                        "UPDATE branch SET id = 3 WHERE id = 2; UPDATE leaf SET id = 9001 WHERE "
                        "id = 9000; DELETE FROM branch WHERE id = 3");
}

INSTANTIATE_TEST_SUITE_P(Servers,
                         SplitCascadeTest,
                         testing::Values("mariadb", "mysql"),
                         [](const auto& each) { return std::string{each.param}; });

}  // namespace
}  // namespace dbsync::test
