// SPDX-License-Identifier: MIT
// The real binary and what it says and does about bad input: one line, the promised exit code,
// and nothing touched.
#include "support/dbsync_binary.hpp"
#include "support/sqlite_file.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace dbsync {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using Json = nlohmann::json;

class CliTest : public testing::Test {
  protected:
    CliTest() {
        source_.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);"
                     "INSERT INTO t VALUES (1, 'one'), (2, 'two')");
        before_ = source_.schema();
    }

    std::string target_url() const { return "sqlite://" + (folder_ / "new.db").string(); }
    std::vector<std::string> with_ends(std::vector<std::string> args) const {
        for (const auto& word : {std::string{"--source"}, source_.url(), std::string{"--target"},
                                 target_url()}) {
            args.push_back(word);
        }
        return args;
    }

    // One line of message, one of advice, the exit code, and an untouched source.
    void expect_refused(const test::ProcessResult& result, int code, const std::string& says) {
        EXPECT_EQ(result.exit_code, code) << result;
        EXPECT_THAT(result.err, StartsWith("dbsync: ")) << result;
        EXPECT_THAT(result.err, HasSubstr(says)) << result;
        EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 2) << result;
        EXPECT_THAT(result.err, HasSubstr("\n  next: ")) << result;
        EXPECT_EQ(source_.schema(), before_);
    }

    test::TempDir folder_;
    test::SqliteFile source_{folder_ / "old.db"};
    test::DbsyncBinary dbsync_{folder_};
    std::string before_;
};

TEST_F(CliTest, RefusesACommandLineThatItDoesNotUnderstand) {
    expect_refused(dbsync_.run({}), 2, "no command given");
    expect_refused(dbsync_.run({"statsu"}), 2, "write 'status'");
    expect_refused(dbsync_.run({"rollback"}), 2, "not in this release");
    expect_refused(dbsync_.run({"report", "--help"}), 2, "not in this release");
    expect_refused(dbsync_.run(with_ends({"check", "--frobnicate"})), 2, "--frobnicate");
    expect_refused(dbsync_.run(with_ends({"check", "extra"})), 2, "unexpected argument 'extra'");
    expect_refused(dbsync_.run(with_ends({"check", "--jobs", "0"})), 2, "--jobs");
    expect_refused(dbsync_.run(with_ends({"check", "--job", "../x"})), 2, "--job");
    expect_refused(dbsync_.run(with_ends({"check", "--config", "/nowhere.ini"})), 2, "config");
}

TEST_F(CliTest, RefusesWhatThisReleaseDoesNotHaveYet) {
    expect_refused(dbsync_.run(with_ends({"cutover", "--keep-reverse"})), 2, "--keep-reverse");
    expect_refused(dbsync_.run(with_ends({"cutover", "--freeze", "external"})), 2, "--freeze");
    expect_refused(dbsync_.run(with_ends({"catchup", "--max-load", "x"})), 2, "--max-load");
    expect_refused(dbsync_.run(with_ends({"status", "--watch"})), 2, "--watch");
    EXPECT_FALSE(std::filesystem::exists(dbsync_.state_file()));
}

TEST_F(CliTest, RefusesUrlsThatLeadNowhere) {
    expect_refused(dbsync_.run({"check", "--source", "oracle://u:secret@h/d", "--target", "x"}), 2,
                   "--source: the URL");
    expect_refused(dbsync_.run({"check", "--source", source_.url(), "--target", "new.db"}), 2,
                   "--target: ");
    expect_refused(dbsync_.run({"check", "--source", source_.url(), "--target", source_.url()}), 2,
                   "the same");
    expect_refused(dbsync_.run({"check", "--source", "postgresql://h/d", "--target",
                                source_.url()}), 2, "from postgresql to sqlite");
    expect_refused(dbsync_.run({"snapshot"}), 2, "--source is not given");
}

TEST_F(CliTest, SaysWhenTheSourceFileIsMissing) {
    const auto result = dbsync_.run({"start-capture", "--source", "sqlite:///nowhere/old.db",
                                     "--target", target_url()});

    expect_refused(result, 4, "/nowhere/old.db");
    EXPECT_FALSE(std::filesystem::exists(dbsync_.state_file()));
}

TEST_F(CliTest, NamesTheStepThatIsMissing) {
    expect_refused(dbsync_.run(with_ends({"snapshot"})), 3, "capture is not installed");
    expect_refused(dbsync_.run(with_ends({"cutover"})), 3, "capture is not installed");
    EXPECT_FALSE(std::filesystem::exists(dbsync_.state_file()));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "new.db"));
}

TEST_F(CliTest, RefusesAStateThatCannotBeUsed) {
    const std::string text = folder_.write("notes.txt", "no database, just a few words of text");

    expect_refused(dbsync_.run(with_ends({"start-capture", "--state", text + "/job.db"})), 2,
                   "state");
    expect_refused(dbsync_.run(with_ends({"start-capture", "--state", text})), 2,
                   "not a state file");
    expect_refused(dbsync_.run(with_ends({"start-capture", "--state", source_.path()})), 2,
                   "not a state file");
}

TEST_F(CliTest, StaysWithTheJobAndTheEndsItBeganWith) {
    ASSERT_EQ(dbsync_.run(with_ends({"start-capture"})).exit_code, 0);
    before_ = source_.schema();

    expect_refused(dbsync_.run({"snapshot", "--target", "sqlite:///other.db"}), 3,
                   "sqlite:///other.db");
    expect_refused(dbsync_.run({"snapshot", "--job", "other", "--state", dbsync_.state_file()}), 3,
                   "belongs to job 'default', not to 'other'");
}

TEST_F(CliTest, LetsOneProcessWorkOnAJob) {
    ASSERT_EQ(dbsync_.run(with_ends({"start-capture"})).exit_code, 0);
    before_ = source_.schema();
    const int lock = ::open((dbsync_.state_file().string() + ".lock").c_str(), O_RDWR);
    struct flock range {};
    range.l_type = F_WRLCK;
    ASSERT_EQ(::fcntl(lock, F_SETLK, &range), 0);

    expect_refused(dbsync_.run({"snapshot"}), 10, "works on job 'default'");
    EXPECT_EQ(dbsync_.run({"status"}).exit_code, 0);
    ::close(lock);
}

TEST_F(CliTest, AnswersErrorsInJsonToo) {
    const auto result = dbsync_.run(with_ends({"snapshot", "--json"}));

    const Json answer = Json::parse(result.out);
    EXPECT_EQ(answer["command"], "snapshot");
    EXPECT_EQ(answer["job"], "default");
    EXPECT_EQ(answer["result"], "error");
    EXPECT_EQ(answer["exit_code"], 3);
    EXPECT_EQ(answer["error"]["code"], "precondition");
    EXPECT_THAT(answer["error"]["hint"].get<std::string>(), HasSubstr("start-capture"));
    EXPECT_EQ(Json::parse(dbsync_.run({"check", "--json", "--bad"}).out)["exit_code"], 2);
}

TEST_F(CliTest, PrintsTheSqlOfCaptureAndChangesNothing) {
    const auto result = dbsync_.run(with_ends({"start-capture", "--dry-run"}));

    EXPECT_EQ(result.exit_code, 0) << result;
    EXPECT_THAT(result.out, HasSubstr("CREATE TRIGGER"));
    EXPECT_EQ(source_.schema(), before_);
    EXPECT_FALSE(std::filesystem::exists(dbsync_.state_file()));
}

TEST_F(CliTest, GoesOnWithoutItsStateFile) {
    ASSERT_EQ(dbsync_.run(with_ends({"start-capture"})).exit_code, 0);
    ASSERT_EQ(dbsync_.run({"snapshot"}).exit_code, 0);
    std::filesystem::remove(dbsync_.state_file());

    const auto status = dbsync_.run(with_ends({"status", "--json"}));

    EXPECT_EQ(status.exit_code, 0) << status;
    EXPECT_EQ(Json::parse(status.out)["phase"], "catching-up");
    EXPECT_EQ(dbsync_.run(with_ends({"catchup"})).exit_code, 0);
}

TEST_F(CliTest, KeepsThePromisedTextOfHelp) {
    const std::filesystem::path golden = std::filesystem::path{DBSYNC_SOURCE_DIR} / "tests/golden";
    std::vector<std::vector<std::string>> calls{{"--help"}};
    for (const char* command : {"check", "start-capture", "snapshot", "catchup", "verify",
                                "cutover", "status", "stop-capture", "migrate", "demo"}) {
        calls.push_back({command, "--help"});
    }
    for (const auto& call : calls) {
        const auto result = dbsync_.run(call);
        const auto file =
            golden / (call.size() == 1 ? "help.txt" : "help-" + call.front() + ".txt");
        EXPECT_EQ(result.exit_code, 0) << result;
        if (std::getenv("DBSYNC_UPDATE_GOLDEN") != nullptr) {
            std::ofstream{file} << result.out;
        }
        EXPECT_EQ(result.out, test::read_file(file)) << file;
    }
}

}  // namespace
}  // namespace dbsync
