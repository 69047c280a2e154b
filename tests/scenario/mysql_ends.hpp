// SPDX-License-Identifier: MIT
// The two ends of a move between MySQL and MariaDB: a new database each, on the server of a kind
// ("mariadb", "mysql"), or on two servers where DBSYNC_TEST_MYSQL_TARGET names the target's.
#pragma once

#include "scenario/ends.hpp"
#include "support/mysql_server.hpp"

namespace dbsync::test {

class MysqlEnds : public Ends {
  public:
    // dbsync logs in as `user`; the application is root.
    explicit MysqlEnds(const std::string& kind, std::string user = "root")
        : source_server_{mysql_server(kind)},
          target_server_{mysql_target_server(kind)},
          same_kind_{mysql_target_kind(kind) == kind},
          user_{std::move(user)} {}

    [[nodiscard]] std::string url(End end) const override {
        return server(end).url(database(end), user_);
    }
    ProcessResult script(End end, const std::string& sql) const override {
        try {
            server(end).exec(sql, database(end));
            return {.exit_code = 0, .out = {}, .err = {}};
        } catch (const MysqlError& error) {
            return {.exit_code = 1, .out = {}, .err = error.what()};
        }
    }
    [[nodiscard]] std::string dump(End end) const override {
        return server(end).dump(database(end));
    }
    [[nodiscard]] std::string dump_with_sequences(End end) const override {
        return server(end).dump(database(end), true);
    }
    [[nodiscard]] std::string schema(End end) const override {
        return server(end).schema(database(end));
    }
    [[nodiscard]] std::string value(End end, const std::string& sql) const override {
        return server(end).value(sql, database(end));
    }
    // Every row as the server's own dump program writes it, sorted.
    [[nodiscard]] std::string mysqldump(End end) const {
        const ProcessResult result =
            run({.program = "mariadb-dump",
                 .args = {"--no-defaults", "-uroot", "--socket=" + server(end).socket(),
                          "--no-create-info", "--skip-triggers", "--skip-extended-insert",
                          "--skip-comments", "--compact", "--hex-blob", "--complete-insert",
                          database(end)}});
        if (result.exit_code != 0) {
            throw std::runtime_error{result.err};
        }
        std::vector<std::string> rows;
        for (const std::string& line : split_lines(result.out)) {
            if (line.starts_with("INSERT ") && !line.starts_with("INSERT INTO `_dbsync_")) {
                rows.push_back(line);
            }
        }
        std::sort(rows.begin(), rows.end());
        return fmt::format("{}\n", fmt::join(rows, "\n"));
    }

    [[nodiscard]] MysqlLogin login(End end) const { return server(end).login(database(end)); }
    [[nodiscard]] const std::string& database(End end) const {
        return end == End::Source ? source_ : target_;
    }
    [[nodiscard]] MysqlServer& server(End end) const {
        return end == End::Source ? source_server_ : target_server_;
    }
    // Servers of one kind print the same schema in the same words.
    [[nodiscard]] bool same_kind() const noexcept { return same_kind_; }

  private:
    static std::vector<std::string> split_lines(const std::string& text) {
        std::vector<std::string> lines;
        for (std::size_t from = 0; from < text.size();) {
            const std::size_t end = std::min(text.find('\n', from), text.size());
            lines.push_back(text.substr(from, end - from));
            from = end + 1;
        }
        return lines;
    }

    MysqlServer& source_server_;
    MysqlServer& target_server_;
    bool same_kind_;
    std::string user_;
    std::string source_ = source_server_.create_database();
    std::string target_ = target_server_.create_database();
};

inline bool is_mysql(const std::string& engine) {
    return engine == "mariadb" || engine == "mysql";
}

}  // namespace dbsync::test

// Skips, or fails, where a move of this kind has no server for one of its ends.
#define DBSYNC_NEEDS_MYSQL_ENDS(kind) \
    DBSYNC_NEEDS_MYSQL(kind)          \
    DBSYNC_NEEDS_MYSQL(dbsync::test::mysql_target_kind(kind))
