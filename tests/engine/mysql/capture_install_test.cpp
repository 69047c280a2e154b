// SPDX-License-Identifier: MIT
// Installing, auditing, mending and removing capture.
#include "engine/mysql/capture_fixture.hpp"
#include "engine/mysql/claim.hpp"
#include "engine/mysql/fingerprint.hpp"
#include "engine/mysql/identity.hpp"
#include "engine/mysql/innodb_ids.hpp"

#include <chrono>

namespace dbsync::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class MysqlInstalls : public MysqlCapture {
  protected:
    void SetUp() override {
        MysqlCapture::SetUp();
        if (!IsSkipped()) {
            app_->exec(
                "CREATE TABLE a(id INT PRIMARY KEY, v VARCHAR(20));"
                "CREATE TABLE b(id INT PRIMARY KEY, a INT,"
                " FOREIGN KEY (a) REFERENCES a(id) ON DELETE CASCADE);"
                "CREATE TABLE other(id INT AUTO_INCREMENT PRIMARY KEY);"
                "INSERT INTO a VALUES (1, 'x'); INSERT INTO b VALUES (1, 1)");
        }
    }

    // The kind of error that `step` throws; Internal for none.
    template <class Step>
    ErrorKind failure(Step&& step) {
        try {
            step();
        } catch (const Error& error) {
            message_ = std::string{error.what()} + " " + error.fields().hint;
            return error.kind();
        }
        message_.clear();
        return ErrorKind::Internal;
    }

    std::string message_;
};
DBSYNC_BOTH_SERVERS(MysqlInstalls);

TEST_P(MysqlInstalls, InstallingAgainChangesNothingAndRemovingLeavesNoTrace) {
    const std::string before = server_->schema(database_);
    EXPECT_EQ(capture().already_captured, 0U);
    const std::string installed = server_->schema(database_);
    EXPECT_EQ(capture().already_captured, 3U);
    EXPECT_EQ(server_->schema(database_), installed);
    EXPECT_EQ(audit(), "");
    mysql::prove_capture(*own_);
    EXPECT_THAT(take("_dbsync_delta_0"), IsEmpty());

    mysql::remove_capture(*own_, {.job = "job"}, {});
    mysql::remove_capture(*own_, {.job = "job"}, {});

    EXPECT_EQ(server_->schema(database_), before);
    EXPECT_EQ(audit(), "");
}

TEST_P(MysqlInstalls, WhatIsRecordedIsReadBack) {
    app_->exec(
        "CREATE TABLE t(x INT, g INT AS (x + 1) STORED, `n ull` VARCHAR(9), y INT NOT NULL,"
        " UNIQUE KEY (y), PRIMARY KEY (y, x))");
    const CaptureResult result = capture();

    const auto found = std::find_if(result.tables.begin(), result.tables.end(),
                                    [](const Table& table) { return table.name.name == "t"; });
    ASSERT_NE(found, result.tables.end());
    const mysql::TableShape shape = *mysql::read_shape(*own_, "t");
    EXPECT_EQ(found->columns, shape.table.columns);
    EXPECT_THAT(found->key, ElementsAre("y", "x"));
    EXPECT_EQ(found->key_shape, KeyShape::Columns);
    EXPECT_TRUE(found->has_other_unique);
    EXPECT_NE(found->fingerprint, "");
    const auto row = mysql::read_capture(*own_);
    ASSERT_TRUE(row.has_value());
    EXPECT_TRUE(row->installed);
    EXPECT_FALSE(row->fenced);
    EXPECT_EQ(row->job, "job");
    EXPECT_EQ(row->identity, mysql::server_identity(*own_));
    EXPECT_THAT(row->epoch, SizeIs(32));
}

TEST_P(MysqlInstalls, TheDryRunSaysWhatWillBeRun) {
    std::vector<Table> tables;
    for (const mysql::TableShape& shape : mysql::read_shapes(*own_)) {
        tables.push_back(shape.table);
    }
    const std::vector<std::string> statements = mysql::capture_statements(*own_, tables);
    EXPECT_EQ(app_->value("SELECT COUNT(*) FROM information_schema.tables"
                          " WHERE table_schema = DATABASE() AND table_name LIKE '\\_dbsync%'"),
              "0");
    for (const std::string& statement : statements) {
        app_->exec(statement);
    }
    const std::string by_hand = server_->schema(database_);
    app_->exec("DELETE FROM _dbsync_capture");
    capture();

    EXPECT_EQ(server_->schema(database_), by_hand);
}

TEST_P(MysqlInstalls, AnOpenTransactionIsWaitedForAndWritersGetThrough) {
    MysqlSession reader{server_->login(database_)};
    reader.exec("START TRANSACTION; SELECT * FROM a");
    app_->start("DO SLEEP(0.2); UPDATE a SET v = 'w'; UPDATE a SET v = 'w2'");

    EXPECT_EQ(failure([&] {
                  capture({}, {.job = "job", .retry_for = std::chrono::milliseconds{2'000}});
              }),
              ErrorKind::Busy);
    EXPECT_THAT(message_, HasSubstr("put trigger _dbsync_capture_1_insert on a"));
    EXPECT_THAT(message_, HasSubstr(fmt::format("session {}", reader.id())));
    app_->wait();
    EXPECT_FALSE(mysql::read_capture(*own_)->installed);
    EXPECT_THAT(mysql::read_captured(*own_), IsEmpty());

    reader.exec("COMMIT");
    EXPECT_THAT(capture().tables, SizeIs(3));
    EXPECT_TRUE(mysql::read_capture(*own_)->installed);
}

TEST_P(MysqlInstalls, AStopIsHonoured) {
    std::stop_source stop;
    stop.request_stop();
    std::vector<Table> tables{mysql::read_shape(*own_, "a")->table};
    EXPECT_EQ(
        failure([&] { mysql::install_capture(*own_, tables, {.job = "job"}, stop.get_token()); }),
        ErrorKind::Interrupted);
    EXPECT_THAT(capture().tables, SizeIs(3));
}

TEST_P(MysqlInstalls, OfAnotherJobOrUserIsRefused) {
    capture();
    EXPECT_EQ(failure([&] { capture({}, {.job = "second"}); }), ErrorKind::Precondition);
    EXPECT_THAT(message_, HasSubstr("'job'"));
    own_ = std::make_unique<mysql::Connection>(
        Endpoint::parse(server_->url(database_, "dbsync"), ""), mysql::SessionOptions{});
    EXPECT_EQ(failure([&] { capture(); }), ErrorKind::Precondition);
    EXPECT_THAT(message_, HasSubstr("root@"));
}

TEST_P(MysqlInstalls, WhatAKilledRunBeganIsCompleted) {
    capture();
    const std::string whole = server_->schema(database_);
    const std::string b = std::to_string(id_of("b"));
    app_->exec(
        "UPDATE _dbsync_capture SET installed_at = NULL;"
        "UPDATE _dbsync_captured_table SET state = 'installing' WHERE name = 'b';"
        "DROP TRIGGER _dbsync_capture_" +
        b +
        "_update;"
        "DROP TRIGGER _dbsync_mark_1_delete");
    EXPECT_THAT(mysql::read_captured(*own_), SizeIs(2));
    EXPECT_THAT(mysql::read_cascades(*own_), IsEmpty());

    EXPECT_EQ(capture().already_captured, 2U);

    EXPECT_EQ(server_->schema(database_), whole);
    EXPECT_TRUE(mysql::read_capture(*own_)->installed);
    EXPECT_EQ(audit(), "");
}

TEST_P(MysqlInstalls, WhatAKilledRunBeganOfATableThatWasAlteredSinceIsMadeAnew) {
    capture();
    app_->exec("UPDATE _dbsync_captured_table SET state = 'installing' WHERE name = 'other'");
    app_->exec("ALTER TABLE other MODIFY id BIGINT");

    capture();

    EXPECT_EQ(audit(), "");
    app_->exec("INSERT INTO other VALUES (5000000000)");
    EXPECT_THAT(deltas("other"), ElementsAre("5000000000"));
}

TEST_P(MysqlInstalls, AHalfRemovedCaptureIsRemoved) {
    const std::string before = server_->schema(database_);
    capture();
    app_->exec(
        "DROP TRIGGER _dbsync_capture_1_insert; DROP TABLE _dbsync_captured_table;"
        "DROP TABLE _dbsync_capture");

    mysql::remove_capture(*own_, {.job = "job"}, {});

    EXPECT_EQ(server_->schema(database_), before);
}

TEST_P(MysqlInstalls, OnlyOurOwnTriggersAreRemoved) {
    app_->exec("CREATE TRIGGER `_dbsync_theirs` BEFORE INSERT ON a FOR EACH ROW SET @x = 1");
    const std::string before = server_->schema(database_);
    capture();
    mysql::remove_capture(*own_, {.job = "job"}, {});
    EXPECT_EQ(server_->schema(database_), before);
}

TEST_P(MysqlInstalls, NoDeltaTableIsRemovedFromUnderATriggerThatCannotBeSeen) {
    capture();
    const std::string user = "blind_" + database_;
    app_->exec(
        fmt::format("CREATE USER '{0}'@'%';"
                    "GRANT SELECT, INSERT, UPDATE, DELETE, DROP ON `{1}`.* TO '{0}'@'%'",
                    user, database_));
    own_ = std::make_unique<mysql::Connection>(Endpoint::parse(server_->url(database_, user), ""),
                                               mysql::SessionOptions{});

    EXPECT_EQ(failure([&] { mysql::remove_capture(*own_, {.job = "job"}, {}); }),
              ErrorKind::Permission);

    app_->exec("INSERT INTO a VALUES (2, 'y')");
    own_ = connect();
    EXPECT_THAT(deltas("a"), ElementsAre("2"));
}

TEST_P(MysqlInstalls, ADroppedOwnerOfTheTriggersIsNoticed) {
    const std::string user = "own_" + database_;
    app_->exec(fmt::format("CREATE USER '{0}'@'%'; GRANT ALL ON *.* TO '{0}'@'%'", user));
    own_ = std::make_unique<mysql::Connection>(Endpoint::parse(server_->url(database_, user), ""),
                                               mysql::SessionOptions{});
    capture();
    own_ = connect();
    mysql::prove_capture(*own_);

    app_->exec(fmt::format("DROP USER '{}'@'%'", user));

    EXPECT_EQ(failure([&] { mysql::prove_capture(*own_); }), ErrorKind::Precondition);
    EXPECT_THAT(message_, HasSubstr("create the user"));
}

TEST_P(MysqlInstalls, WithoutProcessCaptureWorksButForTruncation) {
    const std::string user = "few_" + database_;
    app_->exec(
        fmt::format("CREATE USER '{0}'@'%'; GRANT ALL ON `{1}`.* TO '{0}'@'%'", user, database_));
    app_->exec("SET GLOBAL log_bin_trust_function_creators = 1");
    own_ = std::make_unique<mysql::Connection>(Endpoint::parse(server_->url(database_, user), ""),
                                               mysql::SessionOptions{});
    capture();
    app_->exec("SET GLOBAL log_bin_trust_function_creators = 0");
    mysql::prove_capture(*own_);

    app_->exec("TRUNCATE other");
    EXPECT_EQ(audit(), "");
    app_->exec("ALTER TABLE other ADD COLUMN more INT");
    EXPECT_THAT(audit(), HasSubstr("column more was added"));
}

struct Change {
    const char* statement;
    const char* words;
    std::vector<std::string> read_anew;
};

TEST_P(MysqlInstalls, ChangesThatLeaveTheColumnsAreNamedAndMended) {
    app_->exec(
        "CREATE TABLE p(id INT PRIMARY KEY) PARTITION BY RANGE (id)"
        " (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20))");
    app_->exec("CREATE TABLE swap(id INT PRIMARY KEY)");
    capture();
    const std::string other = "_dbsync_capture_" + std::to_string(id_of("other")) + "_insert";
    const std::string drop = "DROP TRIGGER " + other;
    const std::vector<Change> changes{
        {"TRUNCATE other", "table other.*truncated or rebuilt", {"other"}},
        {"ALTER TABLE other ENGINE = InnoDB", "table other.*truncated or rebuilt", {"other"}},
        {"ALTER TABLE a ADD INDEX (v)", "table a .*it has now KEY `v`", {}},
        {"ALTER TABLE a COMMENT 'AUTO_INCREMENT=7'", "table a .*COMMENT='AUTO_INCREMENT=7'", {}},
        {drop.c_str(), "table other .*trigger _dbsync_capture_.*_insert is missing", {"other"}},
        {"DROP TRIGGER _dbsync_mark_1_delete", "table a .*_mark_1_delete is missing", {"a", "b"}},
        {"ALTER TABLE p TRUNCATE PARTITION p0", "table p .*partitions was truncated", {"p"}},
        {"ALTER TABLE p ADD PARTITION (PARTITION p2 VALUES LESS THAN (30))", "table p .*p2", {}},
        {"ALTER TABLE p EXCHANGE PARTITION p1 WITH TABLE swap",
         "table p .*exchanged",
         {"p", "swap"}},
        {"ALTER TABLE p DROP PARTITION p2", "table p .*p2", {"p"}},
        {"CREATE TABLE fresh LIKE other; RENAME TABLE other TO old, fresh TO other",
         "table other .*renamed to old, and another table was put in its place",
         {"other"}},
        {"DROP TABLE old; DROP TABLE other; CREATE TABLE other(id INT AUTO_INCREMENT PRIMARY KEY)",
         "table other .*triggers are missing",
         {"other"}},
        {"ALTER TABLE other ADD FOREIGN KEY fk (id) REFERENCES a(id) ON DELETE CASCADE",
         "table other .*FOREIGN KEY",
         {"other"}},
    };
    const std::vector<std::string> names{"a", "b", "other", "p", "swap"};
    for (const Change& change : changes) {
        SCOPED_TRACE(change.statement);
        app_->exec(change.statement);
        EXPECT_THAT(audit(), ::testing::ContainsRegex(change.words));

        EXPECT_EQ(capture(names).already_captured, names.size());

        EXPECT_EQ(audit(), "");
        EXPECT_EQ(wholes(), change.read_anew);
    }
    app_->exec("INSERT INTO other VALUES (1); DELETE FROM a");
    EXPECT_THAT(deltas("other"), ElementsAre("1"));
    EXPECT_THAT(marks("a", "other"), ElementsAre("1"));
}

TEST_P(MysqlInstalls, ChangesOfColumnsAreNamedAndRefused) {
    capture();
    const std::vector<std::pair<const char*, const char*>> changes{
        {"ALTER TABLE a ADD COLUMN w INT", "column w was added"},
        {"ALTER TABLE a DROP COLUMN w, MODIFY v TEXT", "column v is declared otherwise"},
        {"ALTER TABLE a MODIFY v VARCHAR(20) CHARACTER SET latin1",
         "column v is declared otherwise"},
        {"ALTER TABLE a DROP COLUMN v", "column v is gone"},
        {"RENAME TABLE a TO elsewhere", "it was renamed to elsewhere"},
        {"DROP TABLE b, elsewhere", "it was renamed or dropped"},
    };
    for (const auto& [statement, words] : changes) {
        SCOPED_TRACE(statement);
        app_->exec(statement);
        EXPECT_THAT(audit(), HasSubstr(words));
        EXPECT_EQ(failure([&] { capture({"other"}); }), ErrorKind::SchemaChanged);
        EXPECT_THAT(message_, HasSubstr(words));
    }
}

TEST_P(MysqlInstalls, ATriggerThatWasDroppedAndMadeAgainIsNotTrusted) {
    capture();
    const std::string text =
        app_->exec("SHOW CREATE TRIGGER _dbsync_capture_1_insert").at(0).at(2).value_or("");
    app_->exec("DROP TRIGGER _dbsync_capture_1_insert; DO SLEEP(0.02); " + text);

    EXPECT_THAT(audit(), HasSubstr("is not the one that was made"));

    capture();
    EXPECT_EQ(audit(), "");
    EXPECT_THAT(wholes(), ElementsAre("a", "b"));
}

TEST_P(MysqlInstalls, OneProcessAtATimeHoldsAJob) {
    const Endpoint endpoint = Endpoint::parse(server_->url(database_), "");
    const std::string job = "a job's name of any length " + std::string(100, 'x');
    auto claim = mysql::make_claim(endpoint, mysql::Role::Source, job);
    EXPECT_EQ(
        failure([&] { static_cast<void>(mysql::make_claim(endpoint, mysql::Role::Source, job)); }),
        ErrorKind::JobBusy);
    const auto target = mysql::make_claim(endpoint, mysql::Role::Target, job);
    const auto second = mysql::make_claim(endpoint, mysql::Role::Source, job + "2");
    claim.reset();
    // The server lets go when it notices that the session has ended.
    for (int i = 0; i < 100 && !claim; ++i) {
        try {
            claim = mysql::make_claim(endpoint, mysql::Role::Source, job);
        } catch (const Error&) {
            app_->exec("DO SLEEP(0.05)");
        }
    }
    EXPECT_NE(claim, nullptr);
}

TEST_P(MysqlInstalls, InnodbsNamesOfTablesAreUnderstood) {
    const std::vector<std::string> names{"plain_1", "a b.c`\"é", "x#p#y",   "名Ⅷⓐ",
                                         "$",       "Con",       "Ünïcode", std::string(64, 'z')};
    for (const std::string& name : names) {
        app_->exec("CREATE TABLE " + mysql::quote_ident(name) + "(id INT PRIMARY KEY)");
    }
    const auto before = mysql::InnodbIds::read(*own_);
    ASSERT_TRUE(before.has_value());
    for (const std::string& name : names) {
        SCOPED_TRACE(name);
        EXPECT_NE(before->of(name), "");
        app_->exec("TRUNCATE " + mysql::quote_ident(name));
        EXPECT_NE(mysql::InnodbIds::read(*own_)->of(name), before->of(name));
    }
    EXPECT_EQ(before->of("no such table"), "");
}

TEST(MysqlDefinition, LosesItsCounterAndNothingElse) {
    EXPECT_EQ(mysql::without_counter("CREATE TABLE `t` (\n  `a` int COMMENT ' AUTO_INCREMENT=3'\n)"
                                     " ENGINE=InnoDB AUTO_INCREMENT=12 COMMENT='AUTO_INCREMENT=1'"),
              "CREATE TABLE `t` (\n  `a` int COMMENT ' AUTO_INCREMENT=3'\n)"
              " ENGINE=InnoDB COMMENT='AUTO_INCREMENT=1'");
    const std::string none =
        "CREATE TABLE `t` (\n  `a` int\n) ENGINE=InnoDB"
        " COMMENT='x AUTO_INCREMENT=1'";
    EXPECT_EQ(mysql::without_counter(none), none);
}

}  // namespace
}  // namespace dbsync::test
