// SPDX-License-Identifier: MIT
// What the rows of a MySQL or MariaDB source look like, found by key and by range.
#include "reader_fixture.hpp"

namespace dbsync::mysql {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

class ReaderRowsTest : public ReaderFixture {};
INSTANTIATE_TEST_SUITE_P(Servers, ReaderRowsTest, testing::Values("mariadb", "mysql"),
                         reader_server_name);

TEST_P(ReaderRowsTest, AKeyIsSpelledAsItsRowSpellsIt) {
    capture("CREATE TABLE t(k VARCHAR(20) COLLATE utf8mb4_unicode_ci PRIMARY KEY, v INT);"
            "INSERT INTO t VALUES ('Abc', 1), ('été', 2)");
    app_->exec("UPDATE t SET v = 3 WHERE k = 'ABC '; UPDATE t SET k = 'aBC' WHERE k = 'abc';"
               "UPDATE t SET k = 'Ete' WHERE v = 2");

    const Batch batch = plan();

    EXPECT_THAT(changes(batch), ElementsAre("aBC\t1\taBC\t3", "Ete\t1\tEte\t2"));
    EXPECT_THAT(of_keys({"ABC", "abc", "ETE", "gone"}, RowForm::Change),
                ElementsAre("aBC\t1\taBC\t3", "Ete\t1\tEte\t2", "gone\t0\t\\N\t\\N"));
    EXPECT_THAT(of_keys({"gone", "ABC"}, RowForm::Compare), ElementsAre("aBC\taBC\t3"));
}

TEST_P(ReaderRowsTest, KeysOfEveryTypeAreFoundAndBound) {
    app_->exec("SET sql_mode = 'ALLOW_INVALID_DATES'");
    capture("CREATE TABLE t(a VARCHAR(10) CHARACTER SET latin1, f FLOAT, g DOUBLE, b BIT(9),"
            " vb VARBINARY(10), d DECIMAL(40, 10), dt DATETIME(6), y YEAR, u BIGINT UNSIGNED,"
            " `we``ird \"N\" {}` INT, e ENUM('z', 'a'), gen INT AS (u % 7) STORED,"
            " PRIMARY KEY(a, f, g, b, vb, d, dt, y, u, `we``ird \"N\" {}`, e))");
    app_->exec("INSERT INTO t(a, f, g, b, vb, d, dt, y, u, `we``ird \"N\" {}`, e) VALUES"
               " ('é\\t', 0.1, 0.1, b'100000001', X'00ff', '123456789012345678901.0123456789',"
               "  '2020-01-02 03:04:05.000006', 2001, 18446744073709551615, -1, 'z'),"
               " ('é\\t', 0.1, 0.1, b'100000001', X'00ff', '123456789012345678901.0123456789',"
               "  '2020-01-02 03:04:05.000006', 2001, 18446744073709551615, 0, 'a'),"
               " ('é\\t', 0.1, 0.1, b'100000001', X'00ff', '123456789012345678901.0123456790',"
               "  '0000-00-00', 1999, 3, 2, 'a'), ('Z', 16777217, -1.5e300, 1, '', -1,"
               "  '2026-02-31', 0, 0, 3, 'z')");
    const Batch batch = plan();
    const Lines all = rows_of({}, RowForm::Compare);
    ASSERT_THAT(all.lines, SizeIs(4));

    EXPECT_THAT(changes(batch), SizeIs(4));
    EXPECT_EQ(of_keys(all.keys, RowForm::Compare), all.lines);
    EXPECT_EQ(of_keys(all.keys, RowForm::Change), changes(batch));
    for (const std::uint64_t rows : {1U, 2U, 3U}) {
        EXPECT_EQ(tiled(rows, RowForm::Compare), all.lines);
    }
}

TEST_P(ReaderRowsTest, ChunksTileATable) {
    capture("CREATE TABLE t(a INT, b VARCHAR(20), c INT, PRIMARY KEY(a, b, c), UNIQUE (c, b))");
    for (int i = 0; i < 60; ++i) {
        app_->exec("INSERT IGNORE INTO t VALUES (" + std::to_string(i / 30) + ", 'K" +
                   std::to_string(i % 7) + "', " + std::to_string(i) + ")");
    }
    look();
    std::size_t chunks = 0;

    for (const std::uint64_t rows : {1U, 7U, 59U, 60U, 1'000U}) {
        EXPECT_EQ(tiled(rows, RowForm::Compare, &chunks), rows_of({}, RowForm::Compare).lines);
        EXPECT_EQ(chunks, (60 + rows - 1) / rows) << rows;
        EXPECT_THAT(tiled(rows, RowForm::Copy), SizeIs(60));
    }
}

TEST_P(ReaderRowsTest, ATableWithoutAKeyIsReadByHash) {
    capture("CREATE TABLE t(a INT, b TEXT); INSERT INTO t VALUES (1, 'x'), (1, 'x'), (NULL, NULL)");
    look();
    const Lines before = rows_of({}, RowForm::Compare);
    reader_->end();
    app_->exec("INSERT INTO t VALUES (1, 'x'), (7, 'new'); DELETE FROM t WHERE a IS NULL");

    const Batch batch = plan();
    const Lines after = rows_of({}, RowForm::Compare);

    ASSERT_THAT(before.lines, SizeIs(3));
    ASSERT_THAT(after.lines, SizeIs(4));
    EXPECT_THAT(changes(batch), SizeIs(5));  // three equal rows, a new one, one that is gone
    EXPECT_EQ(changes(batch).back().substr(32), "\t0\t\\N\t\\N");
    EXPECT_EQ(of_keys(after.keys, RowForm::Compare), after.lines);
    EXPECT_THAT(of_keys(before.keys, RowForm::Change), SizeIs(4));
    EXPECT_FALSE(reader_->chunk_end(table(), std::nullopt, 1, RowForm::Copy));
}

TEST_P(ReaderRowsTest, LargeRowsPassAndBlocksStaySmall) {
    capture("CREATE TABLE t(id INT PRIMARY KEY, v LONGBLOB)");
    app_->exec("INSERT INTO t VALUES (1, REPEAT('x', 3000000))");
    for (int i = 2; i < 40; ++i) {
        app_->exec("INSERT INTO t VALUES (" + std::to_string(i) + ", REPEAT('y', 50000))");
    }
    look();

    const Lines rows = rows_of({.upper = "2"}, RowForm::Copy);
    const Lines more = rows_of({.lower = "2"}, RowForm::Copy);

    EXPECT_EQ(rows.lines.at(0).size(), 6'000'002U);
    EXPECT_THAT(more.lines, SizeIs(38));
    EXPECT_LT(more.bytes_max, block_bytes_max + 200'000);
}

TEST_P(ReaderRowsTest, CountersAreReadAsTheyAreNow) {
    capture("CREATE TABLE t(id INT AUTO_INCREMENT PRIMARY KEY);"
            "CREATE TABLE n(id INT PRIMARY KEY)");
    look();
    app_->exec("INSERT INTO t VALUES (), (); START TRANSACTION; INSERT INTO t VALUES (); ROLLBACK");

    const std::vector<SequenceState> states = reader_->read_sequences();

    ASSERT_THAT(states, SizeIs(1));
    EXPECT_EQ(states[0].name, "t");
    EXPECT_EQ(states[0].value, 4);
    EXPECT_FALSE(states[0].is_called);
}

}  // namespace
}  // namespace dbsync::mysql
