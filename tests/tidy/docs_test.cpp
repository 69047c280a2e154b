// SPDX-License-Identifier: MIT
// The documents agree with the program and stand on their own.
#include "base/error.hpp"
#include "support/dbsync_binary.hpp"
#include "support/source_tree.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <regex>
#include <set>

namespace dbsync::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

bool is_document(const SourceFile& file) {
    return file.path.ends_with(".md");
}

Complaints matches(const SourceFile& file,
                   const std::regex& pattern,
                   const std::string& complaint) {
    Complaints found;
    const std::vector<std::string> all = lines(file.text);
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (std::regex_search(all[i], pattern)) {
            found.push_back(file.path + ":" + std::to_string(i + 1) + ": " + complaint);
        }
    }
    return found;
}

// Line numbers rot with the next edit.
Complaints line_numbers(const SourceFile& file) {
    static const std::regex pattern{"\\.(cpp|hpp|sql|md|txt|py|cmake):[0-9]|\\blines? [0-9]+"};
    return matches(file, pattern, "quotes a line number");
}

// The project stands alone: no path of the machine that it was written on.
Complaints outside_paths(const SourceFile& file) {
    static const std::regex pattern{
        "(^|[\\s\"'`(=])/(wo"
        "rk|ro"
        "ot|ho"
        "me)/|[^a-z]\\.\\./sha"
        "red"};
    return matches(file, pattern, "names a path outside the project");
}

Complaints broken_links(const SourceFile& file, const std::filesystem::path& root) {
    static const std::regex pattern{"\\]\\(([^)#: ]+)(#[^)]*)?\\)"};
    Complaints found;
    const auto folder = (root / file.path).parent_path();
    for (std::sregex_iterator match{file.text.begin(), file.text.end(), pattern}, end; match != end;
         ++match) {
        const std::string target = (*match)[1];
        if (!std::filesystem::exists(folder / target)) {
            found.push_back(file.path + ": links to " + target + ", which is not there");
        }
    }
    return found;
}

// Commands of the form `dbsync <command> … --flag` in documents name real flags.
std::set<std::string> flags_in(const std::string& text) {
    static const std::regex pattern{"(^|[\\s\\[|`])(--[a-z][a-z-]+)"};
    std::set<std::string> flags;
    for (std::sregex_iterator match{text.begin(), text.end(), pattern}, end; match != end;
         ++match) {
        flags.insert((*match)[2]);
    }
    return flags;
}

std::vector<std::string> undocumented(const std::set<std::string>& flags, const std::string& docs) {
    const std::set<std::string> named = flags_in(docs);
    std::vector<std::string> missing;
    for (const std::string& flag : flags) {
        if (!named.contains(flag)) {
            missing.push_back(flag);
        }
    }
    return missing;
}

std::set<std::string> codes_in_table(const std::string& text) {
    static const std::regex row{"^\\| *`?([0-9]+)`? *\\|"};
    std::set<std::string> codes;
    for (const std::string& line : lines(text)) {
        std::smatch match;
        if (std::regex_search(line, match, row)) {
            codes.insert(match[1]);
        }
    }
    return codes;
}

std::set<std::string> codes_of_the_program() {
    std::set<std::string> codes{"0"};
    for (int kind = 0; kind <= static_cast<int>(ErrorKind::Internal); ++kind) {
        codes.insert(std::to_string(exit_code(static_cast<ErrorKind>(kind))));
    }
    return codes;
}

template <class Rule>
Complaints in_project(Rule rule, bool (*wanted)(const SourceFile&)) {
    Complaints found;
    for (const SourceFile& file : project_files(DBSYNC_SOURCE_DIR)) {
        if (wanted(file)) {
            const Complaints more = rule(file);
            found.insert(found.end(), more.begin(), more.end());
        }
    }
    return found;
}

bool every_file(const SourceFile&) {
    return true;
}

TEST(Docs, QuoteNoLineNumber) {
    EXPECT_THAT(in_project(line_numbers, is_document), IsEmpty());
    EXPECT_THAT(line_numbers({"a.md", "see pass.cpp:12\nsee line 12\nthe first line\n"}),
                SizeIs(2));
}

TEST(Docs, NameNoPathOutsideTheProject) {
    EXPECT_THAT(in_project(outside_paths, every_file), IsEmpty());
    EXPECT_THAT(outside_paths({"a.md", std::string{"read /wo"} + "rk/notes\nsrc/wo" + "rk/x\n"}),
                ElementsAre("a.md:1: names a path outside the project"));
}

TEST(Docs, LinkToWhatIsThere) {
    const std::filesystem::path root{DBSYNC_SOURCE_DIR};
    EXPECT_THAT(
        in_project([&](const SourceFile& file) { return broken_links(file, root); }, is_document),
        IsEmpty());
    EXPECT_THAT(
        broken_links({"docs/a.md", "[x](../README.md) [y](no.md) [z](https://x.org)"}, root),
        ElementsAre("docs/a.md: links to no.md, which is not there"));
}

TEST(Docs, ListEveryExitCode) {
    const std::string page =
        read_file(std::filesystem::path{DBSYNC_SOURCE_DIR} / "docs/operating/exit-codes.md");

    EXPECT_EQ(codes_in_table(page), codes_of_the_program());
    EXPECT_THAT(codes_in_table("| code | meaning |\n| 0 | done |\n| `7` | no |\n7 apples\n"),
                ElementsAre("0", "7"));
}

TEST(Docs, NameEveryFlagOfTheHelp) {
    const TempDir home;
    const DbsyncBinary dbsync{home};
    std::string help = dbsync.run({"--help"}).out;
    for (const char* command : {"check", "start-capture", "snapshot", "catchup", "verify",
                                "cutover", "status", "stop-capture", "migrate", "demo"}) {
        const ProcessResult result = dbsync.run({command, "--help"});
        ASSERT_EQ(result.exit_code, 0) << result;
        help += result.out;
    }
    std::string docs;
    for (const SourceFile& file : project_files(DBSYNC_SOURCE_DIR)) {
        docs += is_document(file) ? file.text : "";
    }

    ASSERT_GT(flags_in(help).size(), 20U) << help;
    EXPECT_THAT(undocumented(flags_in(help), docs), IsEmpty());
    EXPECT_THAT(undocumented({"--source", "--sour"}, "use `--source URL`"), ElementsAre("--sour"));
}

}  // namespace
}  // namespace dbsync::test
