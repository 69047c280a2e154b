// SPDX-License-Identifier: MIT
// Every .sql file tells a reader what it is, and what each placeholder stands for.
#include "support/source_tree.hpp"

#include <gmock/gmock.h>

#include <regex>
#include <set>

namespace dbsync::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string stem_of(const std::string& path) {
    const auto slash = path.rfind('/') + 1;
    return path.substr(slash, path.rfind('.') - slash);
}

struct SqlParts {
    std::string head;  // the comment lines in front
    std::string body;
};

SqlParts parts_of(const std::string& text) {
    SqlParts parts;
    bool in_head = true;
    for (const std::string& line : lines(text)) {
        in_head = in_head && line.starts_with("--");
        (in_head ? parts.head : parts.body) += line + "\n";
    }
    return parts;
}

std::set<std::string> placeholders(const std::string& text) {
    static const std::regex pattern{"\\{\\{([^}]*)\\}\\}"};
    std::set<std::string> names;
    for (std::sregex_iterator match{text.begin(), text.end(), pattern}, end; match != end;
         ++match) {
        names.insert((*match)[1]);
    }
    return names;
}

Complaints sql_complaints(const SourceFile& file) {
    static const std::regex known{"(ident|literal|columns|parts):[a-z_0-9]+"};
    const SqlParts parts = parts_of(file.text);
    const auto documented = placeholders(parts.head);
    Complaints found;
    if (!parts.head.starts_with("-- " + stem_of(file.path) + ": ")) {
        found.push_back(file.path + ": does not begin with its name");
    }
    if (parts.body.find_first_not_of(" \n") == std::string::npos) {
        found.push_back(file.path + ": no statement");
    }
    for (const std::string& name : placeholders(parts.body)) {
        if (!std::regex_match(name, known)) {
            found.push_back(file.path + ": unknown kind of placeholder " + name);
        } else if (!documented.contains(name)) {
            found.push_back(file.path + ": says nothing about " + name);
        }
    }
    for (const std::string& name : documented) {
        if (!placeholders(parts.body).contains(name)) {
            found.push_back(file.path + ": speaks of " + name + ", which is not used");
        }
    }
    return found;
}

TEST(SqlFiles, DocumentThemselves) {
    Complaints found;
    for (const SourceFile& file : project_files(DBSYNC_SOURCE_DIR)) {
        if (file.path.ends_with(".sql") && (file.below("triggers") || file.below("schemas"))) {
            const Complaints more = sql_complaints(file);
            found.insert(found.end(), more.begin(), more.end());
        }
    }
    EXPECT_THAT(found, IsEmpty());
}

TEST(SqlFiles, CatchWhatIsNotSaid) {
    EXPECT_THAT(sql_complaints({"triggers/x/a.sql", "-- b: wrong name.\nSELECT 1\n"}),
                ElementsAre("triggers/x/a.sql: does not begin with its name"));
    EXPECT_THAT(sql_complaints({"triggers/x/a.sql", "-- a: nothing.\n\n"}),
                ElementsAre("triggers/x/a.sql: no statement"));
    EXPECT_THAT(sql_complaints({"triggers/x/a.sql", "-- a: x.\nSELECT {{ident:t}}, {{raw:x}}\n"}),
                ElementsAre("triggers/x/a.sql: says nothing about ident:t",
                            "triggers/x/a.sql: unknown kind of placeholder raw:x"));
    EXPECT_THAT(sql_complaints({"triggers/x/a.sql", "-- a: x.\n-- {{ident:t}}  it\nSELECT 1\n"}),
                ElementsAre("triggers/x/a.sql: speaks of ident:t, which is not used"));
}

}  // namespace
}  // namespace dbsync::test
