// SPDX-License-Identifier: MIT
// What the target remembers, and what it looks at, before, between and after the rows.
#include "target_fixture.hpp"

#include <algorithm>
#include <chrono>
#include <future>

namespace dbsync::mysql {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class TargetJobTest : public TargetFixture {
  protected:
    std::string findings(Severity severity, const std::string& job = "job") {
        std::string all;
        for (const Finding& finding : target_->inspect(tables_, job)) {
            if (finding.severity == severity) {
                all += finding.subject + ": " + finding.message + "\n";
            }
        }
        return all;
    }
    std::vector<std::string> own_objects() {
        return values(
            "SELECT table_name FROM information_schema.tables WHERE table_schema ="
            " DATABASE() AND table_name LIKE '\\_dbsync%' UNION ALL SELECT trigger_name"
            " FROM information_schema.triggers WHERE trigger_schema = DATABASE()"
            " AND trigger_name LIKE '\\_dbsync%' ORDER BY 1");
    }
};
// What is kept is kept by INSERTs in either way.
INSTANTIATE_TEST_SUITE_P(Servers,
                         TargetJobTest,
                         testing::Combine(testing::Values("mariadb", "mysql"),
                                          testing::Values(true)),
                         server_name);

TEST_P(TargetJobTest, NotesAppliedKeysOnceAVerificationHasBegun) {
    create("CREATE TABLE t(id VARCHAR(20) COLLATE utf8mb4_bin PRIMARY KEY, v INT)");
    apply({"before\t1\tbefore\t1\n"});
    EXPECT_THAT(session_->unverified_keys(table(), "", 10), IsEmpty());

    target_->begin_verification("job", tables_);
    apply({"a\\tb\t1\ta\\tb\t1\nb\t0\t\\N\t\\N\n", "\t1\t\t5\n"});

    const std::vector<std::string> keys = session_->unverified_keys(table(), "", 10);
    EXPECT_THAT(keys, UnorderedElementsAre("a\\tb", "b", ""));
    std::vector<std::string> paged;
    std::string after;
    for (;;) {
        const std::vector<std::string> page = session_->unverified_keys(table(), after, 1);
        if (page.empty()) {
            break;
        }
        paged.push_back(page[0]);
        after = page[0];
    }
    EXPECT_EQ(paged, keys);
    Gather found;
    session_->read_keys(table(), keys, found);
    EXPECT_THAT(found.keys, UnorderedElementsAre("a\\tb", ""));
    session_->remove_unverified(table(), std::vector<std::string>{"b", "", "never"});
    EXPECT_THAT(session_->unverified_keys(table(), "", 10), ElementsAre("a\\tb"));
    target_->begin_verification("job", tables_);
    EXPECT_THAT(session_->unverified_keys(table(), "", 10), IsEmpty());
}

TEST_P(TargetJobTest, SaysWhatBecomesOfTypesOfTheOtherServer) {
    target_ = make_target(endpoint());
    tables_ = {{.id = 1,
                .name = {"", "t"},
                .columns = {{.name = "id", .type = "int(11)"}, {.name = "ip", .type = "inet6"}},
                .key = {"id"},
                .fingerprint = {}}};

    const std::string said = findings(Severity::Warn);

    const auto becomes = HasSubstr("t: column ip: type inet6 becomes varchar(39)");
    EXPECT_THAT(said, server().is_mariadb() ? testing::Not(becomes) : testing::Matcher<std::string>{
                                                                          becomes});
}

// ALL PRIVILEGES on a database does not hold SUPER or READ ONLY ADMIN.
TEST_P(TargetJobTest, AReadOnlyTargetIsRefusedForAUserOfTheDatabaseOnly) {
    exec("CREATE USER plain_" + database_ + "@'127.0.0.1'; GRANT ALL PRIVILEGES ON " + database_ +
         ".* TO plain_" + database_ + "@'127.0.0.1'");
    set_global("read_only", "1");

    target_ = make_target(endpoint("plain_" + database_));
    EXPECT_THAT(findings(Severity::Fail), HasSubstr("target: the server is read-only"));
    target_ = make_target(endpoint());
    EXPECT_THAT(findings(Severity::Warn), HasSubstr("target: the server is read-only"));
}

TEST_P(TargetJobTest, PagesThroughManyUnverifiedKeys) {
    create("CREATE TABLE t(id INT PRIMARY KEY)");
    std::vector<std::string> all;
    for (int i = 0; i < 30'000; ++i) {
        all.push_back(std::to_string(i));
    }
    session_->add_unverified(table(), all);
    session_->add_unverified(table(), all);
    std::vector<std::string> seen;
    for (std::string after;;) {
        const std::vector<std::string> page = session_->unverified_keys(table(), after, 7'000);
        if (page.empty()) {
            break;
        }
        seen.insert(seen.end(), page.begin(), page.end());
        after = page.back();
        session_->remove_unverified(table(), page);
    }
    std::sort(seen.begin(), seen.end());
    std::sort(all.begin(), all.end());
    EXPECT_EQ(seen, all);
    EXPECT_EQ(value("SELECT COUNT(*) FROM _dbsync_target_unverified"), "0");
}

TEST_P(TargetJobTest, AVerificationBeginsOnlyWhenNobodyAppliesUnnoticed) {
    create("CREATE TABLE t(id INT PRIMARY KEY)");
    session_->begin();
    const auto writer = session_->stage(table());
    writer->push(block("1\t1\t1\n"));
    writer->finish();
    session_->apply_stage(table());

    const auto other = make_target(endpoint());
    auto begun = std::async(std::launch::async, [&] { other->begin_verification("job", tables_); });
    EXPECT_EQ(begun.wait_for(std::chrono::milliseconds{300}), std::future_status::timeout);
    session_->commit();
    begun.get();

    apply({"2\t1\t2\n"});
    EXPECT_THAT(session_->unverified_keys(table(), "", 10), ElementsAre("2"));
}

TEST_P(TargetJobTest, RecordsChunksWithTheirRows) {
    create("CREATE TABLE t(id INT PRIMARY KEY)");
    const std::vector<Chunk> plan{{.table_id = 1, .number = 0, .lower = {}, .upper = "a\\t'\t5"},
                                  {.table_id = 1, .number = 1, .lower = "a\\t'\t5"}};
    session_->begin();
    session_->record_chunk_plan(plan);
    session_->commit();
    session_->begin();
    session_->record_chunk(plan[1], 12, 345);
    session_->commit();
    session_->begin();
    EXPECT_EQ(kind_of([&] { session_->record_chunk(plan[1], 12, 345); }), ErrorKind::Conflict);
    session_->rollback();

    const std::vector<ChunkRecord> chunks = target_->chunks("job");
    ASSERT_THAT(chunks, SizeIs(2));
    EXPECT_EQ(chunks[0].chunk.upper, "a\\t'\t5");
    EXPECT_FALSE(chunks[0].chunk.lower || chunks[0].done);
    EXPECT_TRUE(chunks[1].done);
    EXPECT_EQ(chunks[1].rows, 12U);
    EXPECT_EQ(chunks[1].bytes, 345U);
}

TEST_P(TargetJobTest, GivesUpACopyThatIsNotFinished) {
    create("CREATE TABLE t(id INT PRIMARY KEY, v LONGTEXT)");
    session_->begin();
    {
        const auto writer = session_->copy_into(table());
        writer->push(block("1\t" + std::string(9'000'000, 'x') + "\n"));
    }
    EXPECT_THROW(session_->commit(), Error);
    session_->rollback();
    EXPECT_EQ(value("SELECT COUNT(*) FROM t"), "0");
    EXPECT_EQ(copy("1\ta\n"), 1U);
}

TEST_P(TargetJobTest, WhatWasNotCommittedIsGoneWithTheNextTransaction) {
    create("CREATE TABLE t(id INT PRIMARY KEY)");
    session_->begin();
    const auto writer = session_->copy_into(table());
    writer->push(block("1\n"));
    writer->finish();

    session_->begin();
    session_->commit();

    EXPECT_EQ(value("SELECT COUNT(*) FROM t"), "0");
}

TEST_P(TargetJobTest, MovesTheWatermarkOnlyFromWhereItIs) {
    create("CREATE TABLE t(id INT PRIMARY KEY)");
    const std::string text = "e;1;1:1-500,7-99/2'\\";
    session_->begin();
    session_->set_watermark(Cursor{}, Cursor{text}, 5);
    session_->commit();
    session_->begin();
    session_->set_watermark(Cursor{text}, Cursor{text}, 5);
    session_->commit();
    session_->begin();
    EXPECT_EQ(kind_of([&] { session_->set_watermark(Cursor{}, Cursor{"x"}, 6); }),
              ErrorKind::JobBusy);
    session_->rollback();
    EXPECT_EQ(target_->job("job")->watermark, Cursor{text});
    EXPECT_EQ(target_->job("job")->watermark_unix_us, 5);
}

TEST_P(TargetJobTest, TellsThatTheAnswerToCommitWasLost) {
    create("CREATE TABLE t(id INT PRIMARY KEY)");
    session_->begin();
    session_->mark_table_unverified(table());
    for (const std::string& id :
         values("SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <>"
                " CONNECTION_ID()")) {
        exec("KILL " + id);
    }
    const Error error = error_of([&] { session_->commit(); });
    EXPECT_EQ(error.kind(), ErrorKind::Connection);
    EXPECT_TRUE(error.fields().commit_unknown);
}

TEST_P(TargetJobTest, SetsCountersAboveEveryValueInUseAndWakesOnce) {
    create(
        "CREATE TABLE t(id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY);"
        "CREATE TABLE low(id INT AUTO_INCREMENT PRIMARY KEY);"
        "CREATE TABLE none(id INT AUTO_INCREMENT PRIMARY KEY);"
        "CREATE TABLE full(id TINYINT AUTO_INCREMENT PRIMARY KEY);"
        "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'; INSERT INTO low VALUES (-5), (0), (41);"
        "INSERT INTO full VALUES (127)");
    const std::vector<SequenceState> states{
        {.schema = {}, .name = "t", .value = 1'000'000'000'000, .is_called = false},
        {.schema = {}, .name = "low", .value = 7, .is_called = false},
        {.schema = {}, .name = "none", .value = 1, .is_called = false},
        {.schema = {}, .name = "full", .value = 127, .is_called = false}};

    target_->wake("job", states, {});
    exec(
        "INSERT INTO t VALUES (NULL); INSERT INTO low VALUES (NULL);"
        "INSERT INTO none VALUES (NULL)");
    target_->wake("job", std::vector<SequenceState>{{.schema = {}, .name = "gone"}}, {});

    EXPECT_EQ(value("SELECT MAX(id) FROM t"), "1000000000000");
    EXPECT_EQ(value("SELECT MAX(id) FROM low"), "42");
    EXPECT_EQ(value("SELECT MAX(id) FROM none"), "1");
    EXPECT_TRUE(target_->job("job")->woken);
}

TEST_P(TargetJobTest, KeepsJobsApartAndRemovesWhatItMade) {
    create("CREATE TABLE t(id INT PRIMARY KEY)");
    target_->prepare("job", "source 1");
    EXPECT_EQ(kind_of([&] { target_->prepare("job", "source 2"); }), ErrorKind::Precondition);
    target_->prepare("other", "source 2");
    target_->set_rows_copied("job");
    target_->set_rows_copied("job");
    EXPECT_TRUE(target_->job("job")->rows_copied);
    EXPECT_FALSE(target_->job("other")->rows_copied);
    EXPECT_EQ(kind_of([&] { target_->set_rows_copied("third"); }), ErrorKind::Precondition);
    const auto third = target_->open_session("third");
    EXPECT_EQ(kind_of([&] { third->begin(); }), ErrorKind::Precondition);

    target_->remove("job");
    EXPECT_FALSE(target_->job("job").has_value());
    EXPECT_TRUE(target_->job("other").has_value());
    target_->remove("other");
    target_->remove("other");
    EXPECT_THAT(own_objects(), IsEmpty());
    EXPECT_FALSE(target_->job("other").has_value());
    EXPECT_THAT(target_->chunks("other"), IsEmpty());
}

TEST_P(TargetJobTest, FindsTablesThatHoldRowsOrTriggers) {
    create(
        "CREATE TABLE t(id INT PRIMARY KEY); CREATE TABLE u(id INT PRIMARY KEY);"
        "INSERT INTO u VALUES (1); CREATE TABLE w(id INT PRIMARY KEY)");
    exec("CREATE TRIGGER tr BEFORE INSERT ON w FOR EACH ROW SET NEW.id = 1; DROP TABLE t");
    EXPECT_THAT(findings(Severity::Fail, "another"), HasSubstr("u: the table holds rows"));
    EXPECT_THAT(findings(Severity::Fail, "another"), HasSubstr("w: trigger tr"));
    EXPECT_EQ(findings(Severity::Fail, "job"),
              "w: trigger tr on the target would fire for every applied row\n");
    EXPECT_THAT(findings(Severity::Warn, "another"), testing::Not(HasSubstr("local_infile")));
}

TEST_P(TargetJobTest, SaysWhatTheServerLacks) {
    if (!server().is_mariadb()) {
        set_global("sql_require_primary_key", "0");
    }
    create("CREATE TABLE t(id INT)");
    exec("DROP TABLE t");
    set_global("local_infile", "0");
    exec(
        "DROP USER IF EXISTS small; CREATE USER small;"
        "CREATE TABLE w(id INT PRIMARY KEY); GRANT INSERT (id) ON w TO small;"
        "GRANT SELECT, CREATE ON " +
        database_ + ".* TO small");
    if (!server().is_mariadb()) {
        set_global("sql_require_primary_key", "1");
    }
    target_ = make_target(endpoint("small"));

    EXPECT_THAT(findings(Severity::Warn), HasSubstr("local_infile is off"));
    EXPECT_THAT(findings(Severity::Warn), HasSubstr("lacks REFERENCES, TRIGGER"));
    EXPECT_THAT(findings(Severity::Fail),
                HasSubstr("lacks INSERT, UPDATE, DELETE, DROP, ALTER, INDEX, CREATE TEMPORARY"));
    EXPECT_EQ(findings(Severity::Fail).find("t: the table has no primary key") != std::string::npos,
              !server().is_mariadb());
    exec("DROP USER small");
}

TEST_P(TargetJobTest, AdoptsARestoredCopyOfTheSource) {
    create(
        "CREATE TABLE t(id INT PRIMARY KEY, v VARCHAR(20));"
        "CREATE TABLE log(v VARCHAR(20) PRIMARY KEY)");
    exec(
        "CREATE TABLE _dbsync_delta_1(seq INT PRIMARY KEY);"
        "CREATE TABLE _dbsync_capture(job VARCHAR(9) PRIMARY KEY);"
        "CREATE TRIGGER _dbsync_1_insert AFTER INSERT ON t FOR EACH ROW"
        " INSERT INTO _dbsync_delta_1 VALUES (NEW.id);"
        "CREATE TRIGGER app AFTER INSERT ON t FOR EACH ROW INSERT INTO log VALUES (NEW.v)");

    target_->adopt("job", tables_);
    target_->adopt("job", tables_);

    EXPECT_THAT(values("SELECT trigger_name FROM information_schema.triggers"
                       " WHERE trigger_schema = DATABASE()"),
                IsEmpty());
    EXPECT_THAT(own_objects(), testing::Each(HasSubstr("_dbsync_target_")));
    apply({"1\t1\t1\tapplied\n"});
    target_->wake("job", {}, {});
    exec("INSERT INTO t VALUES (2, 'app')");
    EXPECT_THAT(values("SELECT v FROM log"), ElementsAre("app"));

    exec("ALTER TABLE t MODIFY v VARCHAR(21)");
    EXPECT_THAT(error_of([&] { target_->adopt("job", tables_); }).what(),
                HasSubstr("has column v as varchar(21), the source as varchar(20)"));
}

TEST_P(TargetJobTest, IsTheSameServerForEverySession) {
    create("CREATE TABLE t(id INT PRIMARY KEY)");
    EXPECT_EQ(target_->identity(), make_target(endpoint())->identity());
    EXPECT_THAT(target_->describe(), HasSubstr(server().is_mariadb() ? "MariaDB" : "MySQL"));
    const auto held = target_->claim("job");
    EXPECT_EQ(kind_of([&] { static_cast<void>(make_target(endpoint())->claim("job")); }),
              ErrorKind::JobBusy);
    target_->analyze(table());
}

}  // namespace
}  // namespace dbsync::mysql
