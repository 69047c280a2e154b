// SPDX-License-Identifier: MIT
// Keys whose spelling is odd arrive between every pair of engines, also when they change; a SQLite
// PRIMARY KEY is one although NULL could be in it.
#include "scenario/cross_traffic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dbsync::test {
namespace {

using testing::HasSubstr;


std::string key_schema(const std::string& engine) {
    const std::string text = engine == "sqlite"     ? "TEXT"
                             : engine == "postgres" ? "text"
                                                    : "VARCHAR(40) COLLATE utf8mb4_bin";
    return fmt::format("CREATE TABLE one (k {0} NOT NULL PRIMARY KEY, v {0});"
                       "CREATE TABLE two (k {0} NOT NULL, n INTEGER NOT NULL, v {0},"
                       " PRIMARY KEY (k, n));",
                       text);
}

class CrossKeysTest : public testing::TestWithParam<EnginePairName> {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_ENGINE(GetParam().first);
        DBSYNC_NEEDS_ENGINE(GetParam().second);
        ends_ = std::make_unique<CrossEnds>(
            GetParam().first, GetParam().second, home_,
            std::vector<SpelledTable>{{"one", {{"k"}, {"v"}}},
                                      {"two", {{"k"}, {"n", Spell::Number}, {"v"}}}});
        dbsync_.set("DBSYNC_SOURCE", ends_->url(End::Source));
        dbsync_.set("DBSYNC_TARGET", ends_->url(End::Target));
    }

    void expect(const std::vector<std::string>& arguments, int exit_code = 0) const {
        const ProcessResult result = dbsync_.run(arguments);
        EXPECT_EQ(result.exit_code, exit_code) << result;
    }

    TempDir home_;
    DbsyncBinary dbsync_{home_};
    std::unique_ptr<CrossEnds> ends_;
};

TEST_P(CrossKeysTest, OddTextsArriveAndChange) {
    ends_->must_run(End::Source, key_schema(GetParam().first));
    const std::vector<std::string> keys{"", "''", "\t", "\n", " a", "A", "a", "ä", "\\N", "NULL"};
    const Literals literals{GetParam().first};
    std::string seed;
    std::string writes;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const std::string key = literals.text(keys[i]);
        seed += fmt::format("INSERT INTO one VALUES ({0}, 'v');"
                            "INSERT INTO two VALUES ({0}, 0, 'v'), ({0}, {1}, {0});",
                            key, i + 1);
        writes += fmt::format("UPDATE one SET v = 'w' WHERE k = {0};"
                              "UPDATE two SET v = 'w', n = n + 100 WHERE k = {0} AND n = 0;",
                              key);
    }
    ends_->must_run(End::Source, seed);
    expect({"migrate"});

    ends_->must_run(End::Source, writes + "DELETE FROM one WHERE k = 'a';"
                                          "UPDATE one SET k = 'moved' WHERE k = '';"
                                          "DELETE FROM two WHERE k = '';"
                                          "INSERT INTO two VALUES ('', 5, NULL);");
    expect({"catchup", "--until-lag", "0"});
    EXPECT_EQ(first_difference(ends_->dump(End::Source), ends_->dump(End::Target)), "");

    ends_->must_run(End::Source, "INSERT INTO one VALUES ('', 'again');");
    expect({"catchup", "--until-lag", "0"});
    ends_->must_run(End::Target, "UPDATE one SET v = 'wrong' WHERE k = '';");
    expect({"verify"}, 6);
    expect({"verify", "--repair"});
    expect({"cutover", "--yes"});
    EXPECT_EQ(first_difference(ends_->dump(End::Source), ends_->dump(End::Target)), "");
}

INSTANTIATE_TEST_SUITE_P(Pairs,
                         CrossKeysTest,
                         testing::ValuesIn(engine_pairs()),
                         engine_pair_name);

class NullableKeyTest : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_ENGINE(GetParam());
        ends_ = std::make_unique<CrossEnds>(
            "sqlite", GetParam(), home_,
            std::vector<SpelledTable>{
                {"t", {{"id"}, {"v", Spell::Number}}},
                {"pair", {{"a", Spell::Number}, {"b"}, {"v", Spell::Number}}}});
        dbsync_.set("DBSYNC_SOURCE", ends_->url(End::Source));
        dbsync_.set("DBSYNC_TARGET", ends_->url(End::Target));
        ends_->must_run(End::Source,
                        "CREATE TABLE t (id TEXT PRIMARY KEY, v INTEGER);"
                        "CREATE TABLE pair (a INT, b TEXT, v INTEGER, PRIMARY KEY (a, b));"
                        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <"
                        " 500) INSERT INTO t SELECT 'id' || i, i FROM n;"
                        "INSERT INTO pair SELECT v, id, v FROM t;");
    }

    TempDir home_;
    DbsyncBinary dbsync_{home_};
    std::unique_ptr<CrossEnds> ends_;
};

// Rows change one by one, whatever the size of the table: REPLACE through every constraint too.
TEST_P(NullableKeyTest, IsAKey) {
    const ProcessResult moved = dbsync_.run({"migrate"});
    ASSERT_EQ(moved.exit_code, 0) << moved;
    ends_->must_run(End::Source,
                    "UPDATE t SET v = -1 WHERE id = 'id7'; DELETE FROM t WHERE id = 'id8';"
                    "UPDATE t SET id = 'moved' WHERE id = 'id9';"
                    "INSERT OR REPLACE INTO t VALUES ('id10', 100);"
                    "INSERT OR REPLACE INTO t (rowid, id, v) VALUES (11, 'in its place', 1);"
                    "UPDATE pair SET b = 'x' WHERE a = 5; DELETE FROM pair WHERE a = 6;");

    const ProcessResult caught = dbsync_.run({"catchup", "--until-lag", "0"});

    EXPECT_EQ(caught.exit_code, 0) << caught;
    EXPECT_THAT(caught.out, HasSubstr("10 keys")) << caught;
    EXPECT_EQ(first_difference(ends_->dump(End::Source), ends_->dump(End::Target)), "");
    EXPECT_NE(ends_->script(End::Target, "INSERT INTO pair VALUES (NULL, 'x', 1)").exit_code, 0);
    const ProcessResult over = dbsync_.run({"cutover", "--yes"});
    EXPECT_EQ(over.exit_code, 0) << over;
}

TEST_P(NullableKeyTest, StopsAtARowThatGetsNullUntilItIsMended) {
    const ProcessResult moved = dbsync_.run({"migrate"});
    ASSERT_EQ(moved.exit_code, 0) << moved;
    ends_->must_run(End::Source,
                    "UPDATE t SET id = NULL WHERE id = 'id3';"
                    "INSERT INTO pair VALUES (1000, NULL, 1);");

    const ProcessResult stopped = dbsync_.run({"catchup", "--until-lag", "0"});
    EXPECT_EQ(stopped.exit_code, 9) << stopped;
    EXPECT_THAT(stopped.err, HasSubstr("have NULL in their PRIMARY KEY")) << stopped;

    ends_->must_run(End::Source,
                    "UPDATE t SET id = 'again' WHERE id IS NULL;"
                    "DELETE FROM pair WHERE b IS NULL;");
    const ProcessResult caught = dbsync_.run({"catchup", "--until-lag", "0"});
    EXPECT_EQ(caught.exit_code, 0) << caught;
    EXPECT_EQ(first_difference(ends_->dump(End::Source), ends_->dump(End::Target)), "");
}

// It came after check looked: neither a copy in chunks nor one of all rows passes over it.
TEST_P(NullableKeyTest, StopsTheCopyAtARowThatGotNull) {
    const ProcessResult captured = dbsync_.run({"start-capture"});
    ASSERT_EQ(captured.exit_code, 0) << captured;
    ends_->must_run(End::Source, "INSERT INTO t VALUES (NULL, 1);");

    const ProcessResult stopped = dbsync_.run({"snapshot"});
    EXPECT_EQ(stopped.exit_code, 9) << stopped;

    ends_->must_run(End::Source, "DELETE FROM t WHERE id IS NULL;");
    const ProcessResult moved = dbsync_.run({"migrate"});
    EXPECT_EQ(moved.exit_code, 0) << moved;
    EXPECT_EQ(first_difference(ends_->dump(End::Source), ends_->dump(End::Target)), "");
}

TEST_P(NullableKeyTest, IsNoKeyWhereNullIsInItAlready) {
    ends_->must_run(End::Source, "INSERT INTO t VALUES (NULL, 1), (NULL, 2);");

    const ProcessResult checked = dbsync_.run({"check"});
    EXPECT_THAT(checked.out, HasSubstr("is NULL in some rows")) << checked;
    const ProcessResult moved = dbsync_.run({"migrate"});
    ASSERT_EQ(moved.exit_code, 0) << moved;
    ends_->must_run(End::Source, "INSERT INTO t VALUES (NULL, 3); DELETE FROM t WHERE v = 2;");
    const ProcessResult caught = dbsync_.run({"catchup", "--until-lag", "0"});

    EXPECT_EQ(caught.exit_code, 0) << caught;
    EXPECT_EQ(first_difference(ends_->dump(End::Source), ends_->dump(End::Target)), "");
}

// One key here is two there.
TEST_P(NullableKeyTest, ASpellingTakesThePlaceOfAnother) {
    ends_->must_run(End::Source,
                    "CREATE TABLE fold (k TEXT COLLATE NOCASE PRIMARY KEY, v INTEGER);"
                    "CREATE TABLE blank (k TEXT COLLATE RTRIM NOT NULL, n INTEGER NOT NULL,"
                    " v INTEGER, PRIMARY KEY (k, n));"
                    "INSERT INTO fold VALUES ('A', 1), ('b', 2), ('C', 3), ('d', 4), ('E', 5);"
                    "INSERT INTO blank VALUES ('A ', 1, 1), ('b', 1, 2), ('c  ', 1, 3);");
    ends_->set_tables({{"fold", {{"k"}, {"v", Spell::Number}}},
                       {"blank", {{"k"}, {"n", Spell::Number}, {"v", Spell::Number}}}});
    const ProcessResult moved = dbsync_.run({"migrate"});
    ASSERT_EQ(moved.exit_code, 0) << moved;

    ends_->must_run(End::Source,
                    "INSERT OR REPLACE INTO fold VALUES ('a', 11);"
                    "UPDATE OR REPLACE fold SET k = 'B' WHERE k = 'c';"
                    "UPDATE fold SET k = 'D' WHERE k = 'd';"
                    "INSERT INTO fold VALUES ('e', 6) ON CONFLICT DO UPDATE SET v = 7;"
                    "INSERT OR REPLACE INTO blank VALUES ('A', 1, 11);"
                    "UPDATE OR REPLACE blank SET k = 'b ' WHERE k = 'c';");
    const ProcessResult over = dbsync_.run({"cutover", "--yes"});

    EXPECT_EQ(over.exit_code, 0) << over;
    EXPECT_EQ(first_difference(ends_->dump(End::Source), ends_->dump(End::Target)), "");
}

INSTANTIATE_TEST_SUITE_P(Targets,
                         NullableKeyTest,
                         testing::Values("postgres", "mariadb", "mysql"),
                         [](const auto& target) { return target.param; });

class SpelledKeyTest : public testing::TestWithParam<std::string> {};

// Rows of such a table are not followed by a key that has several spellings.
TEST_P(SpelledKeyTest, ArrivesInItsNewSpelling) {
    DBSYNC_NEEDS_ENGINE(std::string{"postgres"});
    DBSYNC_NEEDS_ENGINE(GetParam());
    TempDir home;
    DbsyncBinary dbsync{home};
    const CrossEnds ends{"postgres", GetParam(), home,
                         {{"span", {{"k"}, {"v", Spell::Number}}},
                          {"doc", {{"k", Spell::Json}, {"v", Spell::Number}}}}};
    dbsync.set("DBSYNC_SOURCE", ends.url(End::Source));
    dbsync.set("DBSYNC_TARGET", ends.url(End::Target));
    ends.must_run(End::Source,
                  "CREATE TABLE span (k interval PRIMARY KEY, v int);"
                  "INSERT INTO span VALUES ('1 day', 1), ('2 days', 2), ('3 days', 3);"
                  "CREATE TABLE doc (k jsonb PRIMARY KEY, v int);"
                  "INSERT INTO doc VALUES ('{\"a\": 1.0}', 1), ('2', 2);");
    const ProcessResult checked = dbsync.run({"check"});
    EXPECT_THAT(checked.out, HasSubstr("public.span: no key that the target has too")) << checked;
    const ProcessResult moved = dbsync.run({"migrate"});
    ASSERT_EQ(moved.exit_code, 0) << moved;

    ends.must_run(End::Source,
                  "UPDATE span SET k = '24:00:00' WHERE v = 1; DELETE FROM span WHERE v = 2;"
                  "INSERT INTO span VALUES ('48 hours', 20); UPDATE span SET v = 30 WHERE v = 3;"
                  "UPDATE doc SET k = '{\"a\": 1.00}' WHERE v = 1; DELETE FROM doc WHERE v = 2;");
    const ProcessResult over = dbsync.run({"cutover", "--yes"});

    EXPECT_EQ(over.exit_code, 0) << over;
    EXPECT_EQ(first_difference(ends.dump(End::Source), ends.dump(End::Target)), "");
}

INSTANTIATE_TEST_SUITE_P(Targets,
                         SpelledKeyTest,
                         testing::Values("mariadb", "mysql"),
                         [](const auto& target) { return target.param; });

}  // namespace
}  // namespace dbsync::test
