// SPDX-License-Identifier: MIT
#include "engine/postgres/dump_tools.hpp"

#include "base/error.hpp"
#include "engine/postgres/child_process.hpp"
#include "engine/postgres/connection.hpp"
#include "engine/postgres/errors.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <sstream>
#include <unistd.h>

namespace dbsync::postgres {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::minutes dump_timeout{30};
constexpr std::chrono::seconds version_timeout{10};
constexpr const char* lock_wait = "--lock-wait-timeout=30000";  // milliseconds, a table

// A file that only we can read, removed with the object.
class TemporaryFile {
  public:
    TemporaryFile() : path_{(fs::temp_directory_path() / "dbsync-schema-XXXXXX").string()} {
        const int descriptor = mkstemp(path_.data());
        if (descriptor < 0) {
            throw Error{{.kind = ErrorKind::Precondition,
                         .what_failed = "cannot make a temporary file " + path_,
                         .hint = "make the temporary folder writable, or set TMPDIR"}};
        }
        ::close(descriptor);
    }
    ~TemporaryFile() { ::unlink(path_.c_str()); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};

int folder_version(const fs::path& folder) {
    const std::string name = folder.parent_path().filename().string();
    int version = 0;
    std::from_chars(name.data(), name.data() + name.size(), version);
    return version;
}

// In the order in which they are tried.
std::vector<fs::path> tool_folders() {
    std::vector<fs::path> folders;
    if (const char* chosen = std::getenv("DBSYNC_PG_BIN"); chosen != nullptr && *chosen != '\0') {
        folders.emplace_back(chosen);
    }
    if (const char* path = std::getenv("PATH"); path != nullptr) {
        std::istringstream list{path};
        for (std::string folder; std::getline(list, folder, ':');) {
            if (!folder.empty()) {
                folders.emplace_back(folder);
            }
        }
    }
    std::vector<fs::path> versions;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator{"/usr/lib/postgresql", ignored}) {
        versions.push_back(entry.path() / "bin");
    }
    std::sort(versions.begin(), versions.end(), [](const fs::path& a, const fs::path& b) {
        return folder_version(a) > folder_version(b);
    });
    folders.insert(folders.end(), versions.begin(), versions.end());
    return folders;
}

// "pg_dump (PostgreSQL) 15.8 (Debian …)" → 15; 0 if it is not there or does not run.
int tool_version(const fs::path& tool) {
    if (::access(tool.c_str(), X_OK) != 0) {
        return 0;
    }
    const ChildResult result = run_child({tool.string(), "--version"}, {}, version_timeout);
    const auto at = result.out.find(") ");
    int version = 0;
    if (result.exit_code == 0 && at != std::string::npos) {
        std::from_chars(result.out.data() + at + 2, result.out.data() + result.out.size(), version);
    }
    return version;
}

fs::path find_tools(int server_major) {
    const auto folders = tool_folders();
    for (const fs::path& folder : folders) {
        if (tool_version(folder / "pg_dump") >= server_major &&
            tool_version(folder / "pg_restore") >= server_major) {
            return folder;
        }
    }
    std::string places;
    for (const fs::path& folder : folders) {
        places += (places.empty() ? "" : ", ") + folder.string();
    }
    throw Error{{.kind = ErrorKind::Precondition,
                 .what_failed = fmt::format(
                     "no pg_dump and pg_restore of version {} or later (looked in {})",
                     server_major, places),
                 .hint = fmt::format("install postgresql-client-{}, or set DBSYNC_PG_BIN to the "
                                     "folder of these programs",
                                     server_major)}};
}

std::string run_tool(const std::vector<std::string>& arguments, const Endpoint& endpoint) {
    std::vector<std::string> environment{"PGAPPNAME=dbsync schema"};
    if (!endpoint.password.empty()) {
        environment.push_back("PGPASSWORD=" + endpoint.password);
    }
    const ChildResult result = run_child(arguments, environment, dump_timeout);
    if (result.exit_code != 0) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = fs::path{arguments.front()}.filename().string() +
                                    " cannot read the schema of the source",
                     .native_code = "exit " + std::to_string(result.exit_code),
                     .native_text = scrubbed(result.err, endpoint.password),
                     .hint = "mend what it says, then run again"}};
    }
    return result.out;
}

}  // namespace

std::vector<TocEntry> dump_schema(const Endpoint& endpoint, Connection& connection) {
    const fs::path folder = find_tools(connection.server_version() / 10'000);
    const TemporaryFile archive;
    // A server without an encoding gives its bytes as they are, as our own sessions do.
    const std::string encoding =
        connection.server_encoding() == "SQL_ASCII" ? "SQL_ASCII" : "UTF8";
    run_tool({(folder / "pg_dump").string(), "--format=custom", "--compress=0", "--schema-only",
              "--exclude-schema=dbsync", "--no-tablespaces", "--no-publications",
              "--no-subscriptions", "--encoding=" + encoding, lock_wait,
              "--file=" + archive.path(), "--dbname=" + endpoint.url},
             endpoint);
    const std::string restore = (folder / "pg_restore").string();
    return read_toc(run_tool({restore, "--list", "--section=pre-data", archive.path()}, endpoint),
                    run_tool({restore, "--list", "--section=post-data", archive.path()}, endpoint),
                    run_tool({restore, "--verbose", "--no-tablespaces", "--no-owner", "--file=-",
                              archive.path()}, endpoint),
                    run_tool({restore, "--verbose", "--no-tablespaces", "--file=-",
                              archive.path()}, endpoint));
}

void require_dump_tools(int server_major) {
    static_cast<void>(find_tools(server_major));
}

}  // namespace dbsync::postgres
