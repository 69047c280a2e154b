// SPDX-License-Identifier: MIT
// What was applied leaves the source without a writer noticing.
#include "reader_fixture.hpp"

namespace dbsync::mysql {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class ForgetTest : public ReaderFixture {};
INSTANTIATE_TEST_SUITE_P(Servers, ForgetTest, testing::Values("mariadb", "mysql"),
                         reader_server_name);

constexpr const char* plain = "CREATE TABLE t(id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(20));"
                              "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')";

TEST_P(ForgetTest, IdsWithAStepStayCompactAndAreForgotten) {
    capture(plain);
    app_->exec("SET SESSION auto_increment_increment = 7");
    const auto open = session();
    open->exec("START TRANSACTION; UPDATE t SET v = 'open' WHERE id = 2");
    for (int i = 0; i < 500; ++i) {
        app_->exec("INSERT INTO t(v) VALUES ('x')");
    }
    const Batch batch = plan();

    EXPECT_LT(batch.to.text().size(), 60U) << batch.to.text();
    consumed(batch);
    EXPECT_EQ(deltas_left(), 0U);
    open->exec("COMMIT");
    EXPECT_EQ(plan().deltas, 1U);
}

// Deletes wait for nobody, whatever uncommitted inserts stand around the ids.
TEST_P(ForgetTest, ForgettingNeverWaitsForAWriter) {
    for (const std::string isolation : {"READ COMMITTED", "REPEATABLE READ"}) {
        for (const int rows : {1, 250, 700, 6'000}) {
            app_->exec("DROP DATABASE `" + database_ + "`");
            database_ = server().create_database();
            app_ = session();
            capture("CREATE TABLE t(id INT AUTO_INCREMENT PRIMARY KEY, v INT)");
            std::string values = "(1)";
            for (int i = 1; i < rows; ++i) {
                values += ", (1)";
            }
            std::vector<std::unique_ptr<test::MysqlSession>> open;
            const auto begin = [&] {
                open.push_back(session());
                open.back()->exec("SET SESSION TRANSACTION ISOLATION LEVEL " + isolation +
                                  "; START TRANSACTION; INSERT INTO t(v) VALUES (2)");
            };
            begin();
            app_->exec("INSERT INTO t(v) VALUES " + values);
            app_->exec("START TRANSACTION; INSERT INTO t(v) VALUES (3), (3); ROLLBACK");
            begin();
            app_->exec("INSERT INTO t(v) VALUES " + values);
            begin();
            const Batch batch = plan();
            EXPECT_EQ(batch.deltas, 2U * static_cast<unsigned>(rows));

            source_->run("SET SESSION innodb_lock_wait_timeout = 50");
            consumed(batch);

            EXPECT_EQ(deltas_left(), 0U) << isolation << " " << rows;
            EXPECT_EQ(source_->run("SELECT @@innodb_lock_wait_timeout").text(0, 0), "50");
            for (const auto& each : open) {
                each->exec("INSERT INTO t(v) VALUES (4); COMMIT");
            }
            EXPECT_EQ(plan().deltas, 6U);
            reader_->end();
            at_ = Cursor{};
        }
    }
}

TEST_P(ForgetTest, ADeltaThatSomebodyHoldsIsLeftForTheNextTime) {
    capture(plain);
    app_->exec("UPDATE t SET v = 'x'");
    const Batch batch = plan();
    applied(batch);
    const auto holder = session();
    holder->exec("START TRANSACTION; SELECT * FROM `" + delta_name(table().id) +
                 "` WHERE seq = 2 FOR UPDATE");

    forget(*source_, batch);

    EXPECT_EQ(deltas_left(), 3U);
    holder->exec("ROLLBACK");
    const Batch idle = plan();
    EXPECT_EQ(idle.deltas, 0U);
    EXPECT_EQ(idle.to, batch.to);
    consumed(idle);
    EXPECT_EQ(deltas_left(), 0U);
}

TEST_P(ForgetTest, TheBacklogCountsWhatIsPending) {
    capture("CREATE TABLE t(id INT PRIMARY KEY); CREATE TABLE u(id INT PRIMARY KEY)");
    EXPECT_THAT(backlog(*source_, {}), IsEmpty());
    app_->exec("INSERT INTO t VALUES (1), (2); INSERT INTO u VALUES (1)");
    EXPECT_THAT(backlog(*source_, {}), SizeIs(2));
    applied(plan());
    app_->exec("INSERT INTO u VALUES (2), (3)");

    const std::vector<BacklogTable> waiting = backlog(*source_, at_);

    ASSERT_THAT(waiting, SizeIs(1));
    EXPECT_EQ(waiting[0].table_id, table("u").id);
    EXPECT_EQ(waiting[0].deltas, 2U);
}

}  // namespace
}  // namespace dbsync::mysql
