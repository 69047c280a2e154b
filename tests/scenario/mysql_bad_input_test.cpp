// SPDX-License-Identifier: MIT
// Whatever is wrong with a MySQL or MariaDB end: one clear line, the documented exit code, and
// nothing touched.
#include "scenario/expect_one_line.hpp"
#include "scenario/mysql_ends.hpp"

namespace dbsync::test {
namespace {

using testing::HasSubstr;

class MysqlBadInputTest : public testing::TestWithParam<const char*> {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_MYSQL_ENDS(GetParam());
        ends_ = std::make_unique<MysqlEnds>(GetParam());
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
    [[nodiscard]] int port() const { return ends_->server(End::Source).port(); }

    TempDir home_;
    DbsyncBinary dbsync_{home_};
    std::unique_ptr<MysqlEnds> ends_;
    std::string schema_;
};

TEST_P(MysqlBadInputTest, RefusedLoginAndUnreachableHost) {
    for (const std::string& url :
         {fmt::format("mysql://nobody:s3cret@127.0.0.1:{}/{}", port(), "mysql"),
          fmt::format("mysql://root:s3cret@127.0.0.1:{}/no_such_database", port()),
          std::string{"mysql://root:s3cret@127.0.0.1:9/x"},
          std::string{"mysql://root:s3cret@localhost/x?socket=/no/such/socket"}}) {
        expect_one_line(dbsync_.run({"start-capture", "--source", url}), 4);
    }
    EXPECT_EQ(ends_->schema(End::Source), schema_);
}

TEST_P(MysqlBadInputTest, UrlsThatSayTooLittleOrTooMuch) {
    for (const std::string& url :
         {fmt::format("mysql://root:s3cret@127.0.0.1:{}/", port()),
          fmt::format("mysql://root:s3cret@127.0.0.1:{}/x?no-such-option=1", port()),
          fmt::format("mysql://root:s3cret@127.0.0.1:{}/x?ssl-mode=maybe", port())}) {
        expect_one_line(dbsync_.run({"start-capture", "--source", url}), 2);
    }
    expect_one_line(dbsync_.run({"check", "--target", "sqlite:///tmp/x.db"}), 2);
    expect_one_line(dbsync_.run({"check", "--target", ends_->url(End::Source)}), 2);
    EXPECT_EQ(ends_->schema(End::Source), schema_);
}

TEST_P(MysqlBadInputTest, MissingPrivilege) {
    const std::string& database = ends_->database(End::Source);
    ends_->must_run(End::Source,
                    "DROP USER IF EXISTS reader; CREATE USER reader;"
                    "GRANT SELECT ON `" +
                        database + "`.* TO reader");
    const std::string url = ends_->server(End::Source).url(database, "reader");

    const ProcessResult checked = dbsync_.run({"check", "--source", url});
    const ProcessResult started = dbsync_.run({"start-capture", "--source", url});

    EXPECT_EQ(checked.exit_code, 3) << checked;
    EXPECT_EQ(started.exit_code, 3) << started;
    EXPECT_EQ(ends_->schema(End::Source), schema_);
}

TEST_P(MysqlBadInputTest, TargetThatIsNotEmpty) {
    ends_->must_run(End::Target,
                    "CREATE TABLE t (id int PRIMARY KEY, v text);"
                    "INSERT INTO t VALUES (9, 'mine')");

    for (const char* command : {"check", "migrate"}) {
        const ProcessResult result = dbsync_.run({command});
        EXPECT_EQ(result.exit_code, 3) << result;
    }
    EXPECT_EQ(ends_->schema(End::Source), schema_);
    must({"start-capture"});
    expect_one_line(dbsync_.run({"snapshot"}), 3);
    EXPECT_EQ(ends_->value(End::Target, "SELECT v FROM t"), "mine");
}

TEST_P(MysqlBadInputTest, ObjectsThatCannotBeCapturedAreNamed) {
    ends_->must_run(End::Source,
                    "CREATE TABLE loose (a int, b text);"
                    "CREATE TABLE in_memory (id int PRIMARY KEY) ENGINE = MEMORY;"
                    "CREATE TABLE isam (id int PRIMARY KEY) ENGINE = MyISAM");

    const ProcessResult result = dbsync_.run({"check", "--json"});

    for (const char* named : {"loose", "in_memory", "isam"}) {
        EXPECT_THAT(result.out, HasSubstr(named));
    }
    EXPECT_EQ(result.exit_code, 3) << result;
}

TEST_P(MysqlBadInputTest, StepsOutOfOrder) {
    for (const char* command : {"snapshot", "catchup", "verify", "cutover"}) {
        expect_one_line(dbsync_.run({command}), 3);
        EXPECT_EQ(ends_->schema(End::Source), schema_) << command;
    }
    must({"start-capture"});
    for (const char* command : {"catchup", "verify", "cutover"}) {
        expect_one_line(dbsync_.run({command}), 3);
    }
}

TEST_P(MysqlBadInputTest, SourceReplacedByAnotherDatabase) {
    must({"start-capture"});
    must({"snapshot"});
    MysqlServer& server = ends_->server(End::Source);
    const std::string other = server.create_database();
    server.exec("CREATE TABLE t (id int PRIMARY KEY, v text)", other);

    for (const char* command : {"catchup", "verify", "cutover"}) {
        expect_one_line(dbsync_.run({command, "--source", server.url(other)}), 3);
    }
    EXPECT_EQ(ends_->value(End::Target, "SELECT count(*) FROM t"), "1");
}

// A backup brought back under the same name: the history that the job relies on is gone.
TEST_P(MysqlBadInputTest, TargetRestoredToNothing) {
    must({"start-capture"});
    must({"snapshot"});
    const std::string& database = ends_->database(End::Target);
    ends_->server(End::Target)
        .exec("DROP DATABASE `" + database + "`; CREATE DATABASE `" + database + "`");

    expect_one_line(dbsync_.run({"catchup"}), 3);
    expect_one_line(dbsync_.run({"cutover"}), 3);
}

TEST_P(MysqlBadInputTest, PasswordsAppearNowhere) {
    ends_->must_run(End::Source,
                    "CREATE USER IF NOT EXISTS guarded IDENTIFIED BY 's3cret';"
                    "GRANT ALL PRIVILEGES ON *.* TO guarded");
    const std::string url =
        fmt::format("mysql://guarded:s3cret@127.0.0.1:{}/{}", port(), ends_->database(End::Source));

    const ProcessResult result =
        dbsync_.run({"start-capture", "--source", url, "--log-level", "trace"});

    EXPECT_EQ(result.exit_code, 0) << result;
    EXPECT_THAT(result.out + result.err, testing::Not(HasSubstr("s3cret")));
    EXPECT_THAT(read_file(dbsync_.state_file()), testing::Not(HasSubstr("s3cret")));
}

INSTANTIATE_TEST_SUITE_P(Engines,
                         MysqlBadInputTest,
                         testing::Values("mariadb", "mysql"),
                         [](const auto& each) { return std::string{each.param}; });

}  // namespace
}  // namespace dbsync::test
