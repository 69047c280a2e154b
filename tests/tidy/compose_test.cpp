// SPDX-License-Identifier: MIT
// docker-compose.yml and the Dockerfile are not run where there is no container engine; what they
// name must exist all the same.
#include "support/process.hpp"
#include "support/source_tree.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <regex>

namespace dbsync::test {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const std::filesystem::path root{DBSYNC_SOURCE_DIR};

json parsed_yaml(const std::string& text) {
    const ProcessResult result = run({.program = "python3",
                                      .args = {"-c",
                                               "import json, sys, yaml;"
                                               " print(json.dumps(yaml.safe_load(sys.stdin)))"},
                                      .input = text});
    EXPECT_EQ(result.exit_code, 0) << result;
    return json::parse(result.out);
}

std::vector<std::string> names_in(const json& list) {
    std::vector<std::string> names;
    for (const auto& [key, value] : list.items()) {
        names.push_back(list.is_array() ? value.get<std::string>() : key);
    }
    return names;
}

bool is_pinned(const std::string& image) {
    static const std::regex pattern{"[a-z/]+:[0-9][0-9a-z.-]*"};
    return std::regex_match(image, pattern);
}

void check_build(const std::string& name, const json& build, Complaints& found) {
    const std::string context = build.value("context", ".");
    const std::string file = build.value("dockerfile", "Dockerfile");
    if (!std::filesystem::exists(root / context / file)) {
        found.push_back(name + ": no " + file);
    }
}

void check_volume(const std::string& name,
                  const std::string& volume,
                  const json& declared,
                  Complaints& found) {
    const std::string from = volume.substr(0, volume.find(':'));
    const bool is_path = from.starts_with(".");
    if (is_path ? !std::filesystem::exists(root / from) : !declared.contains(from)) {
        found.push_back(name + ": no volume " + from);
    }
}

void check_service(const std::string& name,
                   const json& service,
                   const json& file,
                   Complaints& found) {
    if (service.contains("build")) {
        check_build(name, service["build"], found);
    } else if (!is_pinned(service.value("image", ""))) {
        found.push_back(name + ": image is not pinned");
    } else if (!service.contains("healthcheck")) {
        found.push_back(name + ": a server without a health check");
    }
    for (const std::string& other : names_in(service.value("depends_on", json::array()))) {
        if (!file["services"].contains(other)) {
            found.push_back(name + ": depends on " + other + ", which is not there");
        }
    }
    for (const std::string& volume : names_in(service.value("volumes", json::array()))) {
        check_volume(name, volume, file.value("volumes", json::object()), found);
    }
}

Complaints compose_complaints(const json& file) {
    Complaints found;
    for (const auto& [name, service] : file["services"].items()) {
        check_service(name, service, file, found);
    }
    return found;
}

Complaints dockerfile_complaints(const std::string& text) {
    static const std::regex copy{"^COPY (--[a-z]+=\\S+ )*(.+) \\S+$"};
    static const std::regex from{"^FROM (\\S+)( AS (\\S+))?$"};
    Complaints found;
    for (const std::string& line : lines(text)) {
        std::smatch match;
        if (std::regex_match(line, match, from) && !is_pinned(match[1])) {
            found.push_back("image is not pinned: " + line);
        }
        if (std::regex_match(line, match, copy) && line.find("--from") == std::string::npos) {
            static const std::regex blank{" "};
            const std::string names = match[2];
            for (std::sregex_token_iterator name{names.begin(), names.end(), blank, -1}, end;
                 name != end; ++name) {
                if (!std::filesystem::exists(root / name->str())) {
                    found.push_back("copies " + name->str() + ", which is not there");
                }
            }
        }
    }
    if (text.find("\nUSER ") == std::string::npos) {
        found.push_back("runs as root");
    }
    return found;
}

TEST(Compose, NamesOnlyWhatExists) {
    const json file = parsed_yaml(read_file(root / "docker-compose.yml"));

    EXPECT_THAT(names_in(file["services"]),
                UnorderedElementsAre("dbsync", "postgres-source", "postgres-target", "mysql-source",
                                     "mysql-target", "mariadb-source", "mariadb-target"));
    EXPECT_THAT(compose_complaints(file), IsEmpty());
}

TEST(Compose, CatchesWhatDoesNot) {
    const json file = parsed_yaml(
        "services:\n  a:\n    image: postgres:latest\n"
        "  b:\n    image: postgres:15.8\n    depends_on: [c]\n"
        "  d:\n    build: {context: ., dockerfile: Nofile}\n    volumes: ['./none:/x', 'v:/y']\n");

    EXPECT_THAT(compose_complaints(file),
                ElementsAre("a: image is not pinned", "b: a server without a health check",
                            "b: depends on c, which is not there", "d: no Nofile",
                            "d: no volume ./none", "d: no volume v"));
}

TEST(Dockerfile, NamesOnlyWhatExists) {
    EXPECT_THAT(dockerfile_complaints(read_file(root / "Dockerfile")), IsEmpty());
    EXPECT_THAT(dockerfile_complaints("FROM debian:latest\nCOPY src nothing /x/\n"),
                ElementsAre("image is not pinned: FROM debian:latest",
                            "copies nothing, which is not there", "runs as root"));
}

}  // namespace
}  // namespace dbsync::test
