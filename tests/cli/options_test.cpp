// SPDX-License-Identifier: MIT
// Which place wins, and what is said about a mistake.
#include "base/error.hpp"
#include "cli/command.hpp"
#include "cli/suggest.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace dbsync::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class OptionsTest : public testing::Test {
  protected:
    Values parse(const std::string& command, const std::vector<std::string>& arguments) const {
        return parse_options(options_of(find_command(command)), options_of_all(), arguments,
                             [this](const std::string& name) -> std::optional<std::string> {
                                 const auto found = environment_.find(name);
                                 return found == environment_.end()
                                            ? std::nullopt
                                            : std::optional{found->second};
                             });
    }
    std::string refusal(const std::string& command,
                        const std::vector<std::string>& arguments) const {
        try {
            (void)parse(command, arguments);
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::Usage);
            return std::string{error.what()} + " / " + error.fields().hint;
        }
        return "";
    }

    test::TempDir folder_;
    std::map<std::string, std::string> environment_;
};

TEST_F(OptionsTest, LetsTheFlagWinOverTheEnvironmentAndThatOverTheConfig) {
    environment_["DBSYNC_CONFIG"] = folder_.write("c.ini", "job = config\nsource = sqlite:c\n"
                                                           "state = c.db\n# a comment\n");
    environment_["DBSYNC_JOB"] = "environment";
    environment_["DBSYNC_SOURCE"] = "sqlite:e";

    const Values values = parse("status", {"--job", "flag"});

    EXPECT_EQ(values.text("job"), "flag");
    EXPECT_EQ(values.text("source"), "sqlite:e");
    EXPECT_EQ(values.text("state"), "c.db");
    EXPECT_FALSE(values.is_set("target"));
}

TEST_F(OptionsTest, PassesOverWhatAnotherCommandTakesInTheConfig) {
    const std::string config = folder_.write("c.ini", "max-freeze = 5s\ntables = a\ntables = b\n");

    EXPECT_THAT(parse("status", {"--config", config}).list("tables"), ElementsAre("a", "b"));
    EXPECT_EQ(parse("cutover", {"--config", config}).duration("max-freeze"),
              std::chrono::milliseconds{5'000});
}

TEST_F(OptionsTest, NamesAnUnknownOptionInTheConfig) {
    const std::string config = folder_.write("c.ini", "max-frieze = 5s\n");

    EXPECT_THAT(refusal("status", {"--config", config}),
                testing::AllOf(HasSubstr("unknown option max-frieze"), HasSubstr("--max-freeze")));
}

TEST_F(OptionsTest, SuggestsWhatWasMeant) {
    EXPECT_THAT(refusal("cutover", {"--max-frieze", "5s"}), HasSubstr("--max-freeze"));
    EXPECT_THAT(refusal("snapshot", {"--schema", "nome"}), HasSubstr("write none"));
    EXPECT_EQ(nearest("statsu", {"status", "snapshot"}), "status");
    EXPECT_EQ(nearest("xyzzy", {"status", "snapshot"}), "");
}

TEST_F(OptionsTest, RefusesWrongValuesByName) {
    EXPECT_THAT(refusal("cutover", {"--max-freeze", "soon"}), HasSubstr("--max-freeze"));
    EXPECT_THAT(refusal("snapshot", {"--chunk-rows", "-1"}), HasSubstr("--chunk-rows"));
    EXPECT_THAT(refusal("status", {"--job"}), HasSubstr("--job needs a value"));
    EXPECT_THAT(refusal("status", {"--job", "a", "--job", "b"}), HasSubstr("given twice"));
    EXPECT_THAT(refusal("status", {"--json=1"}), HasSubstr("takes no value"));
    EXPECT_THAT(refusal("status", {"--job", ""}), HasSubstr("--job is empty"));
}

TEST_F(OptionsTest, DoesNotRepeatAnArgumentThatMayHoldASecret) {
    EXPECT_THAT(refusal("status", {"postgresql://app:secret@db/shop"}),
                testing::Not(HasSubstr("secret")));
    EXPECT_THAT(refusal("status", {"--sorce=postgresql://app:secret@db/shop"}),
                testing::AllOf(HasSubstr("--source"), testing::Not(HasSubstr("secret"))));
}

}  // namespace
}  // namespace dbsync::cli
