// SPDX-License-Identifier: MIT
#include "sql/statement_template.hpp"

#include "sql/assets.hpp"
#include "support/source_tree.hpp"

#include <gmock/gmock.h>

#include <map>
#include <vector>

namespace dbsync::sql {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;

std::string test_ident(std::string_view name) {
    return "\"" + std::string{name} + "\"";
}
std::string test_literal(std::string_view text) {
    return "'" + std::string{text} + "'";
}
constexpr Quoting quoting{test_ident, test_literal};

// A real asset that has placeholders of three kinds: what is tested is render(), not the asset.
constexpr const char* path = "triggers/sqlite/after_delete.sql";

Parameters complete() {
    Parameters parameters{quoting};
    parameters.ident("trigger", "t 1").ident("table", TableName{"s", "o\"x"}).ident("delta", "d");
    parameters.columns("delta_key", {"k1", "k2"}).columns("old_key", {"a", "b"}, "OLD.{}");
    return parameters;
}

TEST(Render, FillsEveryKindOfPlaceholder) {
    const Rendered statement = render(path, complete());

    EXPECT_EQ(statement.asset, path);
    EXPECT_EQ(statement.text,
              "CREATE TRIGGER \"t 1\" AFTER DELETE ON \"s\".\"o\"x\" BEGIN\n"
              "    INSERT INTO \"d\" (\"k1\", \"k2\") VALUES (OLD.\"a\", OLD.\"b\");\nEND");
}

TEST(Render, LeavesOutTheCommentInFront) {
    EXPECT_THAT(std::string{asset(path)}, ::testing::StartsWith("-- after_delete: "));
    EXPECT_THAT(render(path, complete()).text, Not(::testing::HasSubstr("--")));
}

TEST(RenderDeathTest, AMissingValueAborts) {
    Parameters parameters{quoting};
    parameters.ident("trigger", "t");

    EXPECT_DEATH((void)render(path, parameters), "no value for ident:table");
}

TEST(RenderDeathTest, AnUnusedValueAborts) {
    Parameters parameters = complete();
    parameters.literal("extra", 1);

    EXPECT_DEATH((void)render(path, parameters), "unused literal:extra");
}

TEST(RenderDeathTest, AnUnknownAssetAborts) {
    EXPECT_DEATH((void)asset("triggers/none.sql"), "triggers/none.sql");
}

TEST(Assets, AreTheFilesOnDisk) {
    std::map<std::string, std::string> embedded;
    for (const Asset& one : assets()) {
        embedded.emplace(one.path, one.text);
    }
    std::vector<std::string> differing;
    for (const test::SourceFile& file : test::project_files(DBSYNC_SOURCE_DIR)) {
        if (file.path.ends_with(".sql") && (file.below("triggers") || file.below("schemas"))) {
            const auto found = embedded.find(file.path);
            if (found == embedded.end() || found->second != file.text) {
                differing.push_back(file.path);
            }
            embedded.erase(file.path);
        }
    }

    EXPECT_THAT(differing, IsEmpty()) << "build again";
    EXPECT_THAT(embedded, IsEmpty()) << "gone from the disk";
    EXPECT_FALSE(assets().empty());
}

}  // namespace
}  // namespace dbsync::sql
