// SPDX-License-Identifier: MIT
// What `check` finds on a MySQL or MariaDB source.
#include "engine/mysql/inspect.hpp"

#include "base/error.hpp"
#include "engine/mysql/connection.hpp"
#include "engine/mysql/quoting.hpp"
#include "support/mysql_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace dbsync::mysql {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* schema_of_one = "CREATE TABLE t (id int PRIMARY KEY, v int)";

Inspection look(const test::MysqlServer& server,
                const std::string& database,
                const TableFilter& filter = {},
                const std::string& user = "root") {
    Connection connection{Endpoint::parse(server.url(database, user), ""), {.role = Role::Source}};
    return inspect_source(connection, filter);
}

// "warn: message [hint]" of the findings about a subject.
std::string about(const Inspection& inspection, const std::string& subject) {
    std::string text;
    for (const Finding& finding : inspection.findings) {
        if (finding.subject != subject) {
            continue;
        }
        if (finding.severity != Severity::Ok) {
            EXPECT_FALSE(finding.hint.empty()) << finding.message;
        }
        text += (finding.severity == Severity::Fail   ? "fail: "
                 : finding.severity == Severity::Warn ? "warn: "
                                                      : "ok: ") +
                finding.message + " [" + finding.hint + "]\n";
    }
    return text;
}

class InspectTest : public ::testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_MYSQL(GetParam());
        server_ = &test::mysql_server(GetParam());
        database_ = server_->create_database();
        app_ = std::make_unique<test::MysqlSession>(server_->login(database_));
    }

    Inspection inspect(const TableFilter& filter = {}, const std::string& user = "root") const {
        return look(*server_, database_, filter, user);
    }

    test::MysqlServer* server_ = nullptr;
    std::string database_;
    std::unique_ptr<test::MysqlSession> app_;
};

TEST_P(InspectTest, FindsNothingAgainstAnOrdinaryDatabase) {
    app_->exec(
        "CREATE TABLE t (id int PRIMARY KEY, v int, hid int INVISIBLE,"
        " g int GENERATED ALWAYS AS (v + 1) STORED)");
    const Inspection found = inspect();
    ASSERT_EQ(found.tables.size(), 1U);
    EXPECT_EQ(found.tables[0].name.name, "t");
    EXPECT_THAT(found.tables[0].key, ElementsAre("id"));
    EXPECT_THAT(about(found, "t"), IsEmpty());
    EXPECT_THAT(about(found, "source"),
                AllOf(HasSubstr("ok: " + std::string{server_->is_mariadb() ? "MariaDB" : "MySQL"}),
                      HasSubstr("1435"), Not(HasSubstr("fail: "))));
}

TEST_P(InspectTest, LooksAtKeys) {
    app_->exec(
        "CREATE TABLE none (a int); CREATE TABLE nullable (a int UNIQUE);"
        "CREATE TABLE floats (f double PRIMARY KEY)");
    if (!server_->is_mariadb()) {  // there no generated column is ever NOT NULL
        app_->exec("CREATE TABLE made (a int, g int AS (a + 1) STORED PRIMARY KEY)");
    }
    const Inspection found = inspect();
    EXPECT_THAT(about(found, "none"), HasSubstr("warn: has no key"));
    EXPECT_THAT(about(found, "nullable"), HasSubstr("warn: has no key"));
    EXPECT_THAT(about(found, "floats"), HasSubstr("warn: its key has the floating-point column f"));
    if (!server_->is_mariadb()) {
        EXPECT_THAT(about(found, "made"), HasSubstr("warn: its key has the generated column g"));
    }
}

TEST_P(InspectTest, LooksAtEnginesAndCharacterSets) {
    app_->exec(
        "CREATE TABLE my (a int PRIMARY KEY) ENGINE = MyISAM;"
        "CREATE TABLE odd (a int PRIMARY KEY, s varchar(9) CHARACTER SET sjis,"
        " l varchar(9) CHARACTER SET latin1)");
    const Inspection found = inspect();
    EXPECT_THAT(about(found, "my"), HasSubstr("fail: its engine MyISAM"));
    EXPECT_THAT(about(found, "odd"), AllOf(HasSubstr("warn: column s is in character set sjis"),
                                           Not(HasSubstr("column l"))));
    EXPECT_THAT(about(inspect({.include = {}, .exclude = {"my"}}), "my"), IsEmpty());
}

TEST_P(InspectTest, LooksAtCascades) {
    app_->exec(
        "CREATE TABLE p (id int PRIMARY KEY);"
        "CREATE TABLE c (id int PRIMARY KEY, p int,"
        " CONSTRAINT fk FOREIGN KEY (p) REFERENCES p (id) ON DELETE CASCADE);"
        "CREATE TABLE r (id int PRIMARY KEY, p int,"
        " CONSTRAINT plain FOREIGN KEY (p) REFERENCES p (id))");
    const Inspection all = inspect();
    EXPECT_THAT(about(all, "source"), HasSubstr("ok: 1 foreign key(s) with CASCADE"));
    EXPECT_THAT(about(all, "c"), IsEmpty());
    const Inspection some = inspect({.include = {}, .exclude = {"p"}});
    EXPECT_THAT(about(some, "c"), HasSubstr("fail: foreign key fk changes its rows from p"));
    EXPECT_THAT(about(some, "r"), HasSubstr("warn: foreign key plain refers to p, which is not"));
}

TEST_P(InspectTest, LooksAtProgramsAndViews) {
    app_->exec(
        "CREATE TABLE t (id int PRIMARY KEY, v int); CREATE TABLE u (id int PRIMARY KEY);"
        "CREATE VIEW v AS SELECT id FROM t; CREATE VIEW broken AS SELECT id FROM u;"
        "DROP TABLE u;"
        "CREATE EVENT ev ON SCHEDULE EVERY 1 DAY STARTS '2031-01-01 00:00:00' DO SET @a = 1");
    app_->exec("CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.v = (SELECT 1 FROM " +
               quote_ident(database_) + ".t WHERE id = -1)");
    const Inspection found = inspect();
    EXPECT_THAT(about(found, "source"), AllOf(HasSubstr("ok: 1 view(s) move too"),
                                              HasSubstr("warn: 2 trigger(s) and event(s)")));
    EXPECT_THAT(about(found, "broken"), HasSubstr("warn: is a view that cannot be used"));
    EXPECT_THAT(about(found, "TRIGGER tr ON t"), HasSubstr("warn: names the database"));
}

TEST_P(InspectTest, SaysWhatMariadbHasBesidesTables) {
    if (!server_->is_mariadb()) {
        GTEST_SKIP() << "MySQL has neither";
    }
    app_->exec("CREATE SEQUENCE sq; CREATE TABLE h (id int PRIMARY KEY) WITH SYSTEM VERSIONING");
    const Inspection found = inspect();
    EXPECT_THAT(about(found, "sq"), HasSubstr("fail: is a sequence"));
    EXPECT_THAT(about(found, "h"), HasSubstr("fail: it is system-versioned"));
    EXPECT_THAT(about(inspect({.include = {}, .exclude = {"sq"}}), "sq"), IsEmpty());
}

TEST_P(InspectTest, NamesMissingPrivileges) {
    app_->exec(schema_of_one);
    const std::string user = "few" + database_;
    app_->exec("CREATE USER " + user + "@'%'; GRANT SELECT, INSERT ON " + quote_ident(database_) +
               ".* TO " + user + "@'%'");
    const std::string text = about(inspect({}, user), "source");
    EXPECT_THAT(text, HasSubstr("fail: this user lacks UPDATE, DELETE, CREATE, DROP, TRIGGER,"
                                " CREATE TEMPORARY TABLES"));
    EXPECT_THAT(text, HasSubstr("run GRANT UPDATE"));
    EXPECT_THAT(text, HasSubstr("warn: without PROCESS a TRUNCATE"));
    EXPECT_THAT(text, HasSubstr("warn: without SHOW VIEW and EVENT"));
    EXPECT_THAT(text, HasSubstr("warn: whether it is a replica cannot be seen"));
    if (!server_->is_mariadb()) {
        EXPECT_THAT(text, HasSubstr("warn: prepared XA transactions cannot be seen"));
    }
    EXPECT_THAT(about(inspect(), "source"), HasSubstr("users and grants are not moved"));
    EXPECT_THAT(about(inspect(), "source"), HasSubstr(user));
}

// The list in docs/operating/privileges.md.
TEST_P(InspectTest, IsContentWithTheSmallestSetOfPrivileges) {
    app_->exec(schema_of_one);
    app_->exec(
        "CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1;"
        "CREATE VIEW v AS SELECT id FROM t");
    const std::string user = "mover" + database_;
    const std::string to_user = " TO " + user + "@'%'";
    app_->exec("SET GLOBAL log_bin_trust_function_creators = 1; CREATE USER " + user + "@'%'");
    app_->exec(
        "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, TRIGGER, EVENT, SHOW VIEW,"
        " CREATE TEMPORARY TABLES ON " +
        quote_ident(database_) + ".*" + to_user);
    app_->exec(server_->is_mariadb()
                   ? "GRANT PROCESS, REPLICA MONITOR ON *.*" + to_user +
                         "; GRANT SELECT ON mysql.proc" + to_user
                   : "GRANT PROCESS, REPLICATION CLIENT, XA_RECOVER_ADMIN, SHOW_ROUTINE ON *.*" +
                         to_user);
    const std::string text = about(inspect({}, user), "source");
    EXPECT_THAT(text, Not(HasSubstr("fail: ")));
    EXPECT_THAT(text, Not(HasSubstr("cannot be seen:")));
    EXPECT_THAT(text, Not(HasSubstr("without")));
}

TEST_P(InspectTest, AsksForTheBinlogsTrust) {
    app_->exec(schema_of_one);
    const std::string user = "plain" + database_;
    app_->exec("CREATE USER " + user + "@'%'; GRANT ALL ON " + quote_ident(database_) + ".* TO " +
               user + "@'%'; SET GLOBAL log_bin_trust_function_creators = 0");
    EXPECT_THAT(about(inspect({}, user), "source"), HasSubstr("error 1419"));
    app_->exec("SET GLOBAL log_bin_trust_function_creators = 1");
    EXPECT_THAT(about(inspect({}, user), "source"), Not(HasSubstr("error 1419")));
}

TEST_P(InspectTest, NamesTransactionsThatWouldBeWaitedFor) {
    app_->exec(schema_of_one);
    test::MysqlSession other{server_->login(database_)};
    other.exec("XA START 'x'; INSERT INTO t VALUES (1, 1); XA END 'x'; XA PREPARE 'x'");
    EXPECT_THAT(about(inspect(), "source"), HasSubstr("warn: 1 prepared XA transaction(s)"));
    other.exec("XA ROLLBACK 'x'");
    EXPECT_THAT(about(inspect(), "source"), Not(HasSubstr("prepared XA")));
}

TEST_P(InspectTest, RefusesAServerThatMayNotBeWritten) {
    app_->exec(schema_of_one);
    app_->exec("SET GLOBAL read_only = 1");
    const std::string text = about(inspect(), "source");
    app_->exec("SET GLOBAL read_only = 0");
    EXPECT_THAT(text, HasSubstr("fail: is read-only"));
}

TEST_P(InspectTest, LooksAtSettingsThatHurtWriters) {
    std::vector<std::string> options{"--innodb-autoinc-lock-mode=0", "--innodb-lock-wait-timeout=5",
                                     "--binlog-format=STATEMENT"};
    if (server_->is_mariadb()) {  // MySQL takes it only when a data directory is made
        options.emplace_back("--lower-case-table-names=1");
    }
    const test::MysqlServer other{*test::find_mysql(GetParam()), options};
    other.exec("CREATE DATABASE shop");
    other.exec(schema_of_one, "shop");
    const std::string text = about(look(other, "shop"), "source");
    EXPECT_THAT(text, HasSubstr("warn: innodb_autoinc_lock_mode is 0"));
    EXPECT_THAT(text, HasSubstr("warn: innodb_lock_wait_timeout is 5 s"));
    EXPECT_THAT(text, HasSubstr("warn: binlog_format is STATEMENT"));
    const bool mariadb = other.is_mariadb();
    EXPECT_EQ(text.find("warn: lower_case_table_names is 1") != std::string::npos, mariadb);

    other.exec(mariadb ? "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = 1,"
                         " MASTER_USER = 'x'"
                       : "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = 1,"
                         " SOURCE_USER = 'x'");
    EXPECT_THAT(about(look(other, "shop"), "source"),
                HasSubstr("warn: is a replica of 127.0.0.1, and stopped"));
    other.exec(mariadb ? "START SLAVE" : "START REPLICA");
    EXPECT_THAT(about(look(other, "shop"), "source"),
                HasSubstr("fail: is a replica of 127.0.0.1: changes that come by row events"));
    other.exec(mariadb ? "STOP SLAVE" : "STOP REPLICA");
}

TEST_P(InspectTest, SaysThatADatabaseIsNotThere) {
    try {
        static_cast<void>(look(*server_, "no such database"));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Connection);
        EXPECT_FALSE(error.fields().hint.empty());
    }
}

INSTANTIATE_TEST_SUITE_P(Servers,
                         InspectTest,
                         ::testing::Values("mariadb", "mysql"),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace dbsync::mysql
