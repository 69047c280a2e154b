// SPDX-License-Identifier: MIT
// Values that the target cannot hold: found beforehand, refused by name with nothing half done, or
// on the operator's word made NULL, put aside or given another type.
#include "scenario/cross_ends.hpp"
#include "scenario/expect_one_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

namespace dbsync::test {
namespace {

using testing::HasSubstr;

// A column v of table t whose row 17 gets a value without a form.
struct BadValue {
    std::string name;
    std::string source;
    std::string target;
    std::string type;      // of the column on the source
    std::string good;      // literals there
    std::string bad;
    std::string shown;     // how the message spells it
    std::string json;      // how it stands in the quarantined row
    std::string let_in;    // a type of the target that takes it
    std::string let_in_as; // what it is there
    std::string map = {};  // a type of the target that does not, where the source's says nothing
    std::string canonical = {};  // how a session of the target spells it that finds it
};

std::ostream& operator<<(std::ostream& out, const BadValue& value) {
    return out << value.name;
}

std::vector<BadValue> one_of_each_pair() {
    return {
        {"NulByte", "sqlite", "postgres", "TEXT", "'good'", "'a' || char(0) || 'b'", "x'610062'",
         R"("a\u0000b")", "bytea", "610062"},
        {"TextInInteger", "sqlite", "mariadb", "INTEGER", "5", "'five'", "five", R"("five")",
         "longtext", "five", "bigint"},
        {"TextInInteger", "sqlite", "mysql", "INTEGER", "5", "'five'", "five", R"("five")",
         "longtext", "five", "bigint"},
        {"ZeroDate", "mariadb", "postgres", "DATETIME", "'2020-01-02 00:00:00'",
         "'0000-00-00 00:00:00'", "0000-00-00 00:00:00", R"("0000-00-00 00:00:00")", "text",
         "0000-00-00 00:00:00"},
        {"ZeroDate", "mysql", "postgres", "DATETIME", "'2020-01-02 00:00:00'",
         "'0000-00-00 00:00:00'", "0000-00-00 00:00:00", R"("0000-00-00 00:00:00")", "text",
         "0000-00-00 00:00:00"},
        {"Infinity", "postgres", "mariadb", "timestamp", "'2020-01-02'", "'infinity'", "infinity",
         R"("infinity")", "longtext", "infinity"},
        {"Infinity", "postgres", "mysql", "timestamp", "'2020-01-02'", "'infinity'", "infinity",
         R"("infinity")", "longtext", "infinity"},
    };
}

std::vector<BadValue> all_values() {
    std::vector<BadValue> all = one_of_each_pair();
    all.push_back({"TextInInteger", "sqlite", "postgres", "INTEGER", "5", "'five'", "five",
                   R"("five")", "text", "five", "bigint"});
    all.push_back({"BlobInText", "sqlite", "postgres", "TEXT", "'good'", "x'fffe'", "x'FFFE'",
                   R"({"hex":"FFFE"})", "bytea", "fffe", "text"});
    all.push_back({"BeyondSmallint", "sqlite", "mariadb", "INTEGER", "5", "32768", "32768",
                   R"("32768")", "bigint", "32768", "smallint"});
    for (const char* server : {"mariadb", "mysql"}) {
        all.push_back({"ImpossibleDate", server, "postgres", "DATE", "'2020-01-02'",
                       "'2021-02-31'", "2021-02-31", R"("2021-02-31")", "text", "2021-02-31"});
        all.push_back({"PartOfADate", server, "postgres", "DATE", "'2020-01-02'", "'2021-00-00'",
                       "2021-00-00", R"("2021-00-00")", "text", "2021-00-00"});
        all.push_back({"TwoInABoolean", server, "postgres", "TINYINT(1)", "1", "2", "2", R"("2")",
                       "smallint", "2"});
        all.push_back({"NegativeTime", server, "postgres", "TIME", "'10:00:00'", "'-01:30:00'",
                       "-01:30:00", R"("-01:30:00")", "interval", "-01:30:00"});
        all.push_back({"NulInText", server, "postgres", "VARCHAR(20)", "'good'",
                       "CONCAT('a', CHAR(0 USING utf8mb4), 'b')", "x'610062'",
                       R"("a\u0000b")", "bytea", "610062"});
        all.push_back({"NanNumeric", "postgres", server, "numeric(10,2)", "1.50", "'NaN'", "NaN",
                       R"("NaN")", "longtext", "NaN"});
        all.push_back({"InfiniteFloat", "postgres", server, "double precision", "1.5",
                       "'-Infinity'", "-Infinity", R"("-Infinity")", "longtext", "-Infinity", "",
                       "-inf"});
        all.push_back({"FarYear", "postgres", server, "date", "'2020-01-02'", "'10000-01-01'",
                       "10000-01-01", R"("10000-01-01")", "longtext", "10000-01-01"});
        all.push_back({"BeforeOurTime", "postgres", server, "timestamp", "'2020-01-02'",
                       "'0044-03-15 12:00:00 BC'", "0044-03-15 12:00:00 BC",
                       R"("0044-03-15 12:00:00 BC")", "longtext", "0044-03-15 12:00:00 BC", "",
                       "-0043-03-15 12:00:00"});
    }
    return all;
}

std::string bad_value_name(const testing::TestParamInfo<BadValue>& info) {
    return info.param.name + "_" + info.param.source + "_to_" + info.param.target;
}

class CrossUnrepresentableTest : public testing::TestWithParam<BadValue> {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_ENGINE(GetParam().source);
        DBSYNC_NEEDS_ENGINE(GetParam().target);
        ends_ = std::make_unique<CrossEnds>(GetParam().source, GetParam().target, home_,
                                            std::vector<SpelledTable>{
                                                {"t", {{"id", Spell::Number}, {"w"}}},
                                                {"other", {{"id", Spell::Number}, {"w"}}}});
        dbsync_.set("DBSYNC_SOURCE", ends_->url(End::Source));
        dbsync_.set("DBSYNC_TARGET", ends_->url(End::Target));
        const std::string text = is_mysql(GetParam().source) ? "VARCHAR(20)" : "TEXT";
        on_source(fmt::format("CREATE TABLE t (id INTEGER PRIMARY KEY, v {0}, w {1});"
                              "CREATE TABLE loose (v {0}, w {1});"
                              "CREATE TABLE other (id INTEGER PRIMARY KEY, w {1});",
                              GetParam().type, text));
        for (int id = 1; id <= 40; ++id) {
            on_source(fmt::format("INSERT INTO t VALUES ({0}, {1}, 'w');"
                                  "INSERT INTO loose VALUES ({1}, 'w');"
                                  "INSERT INTO other VALUES ({0}, 'w');",
                                  id, GetParam().good));
        }
    }

    // As an application that the server lets do it.
    void on_source(const std::string& sql) const {
        const bool mysql = is_mysql(GetParam().source);
        ends_->must_run(End::Source,
                        (mysql ? "SET SESSION sql_mode = 'ALLOW_INVALID_DATES';" : "") + sql);
    }
    void spoil(int id) const {
        on_source(fmt::format("UPDATE t SET v = {}, w = 'spoilt' WHERE id = {}", GetParam().bad,
                              id));
    }
    void mend(int id) const {
        on_source(fmt::format("UPDATE t SET v = {}, w = 'mended' WHERE id = {}", GetParam().good,
                              id));
    }
    [[nodiscard]] ProcessResult dbsync(std::vector<std::string> args,
                                       const std::string& on_unrepresentable = "") const {
        args.insert(args.end(), {"--progress", "none"});
        if (!GetParam().map.empty()) {
            args.insert(args.end(), {"--map", "t.v=" + GetParam().map, "--map",
                                     "loose.v=" + GetParam().map});
        }
        if (!on_unrepresentable.empty()) {
            args.insert(args.end(), {"--on-unrepresentable", on_unrepresentable});
        }
        return dbsync_.run(std::move(args));
    }
    // Table, key, column, value and the way on are named.
    void expect_refused(const ProcessResult& result) const {
        expect_one_line(result, 9);
        for (const std::string& part :
             {std::string{"t.v"}, std::string{"id = 17"},
              GetParam().canonical.empty() ? GetParam().shown : GetParam().canonical,
              std::string{"--map "}, std::string{"--on-unrepresentable"}}) {
            EXPECT_THAT(result.err, HasSubstr(part));
        }
    }
    void expect_equal() const {
        EXPECT_EQ(first_difference(ends_->dump(End::Source), ends_->dump(End::Target)), "");
    }
    [[nodiscard]] std::string on_target(const std::string& sql) const {
        return ends_->value(End::Target, sql);
    }
    [[nodiscard]] std::string v_of(int id) const {
        return on_target(fmt::format("SELECT v FROM t WHERE id = {}", id));
    }
    [[nodiscard]] std::string put_aside(const std::string& what) const {
        const bool postgres = GetParam().target == "postgres";
        return on_target(fmt::format("SELECT {} FROM {} ORDER BY id", what,
                                     postgres ? "dbsync.target_quarantine"
                                              : "_dbsync_target_quarantine"));
    }
    [[nodiscard]] std::string row_column() const {
        return GetParam().target == "postgres" ? "\"row\"" : "`row`";
    }

    TempDir home_;
    DbsyncBinary dbsync_{home_};
    std::unique_ptr<CrossEnds> ends_;
};

using CrossBadValueTest = CrossUnrepresentableTest;

TEST_P(CrossBadValueTest, IsFoundBeforehandAndStopsTheSnapshotUntilItIsMended) {
    spoil(17);

    const ProcessResult scanned = dbsync({"check", "--scan"});
    const ProcessResult refused = dbsync({"migrate", "--chunk-rows", "10"});
    const ProcessResult again = dbsync({"migrate", "--chunk-rows", "10"});
    mend(17);
    const ProcessResult moved = dbsync({"migrate", "--chunk-rows", "10"});

    EXPECT_THAT(scanned.out, HasSubstr(GetParam().shown)) << scanned;
    EXPECT_THAT(scanned.out, HasSubstr("id = 17")) << scanned;
    expect_refused(refused);
    expect_refused(again);
    EXPECT_EQ(moved.exit_code, 0) << moved;
    expect_equal();
}

TEST_P(CrossBadValueTest, StopsCatchUpUntilItIsMended) {
    const ProcessResult copied = dbsync({"migrate"});
    ASSERT_EQ(copied.exit_code, 0) << copied;
    const std::string before = ends_->dump(End::Target);
    spoil(17);
    on_source("UPDATE other SET w = 'later' WHERE id < 5; DELETE FROM t WHERE id = 3;");

    const ProcessResult refused = dbsync({"catchup", "--until-lag", "0"});
    const std::string after = ends_->dump(End::Target);
    const ProcessResult cutover = dbsync({"cutover", "--yes"});
    on_source("UPDATE other SET w = 'the source is writable' WHERE id = 6");
    mend(17);
    const ProcessResult caught_up = dbsync({"catchup", "--until-lag", "0"});

    expect_refused(refused);
    EXPECT_EQ(first_difference(before, after), "") << "half a pass was applied";
    EXPECT_NE(cutover.exit_code, 0) << cutover;
    EXPECT_EQ(caught_up.exit_code, 0) << caught_up;
    expect_equal();
    const ProcessResult verified = dbsync({"verify"});
    EXPECT_EQ(verified.exit_code, 0) << verified;
}

INSTANTIATE_TEST_SUITE_P(Values,
                         CrossBadValueTest,
                         testing::ValuesIn(all_values()),
                         bad_value_name);

TEST_P(CrossUnrepresentableTest, BecomesNullOnDemand) {
    spoil(17);
    const ProcessResult moved = dbsync({"migrate"}, "null");
    ASSERT_EQ(moved.exit_code, 0) << moved;
    EXPECT_EQ(on_target("SELECT count(*) FROM t WHERE v IS NULL"), "1");
    expect_equal();
    EXPECT_EQ(dbsync({"verify"}).exit_code, 0) << "the choice is remembered";
    spoil(18);
    mend(17);

    const ProcessResult caught_up = dbsync({"catchup", "--until-lag", "0"});

    EXPECT_EQ(caught_up.exit_code, 0) << caught_up;
    EXPECT_EQ(on_target("SELECT id FROM t WHERE v IS NULL"), "18");
    expect_equal();
    const ProcessResult cut = dbsync({"cutover", "--yes"});
    EXPECT_EQ(cut.exit_code, 0) << cut;
}

TEST_P(CrossUnrepresentableTest, IsPutAsideOnDemandAndComesBack) {
    spoil(17);
    const ProcessResult moved = dbsync({"migrate", "--chunk-rows", "10"}, "quarantine");
    ASSERT_EQ(moved.exit_code, 0) << moved;
    EXPECT_EQ(on_target("SELECT count(*) FROM t"), "39");
    EXPECT_EQ(put_aside("column_name"), "v");
    EXPECT_THAT(put_aside(row_column()), HasSubstr(GetParam().json));
    EXPECT_THAT(put_aside(row_column()), HasSubstr("spoilt"));
    EXPECT_EQ(dbsync({"verify"}).exit_code, 0);

    spoil(18);
    spoil(19);
    on_source("UPDATE t SET w = 'again' WHERE id = 17");
    ASSERT_EQ(dbsync({"catchup", "--until-lag", "0"}).exit_code, 0);
    EXPECT_EQ(on_target("SELECT count(*) FROM t"), "37");
    EXPECT_EQ(on_target("SELECT count(*) FROM t WHERE id IN (17, 18, 19)"), "0");
    EXPECT_EQ(dbsync({"verify"}).exit_code, 0);

    mend(17);
    on_source("DELETE FROM t WHERE id = 18; UPDATE t SET id = 1019 WHERE id = 19");
    const ProcessResult caught_up = dbsync({"catchup", "--until-lag", "0"});
    EXPECT_EQ(caught_up.exit_code, 0) << caught_up;
    EXPECT_EQ(on_target("SELECT w FROM t WHERE id = 17"), "mended");
    EXPECT_THAT(put_aside(row_column()), HasSubstr("1019"));
    EXPECT_EQ(dbsync({"verify"}).exit_code, 0);

    mend(1019);
    const ProcessResult cut = dbsync({"cutover", "--yes"});
    EXPECT_EQ(cut.exit_code, 0) << cut;
    expect_equal();
}

// What is put aside is nowhere else on the target.
TEST_P(CrossUnrepresentableTest, StaysPutAsideWhenAllElseIsRemoved) {
    spoil(17);
    ASSERT_EQ(dbsync({"migrate"}, "quarantine").exit_code, 0);
    const ProcessResult over = dbsync({"cutover", "--yes"}, "quarantine");
    ASSERT_EQ(over.exit_code, 0) << over;
    EXPECT_THAT(over.out, HasSubstr("; 1 rows are put aside; the source is fenced"));

    const ProcessResult stopped = dbsync({"stop-capture"});

    EXPECT_EQ(stopped.exit_code, 0) << stopped;
    EXPECT_THAT(stopped.out, HasSubstr("but the 1 rows that were put aside"));
    const ProcessResult again = dbsync({"stop-capture"});
    EXPECT_EQ(again.exit_code, 0) << again;
    EXPECT_THAT(again.out, HasSubstr("but the 1 rows that were put aside"));
    EXPECT_EQ(put_aside("table_name"), GetParam().target == "postgres" ? "public.t" : "t");
    EXPECT_THAT(put_aside(row_column()), HasSubstr(GetParam().json));
}

TEST_P(CrossUnrepresentableTest, IsCountedByVerifyWhenItIsPutAside) {
    spoil(17);
    spoil(18);
    ASSERT_EQ(dbsync({"migrate"}, "quarantine").exit_code, 0);

    const ProcessResult verified = dbsync({"verify"});

    EXPECT_EQ(verified.exit_code, 0) << verified;
    EXPECT_THAT(verified.out, HasSubstr("2 rows are put aside"));
}

// Rows without a key are put aside too, and come back when their table is read anew.
TEST_P(CrossUnrepresentableTest, IsPutAsideWithoutAKey) {
    on_source(fmt::format("INSERT INTO loose VALUES ({0}, 'one'), ({0}, 'one'), ({0}, 'two')",
                          GetParam().bad));
    const ProcessResult moved = dbsync({"migrate"}, "quarantine");
    ASSERT_EQ(moved.exit_code, 0) << moved;
    EXPECT_EQ(on_target("SELECT count(*) FROM loose"), "40");
    EXPECT_EQ(put_aside("count(*) OVER ()"), "3");
    const ProcessResult verified = dbsync({"verify"});
    EXPECT_EQ(verified.exit_code, 0) << verified;
    on_source(fmt::format("UPDATE loose SET v = {} WHERE w = 'one'", GetParam().good));

    const ProcessResult caught_up = dbsync({"catchup", "--until-lag", "0"});

    EXPECT_EQ(caught_up.exit_code, 0) << caught_up;
    EXPECT_EQ(on_target("SELECT count(*) FROM loose"), "42");
    EXPECT_EQ(put_aside("count(*) OVER ()"), "1");
    const ProcessResult cut = dbsync({"cutover", "--yes"});
    EXPECT_EQ(cut.exit_code, 0) << cut;
}

TEST_P(CrossUnrepresentableTest, IsLetInByAnotherType) {
    spoil(17);
    const std::filesystem::path config = home_ / "move.ini";
    std::ofstream{config} << "[map]\nt.v = " << GetParam().let_in << "\n";
    const ProcessResult moved = dbsync_.run({"migrate", "--config", config.string()});
    ASSERT_EQ(moved.exit_code, 0) << moved;
    spoil(18);

    const ProcessResult caught_up = dbsync_.run(
        {"catchup", "--until-lag", "0", "--map", "t.v=" + GetParam().let_in});

    EXPECT_EQ(caught_up.exit_code, 0) << caught_up;
    for (const int id : {17, 18}) {
        EXPECT_EQ(GetParam().let_in == "bytea"
                      ? on_target(fmt::format("SELECT encode(v, 'hex') FROM t WHERE id = {}", id))
                      : v_of(id),
                  GetParam().let_in_as);
    }
    expect_equal();
    const ProcessResult verified = dbsync_.run({"verify"});
    EXPECT_EQ(verified.exit_code, 0) << verified;
}

// Rows that others refer to have nowhere to go: without them their children would be refused, or
// deleted by the target.
class CrossParentsTest : public testing::Test {
  protected:
    void start(const std::string& schema) {
        source_.exec("PRAGMA journal_mode = WAL;" + schema);
        database_ = target_server().create_database();
        dbsync_.set("DBSYNC_SOURCE", source_.url());
        dbsync_.set("DBSYNC_TARGET", target_server().url(database_));
    }
    ProcessResult run(const std::string& command) {
        return dbsync_.run({command, "--on-unrepresentable", "quarantine"});
    }
    std::string on_target(const std::string& sql) { return target_server().value(sql, database_); }

    TempDir home_;
    DbsyncBinary dbsync_{home_};
    SqliteFile source_{home_ / "app.db"};
    std::string database_;
};

TEST_F(CrossParentsTest, AreNotPutAside) {
    DBSYNC_NEEDS_POSTGRES("system");
    start("CREATE TABLE p (id INTEGER PRIMARY KEY, x TEXT NOT NULL);"
          "CREATE TABLE c (id INTEGER PRIMARY KEY, p INT REFERENCES p (id) ON DELETE CASCADE);"
          "INSERT INTO p VALUES (1, 'a'), (2, 'b' || char(0));"
          "INSERT INTO c VALUES (1, 1), (2, 2)");
    const ProcessResult refused = run("migrate");
    EXPECT_EQ(refused.exit_code, 9) << refused;
    EXPECT_THAT(refused.err, HasSubstr("of p.x in the row with id = 2"));
    EXPECT_THAT(refused.err, HasSubstr("a foreign key of c refers to rows of its table"));
    source_.exec("UPDATE p SET x = 'b' WHERE id = 2");
    ASSERT_EQ(run("migrate").exit_code, 0);
    source_.exec("UPDATE p SET x = 'c' || char(0) WHERE id = 2");

    const ProcessResult again = run("catchup");

    EXPECT_EQ(again.exit_code, 9) << again;
    EXPECT_EQ(on_target("SELECT count(*) FROM c"), "2");
    source_.exec("UPDATE p SET x = 'c' WHERE id = 2");
    const ProcessResult over = dbsync_.run({"cutover", "--yes"});
    EXPECT_EQ(over.exit_code, 0) << over;
}

// The target cannot have had such rows.
TEST_F(CrossParentsTest, KeysWithoutAFormAreForgottenWithTheirRows) {
    DBSYNC_NEEDS_POSTGRES("system");
    start("CREATE TABLE t (k TEXT PRIMARY KEY, v INT); INSERT INTO t VALUES ('a', 1)");
    ASSERT_EQ(run("migrate").exit_code, 0);
    source_.exec("INSERT INTO t VALUES ('b' || char(0), 2); DELETE FROM t WHERE v = 2;"
                 "INSERT INTO t VALUES ('c' || char(0), 3)");
    const ProcessResult refused = dbsync_.run({"catchup"});
    EXPECT_EQ(refused.exit_code, 9) << refused;
    EXPECT_THAT(refused.err, HasSubstr("of t.k in the row with k = x'6300'"));
    source_.exec("UPDATE t SET k = 'c' WHERE v = 3");

    const ProcessResult over = dbsync_.run({"cutover", "--yes"});

    EXPECT_EQ(over.exit_code, 0) << over;
    EXPECT_EQ(on_target("SELECT string_agg(k || v, ' ' ORDER BY k) FROM t"), "a1 c3");
}

INSTANTIATE_TEST_SUITE_P(Pairs,
                         CrossUnrepresentableTest,
                         testing::ValuesIn(one_of_each_pair()),
                         bad_value_name);

}  // namespace
}  // namespace dbsync::test
