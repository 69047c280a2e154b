// SPDX-License-Identifier: MIT
// Rows read for another engine, to which keys are different ones that a collation calls equal.
#include "reader_fixture.hpp"

namespace dbsync::mysql {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;

class BytesTest : public ReaderFixture {
  protected:
    void capture_by_bytes(const std::string& schema) {
        capture(schema);
        for (Table& table : tables_) {
            table.order_by_bytes = true;
        }
    }
};
INSTANTIATE_TEST_SUITE_P(Servers, BytesTest, testing::Values("mariadb", "mysql"),
                         reader_server_name);

TEST_P(BytesTest, ComparedRowsComeInTheOrderOfTheirKeysBytes) {
    capture_by_bytes("CREATE TABLE t(k VARCHAR(10) CHARACTER SET latin1 PRIMARY KEY);"
                     "INSERT INTO t VALUES ('b'), ('A'), ('é'), ('Z'), ('_'), ('c')");
    look();
    EXPECT_THAT(rows_of({}, RowForm::Compare).keys, ElementsAre("A", "Z", "_", "b", "c", "é"));
    EXPECT_THAT(of_keys({"c", "é", "Z"}, RowForm::Compare), ElementsAre("Z\tZ", "c\tc", "é\té"));
}

TEST_P(BytesTest, ARowThatOnlyChangedItsSpellingLeavesItsOldKey) {
    capture_by_bytes("CREATE TABLE t(k VARCHAR(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
                     " PRIMARY KEY, v INT);"
                     "INSERT INTO t VALUES ('a', 1), ('b', 2), ('c', 3)");
    app_->exec("UPDATE t SET k = 'A' WHERE k = 'a'; UPDATE t SET k = 'b ' WHERE k = 'b';"
               "DELETE FROM t WHERE k = 'c'; INSERT INTO t VALUES ('C', 4)");
    const Batch batch = plan();
    const std::vector<std::string> wanted{"A\t1\tA\t1", "C\t1\tC\t4",   "a\t0\t\\N\t\\N",
                                          "b\t0\t\\N\t\\N", "b \t1\tb \t2", "c\t0\t\\N\t\\N"};

    EXPECT_THAT(changes(batch), ElementsAreArray(wanted));
    std::vector<std::string> shares;
    for (std::uint32_t bucket = 0; bucket < 3; ++bucket) {
        for (std::string& line : changes(batch, "t", bucket, 3)) {
            shares.push_back(std::move(line));
        }
    }
    EXPECT_THAT(shares, testing::UnorderedElementsAreArray(wanted));
    EXPECT_THAT(of_keys({"a", "A", "b"}, RowForm::Change),
                ElementsAre("A\t1\tA\t1", "a\t0\t\\N\t\\N", "b\t0\t\\N\t\\N"));
    EXPECT_THAT(of_keys({"a", "b "}, RowForm::Compare), ElementsAre("b \tb \t2"));
    EXPECT_THAT(of_keys({"a", "A"}, RowForm::Compare), ElementsAre("A\tA\t1"));
}

TEST_P(BytesTest, AUuidIsFoundWhateverItsCase) {
    capture_by_bytes("CREATE TABLE t(u CHAR(36) PRIMARY KEY);"
                     "INSERT INTO t VALUES ('12345678-9ABC-DEF0-1234-56789ABCDEF0')");
    look();
    const std::string asked = "12345678-9abc-def0-1234-56789abcdef0";
    const std::string own = "12345678-9ABC-DEF0-1234-56789ABCDEF0";
    EXPECT_THAT(of_keys({asked}, RowForm::Compare), ElementsAre(own + "\t" + own));
    EXPECT_THAT(of_keys({asked}, RowForm::Change), ElementsAre(own + "\t1\t" + own));
}

TEST_P(BytesTest, KeysOfOtherTypesAreFoundAsBefore) {
    capture_by_bytes("CREATE TABLE t(e ENUM('z','a'), n INT, b VARBINARY(4), v INT,"
                     " PRIMARY KEY (e, n, b))");
    app_->exec("INSERT INTO t VALUES ('z', 10, X'00ff', 1), ('a', 9, '', 2), ('a', 10, 'x', 3)");
    const Batch batch = plan();
    EXPECT_THAT(changes(batch),
                ElementsAre("a\t9\t\t1\ta\t9\t\t2", "a\t10\t78\t1\ta\t10\t78\t3",
                            "z\t10\t00FF\t1\tz\t10\t00FF\t1"));
}

TEST_P(BytesTest, GeneratedColumnsAreReadWhereTheTargetKeepsThemPlain) {
    capture("CREATE TABLE t(id INT PRIMARY KEY, v INT, s INT AS (v + 1) STORED,"
            " w INT AS (v + 2) VIRTUAL)");
    app_->exec("INSERT INTO t (id, v) VALUES (1, 10)");
    for (Column& column : tables_.front().columns) {
        column.generated = false;
    }
    const Batch batch = plan();
    EXPECT_THAT(changes(batch), ElementsAre("1\t1\t1\t10\t11\t12"));
    EXPECT_THAT(rows_of({}, RowForm::Copy).lines, ElementsAre("1\t10\t11\t12"));
}

}  // namespace
}  // namespace dbsync::mysql
