// SPDX-License-Identifier: MIT
// House rules for the text of C++ files; docs/style.md gives the reasons.
#include "support/source_tree.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <regex>

namespace dbsync::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::size_t line_columns_max = 100;
constexpr std::size_t file_lines_max = 450;
constexpr std::size_t function_lines_max = 70;

std::string at(const SourceFile& file, std::size_t index) {
    return file.path + ":" + std::to_string(index + 1) + ": ";
}

// Columns as an editor counts them: one a code point.
std::size_t columns(const std::string& line) {
    return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

bool is_text_of_ours(const SourceFile& file) {
    if (file.below("tests/scenario/cases")) {
        return false;  // data: what an application might have written
    }
    return file.is_cpp() || file.path.ends_with(".sql") || file.path.ends_with(".cmake") ||
           file.below("scripts");
}

Complaints long_lines(const SourceFile& file) {
    Complaints found;
    const std::vector<std::string> all = lines(file.text);
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (columns(all[i]) > line_columns_max) {
            found.push_back(at(file, i) + "longer than 100 columns");
        }
    }
    return found;
}

struct Ban {
    std::string pattern;
    std::string instead;
    std::vector<std::string> except = {};  // folders or files where it is allowed
};

const std::vector<Ban>& bans() {
    static const std::vector<Ban> all{
        {"\\bsleep_for\\b|\\bsleep_until\\b|\\busleep\\s*\\(", "wait on a condition with a bound"},
        {"\\bsystem\\s*\\(",
         "use the process functions of cutover/hooks",
         {"src/base/checkpoint.cpp"}},
        {"\\bstd::endl\\b", "write '\\n'"},
        {"\\batoi\\s*\\(|\\batol\\s*\\(|\\bstrtol\\s*\\(", "use std::from_chars"},
        {"\\bstd::cout\\b",
         "leave the answer to the command line",
         {"src/main.cpp", "src/report/", "src/cli/", "src/demo/"}},
        {"using\\s+namespace\\s+std\\s*;", "name what you use"},
        {"#\\s*pragma\\s+GCC\\s+diagnostic", "mend the warning"},
    };
    return all;
}

bool is_excepted(const SourceFile& file, const Ban& ban) {
    return std::any_of(ban.except.begin(), ban.except.end(),
                       [&](const std::string& prefix) { return file.path.starts_with(prefix); });
}

Complaints banned_calls(const SourceFile& file) {
    Complaints found;
    const std::vector<std::string> all = lines(code_only(file.text));
    for (const Ban& ban : bans()) {
        if (is_excepted(file, ban)) {
            continue;
        }
        const std::regex pattern{ban.pattern};
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (std::regex_search(all[i], pattern)) {
                found.push_back(at(file, i) + ban.instead);
            }
        }
    }
    return found;
}

// An open end needs an issue: TO-DO(#12), not a bare word.
Complaints open_ends(const SourceFile& file) {
    static const std::regex pattern{
        "\\b(TO"
        "DO(?!\\(#[0-9]+\\))|FIX"
        "ME|XX"
        "X)\\b"};
    Complaints found;
    const std::vector<std::string> all = lines(file.text);
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (std::regex_search(all[i], pattern)) {
            found.push_back(at(file, i) + "an open end without an issue");
        }
    }
    return found;
}

Complaints heads(const SourceFile& file) {
    const std::vector<std::string> all = lines(file.text);
    if (all.empty() || all[0] != "// SPDX-License-Identifier: MIT") {
        return {file.path + ": the first line is not the licence"};
    }
    if (file.is_header() && (all.size() < 2 || !all[1].starts_with("// "))) {
        return {file.path + ": no comment says what the header is for"};
    }
    if (file.is_header() && file.text.find("\n#pragma once\n") == std::string::npos) {
        return {file.path + ": no #pragma once"};
    }
    return {};
}

// Lines from the `{` at `open` to its end, both counted.
std::size_t block_end(const std::string& code, std::size_t open) {
    int depth = 0;
    for (std::size_t i = open; i < code.size(); ++i) {
        depth += code[i] == '{' ? 1 : (code[i] == '}' ? -1 : 0);
        if (depth == 0) {
            return i;
        }
    }
    return code.size() - 1;
}

bool opens_a_scope(const std::string& head) {
    static const std::regex templates{"template\\s*<[^{}]*?>\\s"};
    static const std::regex scope{"\\b(namespace|class|struct|union|enum|extern)\\b"};
    return std::regex_search(std::regex_replace(head, templates, " "), scope);
}

// A brace counter that knows scopes from bodies by the words in front of them. What is inside a
// body belongs to the body.
Complaints long_functions(const SourceFile& file) {
    Complaints found;
    const std::string code = code_only(file.text);
    std::size_t head = 0;
    for (std::size_t i = 0; i < code.size(); ++i) {
        if (code[i] == ';' || code[i] == '}') {
            head = i + 1;
        } else if (code[i] == '{') {
            if (!opens_a_scope(code.substr(head, i - head))) {
                const std::size_t end = block_end(code, i);
                const auto first = code.begin() + static_cast<std::ptrdiff_t>(i);
                const auto last = code.begin() + static_cast<std::ptrdiff_t>(end);
                const bool is_body = code.substr(head, i - head).find(')') != std::string::npos;
                if (is_body &&
                    std::count(first, last, '\n') + 1 > static_cast<long>(function_lines_max)) {
                    const auto line = std::count(code.begin(), first, '\n');
                    found.push_back(at(file, static_cast<std::size_t>(line)) +
                                    "a function of more than 70 lines");
                }
                i = end;
            }
            head = i + 1;
        }
    }
    return found;
}

Complaints long_file(const SourceFile& file) {
    if (lines(file.text).size() > file_lines_max) {
        return {file.path + ": more than 450 lines"};
    }
    return {};
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

bool is_cpp(const SourceFile& file) {
    return file.is_cpp();
}

TEST(Style, LinesFitInAHundredColumns) {
    EXPECT_THAT(in_project(long_lines, is_text_of_ours), IsEmpty());
    EXPECT_THAT(long_lines({"a.cpp", "x\n" + std::string(101, 'x') + "\n"}),
                ElementsAre("a.cpp:2: longer than 100 columns"));
    EXPECT_THAT(long_lines({"a.cpp", std::string(99, 'x') + "é\n"}), IsEmpty());
}

TEST(Style, BannedCallsStayOut) {
    EXPECT_THAT(in_project(banned_calls, is_cpp), IsEmpty());
    const std::string bad =
        "std::this_thread::sleep_for(1s);\nsystem(\"ls\");\nstd::cout << 1 << std::endl;\n"
        "atoi(text);\nusing namespace std;\n// sleep_for in a comment\n\"system(\";\n";
    EXPECT_THAT(banned_calls({"src/verify/a.cpp", bad}), SizeIs(6));
    EXPECT_THAT(banned_calls({"src/cli/a.cpp", "std::cout << 1;\n"}), IsEmpty());
}

TEST(Style, NoOpenEndWithoutAnIssue) {
    EXPECT_THAT(in_project(open_ends, is_text_of_ours), IsEmpty());
    EXPECT_THAT(open_ends({"a.cpp", std::string{"// TO"} + "DO: later\n// FIX" + "ME\n"}),
                SizeIs(2));
    EXPECT_THAT(open_ends({"a.cpp", std::string{"// TO"} + "DO(#12): later\n"}), IsEmpty());
}

TEST(Style, FilesSayWhatTheyAreFor) {
    EXPECT_THAT(in_project(heads, is_cpp), IsEmpty());
    const std::string licence = "// SPDX-License-Identifier: MIT\n";
    EXPECT_THAT(heads({"a.cpp", "int x;\n"}), SizeIs(1));
    EXPECT_THAT(heads({"a.hpp", licence + "#pragma once\n"}), SizeIs(1));
    EXPECT_THAT(heads({"a.hpp", licence + "// What it is.\n"}), SizeIs(1));
    EXPECT_THAT(heads({"a.hpp", licence + "// What it is.\n#pragma once\n"}), IsEmpty());
}

TEST(Style, FunctionsAreShort) {
    EXPECT_THAT(in_project(long_functions, is_cpp), IsEmpty());
    std::string body(71, '\n');
    EXPECT_THAT(
        long_functions({"a.cpp", "namespace n {\nclass C {\nvoid f() {" + body + "}\n};\n}"}),
        ElementsAre("a.cpp:3: a function of more than 70 lines"));
    EXPECT_THAT(long_functions({"a.cpp", "template <class T>\nvoid f(T) {" + body + "}\n"}),
                SizeIs(1));
    EXPECT_THAT(long_functions({"a.cpp", "C::C() : a_{1}, b_(2) {" + body + "}\n"}), SizeIs(1));
    EXPECT_THAT(long_functions({"a.cpp", "struct S {" + body + "};\nint all[]{" + body + "};\n"}),
                IsEmpty());
}

TEST(Style, FilesAreShort) {
    EXPECT_THAT(in_project(long_file, is_cpp), IsEmpty());
    EXPECT_THAT(long_file({"a.cpp", std::string(451, '\n')}), SizeIs(1));
}

}  // namespace
}  // namespace dbsync::test
