// SPDX-License-Identifier: MIT
// MySQL's cascades follow the source's collation: 'A' goes with its parent 'a', which PostgreSQL
// holds for two values.
#include "scenario/cross_traffic.hpp"

#include <gtest/gtest.h>

namespace dbsync::test {
namespace {

class CrossCascadeTest : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_ENGINE(GetParam());
        DBSYNC_NEEDS_ENGINE(std::string{"postgres"});
        ends_ = std::make_unique<CrossEnds>(
            GetParam(), "postgres", home_,
            std::vector<SpelledTable>{{"parent", {{"id"}, {"v", Spell::Number}}},
                                      {"child", {{"id", Spell::Number}, {"p"}}},
                                      {"low", {{"id", Spell::Number}, {"c", Spell::Number}}}});
        dbsync_.set("DBSYNC_SOURCE", ends_->url(End::Source));
        dbsync_.set("DBSYNC_TARGET", ends_->url(End::Target));
        ends_->must_run(End::Source,
                        "CREATE TABLE parent (id VARCHAR(10) COLLATE utf8mb4_general_ci"
                        " PRIMARY KEY, v INT);"
                        "CREATE TABLE child (id INT PRIMARY KEY, p VARCHAR(10) COLLATE"
                        " utf8mb4_general_ci, FOREIGN KEY (p) REFERENCES parent (id)"
                        " ON DELETE CASCADE ON UPDATE CASCADE);"
                        "CREATE TABLE low (id INT PRIMARY KEY, c INT, FOREIGN KEY (c) REFERENCES"
                        " child (id) ON DELETE CASCADE ON UPDATE CASCADE);"
                        "INSERT INTO parent VALUES ('a', 1), ('b', 2), ('c', 3), ('d', 4);"
                        "INSERT INTO child VALUES (1, 'A'), (2, 'b'), (3, 'B'), (4, 'C'), (5, 'D'),"
                        " (6, NULL);"
                        "INSERT INTO low SELECT id * 10, id FROM child;");
        const ProcessResult moved = dbsync_.run({"migrate"});
        ASSERT_EQ(moved.exit_code, 0) << moved;
    }

    void expect_moved_after(const std::string& writes) {
        ends_->must_run(End::Source, writes);
        const ProcessResult over = dbsync_.run({"cutover", "--yes"});
        EXPECT_EQ(over.exit_code, 0) << over;
        EXPECT_EQ(first_difference(ends_->dump(End::Source), ends_->dump(End::Target)), "");
    }

    TempDir home_;
    DbsyncBinary dbsync_{home_};
    std::unique_ptr<CrossEnds> ends_;
};

TEST_P(CrossCascadeTest, DeletesArrive) {
    expect_moved_after("DELETE FROM parent WHERE id IN ('a', 'c');");
}

TEST_P(CrossCascadeTest, UpdatesArrive) {
    expect_moved_after("UPDATE parent SET id = 'z' WHERE id = 'b';"
                       "UPDATE parent SET id = 'D' WHERE id = 'd';");
}

// The new parent is spelled as the child was that went with the old one.
TEST_P(CrossCascadeTest, AParentThatComesBackDoesNotHideWhatWent) {
    expect_moved_after("DELETE FROM parent WHERE id = 'a'; INSERT INTO parent VALUES ('A', 9);");
}

INSTANTIATE_TEST_SUITE_P(Sources,
                         CrossCascadeTest,
                         testing::Values("mariadb", "mysql"),
                         [](const auto& source) { return source.param; });

}  // namespace
}  // namespace dbsync::test
