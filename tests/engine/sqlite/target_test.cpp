// SPDX-License-Identifier: MIT
// What the SQLite target does beyond the conformance suite.
#include "engine/sqlite/target.hpp"

#include "base/error.hpp"
#include "engine/sqlite/catalog.hpp"
#include "engine/sqlite/schema_export.hpp"
#include "engine/sqlite/target_session.hpp"
#include "engine/sqlite/wire.hpp"
#include "support/sqlite_file.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

namespace dbsync::sqlite {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A row of form Copy or a key, from SQL expressions.
std::string values(const std::string& expressions) {
    static const std::string path = ":memory:";
    Database db{path, {.role = Role::Target, .create = true}};
    Statement select{db, "SELECT " + expressions};
    EXPECT_TRUE(select.step());
    std::string row;
    append_columns(row, select, 0, select.column_count());
    return row;
}

class SqliteTarget : public ::testing::Test {
  protected:
    // Makes the table and the job on the target and opens a session.
    Table make_table(const std::string& sql, const std::string& name = "t") {
        target_.prepare("job", "source");
        file().exec(sql);
        Database db{path_.string(), {.role = Role::Target}};
        Table table = read_shape(db, name).table;
        table.id = 1;
        session_ = target_.open_session("job");
        return table;
    }

    test::SqliteFile& file() {
        if (!file_) {
            file_ = std::make_unique<test::SqliteFile>(path_);
        }
        return *file_;
    }

    // Applies (key, row or nothing) pairs as one batch.
    ApplyCounts apply(const Table& table,
                      const std::vector<std::pair<std::string, std::string>>& rows) {
        session_->begin();
        const auto writer = session_->stage(table);
        for (const auto& [key, row] : rows) {
            std::string change = values(key);
            append_integer(change, row.empty() ? 0 : 1);
            for (std::size_t i = 0; row.empty() && i < writable_columns(table).size(); ++i) {
                append_null(change);
            }
            writer->push({change + (row.empty() ? "" : values(row)), 1});
        }
        writer->finish();
        const ApplyCounts counts = session_->apply_stage(table);
        session_->commit();
        return counts;
    }

    void copy(const Table& table, const std::vector<std::string>& rows) {
        session_->begin();
        const auto writer = session_->copy_into(table);
        for (const std::string& row : rows) {
            writer->push({values(row), 1});
        }
        EXPECT_EQ(writer->finish(), rows.size());
        session_->commit();
    }

    test::TempDir dir_;
    std::filesystem::path path_ = dir_ / "target.db";
    Target target_{{.engine = EngineKind::Sqlite, .url = "sqlite://" + path_.string(),
                    .password = {}}};
    std::unique_ptr<TargetSession> session_;
    std::unique_ptr<test::SqliteFile> file_;
};

TEST_F(SqliteTarget, WritesOnlyRowsThatDiffer) {
    const Table table = make_table("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
    copy(table, {"1, 'same'", "2, 1", "3, 'gone'"});

    const ApplyCounts counts =
        apply(table, {{"1", "1, 'same'"}, {"2", "2, 1.0"}, {"3", ""}, {"4", "4, NULL"}, {"5", ""}});

    EXPECT_EQ(counts.keys, 5U);
    EXPECT_EQ(counts.rows_written, 2U);
    EXPECT_EQ(counts.rows_deleted, 1U);
    EXPECT_THAT(file().rows("SELECT * FROM t ORDER BY id"),
                ElementsAre("1|'same'", "2|1.0", "4|NULL"));
}

TEST_F(SqliteTarget, ChangesTheBytesOfAKeyThatItsCollationCallsEqual) {
    const Table table =
        make_table("CREATE TABLE t(k TEXT COLLATE NOCASE PRIMARY KEY, a) WITHOUT ROWID");
    copy(table, {"'a', 1"});

    apply(table, {{"'A'", "'A', 1"}, {"'a'", "'A', 1"}});

    EXPECT_THAT(file().rows("SELECT * FROM t"), ElementsAre("'A'|1"));
}

TEST_F(SqliteTarget, SwapsUniqueValuesWithinABatch) {
    const Table table = make_table("CREATE TABLE t(id INTEGER PRIMARY KEY, u UNIQUE)");
    copy(table, {"1, 'a'", "2, 'b'"});

    apply(table, {{"1", "1, 'b'"}, {"2", "2, 'a'"}});

    EXPECT_THAT(file().rows("SELECT * FROM t ORDER BY id"), ElementsAre("1|'b'", "2|'a'"));
}

TEST_F(SqliteTarget, ReportsAConflictWithARowOutsideTheBatch) {
    const Table table =
        make_table("CREATE TABLE t(id INTEGER PRIMARY KEY, u UNIQUE ON CONFLICT IGNORE)");
    copy(table, {"1, 'a'", "2, 'b'"});

    try {
        apply(table, {{"1", "1, 'b'"}});
        FAIL() << "no conflict";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Conflict);
        EXPECT_EQ(error.fields().table, "t");
    }
    session_->rollback();

    EXPECT_THAT(file().rows("SELECT * FROM t ORDER BY id"), ElementsAre("1|'a'", "2|'b'"));
}

TEST_F(SqliteTarget, CopyPutsAwayARowInTheWayOfAnInlineUnique) {
    const Table table = make_table("CREATE TABLE t(id INTEGER PRIMARY KEY, u UNIQUE)");

    copy(table, {"1, 'a'", "2, 'b'"});
    copy(table, {"100, 'a'"});

    EXPECT_THAT(file().rows("SELECT * FROM t ORDER BY id"), ElementsAre("2|'b'", "100|'a'"));
}

TEST_F(SqliteTarget, CopyDropsNoRowUnderADeclaredConflictClause) {
    const Table table = make_table(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, u UNIQUE ON CONFLICT IGNORE,"
        " n NOT NULL ON CONFLICT REPLACE DEFAULT 5)");

    copy(table, {"1, 'a', 1"});
    copy(table, {"2, 'a', 2"});

    EXPECT_THAT(file().rows("SELECT * FROM t"), ElementsAre("2|'a'|2"));
}

TEST_F(SqliteTarget, KeepsTheRowidOfTablesWithoutAKey) {
    const Table table = make_table("CREATE TABLE t(a, \"rowid\" TEXT)");
    ASSERT_THAT(table.key, ElementsAre("_rowid_"));
    copy(table, {"7, 'x', 'y'"});

    apply(table, {{"7", "7, 'z', NULL"}, {"9", "9, '', x''"}});

    EXPECT_THAT(file().rows("SELECT _rowid_, * FROM t"), ElementsAre("7|'z'|NULL", "9|''|X''"));
}

TEST_F(SqliteTarget, RowsOfASourceMayViolateCheckConstraints) {
    const Table table = make_table("CREATE TABLE t(id INTEGER PRIMARY KEY, a CHECK (a < 10))");

    copy(table, {"1, 11"});

    EXPECT_THAT(file().rows("SELECT * FROM t"), ElementsAre("1|11"));
}

TEST_F(SqliteTarget, GeneratedColumnsAreComparedAndNotWritten) {
    const Table table = make_table(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a, d AS (a * 2) STORED, v AS (a || '!') VIRTUAL)");

    apply(table, {{"1", "1, 21"}});

    EXPECT_THAT(file().rows("SELECT * FROM t"), ElementsAre("1|21|42|'21!'"));
}

TEST_F(SqliteTarget, MovesARowLargerThanABlock) {
    const Table table = make_table("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");

    apply(table, {{"1", "1, zeroblob(100000000)"}});

    EXPECT_EQ(file().value("SELECT length(a) FROM t"), "100000000");
}

TEST_F(SqliteTarget, GivesUpATransactionWhoseWriterWasGivenUp) {
    const Table table = make_table("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
    session_->begin();
    session_->copy_into(table)->push({values("1, 1"), 1});

    EXPECT_THROW(session_->commit(), Error);
    session_->rollback();

    EXPECT_THAT(file().rows("SELECT * FROM t"), IsEmpty());
}

TEST_F(SqliteTarget, SessionsOfOneProcessWriteInTurn) {
    const Table table = make_table("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
    session_->begin();
    std::future<void> second = std::async(std::launch::async, [&] {
        const auto other = Target{{.url = "sqlite://" + path_.string(), .password = {}}}
                               .open_session("job");
        other->begin();
        const auto writer = other->copy_into(table);
        writer->push({values("2, 2"), 1});
        writer->finish();
        other->commit();
    });
    const auto writer = session_->copy_into(table);
    writer->push({values("1, 1"), 1});
    writer->finish();
    session_->commit();

    second.get();

    EXPECT_EQ(file().value("SELECT count(*) FROM t"), "2");
}

TEST_F(SqliteTarget, AScanLetsWritersInBetweenInRollbackJournalMode) {
    file().exec("CREATE TABLE other(a)");
    const Table table = make_table("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
    ASSERT_EQ(file().value("PRAGMA journal_mode"), "delete");
    file().exec("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
                " INSERT INTO t SELECT i, 'x' FROM n");
    const auto writer = target_.open_session("job");
    class Writing : public RowSink {
      public:
        Writing(TargetSession& session, const Table& written)
            : session_{session}, table_{written} {}
        void push(RowBlock block) override {
            rows += block.rows;
            session_.add_unverified(table_, std::vector{std::string{block.key(0)}});
        }
        std::uint64_t rows = 0;

      private:
        TargetSession& session_;
        const Table& table_;
    } sink{*writer, table};

    session_->read_chunk(table, Chunk{.table_id = 1}, sink);

    EXPECT_EQ(sink.rows, 20'000U);
    EXPECT_FALSE(writer->unverified_keys(table, "", 10).empty());
}

TEST_F(SqliteTarget, CreatesTheFileButNotItsFolder) {
    Target elsewhere{{.url = "sqlite://" + (dir_ / "no/such/file.db").string(), .password = {}}};

    EXPECT_EQ(elsewhere.job("job"), std::nullopt);
    EXPECT_EQ(elsewhere.inspect({}, "job").at(0).severity, Severity::Fail);
    try {
        elsewhere.prepare("job", "source");
        FAIL() << "prepared";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Precondition);
        EXPECT_THAT(error.fields().hint, HasSubstr("create the folder"));
    }
    EXPECT_EQ(target_.inspect({}, "job").at(0).severity, Severity::Ok);
    EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(SqliteTarget, LeavesTheJournalModeOfAFileThatExists) {
    file().exec("CREATE TABLE other(a)");

    target_.prepare("job", "source");

    EXPECT_EQ(file().value("PRAGMA journal_mode"), "delete");
}

TEST_F(SqliteTarget, IsRefusedWhereATableHoldsForeignRows) {
    file().exec("CREATE TABLE t(a); INSERT INTO t VALUES (1); CREATE VIEW v AS SELECT 1");
    Table t;
    t.name.name = "T";
    Table v;
    v.name.name = "v";

    const std::vector<Finding> findings = target_.inspect(std::vector{t, v}, "job");

    ASSERT_EQ(findings.size(), 3U);
    EXPECT_EQ(findings[1].severity, Severity::Fail);
    EXPECT_EQ(findings[1].subject, "T");
    EXPECT_EQ(findings[2].severity, Severity::Fail);
}

TEST_F(SqliteTarget, RemoveLeavesNoTrace) {
    file().exec("CREATE TABLE other(a)");
    const std::string before = file().schema();
    target_.prepare("job", "source");
    target_.prepare("second", "source");

    target_.remove("job");
    EXPECT_EQ(target_.job("job"), std::nullopt);
    EXPECT_NE(target_.job("second"), std::nullopt);
    target_.remove("second");
    target_.remove("second");

    EXPECT_EQ(file().schema(), before);
}

TEST_F(SqliteTarget, AdoptsARestoredCopyAndLetsItsTriggersSleep) {
    file().exec(R"(
        CREATE TABLE t(id INTEGER PRIMARY KEY, a);
        CREATE TABLE log(a);
        CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO log VALUES (NEW.a); END;
    )");
    const std::string before = file().schema();
    file().exec(R"(
        CREATE TABLE _dbsync_capture(one);
        CREATE TABLE _dbsync_delta_1(seq INTEGER PRIMARY KEY, k);
        CREATE TRIGGER _dbsync_1_ai AFTER INSERT ON t BEGIN
            INSERT INTO _dbsync_delta_1(k) VALUES (NEW.id);
        END;
    )");
    Database db{path_.string(), {}};
    Table table = read_shape(db, "t").table;
    table.id = 1;

    target_.adopt("job", {&table, 1});
    target_.prepare("job", "source");
    target_.adopt("job", {&table, 1});
    session_ = target_.open_session("job");
    copy(table, {"1, 'x'"});
    EXPECT_EQ(file().value("SELECT count(*) FROM log"), "0");
    const std::vector<SchemaItem> asleep;
    target_.wake("job", {}, asleep);
    target_.remove("job");

    EXPECT_EQ(file().schema(), before);
}

TEST_F(SqliteTarget, RefusesARestoredCopyWithAnotherTable) {
    file().exec("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
    Table table;
    table.name.name = "t";
    table.key = {"id"};
    table.columns = {{.name = "id", .type = "INTEGER"}};

    EXPECT_THROW(target_.adopt("job", {&table, 1}), Error);
}

TEST_F(SqliteTarget, WakesCountersAboveTheLargestKeyInUse) {
    const Table table =
        make_table("CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a)");
    copy(table, {"50, 1"});
    const SchemaItem trigger{.id = "trigger:tr",
                             .stage = SchemaStage::Asleep,
                             .description = "trigger tr",
                             .sql = "CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END"};
    const SequenceState sequence{.schema = {}, .name = "t", .value = 40};

    target_.wake("job", {&sequence, 1}, {&trigger, 1});
    target_.wake("job", {&sequence, 1}, {&trigger, 1});

    EXPECT_EQ(file().value("SELECT seq FROM sqlite_sequence WHERE name = 't'"), "50");
    EXPECT_TRUE(target_.job("job")->woken);
    EXPECT_EQ(file().value("SELECT count(*) FROM sqlite_master WHERE name = 'tr'"), "1");
}

TEST_F(SqliteTarget, IdentityIsThatOfTheFilesContent) {
    target_.prepare("job", "source");
    const std::string identity = target_.identity();
    target_.prepare("second", "source");

    EXPECT_EQ(target_.identity(), identity);
    EXPECT_THROW(target_.prepare("job", "another source"), Error);
}

TEST_F(SqliteTarget, OnlyOneProcessHoldsTheClaim) {
    const auto claim = target_.claim("job");

    EXPECT_THROW(static_cast<void>(target_.claim("job")), Error);
}

}  // namespace
}  // namespace dbsync::sqlite
