// SPDX-License-Identifier: MIT
// Whatever is wrong with what dbsync is given: one clear line, the documented exit code, and
// nothing touched.
#include "scenario/ends.hpp"
#include "scenario/expect_one_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

namespace dbsync::test {
namespace {

using testing::HasSubstr;

class SqliteBadInputTest : public testing::Test {
  protected:
    SqliteBadInputTest() {
        ends_.must_run(End::Source,
                       "CREATE TABLE t (id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a')");
        schema_ = ends_.schema(End::Source);
        dbsync_.set("DBSYNC_SOURCE", ends_.url(End::Source));
        dbsync_.set("DBSYNC_TARGET", ends_.url(End::Target));
    }

    void expect_untouched() const {
        EXPECT_EQ(ends_.schema(End::Source), schema_);
        EXPECT_FALSE(std::filesystem::exists(dbsync_.state_file()));
    }
    void must(const std::vector<std::string>& args) const {
        const ProcessResult result = dbsync_.run(args);
        ASSERT_EQ(result.exit_code, 0) << args.front() << ": " << result;
    }

    TempDir home_;
    DbsyncBinary dbsync_{home_};
    SqliteEnds ends_{home_.path()};
    std::string schema_;
};

TEST_F(SqliteBadInputTest, UnknownOptionOrCommand) {
    expect_one_line(dbsync_.run({"check", "--no-such-option"}), 2);
    expect_one_line(dbsync_.run({"chekc"}), 2);
    expect_one_line(dbsync_.run({"catchup", "--until-lag", "soon"}), 2);
    expect_untouched();
}

TEST_F(SqliteBadInputTest, UrlOfNoKnownKind) {
    for (const char* url : {"oracle://scott:s3cret@host/db", "nonsense", "", "http://x"}) {
        expect_one_line(dbsync_.run({"check", "--source", url}), 2);
    }
    expect_untouched();
}

TEST_F(SqliteBadInputTest, NoUrlAtAll) {
    expect_one_line(dbsync_.run({"start-capture"},
                                {{"DBSYNC_SOURCE", std::nullopt}, {"DBSYNC_TARGET", std::nullopt}}),
                    2);
}

TEST_F(SqliteBadInputTest, PairThatCannotBeMovedBetween) {
    expect_one_line(dbsync_.run({"check", "--source", "postgresql://127.0.0.1:1/x"}), 2);
}

TEST_F(SqliteBadInputTest, SourceFileThatIsNotThere) {
    const std::filesystem::path gone = home_ / "gone.db";

    expect_one_line(dbsync_.run({"start-capture", "--source", "sqlite://" + gone.string()}), 4);

    EXPECT_FALSE(std::filesystem::exists(gone));
}

TEST_F(SqliteBadInputTest, SourceFileThatIsNoDatabase) {
    const std::filesystem::path text = home_.write("text.db", std::string(4096, 'x'));

    const ProcessResult result =
        dbsync_.run({"start-capture", "--source", "sqlite://" + text.string()});

    expect_one_line(result, result.exit_code == 3 ? 3 : 4);
    EXPECT_EQ(read_file(text), std::string(4096, 'x'));
}

TEST_F(SqliteBadInputTest, StateFileThatCannotBeWritten) {
    const std::filesystem::path plain = home_.write("plain", "text");

    expect_one_line(dbsync_.run({"start-capture", "--state", (plain / "state.db").string()}), 2);
    expect_one_line(dbsync_.run({"start-capture", "--state", plain.string()}), 2);

    EXPECT_EQ(ends_.schema(End::Source), schema_);
    EXPECT_EQ(read_file(plain), "text");
}

TEST_F(SqliteBadInputTest, StateOfAnotherJob) {
    must({"start-capture"});

    expect_one_line(
        dbsync_.run({"catchup", "--job", "other", "--state", dbsync_.state_file().string()}), 3);
}

TEST_F(SqliteBadInputTest, StepsOutOfOrder) {
    for (const char* command : {"snapshot", "catchup", "verify", "cutover"}) {
        expect_one_line(dbsync_.run({command}), 3);
        EXPECT_EQ(ends_.schema(End::Source), schema_) << command;
    }
    must({"start-capture"});
    for (const char* command : {"catchup", "verify", "cutover"}) {
        expect_one_line(dbsync_.run({command}), 3);
    }
}

TEST_F(SqliteBadInputTest, TargetThatIsNotEmpty) {
    ends_.must_run(End::Target,
                   "CREATE TABLE t (id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (9, 'mine')");

    for (const char* command : {"check", "migrate"}) {
        const ProcessResult result = dbsync_.run({command});
        EXPECT_EQ(result.exit_code, 3) << result;
        EXPECT_THAT(result.out + result.err, HasSubstr("t"));
    }
    EXPECT_EQ(ends_.schema(End::Source), schema_);
    must({"start-capture"});
    expect_one_line(dbsync_.run({"snapshot"}), 3);
    EXPECT_EQ(ends_.value(End::Target, "SELECT v FROM t"), "mine");
}

TEST_F(SqliteBadInputTest, SourceIsTheTarget) {
    const ProcessResult result = dbsync_.run({"start-capture", "--target", ends_.url(End::Source)});

    EXPECT_THAT(result.exit_code, testing::AnyOf(2, 3)) << result;
    EXPECT_EQ(ends_.schema(End::Source), schema_);
}

TEST_F(SqliteBadInputTest, TableWithoutKeyIsAWarning) {
    ends_.must_run(End::Source, "CREATE TABLE loose (a, b)");

    const ProcessResult result = dbsync_.run({"check", "--json"});

    EXPECT_EQ(result.exit_code, 0) << result;
    EXPECT_THAT(result.out, HasSubstr("warn"));
    EXPECT_THAT(result.out, HasSubstr("loose"));
}

TEST_F(SqliteBadInputTest, SourceReplacedByAnotherFile) {
    must({"start-capture"});
    must({"snapshot"});
    std::filesystem::remove(ends_.path(End::Source));
    std::filesystem::remove(ends_.path(End::Source).string() + "-wal");
    std::filesystem::remove(ends_.path(End::Source).string() + "-shm");
    ends_.must_run(End::Source, "CREATE TABLE t (id INTEGER PRIMARY KEY, v)");

    for (const char* command : {"catchup", "verify", "cutover"}) {
        expect_one_line(dbsync_.run({command}), 3);
    }
    EXPECT_EQ(ends_.value(End::Target, "SELECT count(*) FROM t"), "1");
}

TEST_F(SqliteBadInputTest, TargetReplacedByAnotherFile) {
    must({"start-capture"});
    must({"snapshot"});
    std::filesystem::remove(ends_.path(End::Target));
    std::filesystem::remove(ends_.path(End::Target).string() + "-wal");
    std::filesystem::remove(ends_.path(End::Target).string() + "-shm");

    for (const char* command : {"catchup", "cutover"}) {
        expect_one_line(dbsync_.run({command}), 3);
    }
}

class PostgresBadInputTest : public testing::Test {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_POSTGRES("system");
        ends_ = std::make_unique<PostgresEnds>();
        ends_->must_run(End::Source,
                        "CREATE TABLE t (id int PRIMARY KEY, v text);"
                        "INSERT INTO t VALUES (1, 'a')");
        schema_ = ends_->schema(End::Source);
        dbsync_.set("DBSYNC_SOURCE", ends_->url(End::Source));
        dbsync_.set("DBSYNC_TARGET", ends_->url(End::Target));
    }

    void must(const std::vector<std::string>& args) const {
        const ProcessResult result = dbsync_.run(args);
        ASSERT_EQ(result.exit_code, 0) << args.front() << ": " << result;
    }

    TempDir home_;
    DbsyncBinary dbsync_{home_};
    std::unique_ptr<PostgresEnds> ends_;
    std::string schema_;
};

TEST_F(PostgresBadInputTest, RefusedLogin) {
    const int port = source_server().port();
    for (const std::string& url :
         {fmt::format("postgresql://nobody:s3cret@127.0.0.1:{}/postgres", port),
          fmt::format("postgresql://postgres:s3cret@127.0.0.1:{}/no_such_database", port)}) {
        expect_one_line(dbsync_.run({"start-capture", "--source", url}), 4);
    }
    EXPECT_EQ(ends_->schema(End::Source), schema_);
}

TEST_F(PostgresBadInputTest, UnreachableHost) {
    const std::string closed = "postgresql://postgres:s3cret@127.0.0.1:9/x";
    expect_one_line(dbsync_.run({"start-capture", "--source", closed}), 4);
    // check reports it among its findings.
    const ProcessResult checked =
        dbsync_.run({"check", "--target", "postgresql://no-such-host.invalid/x"});
    EXPECT_THAT(checked.exit_code, testing::AnyOf(3, 4)) << checked;
    EXPECT_THAT(checked.out + checked.err, HasSubstr("no-such-host.invalid"));
    EXPECT_EQ(ends_->schema(End::Source), schema_);
}

TEST_F(PostgresBadInputTest, MissingPrivilege) {
    ends_->must_run(End::Source, "CREATE ROLE reader LOGIN; GRANT SELECT ON t TO reader");
    const std::string url = source_server().url(ends_->database(End::Source), "reader");

    const ProcessResult checked = dbsync_.run({"check", "--source", url});
    const ProcessResult started = dbsync_.run({"start-capture", "--source", url});
    ends_->must_run(End::Source, "REVOKE ALL ON t FROM reader; DROP ROLE reader");

    EXPECT_EQ(checked.exit_code, 3) << checked;
    EXPECT_EQ(started.exit_code, 3) << started;
    EXPECT_EQ(ends_->schema(End::Source), schema_);
}

TEST_F(PostgresBadInputTest, TargetThatIsNotEmpty) {
    ends_->must_run(End::Target,
                    "CREATE TABLE t (id int PRIMARY KEY, v text);"
                    "INSERT INTO t VALUES (9, 'mine')");

    for (const char* command : {"check", "migrate"}) {
        const ProcessResult result = dbsync_.run({command});
        EXPECT_EQ(result.exit_code, 3) << result;
        EXPECT_THAT(result.out + result.err, HasSubstr("public.t"));
    }
    EXPECT_EQ(ends_->schema(End::Source), schema_);
    must({"start-capture"});
    expect_one_line(dbsync_.run({"snapshot"}), 3);
    EXPECT_EQ(ends_->value(End::Target, "SELECT v FROM t"), "mine");
}

TEST_F(PostgresBadInputTest, ObjectsThatCannotBeCapturedAreNamed) {
    ends_->must_run(
        End::Source,
        "CREATE TABLE loose (a int, b text);"
        "CREATE UNLOGGED TABLE fleeting (id int PRIMARY KEY);"
        "CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;"
        "CREATE FOREIGN TABLE outside (v text) SERVER files OPTIONS (filename '/dev/null');"
        "CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM t;"
        "SELECT lo_create(0);");

    const ProcessResult result = dbsync_.run({"check", "--json"});

    for (const char* named : {"loose", "outside", "counted", "large object"}) {
        EXPECT_THAT(result.out, HasSubstr(named));
    }
    EXPECT_THAT(result.exit_code, testing::AnyOf(0, 3)) << result;
}

TEST_F(PostgresBadInputTest, StepsOutOfOrder) {
    for (const char* command : {"snapshot", "catchup", "verify", "cutover"}) {
        expect_one_line(dbsync_.run({command}), 3);
        EXPECT_EQ(ends_->schema(End::Source), schema_) << command;
    }
    must({"start-capture"});
    for (const char* command : {"catchup", "verify", "cutover"}) {
        expect_one_line(dbsync_.run({command}), 3);
    }
}

TEST_F(PostgresBadInputTest, SourceReplacedByAnotherServer) {
    must({"start-capture"});
    must({"snapshot"});
    const std::string other = source_server().create_database();
    source_server().exec("CREATE TABLE t (id int PRIMARY KEY, v text)", other);

    for (const char* command : {"catchup", "verify", "cutover"}) {
        expect_one_line(dbsync_.run({command, "--source", source_server().url(other)}), 3);
        expect_one_line(dbsync_.run({command, "--source", target_server().url("postgres")}), 3);
    }
    EXPECT_EQ(ends_->value(End::Target, "SELECT count(*) FROM t"), "1");
}

// A backup brought back under the same name: the history that the job relies on is gone.
TEST_F(PostgresBadInputTest, TargetRestoredToNothing) {
    must({"start-capture"});
    must({"snapshot"});
    ends_->must_run(End::Target, "DROP SCHEMA dbsync CASCADE");

    expect_one_line(dbsync_.run({"catchup"}), 3);
    expect_one_line(dbsync_.run({"cutover"}), 3);
}

TEST_F(PostgresBadInputTest, LagThatIsNotReachedInTime) {
    must({"start-capture"});
    must({"snapshot"});
    for (int from = 10; from < 60'000; from += 10'000) {
        ends_->must_run(End::Source,
                        fmt::format("INSERT INTO t SELECT i FROM generate_series({}, {}) i", from,
                                    std::min(60'000, from + 9'999)));
    }

    const ProcessResult result = dbsync_.run({"catchup", "--until-lag", "0", "--timeout", "1ms",
                                              "--batch-rows", "10000", "--progress", "none"});

    expect_one_line(result, 5);
    must({"catchup", "--until-lag", "0"});
    EXPECT_EQ(ends_->value(End::Target, "SELECT count(*) FROM t"), "59992");
}

TEST_F(PostgresBadInputTest, PasswordsAppearNowhere) {
    const std::string url = fmt::format("postgresql://postgres:s3cret@127.0.0.1:{}/{}",
                                        source_server().port(), ends_->database(End::Source));
    const ProcessResult result =
        dbsync_.run({"start-capture", "--source", url, "--log-level", "trace"});

    EXPECT_EQ(result.exit_code, 0) << result;
    EXPECT_THAT(result.out + result.err, testing::Not(HasSubstr("s3cret")));
    EXPECT_THAT(read_file(dbsync_.state_file()), testing::Not(HasSubstr("s3cret")));
}

}  // namespace
}  // namespace dbsync::test
