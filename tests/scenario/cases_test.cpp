// SPDX-License-Identifier: MIT
// Every folder of cases/ is a move with writes at each stage, by the real binary between real
// databases. The engine is the first word of the folder's name; cases of "mysql" run on MariaDB and
// on MySQL. Files, all but schema.sql optional:
//   both.sql            on both ends before anything else (roles)
//   schema.sql          on the source; seed.sql its first rows
//   writes.sql          after start-capture, after snapshot, after catchup and after verify: it can
//                       be run again and again
//   before_catchup.sql  once, before catchup
//   after.sql           on the target after the cutover, as the application goes on
//   args                "<command> <more arguments>", a line each
//   expect_failure      "<command> <exit code> <text in the message>": the move ends there
//   min_version         the oldest server major that understands the SQL of the case
//   engines             "mariadb mysql" and the like: what a case of mysql runs on; between servers
//                       of different kinds ("mariadb to mysql") too if there is no such file
#include "scenario/mysql_ends.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <sstream>
#include <tuple>

namespace dbsync::test {
namespace {

namespace fs = std::filesystem;

fs::path cases_folder() {
    return fs::path{DBSYNC_SOURCE_DIR} / "tests/scenario/cases";
}

// A folder of cases/ and the engine that it runs on.
struct Case {
    std::string name;
    std::string engine;
};

// For Google Test's own messages.
void PrintTo(const Case& each, std::ostream* out) {
    *out << each.name << " on " << each.engine;
}

std::vector<Case> all_cases() {
    std::vector<Case> all;
    for (const fs::directory_entry& entry : fs::directory_iterator{cases_folder()}) {
        const std::string name = entry.path().filename().string();
        const std::string engine = name.substr(0, name.find('-'));
        if (engine == "mysql") {
            all.push_back({name, "mariadb"});
        }
        all.push_back({name, engine});
    }
    std::sort(all.begin(), all.end(), [](const Case& a, const Case& b) {
        return std::tie(a.name, a.engine) < std::tie(b.name, b.engine);
    });
    return all;
}

struct ExpectedFailure {
    std::string command;
    int exit_code = 0;
    std::string text;
};

// Publications belong to the server's replication, not to the data, and are not carried.
std::string without_publications(const std::string& schema) {
    std::istringstream lines{schema};
    std::string text;
    for (std::string line; std::getline(lines, line);) {
        if (line.find(" PUBLICATION ") == std::string::npos) {
            text += line + "\n";
        }
    }
    return text;
}

class CasesTest : public testing::TestWithParam<Case> {
  protected:
    void SetUp() override {
        const std::string& engine = GetParam().engine;
        if (is_mysql(engine)) {
            DBSYNC_NEEDS_MYSQL_ENDS(engine);
            set_up_mysql(engine);
        } else if (engine == "postgres") {
            DBSYNC_NEEDS_POSTGRES("system");
            const std::string needed = file("min_version");
            if (!needed.empty() && source_server().major() < std::stoi(needed)) {
                GTEST_SKIP() << "the case's own SQL needs PostgreSQL " << needed;
            }
            one_version_ = source_server().major() == target_server().major();
            ends_ = std::make_unique<PostgresEnds>();
        } else {
            ends_ = std::make_unique<SqliteEnds>(home_.path());
        }
        if (IsSkipped()) {
            return;
        }
        dbsync_.set("DBSYNC_SOURCE", ends_->url(End::Source));
        dbsync_.set("DBSYNC_TARGET", ends_->url(End::Target));
        read_expectations();
    }

    void set_up_mysql(const std::string& engine) {
        auto ends = std::make_unique<MysqlEnds>(engine);
        const std::string only = file("engines");
        const std::string here =
            ends->same_kind() ? engine : engine + " to " + mysql_target_kind(engine);
        if (!only.empty() && (" " + only).find(" " + here) == std::string::npos) {
            GTEST_SKIP() << "the case is not for " << here;
        }
        one_version_ = ends->same_kind();
        ends_ = std::move(ends);
    }

    [[nodiscard]] std::string file(const std::string& name) const {
        const fs::path path = cases_folder() / GetParam().name / name;
        return fs::exists(path) ? read_file(path) : "";
    }

    void read_expectations() {
        std::istringstream lines{file("args")};
        for (std::string line; std::getline(lines, line);) {
            std::istringstream words{line};
            std::string command;
            words >> command;
            for (std::string word; words >> word;) {
                arguments_[command].push_back(word);
            }
        }
        std::istringstream expected{file("expect_failure")};
        expected >> failure_.command >> failure_.exit_code >> std::ws;
        std::getline(expected, failure_.text);
    }

    // Runs one command. False when the move ends here, as it was expected to.
    bool step(std::vector<std::string> args) {
        const std::string command = args.front();
        const std::vector<std::string>& more = arguments_[command];
        args.insert(args.end(), more.begin(), more.end());
        const ProcessResult result = dbsync_.run(args);
        if (command == failure_.command) {
            EXPECT_EQ(result.exit_code, failure_.exit_code) << result;
            EXPECT_THAT(result.out + result.err, testing::HasSubstr(failure_.text));
            return false;
        }
        if (result.exit_code != 0) {
            ADD_FAILURE() << command << " of " << GetParam().name << ": " << result;
            failed_ = true;
        }
        return !failed_;
    }

    // check … cutover, with writes in between; false if it ended before the cutover was done.
    bool move() {
        const std::string writes = file("writes.sql");
        if (!step({"check"}) || !step({"start-capture"})) {
            return false;
        }
        ends_->must_run(End::Source, writes);
        if (!step({"snapshot"})) {
            return false;
        }
        ends_->must_run(End::Source, writes);
        ends_->must_run(End::Source, file("before_catchup.sql"));
        if (!step({"catchup", "--until-lag", "0"})) {
            return false;
        }
        ends_->must_run(End::Source, writes);
        if (!step({"verify"})) {
            return false;
        }
        ends_->must_run(End::Source, writes);
        return step({"cutover", "--yes"});
    }

    void expect_a_fenced_source() {
        const std::string before = ends_->dump(End::Source);
        const ProcessResult refused = ends_->script(End::Source, file("writes.sql"));
        EXPECT_NE(refused.exit_code, 0) << "the source still takes writes";
        EXPECT_EQ(first_difference(before, ends_->dump(End::Source)), "");
    }

    TempDir home_;
    DbsyncBinary dbsync_{home_};
    std::unique_ptr<Ends> ends_;
    std::map<std::string, std::vector<std::string>> arguments_;
    ExpectedFailure failure_;
    bool one_version_ = true;
    bool failed_ = false;
};

TEST_P(CasesTest, ArrivesComplete) {
    for (const End end : {End::Source, End::Target}) {
        ends_->must_run(end, file("both.sql"));
    }
    ends_->must_run(End::Source, file("schema.sql"));
    ends_->must_run(End::Source, file("seed.sql"));
    const std::string schema = ends_->schema(End::Source);

    const bool moved = move();

    if (!failure_.command.empty()) {
        EXPECT_FALSE(moved) << "expected to fail: " << file("expect_failure");
        EXPECT_EQ(dbsync_.run({"stop-capture"}).exit_code, 0);
        EXPECT_THAT(ends_->schema(End::Source), testing::Not(testing::HasSubstr("dbsync")));
        return;
    }
    ASSERT_TRUE(moved);
    EXPECT_EQ(first_difference(ends_->dump_with_sequences(End::Source),
                               ends_->dump_with_sequences(End::Target)),
              "");
    if (!file("writes.sql").empty()) {
        expect_a_fenced_source();
    }
    const ProcessResult after = ends_->script(End::Target, file("after.sql"));
    EXPECT_EQ(after.exit_code, 0) << "the application cannot go on on the target: " << after.err;
    const ProcessResult stopped = dbsync_.run({"stop-capture"});
    EXPECT_EQ(stopped.exit_code, 0) << stopped;
    EXPECT_EQ(first_difference(schema, ends_->schema(End::Source)), "") << "traces on the source";
    if (one_version_) {  // two majors print the same schema in other words
        EXPECT_EQ(first_difference(without_publications(schema), ends_->schema(End::Target)), "")
            << "another schema";
    }
}

INSTANTIATE_TEST_SUITE_P(, CasesTest, testing::ValuesIn(all_cases()), [](const auto& each) {
    std::string name = each.param.name;
    if (is_mysql(each.param.engine)) {
        name += "-on-" + each.param.engine;
    }
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
});

}  // namespace
}  // namespace dbsync::test
