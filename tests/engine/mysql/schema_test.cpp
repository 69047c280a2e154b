// SPDX-License-Identifier: MIT
// The schema of one server made on another: taken apart into stages, and whole again at the end.
#include "base/error.hpp"
#include "engine/mysql/catalog.hpp"
#include "engine/mysql/create_table.hpp"
#include "engine/mysql/dialect.hpp"
#include "engine/mysql/quoting.hpp"
#include "engine/mysql/schema_export.hpp"
#include "engine/mysql/schema_text.hpp"
#include "engine/mysql/sql_tokens.hpp"
#include "engine/mysql/target_schema.hpp"
#include "engine/mysql/view_order.hpp"
#include "support/mysql_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <ostream>
#include <iterator>
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
const Server mariadb_10{true, 101119, "MariaDB 10.11.19"};
const Server mariadb_11{true, 110806, "MariaDB 11.8.6"};
const Server mysql_9{false, 90704, "MySQL 9.7.4"};

std::vector<Table> tables_of(Connection& connection) {
    std::vector<Table> tables;
    for (TableShape& shape : read_shapes(connection)) {
        shape.table.id = static_cast<std::int32_t>(tables.size()) + 1;
        tables.push_back(std::move(shape.table));
    }
    return tables;
}

std::vector<SchemaItem> of_stage(const std::vector<SchemaItem>& items, SchemaStage stage) {
    std::vector<SchemaItem> found;
    std::copy_if(items.begin(), items.end(), std::back_inserter(found),
                 [&](const SchemaItem& item) { return item.stage == stage; });
    return found;
}

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

    std::unique_ptr<Connection> connect(const std::string& database, Role role,
                                        const std::string& user = "root") const {
        return std::make_unique<Connection>(Endpoint::parse(server_->url(database, user), ""),
                                            SessionOptions{.role = role});
    }

    std::vector<SchemaItem> exported() { return export_schema(*source_, tables_of(*source_)); }

    void run_stages(const std::vector<SchemaItem>& items) {
        for (const SchemaStage stage : {SchemaStage::Before, SchemaStage::After, SchemaStage::Last}) {
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
    app_->exec("CREATE PROCEDURE p(IN a varchar(10)) COMMENT 'p; ''q''' BEGIN SELECT 'a;b', a; END");
    app_->exec("CREATE TRIGGER `tr_b` BEFORE INSERT ON `child` FOR EACH ROW SET NEW.b = 'é😀;'");
    app_->exec("CREATE TRIGGER `tr_a` BEFORE INSERT ON `child` FOR EACH ROW"
               " BEGIN SET NEW.b = CONCAT(NEW.b, ';'); END");
    app_->exec("CREATE EVENT ev ON SCHEDULE EVERY 1 YEAR STARTS '2031-01-01 00:00:00'"
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
    app_->exec("CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE other (id int PRIMARY KEY);"
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
    app_->exec("CREATE TABLE t (id int PRIMARY KEY, v varchar(40));"
               "SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES';"
               "SET collation_connection = latin1_swedish_ci; SET time_zone = '+05:00'");
    app_->exec("CREATE TRIGGER \"t\"\"r\" BEFORE INSERT ON \"t\" FOR EACH ROW"
               " SET NEW.\"v\" = 'a\\' || 'b'");
    app_->exec("CREATE FUNCTION \"f\"() RETURNS varchar(10) DETERMINISTIC RETURN 'x\\' || 'y'");
    app_->exec("CREATE EVENT ev ON SCHEDULE EVERY 1 DAY STARTS '2031-01-01 06:00:00'"
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
    app_->exec("CREATE EVENT ev ON SCHEDULE EVERY 1 DAY STARTS '2031-01-01 00:00:00' DO SET @a = 1");
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
    app_->exec("CREATE USER IF NOT EXISTS gone@localhost;"
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
    for (const char* object : {"VIEW `v`", "TRIGGER `tr`", "FUNCTION `f`", "EVENT `ev`"}) {
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
    app_->exec("CREATE TABLE t (id int PRIMARY KEY);"
               "CREATE DEFINER = root@localhost VIEW v AS SELECT id FROM t;"
               "CREATE DEFINER = root@localhost PROCEDURE p() SELECT 1");
    const auto items = exported();
    const std::string user = "few" + to_;
    server_->exec("CREATE USER " + user + "@'%'; GRANT ALL ON " + quote_ident(to_) + ".* TO " + user +
                  "@'%'");
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

INSTANTIATE_TEST_SUITE_P(Servers, SchemaTest, ::testing::Values("mariadb", "mysql"),
                         [](const auto& each) { return each.param; });

struct Pair {
    std::string source;
    std::string target;

    friend std::ostream& operator<<(std::ostream& out, const Pair& pair) {
        return out << pair.source << " to " << pair.target;
    }
};

class SchemaAcrossTest : public ::testing::TestWithParam<Pair> {};

constexpr const char* shared_schema = R"(
CREATE TABLE t (id int PRIMARY KEY AUTO_INCREMENT, v varchar(20) DEFAULT 'x', b text, n int DEFAULT 0,
  at datetime(3) DEFAULT CURRENT_TIMESTAMP(3), g int GENERATED ALWAYS AS (n + 1) STORED,
  h int DEFAULT 5 INVISIBLE, j json, p point NOT NULL, u varchar(9) CHARACTER SET utf8mb3,
  k int DEFAULT (1 + 2), KEY (v), KEY (n DESC), FULLTEXT KEY ft (b), SPATIAL KEY sp (p), CHECK (n >= 0));
CREATE TABLE c (id int PRIMARY KEY, t int, CHECK (t > 0),
  CONSTRAINT fk FOREIGN KEY (t) REFERENCES t (id));
CREATE VIEW v AS SELECT t.id, UPPER(t.v) AS v FROM t JOIN c ON c.t = t.id;
CREATE FUNCTION f(a int) RETURNS int DETERMINISTIC RETURN a + 1;
CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.n = f(NEW.n);
)";

TEST_P(SchemaAcrossTest, CarriesWhatBothKnow) {
    DBSYNC_NEEDS_MYSQL(GetParam().source);
    DBSYNC_NEEDS_MYSQL(GetParam().target);
    test::MysqlServer& from = test::mysql_server(GetParam().source);
    test::MysqlServer& to = test::mysql_server(GetParam().target);
    const std::string own = from.is_mariadb() ? "CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_ai_ci"
                                              : "CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci";
    const std::string a = from.create_database(own);
    const std::string b = to.create_database();
    from.exec(shared_schema, a);
    if (from.is_mariadb()) {
        from.exec("CREATE TABLE m (id uuid PRIMARY KEY DEFAULT uuid(), i inet6, d date DEFAULT"
                  " curdate(), t text DEFAULT 'a', b blob DEFAULT x'00', c text COMPRESSED,"
                  " v int, KEY k (v) IGNORED) `PAGE_COMPRESSED`=1",
                  a);
    } else {
        from.exec("CREATE TABLE m (id int PRIMARY KEY, g geomcollection, d varchar(40) DEFAULT"
                  " (uuid()), s point NOT NULL SRID 4326, v int, n int GENERATED ALWAYS AS (v + 1)"
                  " STORED NOT NULL, KEY k (v) INVISIBLE, CONSTRAINT loose CHECK (v > 1) NOT"
                  " ENFORCED) ENCRYPTION='N'",
                  a);
    }
    Connection source{Endpoint::parse(from.url(a), ""), {.role = Role::Source}};
    Connection target{Endpoint::parse(to.url(b), ""), {.role = Role::Target}};
    const auto items = export_schema(source, tables_of(source));
    for (const SchemaStage stage : {SchemaStage::Before, SchemaStage::After, SchemaStage::Last}) {
        run_schema(target, job, of_stage(items, stage));
    }
    run_asleep(target, job, of_stage(items, SchemaStage::Asleep));
    to.exec("INSERT INTO t (p) VALUES (ST_GeomFromText('POINT(1 2)')); INSERT INTO c VALUES (1, 1)",
            b);
    EXPECT_EQ(to.value("SELECT CONCAT_WS(',', id, v, n, g, h, k) FROM t", b), "1,x,1,2,5,3");
    EXPECT_EQ(to.value("SELECT v FROM v", b), "X");
    EXPECT_THROW(to.exec("INSERT INTO c VALUES (2, 9)", b), test::MysqlError);
    EXPECT_THROW(to.exec("INSERT INTO c VALUES (2, -1)", b), test::MysqlError);
    EXPECT_EQ(to.value("SELECT COUNT(DISTINCT index_name) FROM information_schema.statistics"
                       " WHERE table_schema = DATABASE() AND table_name = 't'",
                       b),
              "5");
}

TEST_P(SchemaAcrossTest, RefusesBeforeAnythingIsMade) {
    DBSYNC_NEEDS_MYSQL(GetParam().source);
    DBSYNC_NEEDS_MYSQL(GetParam().target);
    test::MysqlServer& from = test::mysql_server(GetParam().source);
    test::MysqlServer& to = test::mysql_server(GetParam().target);
    if (from.is_mariadb() == to.is_mariadb()) {
        GTEST_SKIP() << "one language";
    }
    const std::string a = from.create_database();
    const std::string b = to.create_database();
    from.exec(from.is_mariadb() ? "CREATE TABLE a (id int); CREATE TABLE b (t text, UNIQUE (t))"
                                : "CREATE TABLE a (id int); CREATE TABLE b (t varchar(9), KEY"
                                  " ((lower(t))))",
              a);
    Connection source{Endpoint::parse(from.url(a), ""), {.role = Role::Source}};
    Connection target{Endpoint::parse(to.url(b), ""), {.role = Role::Target}};
    try {
        run_schema(target, job,
                   of_stage(export_schema(source, tables_of(source)), SchemaStage::Before));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Unsupported);
        EXPECT_EQ(error.fields().table, "b");
        EXPECT_FALSE(error.fields().hint.empty());
    }
    EXPECT_EQ(to.value("SHOW TABLES LIKE 'a'", b), "");
}

INSTANTIATE_TEST_SUITE_P(Servers,
                         SchemaAcrossTest,
                         ::testing::Values(Pair{"mariadb", "mysql"},
                                           Pair{"mysql", "mariadb"},
                                           Pair{"mariadb", "mariadb-11.8"},
                                           Pair{"mariadb-11.8", "mysql"},
                                           Pair{"mariadb-11.8", "mariadb"},
                                           Pair{"mysql", "mariadb-11.8"}),
                         [](const auto& each) {
                             std::string name = each.param.source + "_to_" + each.param.target;
                             std::replace_if(
                                 name.begin(), name.end(),
                                 [](char c) { return c == '-' || c == '.'; }, '_');
                             return name;
                         });

TEST(DialectTest, MapsCollationsThatOneServerDoesNotHave) {
    EXPECT_EQ(carry_collation("utf8mb4_0900_ai_ci", mariadb_10), "utf8mb4_uca1400_nopad_ai_ci");
    EXPECT_EQ(carry_collation("utf8mb4_0900_ai_ci", mariadb_11), "utf8mb4_0900_ai_ci");
    EXPECT_EQ(carry_collation("utf8mb4_sv_0900_as_cs", mariadb_10),
              "utf8mb4_uca1400_swedish_nopad_as_cs");
    EXPECT_EQ(carry_collation("utf8mb4_0900_bin", mariadb_10), "utf8mb4_nopad_bin");
    EXPECT_EQ(carry_collation("utf8mb4_uca1400_ai_ci", mysql_9), "utf8mb4_0900_ai_ci");
    EXPECT_EQ(carry_collation("utf8mb4_uca1400_swedish_as_cs", mysql_9), "utf8mb4_sv_0900_as_cs");
    EXPECT_EQ(carry_collation("utf8mb3_uca1400_ai_ci", mysql_9), "utf8mb3_unicode_520_ci");
    EXPECT_EQ(carry_collation("utf8mb4_nopad_bin", mysql_9), "utf8mb4_0900_bin");
    EXPECT_EQ(carry_collation("latin1_german1_ci", mysql_9), "latin1_german1_ci");
    for (const char* none : {"utf8mb4_ja_0900_as_cs_ks", "utf8mb4_zh_0900_as_cs", "gb18030_bin"}) {
        EXPECT_THROW(static_cast<void>(carry_collation(none, mariadb_10)), Error) << none;
    }
    for (const char* none : {"utf8mb4_uca1400_ai_cs", "utf8mb4_general_nopad_ci",
                             "utf8mb4_uca1400_persian_ai_ci", "ucs2_uca1400_ai_ci"}) {
        EXPECT_THROW(static_cast<void>(carry_collation(none, mysql_9)), Error) << none;
    }
}

TEST(DialectTest, KeepsTheMeaningOfSqlModes) {
    EXPECT_EQ(carry_sql_mode("ANSI_QUOTES,NO_AUTO_CREATE_USER", mariadb_10, mysql_9),
              "TIME_TRUNCATE_FRACTIONAL,ANSI_QUOTES");
    EXPECT_EQ(carry_sql_mode("TIME_ROUND_FRACTIONAL,ANSI_QUOTES", mariadb_10, mysql_9),
              "ANSI_QUOTES");
    EXPECT_EQ(carry_sql_mode("ANSI_QUOTES", mysql_9, mariadb_10),
              "TIME_ROUND_FRACTIONAL,ANSI_QUOTES");
    EXPECT_EQ(carry_sql_mode("ORACLE", mariadb_10, mariadb_11), "ORACLE");
    EXPECT_THROW(static_cast<void>(carry_sql_mode("PIPES_AS_CONCAT,ORACLE", mariadb_10, mysql_9)),
                 Error);
}

TEST(DialectTest, FindsTypesThatATargetDoesNotHave) {
    Table table;
    table.name.name = "t";
    for (const char* type : {"uuid", "inet6", "vector(3)", "int(11)", "json"}) {
        table.columns.push_back({.name = type, .type = type});
    }
    const auto on = [&](const Server& server) {
        std::string text;
        for (const Finding& finding : type_findings(server, {&table, 1})) {
            text += (finding.severity == Severity::Fail   ? "fail "
                     : finding.severity == Severity::Warn ? "warn "
                                                          : "ok ") +
                    finding.message + "\n";
        }
        return text;
    };
    EXPECT_EQ(on(mysql_9),
              "warn column uuid: type uuid becomes char(36) CHARACTER SET ascii COLLATE"
              " ascii_general_ci\n"
              "warn column inet6: type inet6 becomes varchar(39) CHARACTER SET ascii COLLATE"
              " ascii_general_ci\n");
    EXPECT_EQ(on(mariadb_10),
              "fail column vector(3) has the type vector, which MariaDB 10.11.19 does not have\n"
              "ok column json: JSON is kept as text by MariaDB\n");
    EXPECT_EQ(on(mariadb_11), "ok column json: JSON is kept as text by MariaDB\n");
}

TEST(TokensTest, KnowQuotesCommentsAndEscapes) {
    const auto texts = [](std::string_view sql, const TokenRules& rules = {}) {
        std::vector<std::string> found;
        for (const Token& token : tokenize(sql, rules)) {
            found.emplace_back(token.text);
        }
        found.pop_back();
        return found;
    };
    EXPECT_THAT(texts("a `b``;c` 'd\\'e''f' -- g\n(/*!80023 h */)"),
                ElementsAre("a", "`b``;c`", "'d\\'e''f'", "-- g\n", "(", "/*!80023", "h", "*/",
                            ")"));
    EXPECT_THAT(texts("'a\\' b", rules_of("NO_BACKSLASH_ESCAPES")), ElementsAre("'a\\'", "b"));
    EXPECT_THAT(texts("x--1 #y\nz"), ElementsAre("x", "-", "-", "1", "#y\n", "z"));
    EXPECT_EQ(tokenize("\"a\"\"b\"", rules_of("ANSI_QUOTES")).front().name(), "a\"b");
    EXPECT_EQ(unwrapped("a /*!50100 b */ /*M!100301 c*/ /* d */"), "a  b   c /* d */");
}

TEST(SchemaTextTest, SurvivesNamesThatEndComments) {
    SchemaText text{.server = mysql_9,
                    .database = "a */ b",
                    .kind = "TABLE",
                    .name = "*/\n'\"\\",
                    .table = {},
                    .needs = {"x"},
                    .statement = "CREATE */\n"};
    const SchemaText again = decode(encode(text));
    EXPECT_EQ(again.name, text.name);
    EXPECT_EQ(again.database, text.database);
    EXPECT_EQ(again.statement, text.statement);
    EXPECT_EQ(again.needs, text.needs);
    EXPECT_EQ(again.server.version, 90704);
    EXPECT_EQ(encode(text).find("*/"), encode(text).find(" */\n") + 1);
}

}  // namespace
}  // namespace dbsync::mysql
