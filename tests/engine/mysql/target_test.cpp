// SPDX-License-Identifier: MIT
// Staged rows become the table's rows, whatever stands there.
#include "engine/mysql/target_table.hpp"
#include "target_fixture.hpp"

#include <chrono>
#include <future>

namespace dbsync::mysql {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

using TargetTest = TargetFixture;
INSTANTIATE_TEST_SUITE_P(Servers, TargetTest, every_server, server_name);

constexpr const char* all_of_t = "SELECT CONCAT_WS(':', id, v) FROM t ORDER BY id";

TEST_P(TargetTest, MakesRowsEqualAndCountsWhatChanged) {
    create(
        "CREATE TABLE t(id INT PRIMARY KEY, v VARCHAR(20));"
        "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')");

    const ApplyCounts counts = apply({"1\t1\t1\tA\n2\t1\t2\tb\n3\t0\t\\N\t\\N\n",
                                      "4\t1\t4\t\\N\n5\t0\t\\N\t\\N\n4\t1\t4\t\\N\n"});

    EXPECT_EQ(counts.keys, 5U);
    EXPECT_EQ(counts.rows_written, 2U);
    EXPECT_EQ(counts.rows_deleted, 1U);
    EXPECT_THAT(values(all_of_t), ElementsAre("1:A", "2:b", "4"));
}

TEST_P(TargetTest, EmptiesItsStageForTheNextRows) {
    create("CREATE TABLE t(id INT PRIMARY KEY, v VARCHAR(20))");
    std::string many;
    for (int i = 1; i <= 5'000; ++i) {
        many += std::to_string(i) + "\t1\t" + std::to_string(i) + "\tx\n";
    }
    EXPECT_EQ(apply({many}).keys, 5'000U);
    exec("DELETE FROM t");

    EXPECT_EQ(apply({"7\t1\t7\tseven\n"}).keys, 1U);
    EXPECT_EQ(apply({"8\t1\t8\teight\n"}).keys, 1U);

    EXPECT_THAT(values(all_of_t), ElementsAre("7:seven", "8:eight"));
}

TEST_P(TargetTest, WritesEqualKeysWithOtherBytes) {
    create(
        "CREATE TABLE t(id VARCHAR(20) COLLATE utf8mb4_unicode_ci PRIMARY KEY, v INT);"
        "INSERT INTO t VALUES ('abc', 1), ('d', 2)");

    apply({"Abc\t1\tAbc\t1\n", "D\t1\tD\t3\n"});

    EXPECT_THAT(values(all_of_t), ElementsAre("Abc:1", "D:3"));
}

TEST_P(TargetTest, SwapsUniqueValuesWithinAStage) {
    create(
        "CREATE TABLE t(id INT PRIMARY KEY, v VARCHAR(20) UNIQUE);"
        "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')");

    const ApplyCounts counts = apply({"1\t1\t1\tb\n2\t1\t2\ta\n3\t0\t\\N\t\\N\n4\t1\t4\tc\n"});

    EXPECT_EQ(counts.rows_deleted, 1U);
    EXPECT_THAT(values(all_of_t), ElementsAre("1:b", "2:a", "4:c"));
}

TEST_P(TargetTest, ReportsARowOutsideTheStageThatIsInTheWay) {
    create(
        "CREATE TABLE t(id INT PRIMARY KEY, v VARCHAR(20) UNIQUE);"
        "INSERT INTO t VALUES (1, 'a'), (2, 'b')");

    const Error error = error_of([&] { apply({"1\t1\t1\tb\n"}); });

    EXPECT_EQ(error.kind(), ErrorKind::Conflict);
    EXPECT_EQ(error.fields().table, "t");
    EXPECT_THAT(values(all_of_t), ElementsAre("1:a", "2:b"));
}

TEST_P(TargetTest, ChangesRowsInPlaceWhereNoUniqueValueIsInTheWay) {
    create(
        "CREATE TABLE t(id INT PRIMARY KEY, v VARCHAR(20), n INT, UNIQUE (v, n));"
        "INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 1), (3, 'c', NULL), (4, 'c', NULL)");

    const ApplyCounts counts =
        apply({"1\t1\t1\ta\t2\n2\t1\t2\tb\t1\n3\t1\t3\tc\t\\N\n5\t1\t5\ta\t1\n6\t1\t6\tc\t\\N\n"});
    EXPECT_EQ(counts.rows_written, 5U) << "a value changed hands: all go and come";
    EXPECT_EQ(apply({"1\t1\t1\tA\t2\n2\t1\t2\tb\t1\n7\t1\t7\tz\t1\n"}).rows_written, 2U);

    EXPECT_THAT(values("SELECT CONCAT_WS(':', id, v, n) FROM t ORDER BY id"),
                ElementsAre("1:A:2", "2:b:1", "3:c", "4:c", "5:a:1", "6:c", "7:z:1"));
}

TEST_P(TargetTest, KeepsUniquePartsAndExpressionsApart) {
    create(
        "CREATE TABLE t(id INT PRIMARY KEY, v VARCHAR(20), g INT AS (LENGTH(v)) STORED UNIQUE,"
        " UNIQUE (v(2))); INSERT INTO t VALUES (1, 'aa1', DEFAULT), (2, 'bb12', DEFAULT)");

    apply({"1\t1\t1\tbbbb\n2\t1\t2\taax\n"});
    EXPECT_EQ(kind_of([&] { apply({"3\t1\t3\tbbccccccc\n"}); }), ErrorKind::Conflict);

    EXPECT_THAT(values(all_of_t), ElementsAre("1:bbbb", "2:aax"));
}

TEST_P(TargetTest, LetsForeignKeysSleepWhileParentsGoAndComeAgain) {
    create(
        "CREATE TABLE p(id INT PRIMARY KEY, v VARCHAR(9) UNIQUE);"
        "CREATE TABLE q(id INT PRIMARY KEY, v VARCHAR(9));"
        "CREATE TABLE t(id INT PRIMARY KEY, p INT, q INT,"
        " FOREIGN KEY (p) REFERENCES p(id) ON DELETE CASCADE ON UPDATE CASCADE,"
        " FOREIGN KEY (q) REFERENCES q(id) ON DELETE SET NULL ON UPDATE CASCADE);"
        "INSERT INTO p VALUES (1, 'a'), (2, 'b'); INSERT INTO q VALUES (1, 'a'), (2, 'b');"
        "INSERT INTO t VALUES (1, 1, 1), (2, 2, 2)");

    apply({"1\t1\t1\tb\n2\t1\t2\ta\n"}, "p");
    apply({"1\t0\t\\N\t\\N\n2\t1\t2\tz\n"}, "q");
    apply({"1\t0\t\\N\t\\N\n"}, "p");
    apply({"3\t1\t3\t77\t77\n"});

    EXPECT_THAT(values("SELECT CONCAT_WS(':', id, p, q) FROM t ORDER BY id"),
                ElementsAre("1:1:1", "2:2:2", "3:77:77"));
}

TEST_P(TargetTest, MakesAsManyEqualRowsOfATableWithoutAKeyAsThereAre) {
    if (!server().is_mariadb()) {
        set_global("sql_require_primary_key", "0");
    }
    create(
        "CREATE TABLE t(id INT, v VARCHAR(20));"
        "INSERT INTO t VALUES (1, 'a'), (1, 'a'), (2, 'b'), (3, NULL), (4, 'd')");
    Gather all;
    session_->read_chunk(table(), Chunk{.table_id = table().id}, all);
    std::map<std::string, std::string> hash;  // by id
    for (std::size_t i = 0; i < all.keys.size(); ++i) {
        hash[all.rows[i].substr(all.keys[i].size() + 1, 1)] = all.keys[i];
    }
    const std::string one = hash["1"] + "\t1\t1\ta\n";

    const ApplyCounts counts =
        apply({one + one + one + hash["2"] + "\t0\t\\N\t\\N\n" + hash["3"] + "\t1\t3\t\\N\n",
               one + one + one});

    EXPECT_EQ(counts.keys, 3U);
    EXPECT_EQ(counts.rows_deleted, 4U);
    EXPECT_EQ(counts.rows_written, 4U);
    EXPECT_THAT(values(all_of_t), ElementsAre("1:a", "1:a", "1:a", "3", "4:d"));
}

TEST_P(TargetTest, WritesNeitherGeneratedColumnsNorDefaultsOfItsOwn) {
    const std::string invisible =
        server().is_mariadb() ? "INVISIBLE DEFAULT 7" : "DEFAULT 7 INVISIBLE";
    create(
        "CREATE TABLE t(id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(20),"
        " g INT AS (i + 1) STORED, w INT AS (i + 2) VIRTUAL, i INT " +
        invisible + ")");

    EXPECT_EQ(copy("0\tzero\t5\n1\tone\t\\N\n"), 2U);
    apply({"0\t1\t0\tnull\t6\n", "2\t1\t2\ttwo\t2\n"});

    EXPECT_THAT(values("SELECT CONCAT_WS(':', id, v, g, w, IFNULL(i, 'x')) FROM t ORDER BY id"),
                ElementsAre("0:null:7:8:6", "1:one:x", "2:two:3:4:2"));
}

TEST_P(TargetTest, CopesWithNastyNames) {
    const std::string name = "A `b` \"c\" 'd' ünï\\e.f " + std::string(42, 'x');
    create("CREATE TABLE `A ``b`` \"c\" 'd' ünï\\e.f " + std::string(42, 'x') +
           "`(`select` INT, `a``b` INT, `k 1` INT, PRIMARY KEY (`k 1`, `select`))");

    EXPECT_EQ(copy("1\t2\t3\n", name), 1U);
    apply({"3\t1\t1\t1\t9\t3\n", "4\t1\t1\t1\t5\t4\n"}, name);

    Gather all;
    session_->read_chunk(table(name), Chunk{.table_id = table(name).id}, all);
    EXPECT_THAT(all.rows, ElementsAre("3\t1\t1\t9\t3\n", "4\t1\t1\t5\t4\n"));
}

TEST_P(TargetTest, FindsChildrenAsItsTransactionSeesThem) {
    create(
        "CREATE TABLE t(id INT PRIMARY KEY, p INT, KEY (p));"
        "INSERT INTO t VALUES (1, 10), (2, 20), (3, 30)");
    const Cascade cascade{.id = 1,
                          .child_id = table().id,
                          .parent_id = 9,
                          .child_columns = {"p"},
                          .parent_columns = {"id"}};
    const Cascade next{.id = 2,
                       .child_id = 8,
                       .parent_id = table().id,
                       .child_columns = {"x"},
                       .parent_columns = {"id"}};
    const std::vector<std::string> wanted{"10", "30", "99"};

    session_->begin();
    session_->clear_table(table());
    const auto writer = session_->copy_into(table());
    writer->push(block("5\t30\n6\t10\n7\t20\n"));
    writer->finish();
    const CascadeChildren found = session_->find_children(table(), cascade, wanted, {&next, 1});
    session_->rollback();

    EXPECT_THAT(found.keys, UnorderedElementsAre("5", "6"));
    EXPECT_THAT(found.marks, UnorderedElementsAre(CascadeMark{2, "5"}, CascadeMark{2, "6"}));
}

TEST_P(TargetTest, NamesATableThatIsMissingOrHasNoKeyHere) {
    create("CREATE TABLE t(id INT PRIMARY KEY, v INT); CREATE TABLE u(id INT PRIMARY KEY, v INT)");
    exec(
        "DROP TABLE t; ALTER TABLE u ADD n INT NOT NULL AUTO_INCREMENT UNIQUE,"
        " DROP PRIMARY KEY, ADD PRIMARY KEY (n)");

    EXPECT_EQ(error_of([&] { apply({"1\t1\t1\t1\n"}); }).kind(), ErrorKind::Precondition);
    EXPECT_EQ(error_of([&] { apply({"1\t1\t1\t1\n"}, "u"); }).kind(), ErrorKind::Precondition);

    exec("ALTER TABLE u DROP COLUMN n, ADD PRIMARY KEY (id)");
    EXPECT_EQ(apply({"1\t1\t1\t1\n"}, "u").rows_written, 1U);
}

TEST_P(TargetTest, TwoSessionsApplyToOneTableAtATime) {
    create("CREATE TABLE t(id INT PRIMARY KEY, v INT, w INT UNIQUE)");
    const auto other = target_->open_session("job");
    const auto put = [&](TargetSession& session, const std::string& lines) {
        session.begin();
        const auto writer = session.stage(table());
        writer->push(block(lines));
        writer->finish();
        session.apply_stage(table());
    };

    put(*session_, "1\t1\t1\t1\t1\n3\t0\t\\N\t\\N\t\\N\n5\t1\t5\t5\t5\n");
    put(*other, "2\t1\t2\t2\t2\n4\t0\t\\N\t\\N\t\\N\n6\t1\t6\t6\t6\n");
    other->commit();
    session_->commit();

    EXPECT_THAT(values("SELECT id FROM t ORDER BY id"), ElementsAre("1", "2", "5", "6"));
}

TEST(TargetTableTest, KnowsTypesByAnyOfTheirNames) {
    EXPECT_EQ(comparable_type("int(11) unsigned"), comparable_type("int unsigned"));
    EXPECT_EQ(comparable_type("bigint(20)"), comparable_type("bigint"));
    EXPECT_EQ(comparable_type("year(4)"), comparable_type("year"));
    EXPECT_EQ(comparable_type("json"), comparable_type("longtext"));
    EXPECT_NE(comparable_type("varchar(20)"), comparable_type("varchar(21)"));
    EXPECT_NE(comparable_type("decimal(5,2)"), comparable_type("decimal(5,3)"));
    EXPECT_EQ(comparable_type("geomcollection"), comparable_type("geometrycollection"));
}

}  // namespace
}  // namespace dbsync::mysql
