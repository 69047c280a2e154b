// SPDX-License-Identifier: MIT
// An SQLite database file as a test sees it: run SQL, look, compare two ends.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <string>
#include <vector>

namespace dbsync::test {

class SqliteFile {
  public:
    // Makes the file if it is not there. Waits up to 10 s for other connections' locks.
    explicit SqliteFile(const std::filesystem::path& path);

    // One or more statements. Throws SQLite::Exception.
    void exec(const std::string& sql);

    // The first column of the first row as text, or "" for NULL and for no row.
    [[nodiscard]] std::string value(const std::string& sql);
    // Every row with its values as SQL literals, joined by '|'.
    [[nodiscard]] std::vector<std::string> rows(const std::string& sql);

    // Every row of every table in a canonical, sorted form; tables of SQLite and of dbsync left
    // out. Two files with the same content give the same text.
    [[nodiscard]] std::string dump();
    // Everything in sqlite_schema, sorted; nothing left out but SQLite's own tables.
    [[nodiscard]] std::string schema();

    [[nodiscard]] std::string url() const { return "sqlite://" + path_.string(); }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    // For bindings and blobs.
    [[nodiscard]] SQLite::Database& database() noexcept { return database_; }

  private:
    std::filesystem::path path_;
    SQLite::Database database_;
};

}  // namespace dbsync::test
