// SPDX-License-Identifier: MIT
#include "engine/sqlite/schema_export.hpp"

#include "engine/sqlite/catalog.hpp"
#include "support/sqlite_file.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dbsync::sqlite {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Contains;

class SchemaExport : public ::testing::Test {
  protected:
    std::vector<SchemaItem> items(const std::vector<std::string>& names) {
        Database db{file_.path().string(), {}};
        std::vector<Table> tables;
        for (const std::string& name : names) {
            tables.push_back(read_shape(db, name).table);
            tables.back().id = static_cast<std::int32_t>(tables.size());
        }
        return export_schema(db, tables);
    }

    std::vector<std::string> ids(const std::vector<std::string>& names, SchemaStage stage) {
        std::vector<std::string> found;
        for (const SchemaItem& item : items(names)) {
            if (item.stage == stage) {
                found.push_back(item.id);
            }
        }
        return found;
    }

    test::TempDir dir_;
    test::SqliteFile file_{dir_ / "a.db"};
};

TEST_F(SchemaExport, MakesTheSameSchemaAgain) {
    file_.exec(R"(
        PRAGMA user_version = 7;
        PRAGMA application_id = 42;
        CREATE TABLE "odd ""name"" x"(id INTEGER PRIMARY KEY AUTOINCREMENT, "a b" TEXT UNIQUE);
        CREATE TABLE w(a TEXT COLLATE NOCASE, b ANY, PRIMARY KEY (a, b)) WITHOUT ROWID, STRICT;
        CREATE VIEW v AS SELECT * FROM w;
        CREATE INDEX i ON w(b) WHERE b > 3;
        CREATE TRIGGER tr AFTER INSERT ON w BEGIN DELETE FROM w WHERE a = 'x'; END;
        CREATE TRIGGER on_view INSTEAD OF INSERT ON v BEGIN SELECT 1; END;
    )");
    test::SqliteFile copy{dir_ / "b.db"};

    for (const SchemaItem& item : items({"odd \"name\" x", "w"})) {
        copy.exec(item.sql);
    }

    EXPECT_EQ(copy.schema(), file_.schema());
    EXPECT_EQ(copy.value("PRAGMA user_version"), "7");
    EXPECT_EQ(copy.value("PRAGMA application_id"), "42");
}

TEST_F(SchemaExport, PutsTheKeysIndexBeforeTheOthers) {
    file_.exec(R"(
        CREATE TABLE t(a TEXT NOT NULL, b);
        CREATE UNIQUE INDEX other ON t(b);
        CREATE UNIQUE INDEX key ON t(a);
        CREATE INDEX plain ON t(b, a);
    )");

    EXPECT_THAT(ids({"t"}, SchemaStage::Key), ElementsAre("index:key"));
    EXPECT_THAT(ids({"t"}, SchemaStage::After), ElementsAre("index:other", "index:plain"));
}

TEST_F(SchemaExport, LeavesOutWhatBelongsToOtherTables) {
    file_.exec(R"(
        CREATE TABLE t(a INTEGER PRIMARY KEY);
        CREATE TABLE u(a INTEGER PRIMARY KEY, b);
        CREATE INDEX i ON u(b);
        CREATE TRIGGER tr AFTER DELETE ON u BEGIN SELECT 1; END;
        CREATE TABLE _dbsync_own(a);
        CREATE TRIGGER _dbsync_1_ai AFTER INSERT ON t BEGIN SELECT 1; END;
    )");

    EXPECT_THAT(ids({"t"}, SchemaStage::Before), ElementsAre("table:t"));
    EXPECT_THAT(ids({"t"}, SchemaStage::After), IsEmpty());
    EXPECT_THAT(ids({"t"}, SchemaStage::Asleep), IsEmpty());
}

TEST_F(SchemaExport, CarriesStatisticsOnlyWhereTheSourceHasThem) {
    file_.exec("CREATE TABLE t(a INTEGER PRIMARY KEY, b); CREATE INDEX i ON t(b)");
    EXPECT_THAT(ids({"t"}, SchemaStage::Last), Not(Contains("statistics")));

    file_.exec("INSERT INTO t VALUES (1, 2); ANALYZE");

    EXPECT_THAT(ids({"t"}, SchemaStage::Last), ElementsAre("statistics"));
}

}  // namespace
}  // namespace dbsync::sqlite
