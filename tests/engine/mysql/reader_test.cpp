// SPDX-License-Identifier: MIT
// Reading a live MySQL or MariaDB source: locks, snapshots, and which deltas a batch has.
#include "reader_fixture.hpp"

#include "engine/mysql/errors.hpp"

#include <set>

namespace dbsync::mysql {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class ReaderTest : public ReaderFixture {};
INSTANTIATE_TEST_SUITE_P(Servers, ReaderTest, testing::Values("mariadb", "mysql"),
                         reader_server_name);

constexpr const char* plain = "CREATE TABLE t(id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(20));"
                              "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')";

TEST_P(ReaderTest, TheLocksOfBeginTakeNoSnapshot) {
    capture(plain);
    reader_->begin(tables_, 2s);
    app_->exec("UPDATE t SET v = 'between' WHERE id = 1");
    reader_->snapshot();
    app_->exec("UPDATE t SET v = 'after' WHERE id = 2");

    const Batch batch = reader_->plan_batch({}, 100);

    EXPECT_EQ(batch.deltas, 1U);
    EXPECT_THAT(changes(batch), ElementsAre("1\t1\t1\tbetween"));
    EXPECT_THAT(rows_of({}, RowForm::Copy).lines, ElementsAre("1\tbetween", "2\tb", "3\tc"));
}

TEST_P(ReaderTest, NoTableIsAlteredBetweenBeginAndEnd) {
    capture(plain);
    reader_->begin(tables_, 2s);
    const auto ddl = session();
    ddl->exec("SET SESSION lock_wait_timeout = 1");

    EXPECT_THROW(ddl->exec("ALTER TABLE t ADD COLUMN w INT"), test::MysqlError);
    EXPECT_THROW(ddl->exec("DROP TABLE `" + delta_name(table().id) + "`"), test::MysqlError);

    reader_->snapshot();
    reader_->end();
    ddl->exec("ALTER TABLE t COMMENT = 'now'");
    const Error error = error_of([&] { look(); });
    EXPECT_EQ(error.kind(), ErrorKind::SchemaChanged);
}

TEST_P(ReaderTest, ALockedTableIsWaitedForAsLongAsItMay) {
    capture(plain);
    const auto holder = session();
    holder->exec("LOCK TABLES t WRITE");

    const Error error = error_of([&] { reader_->begin(tables_, 300ms); });

    EXPECT_EQ(error.kind(), ErrorKind::Busy);
    EXPECT_THAT(error.fields().hint, HasSubstr("ALTER TABLE"));
    holder->exec("UNLOCK TABLES");
    EXPECT_EQ(plan().deltas, 0U);
}

TEST_P(ReaderTest, AMissingTableIsAChangeOfTheSchema) {
    capture(plain);
    app_->exec("RENAME TABLE t TO t2");

    EXPECT_EQ(error_of([&] { look(); }).kind(), ErrorKind::SchemaChanged);
}

TEST_P(ReaderTest, WithoutAChangeTheCursorStays) {
    capture(plain);

    const Batch first = plan();
    EXPECT_TRUE(first.complete);
    EXPECT_EQ(first.to, first.from);
    consumed(first);
    app_->exec("UPDATE t SET v = 'x'");
    consumed(plan());
    const Batch idle = plan();

    EXPECT_EQ(idle.to, at_);
    EXPECT_NE(idle.to, Cursor{});
    EXPECT_EQ(idle.deltas_behind, 0U);
}

TEST_P(ReaderTest, ALateCommitOfEarlyIdsIsTheNextBatch) {
    capture(plain);
    const auto late = session();
    late->exec("START TRANSACTION; UPDATE t SET v = 'late' WHERE id = 1");
    app_->exec("UPDATE t SET v = 'early' WHERE id = 2");
    const Batch first = plan();
    EXPECT_THAT(changes(first), ElementsAre("2\t1\t2\tearly"));
    consumed(first);

    late->exec("COMMIT");
    const Batch second = plan();

    EXPECT_TRUE(second.complete);
    EXPECT_THAT(changes(second), ElementsAre("1\t1\t1\tlate"));
    consumed(second);
    EXPECT_EQ(deltas_left(), 0U);
}

TEST_P(ReaderTest, WhatWasAppliedAndNotForgottenIsNotReadAgain) {
    capture(plain);
    app_->exec("UPDATE t SET v = 'x'");
    const Batch first = plan();
    applied(first);
    app_->exec("DELETE FROM t WHERE id = 2");

    const Batch second = plan();

    EXPECT_EQ(second.deltas, 1U);
    EXPECT_THAT(changes(second), ElementsAre("2\t0\t\\N\t\\N"));
    EXPECT_THAT(second.to.text(), HasSubstr(":1-4"));
    consumed(second);
    EXPECT_EQ(deltas_left(), 0U);
}

TEST_P(ReaderTest, ACursorOfAnotherCaptureIsRefused) {
    capture(plain);
    look();

    const Error error =
        error_of([&] { static_cast<void>(reader_->plan_batch(Cursor{"other@0;1;1:5"}, 10)); });

    EXPECT_EQ(error.kind(), ErrorKind::Precondition);
}

// Without a flush at every commit a crash loses ids that were given out, and they come again.
TEST_P(ReaderTest, AfterARestartNoIdCountsAsApplied) {
    capture(plain);
    app_->exec("INSERT INTO t (v) VALUES ('one'), ('two')");
    look();
    const Batch first = reader_->plan_batch({}, 100);
    look();
    EXPECT_EQ(reader_->plan_batch(first.to, 100).deltas, 0U);
    std::string text = first.to.text();
    const auto boot = text.find('@') + 1;
    text.replace(boot, text.find(';') - boot, "1000");

    const Batch again = reader_->plan_batch(Cursor{text}, 100);

    EXPECT_EQ(again.deltas, first.deltas);
    EXPECT_THAT(changes(again), ::testing::SizeIs(2));
}

TEST_P(ReaderTest, ABacklogIsCutFairlyFromTheLowEnd) {
    capture("CREATE TABLE a(id INT AUTO_INCREMENT PRIMARY KEY);"
            "CREATE TABLE b(id INT AUTO_INCREMENT PRIMARY KEY)");
    for (int i = 0; i < 10; ++i) {
        app_->exec("INSERT INTO a VALUES (), (), (), (), (), (), (), (), (), ()");
    }
    app_->exec("INSERT INTO b VALUES (), (), (), (), (), (), (), (), (), ()");

    const Batch batch = plan(20);

    EXPECT_FALSE(batch.complete);
    EXPECT_EQ(batch.deltas_behind, 110U);
    EXPECT_THAT(batch.tables, SizeIs(2));
    EXPECT_LE(batch.deltas, 20U);
    EXPECT_GE(batch.tables[1].deltas, 5U);
    EXPECT_EQ(changes(batch, "a").front(), "1\t1\t1");
    std::uint64_t deltas = batch.deltas;
    consumed(batch);
    for (Batch next = plan(20); next.deltas > 0; next = plan(20)) {
        deltas += next.deltas;
        consumed(next);
    }
    EXPECT_EQ(deltas, 110U);
}

TEST_P(ReaderTest, BucketsShareOutAndAWidenedReadIsEverything) {
    capture("CREATE TABLE t(id INT AUTO_INCREMENT PRIMARY KEY);"
            "CREATE TABLE s(k VARCHAR(9) COLLATE utf8mb4_unicode_ci PRIMARY KEY, v INT)");
    for (int i = 10; i < 60; ++i) {
        const std::string n = std::to_string(i);
        app_->exec("INSERT INTO t VALUES (); INSERT INTO s VALUES ('Key" + n + "', 1);"
                   "UPDATE s SET k = 'kEY" + n + "' WHERE v = 1; UPDATE s SET v = 2");
    }
    const Batch batch = plan();
    for (const char* name : {"t", "s"}) {
        std::multiset<std::string> sum;
        for (std::uint32_t bucket = 0; bucket < 3; ++bucket) {
            const std::vector<std::string> part = changes(batch, name, bucket, 3);
            EXPECT_LT(part.size(), 30U) << name;
            sum.insert(part.begin(), part.end());
        }
        const std::vector<std::string> all = changes(batch, name);
        EXPECT_THAT(all, SizeIs(50)) << name;
        EXPECT_THAT(sum, testing::UnorderedElementsAreArray(all)) << name;
    }
    const Batch part = reader_->plan_batch({}, 20);
    EXPECT_LT(changes(part).size(), 20U);
    EXPECT_THAT(changes(part, "t", 0, 1, true), SizeIs(50));
}

TEST_P(ReaderTest, MarksOfCascadesAreReadBeforeAnyDelta) {
    capture("CREATE TABLE p(id INT PRIMARY KEY, u VARCHAR(10) UNIQUE);"
            "CREATE TABLE c(id INT PRIMARY KEY, p INT, pu VARCHAR(5),"
            " FOREIGN KEY(p) REFERENCES p(id) ON DELETE CASCADE,"
            " FOREIGN KEY(pu) REFERENCES p(u) ON UPDATE CASCADE);"
            "CREATE TABLE g(c INT, n INT, FOREIGN KEY(c) REFERENCES c(id) ON DELETE SET NULL);"
            "INSERT INTO p VALUES (1, 'one'), (2, 'two'), (3, 'a longer 1');"
            "INSERT INTO c VALUES (10, 1, NULL), (12, 2, 'two'); INSERT INTO g VALUES (12, 5)");
    const std::vector<Cascade> cascades = read_cascades(*source_);
    app_->exec("DELETE FROM p WHERE id = 1; UPDATE p SET u = 'dos' WHERE id = 2;"
               "UPDATE p SET u = 'x' WHERE id = 3");

    const Batch batch = plan(1);

    EXPECT_THAT(batch.marks, SizeIs(testing::Ge(3U)));
    EXPECT_NE(batch.to, batch.from);
    for (const Cascade& cascade : cascades) {
        std::vector<std::string> values;
        for (const CascadeMark& mark : batch.marks) {
            if (mark.cascade_id == cascade.id) {
                values.push_back(mark.value);
            }
        }
        if (cascade.child_columns == std::vector<std::string>{"pu"}) {
            std::vector<Cascade> next;
            std::copy_if(cascades.begin(), cascades.end(), std::back_inserter(next),
                         [&](const Cascade& each) { return each.parent_id == table("c").id; });
            const CascadeChildren found =
                reader_->find_children(table("c"), cascade, values, next);
            EXPECT_THAT(values, testing::IsSupersetOf({"two", "dos", "a longer 1"}));
            EXPECT_THAT(found.keys, ElementsAre("12"));
            ASSERT_THAT(found.marks, SizeIs(1));
            EXPECT_EQ(found.marks[0].value, "12");
        }
        if (cascade.child_columns == std::vector<std::string>{"p"}) {
            EXPECT_THAT(values, ElementsAre("1"));
        }
    }
}

TEST_P(ReaderTest, ATableThatIsToBeReadAnewIsSaidToBe) {
    capture(plain);
    app_->exec("INSERT INTO _dbsync_whole(table_id) VALUES (" + std::to_string(table().id) +
               "), (999)");

    const Batch batch = plan();

    ASSERT_THAT(batch.tables, SizeIs(1));
    EXPECT_TRUE(batch.tables[0].whole_table);
    EXPECT_EQ(batch.deltas, 1U);
    consumed(batch);
    EXPECT_EQ(plan().deltas, 0U);
    EXPECT_EQ(app_->value("SELECT GROUP_CONCAT(table_id) FROM _dbsync_whole"), "999");
}

}  // namespace
}  // namespace dbsync::mysql
