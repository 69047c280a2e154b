// SPDX-License-Identifier: MIT
// Capture on real files: every row that a statement changes has its key in the delta table.
#include "base/error.hpp"
#include "engine/sqlite/source_fixture.hpp"

#include <gmock/gmock.h>

#include <future>
#include <thread>

namespace dbsync::sqlite {

namespace {

using testing::HasSubstr;

class CaptureTest : public SourceTest {
  protected:
    // Runs the statements and expects each row that differs from before to be marked.
    void expect_marked(const std::string& table_name, const std::string& statements) {
        const Table table = captured(table_name);
        const auto before = content(*app_, table);
        app_->run("DELETE FROM " + quote_ident(delta_name(table.id)));
        app_->run(statements);
        const auto after = content(*app_, table);
        const auto marked = marks(*app_, table);
        std::size_t changed = 0;
        for (const auto& [key, row] : before) {
            const auto now = after.find(key);
            if (now == after.end() || now->second != row) {
                ++changed;
                EXPECT_TRUE(marked.contains(key)) << statements;
            }
        }
        for (const auto& [key, row] : after) {
            if (!before.contains(key)) {
                ++changed;
                EXPECT_TRUE(marked.contains(key)) << statements;
            }
        }
        EXPECT_GT(changed, 0U) << statements;
    }
};

constexpr const char* many_uniques =
    "CREATE TABLE p(id INTEGER PRIMARY KEY, a INT NOT NULL DEFAULT 5 UNIQUE,"
    " b TEXT COLLATE NOCASE UNIQUE, c INT, act INT DEFAULT 0, e TEXT,"
    " g INT GENERATED ALWAYS AS (a * 2) STORED UNIQUE);"
    "CREATE UNIQUE INDEX pc ON p(abs(c)) ; CREATE UNIQUE INDEX pp ON p(c) WHERE act = 1;"
    "CREATE UNIQUE INDEX pe ON p(e COLLATE NOCASE DESC);"
    "INSERT INTO p(id, a, b, c, act, e) VALUES (1, 5, 'x', 1, 1, 'e1'), (2, 6, 'y', 2, 1, 'e2'),"
    " (3, 7, 'z', 3, 0, 'e3')";

TEST_F(CaptureTest, SeesEveryRowThatReplaceRemoves) {
    for (const char* recursive : {"OFF", "ON"}) {
        make(std::string{"PRAGMA recursive_triggers="} + recursive + "; DROP TABLE IF EXISTS p;" +
             many_uniques);
        capture();
        app_->run(std::string{"PRAGMA recursive_triggers="} + recursive);
        expect_marked("p", "INSERT OR REPLACE INTO p(id, a, b, c, e) VALUES (9, 5, 'Y', -3, 'q')");
        expect_marked("p", "REPLACE INTO p(id, a, b, c, e) VALUES (1, 1, 'n1', 11, 'E1')");
        expect_marked("p", "INSERT INTO p(id, a, b, c, e) VALUES (2, 2, 'n2', 12, 'e2')");
        expect_marked("p", "REPLACE INTO p(id, a, b, c, e) VALUES (20, 5, 'n3', 13, 'E2')");
        expect_marked("p", "REPLACE INTO p(id, a, b, c, e) VALUES (21, NULL, 'n4', 14, 'e4')");
        expect_marked("p", "UPDATE OR REPLACE p SET b = 'N1' WHERE id = 21");
        expect_marked("p", "UPDATE OR REPLACE p SET id = 2 WHERE id = 21");
        expect_marked("p",
                      "INSERT INTO p(id, a, b, c, e) VALUES (30, 30, 'n', 30, 'e30')"
                      " ON CONFLICT(id) DO UPDATE SET a = 31");
        expect_marked("p",
                      "INSERT INTO p(id, a, b, c, e) VALUES (31, 30, 'n', 30, 'e31')"
                      " ON CONFLICT(a) DO UPDATE SET e = 'upserted'");
        expect_marked("p", "INSERT INTO p(id, a, b, c, act) VALUES (40, 40, 'm', 40, 1)");
        expect_marked("p", "UPDATE OR REPLACE p SET c = -40, act = 1 WHERE id = 30");
        expect_marked("p", "DELETE FROM p");
        source_->remove_capture({.job = "test"}, {});
    }
}

TEST_F(CaptureTest, SeesChangesUnderEveryConflictClause) {
    make(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, u TEXT UNIQUE ON CONFLICT REPLACE, v);"
        "INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2)");
    capture();
    expect_marked("t", "INSERT INTO t VALUES (3, 'a', 3)");
    int id = 10;
    for (const char* clause : {"OR IGNORE", "OR FAIL", "OR ABORT", "OR ROLLBACK", "OR REPLACE"}) {
        const std::string n = std::to_string(++id);
        expect_marked(
            "t", std::string{"INSERT "} + clause + " INTO t VALUES (" + n + ", 'n" + n + "', 0)");
        expect_marked("t", std::string{"UPDATE "} + clause + " t SET u = u || 'x' WHERE id = " + n);
        expect_marked("t", std::string{"UPDATE "} + clause + " t SET v = 5 + " + n);
    }
}

TEST_F(CaptureTest, SeesCascadesAtEveryDepth) {
    make(
        "CREATE TABLE a(id INTEGER PRIMARY KEY);"
        "CREATE TABLE b(id INTEGER PRIMARY KEY,"
        " a REFERENCES a ON DELETE CASCADE ON UPDATE CASCADE);"
        "CREATE TABLE c(id TEXT PRIMARY KEY NOT NULL, b REFERENCES b ON DELETE SET NULL)"
        " WITHOUT ROWID;"
        "INSERT INTO a VALUES (1), (2); INSERT INTO b VALUES (1, 1), (2, 2);"
        "INSERT INTO c VALUES ('x', 1), ('y', 2)");
    capture();
    app_->run("PRAGMA foreign_keys=ON");
    expect_marked("b", "UPDATE a SET id = 9 WHERE id = 2");
    expect_marked("c", "DELETE FROM a WHERE id = 1");
    expect_marked("b", "REPLACE INTO a VALUES (9)");
}

TEST_F(CaptureTest, FollowsTheHiddenRowidWhereThereIsNoKey) {
    make("CREATE TABLE h(rowid TEXT, v); INSERT INTO h VALUES ('a', 1), ('b', 2)");
    capture();
    EXPECT_EQ(captured("h").key, std::vector<std::string>{"_rowid_"});
    expect_marked("h", "INSERT INTO h VALUES (NULL, NULL)");
    expect_marked("h", "UPDATE OR REPLACE h SET _rowid_ = 2 WHERE v = 1");
    expect_marked("h", "DELETE FROM h WHERE v = 1");
}

TEST_F(CaptureTest, SeesARowReplacedThroughTheRowidOfATableWithAnotherKey) {
    make(
        "CREATE TABLE k(code TEXT NOT NULL PRIMARY KEY, v);"
        "INSERT INTO k VALUES ('a', 1), ('b', 2), ('c', 3)");
    capture();
    EXPECT_EQ(captured("k").key, std::vector<std::string>{"code"});
    expect_marked("k", "UPDATE OR REPLACE k SET rowid = 2 WHERE code = 'a'");
    expect_marked("k", "INSERT OR REPLACE INTO k(rowid, code, v) VALUES (3, 'd', 4)");
}

TEST_F(CaptureTest, TakesDefaultsThatAreNames) {
    make(
        "CREATE TABLE d(id INTEGER PRIMARY KEY, s TEXT NOT NULL DEFAULT active UNIQUE,"
        " t TEXT NOT NULL DEFAULT 'it''s' UNIQUE);"
        "INSERT INTO d(id) VALUES (1); INSERT INTO d VALUES (2, 'other', 'other')");
    capture();
    expect_marked("d", "REPLACE INTO d VALUES (3, NULL, 'free')");
    expect_marked("d", "INSERT INTO d VALUES (4, 'x', 'it''s')");
    expect_marked("d", "REPLACE INTO d VALUES (5, 'y', NULL)");
}

TEST_F(CaptureTest, KeepsOddNamesAndLeavesTheSchemaAsItWas) {
    make(
        "CREATE TABLE \"a \"\"quoted\"\".table {{x}}\"(\"select\" TEXT NOT NULL,"
        " \"k.2\" BLOB NOT NULL,"
        " \"größe\" INT UNIQUE, PRIMARY KEY(\"select\", \"k.2\"));"
        "CREATE UNIQUE INDEX \"odd, index (\" ON \"a \"\"quoted\"\".table {{x}}\""
        "(\"k.2\" || \"select\", \"größe\") WHERE \"größe\" > 0;"
        "CREATE TABLE seq(id INTEGER PRIMARY KEY AUTOINCREMENT, v); INSERT INTO seq(v) VALUES (1);"
        "CREATE VIEW v AS SELECT 1; ANALYZE");
    const std::string before = master();
    capture();
    const std::string name = "a \"quoted\".table {{x}}";
    expect_marked(name, "INSERT INTO " + quote_ident(name) + " VALUES ('a', x'00', 7)");
    expect_marked(name, "REPLACE INTO " + quote_ident(name) + " VALUES ('b', x'01', 7)");
    source_->prove_capture();
    source_->remove_capture({.job = "test"}, {});
    EXPECT_EQ(master(), before);
    source_->remove_capture({.job = "test"}, {});
}

TEST_F(CaptureTest, InstallsAgainWithoutChangingAnything) {
    make("CREATE TABLE t(id INTEGER PRIMARY KEY)");
    const std::string identity = source_->identity();
    capture();
    const std::string once = master();
    EXPECT_EQ(source_->identity(), identity);
    app_->run("INSERT INTO t VALUES (1); CREATE TABLE later(id INTEGER PRIMARY KEY)");
    const CaptureResult again = source_->install_capture(
        source_->inspect({.include = {"t"}, .exclude = {}}).tables, {.job = "test"}, {});
    EXPECT_EQ(again.already_captured, 1U);
    EXPECT_EQ(marks(*app_, captured("t")).size(), 1U);
    EXPECT_EQ(capture().size(), 2U);
    EXPECT_TRUE(source_->capture_state().installed);
}

TEST_F(CaptureTest, NamesTheSchemaChange) {
    const std::vector<std::pair<std::string, std::string>> changes{
        {"ALTER TABLE t ADD COLUMN extra", "column extra was added"},
        {"ALTER TABLE t DROP COLUMN w", "column w is gone"},
        {"ALTER TABLE t RENAME TO u", "renamed to u"},
        {"DROP TABLE t", "the table is gone"},
        {"CREATE INDEX i ON t(v)", "index i was created"},
        {"DROP TRIGGER _dbsync_1_au", "_dbsync_1_au is gone"},
        {"DROP TABLE _dbsync_delta_1", "_dbsync_delta_1 is gone"},
        {"CREATE TABLE n(id INTEGER PRIMARY KEY, v, w); INSERT INTO n SELECT * FROM t;"
         "DROP TABLE t; ALTER TABLE n RENAME TO t",
         "made anew"}};
    for (const auto& [statement, words] : changes) {
        make(
            "DROP TABLE IF EXISTS t; DROP TABLE IF EXISTS u;"
            "CREATE TABLE t(id INTEGER PRIMARY KEY, v, w)");
        capture();
        source_->audit();
        app_->run(statement);
        try {
            source_->audit();
            ADD_FAILURE() << statement;
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::SchemaChanged);
            EXPECT_THAT(error.what(), HasSubstr(words));
        }
        source_->remove_capture({.job = "test"}, {});
    }
}

TEST_F(CaptureTest, WaitsForTheOpenTransactionAndMissesNothing) {
    make("CREATE TABLE t(id INTEGER PRIMARY KEY)");
    const auto tables = source_->inspect({}).tables;
    app_->run("BEGIN IMMEDIATE; INSERT INTO t VALUES (1)");
    auto installed = std::async(std::launch::async, [&] {
        return source_->install_capture(
            tables, {.job = "test", .lock_timeout = std::chrono::milliseconds{50}}, {});
    });
    EXPECT_EQ(installed.wait_for(std::chrono::milliseconds{200}), std::future_status::timeout);
    app_->run("COMMIT");
    EXPECT_EQ(installed.get().tables.size(), 1U);
}

TEST_F(CaptureTest, RefusesAnotherJobAndASecondProcess) {
    make("CREATE TABLE t(id INTEGER PRIMARY KEY)");
    capture();
    EXPECT_THROW(source_->install_capture({}, {.job = "other"}, {}), Error);
    auto claim = source_->claim("test");
    EXPECT_THROW(static_cast<void>(source_->claim("test")), Error);
    claim.reset();
    EXPECT_NE(source_->claim("test"), nullptr);
    EXPECT_FALSE(std::filesystem::exists(path_ + "-dbsync-source-lock"));
}

TEST_F(CaptureTest, PrintsExactlyWhatItWouldRun) {
    make("CREATE TABLE t(id INTEGER PRIMARY KEY, u UNIQUE)");
    const auto statements = source_->capture_statements(source_->inspect({}).tables);
    for (const std::string& statement : statements) {
        app_->run(statement);
    }
    source_->audit();
    source_->prove_capture();
}

TEST_F(CaptureTest, NeverCreatesAMissingFile) {
    try {
        static_cast<void>(source_->describe());
        ADD_FAILURE();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Connection);
    }
    EXPECT_FALSE(std::filesystem::exists(path_));
}

}  // namespace

}  // namespace dbsync::sqlite
