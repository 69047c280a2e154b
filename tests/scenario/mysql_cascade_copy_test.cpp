// SPDX-License-Identifier: MIT
// A cascade that runs while rows are being copied: the rows below were copied before it, the row in
// between was read after it, so nothing on either end leads from the one to the other any more.
#include "scenario/mysql_ends.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace dbsync::test {
namespace {

class MysqlCascadeCopyTest : public testing::TestWithParam<const char*> {};

TEST_P(MysqlCascadeCopyTest, TakesTheRowsBelowARowThatWasNeverCopied) {
    DBSYNC_NEEDS_MYSQL_ENDS(GetParam());
    const TempDir home;
    DbsyncBinary dbsync{home};
    const MysqlEnds ends{GetParam()};
    dbsync.set("DBSYNC_SOURCE", ends.url(End::Source));
    dbsync.set("DBSYNC_TARGET", ends.url(End::Target));
    // The widest tables are copied first.
    ends.must_run(
        End::Source,
        "CREATE TABLE top (id int PRIMARY KEY);"
        "CREATE TABLE middle (id int PRIMARY KEY, top int,"
        "  FOREIGN KEY (top) REFERENCES top (id) ON DELETE CASCADE);"
        "CREATE TABLE gone (id int PRIMARY KEY, middle int, pad varchar(4000),"
        "  FOREIGN KEY (middle) REFERENCES middle (id) ON DELETE CASCADE);"
        "CREATE TABLE emptied (id int PRIMARY KEY, middle int, pad varchar(3000),"
        "  FOREIGN KEY (middle) REFERENCES middle (id) ON DELETE SET NULL);"
        "INSERT INTO top VALUES (1), (2); INSERT INTO middle VALUES (10, 1), (20, 2);"
        "INSERT INTO gone WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
        "  WHERE i < 300) SELECT i, IF(i % 2, 10, 20), REPEAT('x', 4000) FROM n;"
        "INSERT INTO emptied SELECT id, middle, LEFT(pad, 3000) FROM gone;"
        "ANALYZE TABLE top, middle, gone, emptied");
    ASSERT_EQ(dbsync.run({"start-capture"}).exit_code, 0);
    const std::filesystem::path script = home / "delete.sql";
    std::ofstream{script} << "DELETE FROM top WHERE id = 1;\n";

    const ProcessResult copied = dbsync.run(
        {"snapshot", "--jobs", "1"},
        {{"DBSYNC_FAULT_AT", "snapshot.after_chunk_commit:2"},
         {"DBSYNC_FAULT_DO",
          fmt::format("run:mariadb --no-defaults -uroot --socket={} {} < {}",
                      ends.server(End::Source).socket(), ends.database(End::Source),
                      script.string())}});
    ASSERT_EQ(copied.exit_code, 0) << copied;
    ASSERT_EQ(ends.value(End::Source, "SELECT COUNT(*) FROM gone"), "150");

    const ProcessResult verified = dbsync.run({"verify"});
    EXPECT_EQ(verified.exit_code, 0) << verified;
    EXPECT_EQ(first_difference(ends.dump(End::Source), ends.dump(End::Target)), "");
}

INSTANTIATE_TEST_SUITE_P(Engines, MysqlCascadeCopyTest, testing::Values("mariadb", "mysql"),
                         [](const auto& name) { return std::string{name.param}; });

}  // namespace
}  // namespace dbsync::test
