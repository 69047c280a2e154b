// SPDX-License-Identifier: MIT
// The rooms may look only downwards, and only an engine's own folder knows its server.
#include "support/source_tree.hpp"

#include <gmock/gmock.h>

#include <map>
#include <regex>
#include <set>

namespace dbsync::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Include {
    std::string name;  // "row/table.hpp", "libpq-fe.h"
    int line = 0;
};

std::vector<Include> includes_of(const SourceFile& file) {
    static const std::regex pattern{"^\\s*#\\s*include\\s*[\"<]([^\">]+)[\">]"};
    std::vector<Include> all;
    int number = 0;
    for (const std::string& line : lines(file.text)) {
        ++number;
        std::smatch match;
        if (std::regex_search(line, match, pattern)) {
            all.push_back({match[1], number});
        }
    }
    return all;
}

std::string room_of(const std::string& path) {
    return path.substr(0, path.find('/'));
}

const std::set<std::string> phases{"capture", "snapshot", "catchup", "verify", "cutover"};
const std::set<std::string> engines{"engine/mysql/", "engine/postgres/", "engine/sqlite/"};

// Which rooms a room may include besides itself.
const std::map<std::string, std::set<std::string>> below{
    {"base", {}},
    {"row", {"base"}},
    {"sql", {"row", "base"}},
    {"engine", {"sql", "row", "base"}},
    {"state", {"sql", "row", "base"}},
    {"report", {"row", "base"}},
    {"capture", {"engine", "state", "report", "row", "base"}},
    {"snapshot", {"engine", "state", "report", "row", "base"}},
    {"catchup", {"engine", "state", "report", "row", "base"}},
    {"verify", {"engine", "state", "report", "row", "base"}},
    {"cutover", {"engine", "state", "report", "row", "base"}},
    {"migration",
     {"capture", "snapshot", "catchup", "verify", "cutover", "engine", "state", "report", "row",
      "base"}},
    {"demo", {"migration", "engine", "state", "report", "row", "base"}},
    {"cli",
     {"migration", "demo", "snapshot", "catchup", "verify", "cutover", "engine", "state", "report",
      "row", "base"}},
    {"main.cpp", {"cli", "report", "base"}},
};

// Headers of other projects, and the rooms (or files) that may know them.
const std::map<std::string, std::set<std::string>> owners{
    {"libpq-fe.h", {"engine/postgres/"}},
    {"sqlite3.h", {"engine/sqlite/", "state/", "demo/"}},
    {"SQLiteCpp/", {"engine/sqlite/", "state/", "demo/"}},
    {"mysql", {"engine/mysql/"}},
    {"boost/", {"cli/"}},
    {"spdlog/", {"base/log.cpp"}},
};

bool is_concrete(const std::string& include) {
    for (const std::string& engine : engines) {
        if (include.starts_with(engine)) {
            return true;
        }
    }
    return false;
}

bool may_name_engine(const std::string& path, const std::string& include) {
    static const std::set<std::string> may{"engine/registry.cpp", "engine/engine_text.cpp",
                                           "engine/endpoint.cpp"};
    return may.contains(path) ||
           path.substr(0, path.rfind('/')) == include.substr(0, include.rfind('/'));
}

bool owned_elsewhere(const std::string& path, const std::string& include) {
    for (const auto& [header, rooms] : owners) {
        if (!include.starts_with(header)) {
            continue;
        }
        for (const std::string& room : rooms) {
            if (path.starts_with(room)) {
                return false;
            }
        }
        return true;
    }
    return false;
}

// Why a file (path relative to src) may not include this, or "".
std::string objection(const std::string& path, const std::string& include) {
    const std::string room = room_of(path);
    const std::string other = room_of(include);
    const bool ours = include.ends_with(".hpp") && below.contains(other);
    if (ours && other != room && !below.at(room).contains(other)) {
        return room + " must not know " + other;
    }
    if (is_concrete(include) && !may_name_engine(path, include)) {
        return "only engine/registry.cpp names a concrete engine";
    }
    return owned_elsewhere(path, include) ? include + " belongs to other rooms" : "";
}

Complaints layer_complaints(const std::vector<SourceFile>& files) {
    Complaints found;
    for (const SourceFile& file : files) {
        if (!file.below("src") || !file.is_cpp()) {
            continue;
        }
        const std::string path = file.path.substr(4);
        if (!below.contains(room_of(path))) {
            found.push_back(file.path + ": a room without a place in the layers");
            continue;
        }
        for (const Include& include : includes_of(file)) {
            const std::string why = objection(path, include.name);
            if (!why.empty()) {
                found.push_back(file.path + ":" + std::to_string(include.line) + ": " + why);
            }
        }
    }
    return found;
}

// json.hpp and spdlog take seconds to compile: they stay out of headers.
Complaints heavy_headers(const std::vector<SourceFile>& files) {
    Complaints found;
    for (const SourceFile& file : files) {
        if (!file.below("src") || !file.is_header()) {
            continue;
        }
        for (const Include& include : includes_of(file)) {
            if (include.name.starts_with("nlohmann/json.hpp") ||
                include.name.starts_with("spdlog/") || include.name.starts_with("boost/")) {
                found.push_back(file.path + ": " + include.name + " in a header");
            }
        }
    }
    return found;
}

TEST(Layers, LookOnlyDownwards) {
    EXPECT_THAT(layer_complaints(project_files(DBSYNC_SOURCE_DIR)), IsEmpty());
}

TEST(Layers, HeadersStayLight) {
    EXPECT_THAT(heavy_headers(project_files(DBSYNC_SOURCE_DIR)), IsEmpty());
    EXPECT_THAT(heavy_headers({{"src/cli/a.hpp", "#include <nlohmann/json.hpp>\n"}}),
                ElementsAre("src/cli/a.hpp: nlohmann/json.hpp in a header"));
}

TEST(Layers, CatchUpwardLooks) {
    EXPECT_THAT(layer_complaints({{"src/base/a.cpp", "\n#include \"engine/source.hpp\"\n"},
                                  {"src/verify/a.cpp", "#include \"catchup/pass.hpp\"\n"},
                                  {"src/engine/a.cpp", "#include \"cutover/cutover.hpp\"\n"}}),
                ElementsAre("src/base/a.cpp:2: base must not know engine",
                            "src/verify/a.cpp:1: verify must not know catchup",
                            "src/engine/a.cpp:1: engine must not know cutover"));
}

TEST(Layers, CatchForeignEngines) {
    const std::string rule = "only engine/registry.cpp names a concrete engine";

    EXPECT_THAT(
        layer_complaints({{"src/catchup/a.cpp", "#include \"engine/postgres/reader.hpp\"\n"},
                          {"src/engine/sqlite/a.cpp", "#include \"engine/postgres/reader.hpp\"\n"},
                          {"src/engine/registry.cpp", "#include \"engine/sqlite/source.hpp\"\n"}}),
        ElementsAre("src/catchup/a.cpp:1: " + rule, "src/engine/sqlite/a.cpp:1: " + rule));
}

TEST(Layers, CatchForeignLibraries) {
    EXPECT_THAT(layer_complaints({{"src/verify/a.cpp", "#include <libpq-fe.h>\n"},
                                  {"src/cli/a.cpp", "#include <SQLiteCpp/SQLiteCpp.h>\n"},
                                  {"src/state/a.cpp", "#include <sqlite3.h>\n"}}),
                ElementsAre("src/verify/a.cpp:1: libpq-fe.h belongs to other rooms",
                            "src/cli/a.cpp:1: SQLiteCpp/SQLiteCpp.h belongs to other rooms"));
}

TEST(Layers, CatchUnknownRooms) {
    EXPECT_THAT(layer_complaints({{"src/utils/a.cpp", ""}}),
                ElementsAre("src/utils/a.cpp: a room without a place in the layers"));
}

}  // namespace
}  // namespace dbsync::test
