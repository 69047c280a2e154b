// SPDX-License-Identifier: MIT
// The schema of one server made on another: taken apart into stages, and whole again at the end.
#include "base/error.hpp"
#include "engine/mysql/quoting.hpp"
#include "engine/mysql/schema_export.hpp"
#include "engine/mysql/schema_text.hpp"
#include "engine/mysql/target_schema.hpp"
#include "schema_items.hpp"
#include "support/mysql_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dbsync::mysql {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* job = "move";

std::vector<std::string> ids(const std::vector<SchemaItem>& items) {
    std::vector<std::string> found;
    for (const SchemaItem& item : items) {
        found.push_back(item.id);
    }
    return found;
}

class SchemaTest : public ::testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_MYSQL(GetParam());
        server_ = &test::mysql_server(GetParam());
        from_ = server_->create_database();
        to_ = server_->create_database();
        app_ = std::make_unique<test::MysqlSession>(server_->login(from_));
        source_ = connect(from_, Role::Source);
        target_ = connect(to_, Role::Target);
    }

    std::unique_ptr<Connection> connect(const std::string& database,
                                        Role role,
                                        const std::string& user = "root") const {
        return std::make_unique<Connection>(Endpoint::parse(server_->url(database, user), ""),
                                            SessionOptions{.role = role});
    }

    std::vector<SchemaItem> exported() { return export_schema(*source_, tables_of(*source_)); }

    void run_stages(const std::vector<SchemaItem>& items) {
        for (const SchemaStage stage :
             {SchemaStage::Before, SchemaStage::After, SchemaStage::Last}) {
            run_schema(*target_, job, of_stage(items, stage));
        }
        run_asleep(*target_, job, of_stage(items, SchemaStage::Asleep));
    }

    // MySQL prints the character set of a column that was declared with it, and only then.
    std::string shown(const std::string& database) const {
        constexpr std::string_view said_twice = " CHARACTER SET utf8mb4 COLLATE";
        std::string text = server_->schema(database);
        for (auto at = text.find(said_twice); at != std::string::npos;
             at = text.find(said_twice, at)) {
            text.replace(at, said_twice.size(), " COLLATE");
        }
        return text;
    }

    void drop_own_tables() {
        target_->run("DROP TABLE IF EXISTS `_dbsync_target_schema_item`, `_dbsync_target_asleep`");
    }

    std::string item_sql(const std::string& id) {
        for (const SchemaItem& item : exported()) {
            if (item.id == id) {
                return decode(item.sql).statement;
            }
        }
        return "no such item";
    }

    test::MysqlServer* server_ = nullptr;
    std::string from_;
    std::string to_;
    std::unique_ptr<test::MysqlSession> app_;
    std::unique_ptr<Connection> source_;
    std::unique_ptr<Connection> target_;
};

constexpr const char* strange_schema = R"(
CREATE TABLE `we``ird "na,me(s` (
  `id` int NOT NULL AUTO_INCREMENT COMMENT 'a; ''b'' (c) \n`d`, -- e',
  `select` varchar(20) CHARACTER SET latin1 COLLATE latin1_german1_ci DEFAULT 'it''s, (so)',
  `e` enum('a,b','c)','d''e') DEFAULT 'c)',
  `tot` int GENERATED ALWAYS AS (`hid` * 2) STORED,
  `virt` int GENERATED ALWAYS AS (char_length(`select`)) VIRTUAL,
  `big` decimal(65,30) DEFAULT '0.5',
  `at` timestamp(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  `hid` int DEFAULT 7 INVISIBLE,
  `Ünï` text,
  UNIQUE KEY `u;1` (`select`, `e`),
  KEY `counter` (`id`),
  KEY `part` (`Ünï`(10) DESC, `select`),
  FULLTEXT KEY `ft` (`Ünï`),
  CONSTRAINT `ch,k` CHECK (`e` <> 'x)' AND `hid` > -5)
) AUTO_INCREMENT=77 COMMENT='AUTO_INCREMENT=5 ) ENGINE=x; `';
CREATE TABLE parent (a int NOT NULL, b varchar(10) NOT NULL, UNIQUE KEY by_ab (a, b), KEY kb (b));
CREATE TABLE child (id int PRIMARY KEY, a int, b varchar(10), up int,
  CONSTRAINT `fk;1` FOREIGN KEY (a, b) REFERENCES parent (a, b) ON DELETE CASCADE,
  CONSTRAINT self FOREIGN KEY (up) REFERENCES child (id) ON DELETE SET NULL);
CREATE TABLE parted (id int NOT NULL, d date NOT NULL, v int, KEY kv (v), PRIMARY KEY (id, d))
  PARTITION BY RANGE (YEAR(d)) (PARTITION `p,0` VALUES LESS THAN (2020) COMMENT = 'old)',
  PARTITION p1 VALUES LESS THAN MAXVALUE);
CREATE TABLE geo (id int PRIMARY KEY, g point NOT NULL, SPATIAL KEY sg (g));
)";

TEST_P(SchemaTest, ComesOutAsItWasBefore) {
    app_->exec(strange_schema);
    app_->exec(
        "CREATE VIEW z_first AS SELECT id, 'FROM `a_last`' AS t FROM child;"
        "CREATE VIEW m_middle AS SELECT id FROM child WHERE id IN (SELECT id FROM z_first);"
        "CREATE VIEW a_last AS SELECT z.id FROM z_first z JOIN m_middle USING (id)");
    app_->exec("CREATE FUNCTION twice(n int) RETURNS int DETERMINISTIC RETURN n * 2");
    app_->exec("CREATE VIEW called AS SELECT twice(id) AS t FROM child");
    app_->exec(
        "CREATE PROCEDURE p(IN a varchar(10)) COMMENT 'p; ''q''' BEGIN SELECT 'a;b', a; END");
    app_->exec("CREATE TRIGGER `tr_b` BEFORE INSERT ON `child` FOR EACH ROW SET NEW.b = 'é😀;'");
    app_->exec(
        "CREATE TRIGGER `tr_a` BEFORE INSERT ON `child` FOR EACH ROW"
        " BEGIN SET NEW.b = CONCAT(NEW.b, ';'); END");
    app_->exec(
        "CREATE EVENT ev ON SCHEDULE EVERY 1 YEAR STARTS '2031-01-01 00:00:00'"
        " ON COMPLETION PRESERVE DISABLE COMMENT 'it''s' DO DELETE FROM child");
    const std::string before = shown(from_);
    run_stages(exported());
    drop_own_tables();
    EXPECT_EQ(shown(to_), before);
}

TEST_P(SchemaTest, MakesTablesWithoutWhatCanWait) {
    app_->exec(strange_schema);
    const std::vector<SchemaItem> items = exported();
    EXPECT_THAT(item_sql("TABLE we`ird \"na,me(s"),
                AllOf(HasSubstr("KEY `counter`"), HasSubstr("CONSTRAINT `ch,k` CHECK"),
                      HasSubstr("COMMENT='AUTO_INCREMENT=5 ) ENGINE=x; `'"),
                      Not(HasSubstr("AUTO_INCREMENT=77")), Not(HasSubstr("u;1")),
                      Not(HasSubstr("`ft`")), Not(HasSubstr("KEY `part`"))));
    EXPECT_THAT(item_sql("TABLE parent"),
                AllOf(HasSubstr("UNIQUE KEY `by_ab`"), Not(HasSubstr("KEY `kb`"))))
        << "the key by which its rows are found stays";
    EXPECT_THAT(item_sql("TABLE child"),
                AllOf(HasSubstr("PRIMARY KEY"), Not(HasSubstr("FOREIGN"))));
    EXPECT_THAT(item_sql("FOREIGN KEY child"),
                AllOf(HasSubstr("ADD CONSTRAINT `fk;1`"), HasSubstr("ADD CONSTRAINT `self`")));
    const auto after = ids(of_stage(items, SchemaStage::After));
    EXPECT_THAT(after, ::testing::UnorderedElementsAre(
                           "INDEX we`ird \"na,me(s", "INDEX we`ird \"na,me(s ft", "INDEX parent",
                           "INDEX child", "INDEX parted", "INDEX geo sg"));
    for (const SchemaItem& item : of_stage(items, SchemaStage::After)) {
        EXPECT_NE(item.table_id, 0) << item.id;
    }
    EXPECT_THAT(of_stage(items, SchemaStage::Key), IsEmpty());
}

TEST_P(SchemaTest, IsTheSameWhenExportedAgain) {
    app_->exec(strange_schema);
    const auto first = exported();
    const auto second = exported();
    ASSERT_EQ(ids(first), ids(second));
    for (std::size_t i = 0; i < first.size(); ++i) {
        EXPECT_EQ(first[i].sql, second[i].sql);
    }
}

TEST_P(SchemaTest, LeavesOutDbsyncsOwnAndWhatIsNotMoved) {
    app_->exec(
        "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE other (id int PRIMARY KEY);"
        "CREATE TABLE c (id int PRIMARY KEY, o int, t int,"
        " CONSTRAINT fo FOREIGN KEY (o) REFERENCES other (id),"
        " CONSTRAINT ft FOREIGN KEY (t) REFERENCES t (id));"
        "CREATE TABLE _dbsync_gate (id int PRIMARY KEY);"
        "CREATE VIEW v AS SELECT id FROM t; CREATE VIEW vo AS SELECT id FROM other;"
        "CREATE VIEW vvo AS SELECT id FROM vo;"
        "CREATE TRIGGER _dbsync_1 AFTER INSERT ON t FOR EACH ROW SET @a = 1;"
        "CREATE TRIGGER o1 AFTER INSERT ON other FOR EACH ROW SET @a = 1;"
        "CREATE TRIGGER t1 AFTER INSERT ON t FOR EACH ROW SET @a = 1");
    std::vector<Table> tables = tables_of(*source_);
    std::erase_if(tables, [](const Table& table) { return table.name.name == "other"; });
    const auto items = export_schema(*source_, tables);
    EXPECT_THAT(ids(items), ElementsAre("TABLE c", "TABLE t", "INDEX c", "FOREIGN KEY c", "VIEW v",
                                        "TRIGGER t1"));
    EXPECT_THAT(decode(items[3].sql).statement, AllOf(HasSubstr("`ft`"), Not(HasSubstr("`fo`"))));
}

TEST_P(SchemaTest, KeepsTheSettingsThatProgramsWereWrittenUnder) {
    app_->exec(
        "CREATE TABLE t (id int PRIMARY KEY, v varchar(40));"
        "SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES';"
        "SET collation_connection = latin1_swedish_ci; SET time_zone = '+05:00'");
    app_->exec(
        "CREATE TRIGGER \"t\"\"r\" BEFORE INSERT ON \"t\" FOR EACH ROW"
        " SET NEW.\"v\" = 'a\\' || 'b'");
    app_->exec("CREATE FUNCTION \"f\"() RETURNS varchar(10) DETERMINISTIC RETURN 'x\\' || 'y'");
    app_->exec(
        "CREATE EVENT ev ON SCHEDULE EVERY 1 DAY STARTS '2031-01-01 06:00:00'"
        " DO SET @a = 'x\\'");
    run_stages(exported());
    server_->exec("INSERT INTO t (id) VALUES (1)", to_);
    EXPECT_EQ(server_->value("SELECT v FROM t", to_), "a\\b");
    EXPECT_EQ(server_->value("SELECT f()", to_), "x\\y");
    for (const char* query :
         {"SELECT CONCAT(sql_mode, collation_connection) FROM information_schema.triggers"
          " WHERE trigger_schema = DATABASE()",
          "SELECT CONCAT(sql_mode, collation_connection) FROM information_schema.routines"
          " WHERE routine_schema = DATABASE()",
          "SELECT CONCAT(sql_mode, time_zone, starts, collation_connection)"
          " FROM information_schema.events WHERE event_schema = DATABASE()"}) {
        EXPECT_EQ(server_->value(query, to_), server_->value(query, from_)) << query;
    }
    EXPECT_THAT(target_->run("SELECT @@sql_mode").text(0, 0),
                AllOf(HasSubstr("STRICT_TRANS_TABLES"), Not(HasSubstr("ANSI"))));
    EXPECT_EQ(target_->run("SELECT @@time_zone").text(0, 0), "+00:00");
    EXPECT_THAT(target_->run("SELECT @@collation_connection").text(0, 0), HasSubstr("utf8mb4"));
}

TEST_P(SchemaTest, SkipsWhatIsDone) {
    app_->exec("CREATE TABLE t (id int PRIMARY KEY, v int, KEY (v))");
    const auto items = exported();
    run_stages(items);
    server_->exec("DROP TABLE t", to_);
    run_stages(items);
    EXPECT_EQ(server_->value("SHOW TABLES LIKE 't'", to_), "") << "a done item is not run again";
}

// As a kill between the statement and its note leaves it.
TEST_P(SchemaTest, GoesOnWithWhatWasMadeButNotNoted) {
    app_->exec(strange_schema);
    app_->exec("CREATE VIEW v AS SELECT id FROM child");
    app_->exec("CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1");
    app_->exec("CREATE TRIGGER `t1` AFTER INSERT ON `child` FOR EACH ROW SET @a = 1");
    app_->exec(
        "CREATE EVENT ev ON SCHEDULE EVERY 1 DAY STARTS '2031-01-01 00:00:00' DO SET @a = 1");
    const auto items = exported();
    run_stages(items);
    target_->run("UPDATE `_dbsync_target_schema_item` SET `done` = 0");
    run_stages(items);
    EXPECT_EQ(target_->run("SELECT COUNT(*) FROM `_dbsync_target_schema_item` WHERE `done` = 0")
                  .integer(0, 0),
              0);
    drop_own_tables();
    EXPECT_EQ(shown(to_), shown(from_));
}

TEST_P(SchemaTest, DoesNotTakeAForeignTableForItsOwn) {
    app_->exec("CREATE TABLE t (id int PRIMARY KEY, v int)");
    server_->exec("CREATE TABLE t (id int PRIMARY KEY, v int)", to_);
    for (int attempt = 0; attempt < 2; ++attempt) {
        try {
            run_stages(exported());
            FAIL() << "ran into a table of somebody else's";
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::Precondition);
            EXPECT_THAT(error.what(), HasSubstr("TABLE t is on the target already"));
            EXPECT_FALSE(error.fields().hint.empty());
        }
    }
}

TEST_P(SchemaTest, SaysWhatIsInTheWayOfAnItem) {
    app_->exec("CREATE TABLE t (id int PRIMARY KEY, v int, UNIQUE KEY (v))");
    const auto items = exported();
    run_schema(*target_, job, of_stage(items, SchemaStage::Before));
    server_->exec("INSERT INTO t VALUES (1, 1), (2, 1)", to_);
    try {
        run_schema(*target_, job, of_stage(items, SchemaStage::After));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Conflict);
        EXPECT_THAT(error.what(), HasSubstr("INDEX t"));
    }
    server_->exec("DELETE FROM t WHERE id = 2", to_);
    run_schema(*target_, job, of_stage(items, SchemaStage::After));
    EXPECT_EQ(server_->value("SELECT COUNT(*) FROM information_schema.statistics"
                             " WHERE table_schema = DATABASE() AND index_name = 'v'",
                             to_),
              "1");
}

TEST_P(SchemaTest, LeavesOutADefinerThatTheTargetDoesNotHave) {
    app_->exec(
        "CREATE USER IF NOT EXISTS gone@localhost;"
        "CREATE TABLE t (id int PRIMARY KEY);"
        "CREATE DEFINER = gone@localhost VIEW v AS SELECT id FROM t;"
        "CREATE DEFINER = gone@localhost FUNCTION f() RETURNS int DETERMINISTIC RETURN 1;"
        "CREATE DEFINER = gone@localhost TRIGGER tr AFTER INSERT ON t FOR EACH ROW"
        " SET @a = 1;"
        "CREATE DEFINER = gone@localhost EVENT ev ON SCHEDULE EVERY 1 DAY"
        " STARTS '2031-01-01 00:00:00' DO SET @a = 1;"
        "CREATE VIEW kept AS SELECT id FROM t");
    const auto items = exported();
    app_->exec("DROP USER gone@localhost");
    run_stages(items);
    const std::string schema = server_->schema(to_);
    EXPECT_THAT(schema, Not(HasSubstr("gone")));
    for (const char* object : {"VIEW `v`", "TRIGGER tr AFTER", "FUNCTION `f`", "EVENT `ev`"}) {
        EXPECT_THAT(schema, HasSubstr(object));
    }
    EXPECT_EQ(server_->value("SELECT definer FROM information_schema.views"
                             " WHERE table_schema = DATABASE() AND table_name = 'kept'",
                             to_),
              "root@localhost");
}

TEST_P(SchemaTest, WritesTheHeadOfATriggerAnew) {
    app_->exec("CREATE TABLE `t``1` (id int PRIMARY KEY, v varchar(9))");
    app_->exec("CREATE TRIGGER b BEFORE INSERT ON `t``1` FOR EACH ROW SET NEW.v = 'b'");
    app_->exec("create trigger " + quote_ident(from_) + ".a before insert on " +
               quote_ident(from_) + " . `t``1` for each row precedes b /* ; */ set NEW.v = 'a'");
    run_stages(exported());
    server_->exec("INSERT INTO `t``1` VALUES (1, 'x')", to_);
    EXPECT_EQ(server_->value("SELECT v FROM `t``1`", to_), "b") << "a first, then b";
    EXPECT_EQ(server_->value("SELECT GROUP_CONCAT(trigger_name ORDER BY action_order)"
                             " FROM information_schema.triggers WHERE trigger_schema = DATABASE()",
                             to_),
              "a,b");
}

TEST_P(SchemaTest, LeavesOutADefinerThatTheUserMayNotName) {
    app_->exec(
        "CREATE TABLE t (id int PRIMARY KEY);"
        "CREATE DEFINER = root@localhost VIEW v AS SELECT id FROM t;"
        "CREATE DEFINER = root@localhost PROCEDURE p() SELECT 1");
    const auto items = exported();
    const std::string user = "few" + to_;
    server_->exec("CREATE USER " + user + "@'%'; GRANT ALL ON " + quote_ident(to_) + ".* TO " +
                  user + "@'%'");
    target_ = connect(to_, Role::Target, user);
    run_stages(items);
    EXPECT_EQ(server_->value("SELECT definer FROM information_schema.views"
                             " WHERE table_schema = DATABASE()",
                             to_),
              user + "@%");
}

TEST_P(SchemaTest, PutsTriggersOfARestoredCopyToSleep) {
    app_->exec("CREATE TABLE t (id int PRIMARY KEY, v varchar(9))");
    for (const char* statement :
         {"CREATE TABLE t (id int PRIMARY KEY, v varchar(9))",
          "CREATE TRIGGER `b` BEFORE INSERT ON `t` FOR EACH ROW SET NEW.v = 'b'",
          "CREATE TRIGGER `a` BEFORE INSERT ON `t` FOR EACH ROW SET NEW.v = CONCAT(NEW.v, 'a')",
          "CREATE EVENT ev ON SCHEDULE EVERY 1 DAY STARTS '2031-01-01 00:00:00' DO SET @a = 1"}) {
        server_->exec(statement, to_);
    }
    const std::string before = shown(to_);
    const std::vector<Table> tables = tables_of(*source_);
    save_and_drop_triggers(*target_, job, tables);
    save_and_drop_triggers(*target_, job, tables);
    server_->exec("INSERT INTO t VALUES (1, 'x')", to_);
    EXPECT_EQ(server_->value("SELECT v FROM t", to_), "x");
    run_asleep(*target_, job, {});
    run_asleep(*target_, job, {});
    server_->exec("INSERT INTO t VALUES (2, 'x')", to_);
    EXPECT_EQ(server_->value("SELECT v FROM t WHERE id = 2", to_), "ba");
    drop_own_tables();
    EXPECT_EQ(shown(to_), before);
}

INSTANTIATE_TEST_SUITE_P(Servers,
                         SchemaTest,
                         ::testing::Values("mariadb", "mysql"),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace dbsync::mysql
