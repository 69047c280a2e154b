// SPDX-License-Identifier: MIT
// What the capture triggers record, and that applications notice nothing of it.
#include "engine/mysql/capture_fixture.hpp"

#include <filesystem>
#include <fstream>

namespace dbsync::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class MysqlTriggers : public MysqlCapture {};
DBSYNC_BOTH_SERVERS(MysqlTriggers);

TEST_P(MysqlTriggers, EachStatementLeavesTheKeysThatItTouched) {
    app_->exec("CREATE TABLE t(id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(20), u INT UNIQUE)");
    app_->exec("CREATE TABLE s(id INT PRIMARY KEY, v VARCHAR(20))");
    capture();

    app_->exec("INSERT INTO t(v, u) VALUES ('a', 10), ('b', 20)");
    EXPECT_THAT(deltas("t"), ElementsAre("1", "2"));
    app_->exec("UPDATE t SET v = 'x'");
    EXPECT_THAT(deltas("t"), ElementsAre("1", "2"));
    app_->exec("UPDATE t SET id = 5 WHERE id = 1");
    EXPECT_THAT(deltas("t"), ElementsAre("1", "5"));
    // Displaces 5 by its key and 2 by the other unique one.
    app_->exec("REPLACE INTO t VALUES (5, 'r', 20)");
    EXPECT_THAT(deltas("t"), UnorderedElementsAre("2", "5", "5"));
    app_->exec("INSERT INTO t VALUES (6, 'o', 20) ON DUPLICATE KEY UPDATE id = 7");
    EXPECT_THAT(deltas("t"), ElementsAre("5", "7"));
    app_->exec("INSERT IGNORE INTO t VALUES (8, 'i', 20)");
    EXPECT_THAT(deltas("t"), IsEmpty());
    app_->exec("INSERT INTO s SELECT id, v FROM t");
    EXPECT_THAT(deltas("s"), ElementsAre("7"));
    app_->exec("UPDATE t JOIN s ON s.id = t.id SET t.v = 'j', s.v = 'j'");
    EXPECT_THAT(deltas("t"), ElementsAre("7"));
    EXPECT_THAT(deltas("s"), ElementsAre("7"));
    app_->exec("DELETE t, s FROM t JOIN s ON s.id = t.id");
    EXPECT_THAT(deltas("t"), ElementsAre("7"));
    EXPECT_THAT(deltas("s"), ElementsAre("7"));
    app_->exec("START TRANSACTION; INSERT INTO s VALUES (1, 'gone'); ROLLBACK");
    EXPECT_THAT(deltas("s"), IsEmpty());
}

TEST_P(MysqlTriggers, LoadDataReplaceLeavesDisplacedAndNewRows) {
    app_->exec("CREATE TABLE t(id INT PRIMARY KEY, u INT UNIQUE)");
    app_->exec("INSERT INTO t VALUES (1, 10)");
    capture();
    const std::filesystem::path file = server_->folder() / (database_ + ".txt");
    std::ofstream{file} << "2\t10\n";
    std::filesystem::permissions(file, std::filesystem::perms::all);

    app_->exec("LOAD DATA INFILE '" + file.string() + "' REPLACE INTO TABLE t");

    EXPECT_THAT(deltas("t"), ElementsAre("1", "2"));
}

// MariaDB's prepared transactions let go of their tables' definitions with their session: triggers
// are made over their heads.
TEST_P(MysqlTriggers, WaitForWhatWasPreparedBeforeThey) {
    app_->exec("CREATE TABLE t(id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1)");
    app_->exec("XA START 'x'; UPDATE t SET v = 2; XA END 'x'; XA PREPARE 'x'");
    app_ = std::make_unique<MysqlSession>(server_->login(database_));  // the other session ends
    const CaptureOptions shortly{.job = "job",
                                 .lock_timeout = std::chrono::milliseconds{100},
                                 .retry_for = std::chrono::milliseconds{300}};

    EXPECT_THROW(capture({}, shortly), Error);

    app_->exec("XA COMMIT 'x'");
    capture();
    app_->exec("UPDATE t SET v = 3");
    EXPECT_THAT(deltas("t"), ElementsAre("1"));
}

TEST_P(MysqlTriggers, AKeyThatChangesItsBytesOnlyIsRecordedAsBoth) {
    app_->exec("CREATE TABLE t(k VARCHAR(20) COLLATE utf8mb4_unicode_ci PRIMARY KEY, v INT)");
    app_->exec("INSERT INTO t VALUES ('a', 1), ('b', 1)");
    capture();

    app_->exec("UPDATE t SET k = 'A' WHERE k = 'a'");
    EXPECT_THAT(deltas("t"), ElementsAre("a", "A"));
    app_->exec("UPDATE t SET k = 'b ' WHERE k = 'b'");
    EXPECT_THAT(deltas("t"), ElementsAre("b", "b "));
    app_->exec("UPDATE t SET k = 'A', v = 2 WHERE k = 'a'");
    EXPECT_THAT(deltas("t"), ElementsAre("A"));
}

TEST_P(MysqlTriggers, PartitionedTablesAndOddKeysAreRecorded) {
    app_->exec(
        "CREATE TABLE `od``d \"t.x`(`a``b.c` INT, `NEW` DATE, `sel'ect` ENUM('x', 'y''z') NOT NULL,"
        " `key` VARBINARY(9) NOT NULL, PRIMARY KEY (`a``b.c`, `NEW`, `sel'ect`, `key`))"
        " PARTITION BY HASH (`a``b.c`) PARTITIONS 3");
    capture();

    app_->exec("SET sql_mode = ''");
    app_->exec(
        "INSERT INTO `od``d \"t.x` VALUES (1, '0000-00-00', 'none of them', 'k'),"
        " (2, '2026-02-00', 'y''z', '')");
    EXPECT_THAT(deltas("od`d \"t.x"), ElementsAre("1|0000-00-00||k", "2|2026-02-00|y'z|"));
    app_->exec("UPDATE `od``d \"t.x` SET `sel'ect` = 'x' WHERE `a``b.c` = 1");
    EXPECT_THAT(deltas("od`d \"t.x"), ElementsAre("1|0000-00-00||k", "1|0000-00-00|x|k"));
}

TEST_P(MysqlTriggers, RowsWithoutAKeyAreRecordedByTheirHashWhateverTheSession) {
    app_->exec("CREATE TABLE t(a INT, b TEXT, f FLOAT, ts TIMESTAMP(3) NULL)");
    capture();

    app_->exec("INSERT INTO t VALUES (1, 'é', 16777217, '2026-01-01 10:00:00.5')");
    const std::vector<std::string> inserted = deltas("t");
    app_->exec("SET time_zone = '+05:00', sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'");
    app_->exec("SET NAMES latin1");
    app_->exec("UPDATE t SET a = 2");
    const std::vector<std::string> updated = deltas("t");
    app_->exec("UPDATE t SET a = 2");

    ASSERT_THAT(inserted, SizeIs(1));
    ASSERT_THAT(updated, SizeIs(2));
    EXPECT_EQ(updated[0], inserted[0]);
    EXPECT_THAT(deltas("t"), ElementsAre(updated[1]));
    app_->exec("DELETE FROM t");
    EXPECT_THAT(deltas("t"), ElementsAre(updated[1]));
}

TEST_P(MysqlTriggers, TheApplicationSeesNothingOfThem) {
    app_->exec("CREATE TABLE t(id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(3))");
    capture();
    app_->exec("INSERT INTO _dbsync_delta_1(seq, k1) VALUES (1000, 1)");
    const auto rows = [&] { return app_->value("SELECT ROW_COUNT()"); };
    const auto last_id = [&] { return app_->value("SELECT LAST_INSERT_ID()"); };

    app_->exec("INSERT INTO t(v) VALUES ('a'), ('b')");
    EXPECT_EQ(rows(), "2");
    EXPECT_EQ(last_id(), "1");
    app_->exec("UPDATE t SET v = 'x' WHERE id = 2");
    EXPECT_EQ(rows(), "1");
    EXPECT_EQ(last_id(), "1");
    // The copy of this value that the client gets with the answer is 0 on any table with an AFTER
    // UPDATE trigger, whatever the trigger does (seen on MariaDB 10.11, MySQL 9.7).
    app_->exec("UPDATE t SET id = LAST_INSERT_ID(7) WHERE id = 2");
    EXPECT_EQ(last_id(), "7");
    app_->exec("SET sql_mode = ''");
    app_->exec("INSERT INTO t(v) VALUES ('too long')");
    EXPECT_EQ(app_->exec("SHOW WARNINGS").size(), 1U);
    EXPECT_EQ(last_id(), "8");
    app_->exec("DELETE FROM t");
    EXPECT_EQ(rows(), "3");
}

TEST_P(MysqlTriggers, AUserWithNoRightOnTheDeltasMayWrite) {
    app_->exec("CREATE TABLE t(id INT PRIMARY KEY, v INT); CREATE TABLE n(a INT)");
    capture();
    const std::string user = "app_" + database_;
    app_->exec(
        fmt::format("CREATE USER '{0}'@'%';"
                    "GRANT SELECT, INSERT, UPDATE, DELETE ON `{1}`.t TO '{0}'@'%';"
                    "GRANT SELECT, INSERT, UPDATE, DELETE ON `{1}`.n TO '{0}'@'%'",
                    user, database_));
    MysqlSession session{
        {.socket = server_->socket(), .database = "information_schema", .user = user}};

    session.exec(
        fmt::format("INSERT INTO `{0}`.t VALUES (1, 1); UPDATE `{0}`.t SET id = 2;"
                    "DELETE FROM `{0}`.t; INSERT INTO `{0}`.n VALUES (1)",
                    database_));

    EXPECT_THAT(deltas("t"), ElementsAre("1", "1", "2", "2"));
    EXPECT_THAT(deltas("n"), SizeIs(1));
    EXPECT_THROW(session.exec("SELECT * FROM `" + database_ + "`._dbsync_delta_1"), MysqlError);
}

TEST_P(MysqlTriggers, TheyStandBesideTheApplicationsOwn) {
    app_->exec("CREATE TABLE t(id INT PRIMARY KEY, v INT); CREATE TABLE log(n INT PRIMARY KEY)");
    app_->exec("CREATE TRIGGER a1 BEFORE INSERT ON t FOR EACH ROW SET NEW.id = NEW.id + 100");
    app_->exec("CREATE TRIGGER a2 AFTER INSERT ON t FOR EACH ROW INSERT INTO log VALUES (NEW.id)");
    capture();

    app_->exec("INSERT INTO t VALUES (1, 1)");
    EXPECT_THAT(deltas("t"), ElementsAre("101"));
    EXPECT_THAT(deltas("log"), ElementsAre("101"));
    EXPECT_THROW(app_->exec("DELETE FROM t; INSERT INTO t VALUES (1, 1)"), MysqlError);
    EXPECT_THAT(deltas("t"), ElementsAre("101"));
    app_->exec("CREATE TRIGGER a3 AFTER INSERT ON t FOR EACH ROW PRECEDES a2 SET @x = 1");
    EXPECT_EQ(audit(), "");
}

TEST_P(MysqlTriggers, WritersOfOneTableDoNotWaitForEachOther) {
    app_->exec("CREATE TABLE t(id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1), (2, 2)");
    capture();
    MysqlSession slow{server_->login(database_)};
    slow.exec(
        "START TRANSACTION; UPDATE t SET v = 9 WHERE id = 1;"
        " INSERT INTO t SELECT id + 100, v FROM t WHERE id = 1");

    app_->exec("SET innodb_lock_wait_timeout = 1");
    app_->exec("UPDATE t SET v = 8 WHERE id = 2; INSERT INTO t VALUES (3, 3)");

    EXPECT_EQ(app_->value("SELECT COUNT(*) FROM _dbsync_delta_1"), "2");
    slow.exec("COMMIT");
}

class MysqlMarks : public MysqlCapture {
  protected:
    void SetUp() override {
        MysqlCapture::SetUp();
        if (IsSkipped()) {
            return;
        }
        app_->exec(R"(
            CREATE TABLE g(id INT PRIMARY KEY, name VARCHAR(9) COLLATE utf8mb4_unicode_ci UNIQUE);
            CREATE TABLE m(id INT PRIMARY KEY, gname VARCHAR(9) COLLATE utf8mb4_unicode_ci,
                FOREIGN KEY (gname) REFERENCES g(NAME) ON DELETE CASCADE ON UPDATE CASCADE);
            CREATE TABLE c(id INT PRIMARY KEY, m INT,
                FOREIGN KEY (m) REFERENCES m(id) ON DELETE SET NULL);
            CREATE TABLE p(id INT PRIMARY KEY);
            CREATE TABLE q(id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES p(id));
            INSERT INTO g VALUES (1, 'a'), (2, 'b'), (3, NULL);
            INSERT INTO m VALUES (1, 'a'), (2, 'b');
            INSERT INTO c VALUES (1, 1), (2, 2))");
        capture();
    }
};
DBSYNC_BOTH_SERVERS(MysqlMarks);

TEST_P(MysqlMarks, OnlyForeignKeysThatTheServerCarriesOutAreCascades) {
    std::vector<std::string> found;
    for (const Cascade& cascade : mysql::read_cascades(*own_)) {
        found.push_back(fmt::format("{}->{} {}", cascade.parent_id, cascade.child_id,
                                    cascade.parent_columns.at(0)));
    }
    EXPECT_THAT(found, UnorderedElementsAre(fmt::format("{}->{} name", id_of("g"), id_of("m")),
                                            fmt::format("{}->{} id", id_of("m"), id_of("c"))));
}

TEST_P(MysqlMarks, AParentThatGoesOrChangesLeavesTheValuesThatWereReferredTo) {
    app_->exec("UPDATE g SET id = 10 WHERE id = 1");
    EXPECT_THAT(marks("g", "m"), IsEmpty());
    app_->exec("UPDATE g SET name = 'A' WHERE name = 'a'");
    EXPECT_THAT(marks("g", "m"), ElementsAre("a", "A", "a", "A"));
    app_->exec("UPDATE g SET name = NULL WHERE id = 3; DELETE FROM g WHERE id = 3");
    EXPECT_THAT(marks("g", "m"), IsEmpty());
    app_->exec("DELETE FROM g WHERE id = 2");
    EXPECT_THAT(marks("g", "m"), ElementsAre("b"));
}

TEST_P(MysqlMarks, ARowInTheMiddleIsMarkedWhenItComesAndWhenItMoves) {
    app_->exec("INSERT INTO m VALUES (3, 'b')");
    EXPECT_THAT(marks("m", "c"), ElementsAre("3"));
    app_->exec("UPDATE m SET gname = 'a' WHERE id = 3");
    EXPECT_THAT(marks("m", "c"), ElementsAre("3", "3"));
    app_->exec("UPDATE m SET id = 30 WHERE id = 3");
    EXPECT_THAT(marks("m", "c"), ElementsAre("3", "30", "3", "30"));
    app_->exec("DELETE FROM m WHERE id = 30");
    EXPECT_THAT(marks("m", "c"), ElementsAre("30"));
    app_->exec("INSERT INTO g VALUES (9, 'z')");
    EXPECT_THAT(marks("g", "m"), IsEmpty());
}

// InnoDB has cascaded already when it finds that the new key is taken, and does not undo it (MySQL;
// MariaDB does): no AFTER trigger fires.
TEST_P(MysqlMarks, AnIgnoredUpdateOfAParentLeavesBothValues) {
    app_->exec("UPDATE IGNORE g SET name = 'b' WHERE id = 1");
    const std::vector<std::string> found = marks("g", "m");
    EXPECT_THAT(found, ::testing::Contains("a"));
    EXPECT_THAT(found, ::testing::Contains("b"));
}

TEST_P(MysqlMarks, ASelfReferenceMarksItsOwnRows) {
    app_->exec(
        "CREATE TABLE s(a INT, b VARCHAR(5), up_a INT, up_b VARCHAR(5), PRIMARY KEY (a, b),"
        " FOREIGN KEY (up_a, up_b) REFERENCES s(a, b) ON DELETE CASCADE)");
    capture();

    app_->exec("INSERT INTO s VALUES (1, 'x', NULL, NULL), (2, 'y', 1, 'x')");
    EXPECT_THAT(marks("s", "s"), ElementsAre("1|x", "2|y"));
    app_->exec("DELETE FROM s WHERE a = 1");
    EXPECT_THAT(marks("s", "s"), ::testing::Contains("1|x"));
}

TEST_P(MysqlMarks, AChildIsNotCapturedWithoutItsParent) {
    app_->exec(
        "CREATE TABLE outside(id INT PRIMARY KEY);"
        "CREATE TABLE inside(id INT PRIMARY KEY,"
        " FOREIGN KEY (id) REFERENCES outside(id) ON DELETE CASCADE)");
    try {
        capture({"inside"});
        FAIL() << "captured";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Unsupported);
        EXPECT_THAT(std::string{error.what()}, HasSubstr("outside"));
    }
    EXPECT_EQ(app_->value("SELECT COUNT(*) FROM information_schema.triggers"
                          " WHERE event_object_table = 'inside'"
                          " AND event_object_schema = DATABASE()"),
              "0");
}

}  // namespace
}  // namespace dbsync::test
