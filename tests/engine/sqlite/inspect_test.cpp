// SPDX-License-Identifier: MIT
// What `check` says of a SQLite source.
#include "engine/sqlite/source_fixture.hpp"

#include <gmock/gmock.h>
#include <sqlite3.h>

#include <algorithm>
#include <fstream>

namespace dbsync::sqlite {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class InspectTest : public SourceTest {
  protected:
    Finding finding(Severity severity, const std::string& subject) {
        const Inspection found = source_->inspect({});
        for (const Finding& f : found.findings) {
            if (f.severity == severity && f.subject == subject) {
                return f;
            }
        }
        return {};
    }
    Table table(const std::string& name) {
        for (const Table& t : source_->inspect({}).tables) {
            if (t.name.name == name) {
                return t;
            }
        }
        return {};
    }
};

TEST_F(InspectTest, FindsTheKeyThatIdentifiesRows) {
    make(
        "CREATE TABLE alias(id INTEGER PRIMARY KEY, u UNIQUE);"
        "CREATE TABLE nullable(id TEXT PRIMARY KEY, v);"
        "CREATE TABLE other(id TEXT PRIMARY KEY, u INT NOT NULL UNIQUE);"
        "CREATE TABLE pair(b INT, a TEXT, PRIMARY KEY(a, b)) WITHOUT ROWID;"
        "CREATE TABLE strict_one(id INT PRIMARY KEY, v ANY) STRICT;"
        "CREATE TABLE mixed(a TEXT NOT NULL, UNIQUE(a COLLATE NOCASE));"
        "CREATE TABLE partial(a INT NOT NULL); CREATE UNIQUE INDEX i ON partial(a) WHERE a > 1;"
        "CREATE TABLE generated(a INT, g INT NOT NULL AS (a) UNIQUE)");
    EXPECT_THAT(table("alias").key, ElementsAre("id"));
    EXPECT_TRUE(table("alias").has_other_unique);
    EXPECT_THAT(table("nullable").key, ElementsAre("rowid"));
    EXPECT_THAT(table("other").key, ElementsAre("u"));
    EXPECT_THAT(table("pair").key, ElementsAre("a", "b"));
    EXPECT_FALSE(table("pair").has_other_unique);
    EXPECT_THAT(table("mixed").key, ElementsAre("rowid"));
    EXPECT_THAT(table("partial").key, ElementsAre("rowid"));
    EXPECT_THAT(table("generated").key, ElementsAre("rowid"));
    EXPECT_TRUE(table("generated").columns[1].generated);
    EXPECT_EQ(finding(Severity::Warn, "nullable").hint.substr(0, 3), "add");
}

TEST_F(InspectTest, RefusesWhatItCannotCapture) {
    make(
        "CREATE TABLE hidden(rowid, _rowid_, oid);"
        "CREATE VIRTUAL TABLE words USING fts5(text);"
        "CREATE TABLE compared(a INT); CREATE UNIQUE INDEX i ON compared(a = '1')");
    EXPECT_THAT(finding(Severity::Fail, "hidden").message, HasSubstr("rowid, _rowid_ and oid"));
    EXPECT_THAT(finding(Severity::Fail, "words").message, HasSubstr("virtual"));
    EXPECT_EQ(finding(Severity::Fail, "words_content").message, "");
    EXPECT_THAT(finding(Severity::Fail, "compared").message, HasSubstr("compares"));
}

TEST_F(InspectTest, SaysThatATableNeedsTheApplicationsFunctions) {
    make("CREATE TABLE plain(id INTEGER PRIMARY KEY)");
    sqlite3_create_function(
        app_->handle(), "app_f", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr,
        [](sqlite3_context* context, int, sqlite3_value**) { sqlite3_result_int(context, 1); },
        nullptr, nullptr);
    app_->run("CREATE TABLE g(id INTEGER PRIMARY KEY, v AS (app_f(id)))");
    EXPECT_THAT(finding(Severity::Fail, "g").message, HasSubstr("app_f"));
    EXPECT_EQ(finding(Severity::Fail, "plain").message, "");
}

TEST_F(InspectTest, WarnsOfRollbackJournals) {
    make("CREATE TABLE t(id INTEGER PRIMARY KEY)", "delete");
    EXPECT_THAT(finding(Severity::Warn, "source").message, HasSubstr("journal mode delete"));
    app_->run("PRAGMA journal_mode=wal");
    EXPECT_THAT(finding(Severity::Ok, "source").message, HasSubstr("WAL"));
}

TEST_F(InspectTest, SaysWhatIsNoDatabase) {
    EXPECT_EQ(finding(Severity::Fail, "source").hint.substr(0, 5), "check");
    std::ofstream{path_} << "this is some text and no database at all, long enough for a header "
                            "of one hundred bytes, which SQLite looks at before anything else";
    EXPECT_THAT(finding(Severity::Fail, "source").message, HasSubstr("not a database"));
}

TEST_F(InspectTest, NamesWhatStandsWhereCaptureWouldBe) {
    make("CREATE TABLE _dbsync_delta_1(a)");
    EXPECT_THAT(finding(Severity::Fail, "source").message, HasSubstr("_dbsync_delta_1"));
}

}  // namespace

}  // namespace dbsync::sqlite
