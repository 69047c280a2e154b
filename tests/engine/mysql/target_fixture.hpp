// SPDX-License-Identifier: MIT
// A database of its own on each kind of server, as the target of a job whose tables are described
// by the database itself. Each test runs with LOAD DATA LOCAL allowed and forbidden.
#pragma once

#include "base/error.hpp"
#include "engine/mysql/catalog.hpp"
#include "engine/mysql/connection.hpp"
#include "engine/mysql/target.hpp"
#include "support/mysql_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

namespace dbsync::mysql {

class Gather : public RowSink {
  public:
    void push(RowBlock block) override {
        for (std::size_t i = 0; i < block.ends.size(); ++i) {
            keys.emplace_back(block.key(i));
            rows.emplace_back(block.row(i));
        }
        blocks.push_back(std::move(block));
    }
    std::vector<std::string> keys;
    std::vector<std::string> rows;
    std::vector<RowBlock> blocks;
};

// The kind of server, and whether it takes LOAD DATA LOCAL.
class TargetFixture : public testing::TestWithParam<std::tuple<std::string, bool>> {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_MYSQL(std::get<0>(GetParam()));
        set_global("local_infile", std::get<1>(GetParam()) ? "1" : "0");
        if (!server().is_mariadb()) {
            set_global("sql_require_primary_key", "1");
        }
        database_ = server().create_database();
    }
    void TearDown() override {
        for (auto& [name, value] : before_) {
            server().exec("SET GLOBAL " + name + " = " + value);
        }
    }

    test::MysqlServer& server() { return test::mysql_server(std::get<0>(GetParam())); }
    void set_global(const std::string& name, const std::string& value) {
        before_.emplace(name, server().value("SELECT @@GLOBAL." + name));
        server().exec("SET GLOBAL " + name + " = " + value);
    }
    Endpoint endpoint(const std::string& user = "root") {
        return Endpoint::parse(server().url(database_, user), "");
    }
    void exec(const std::string& sql) { server().exec(sql, database_); }
    std::string value(const std::string& sql) { return server().value(sql, database_); }
    // First column of each row.
    std::vector<std::string> values(const std::string& sql) {
        std::vector<std::string> all;
        for (const test::MysqlRow& row : server().exec(sql, database_)) {
            all.push_back(row[0].value_or("NULL"));
        }
        return all;
    }

    void create(const std::string& sql) {
        exec(sql);
        describe();
        target_ = make_target(endpoint());
        target_->prepare("job", "source 1");
        session_ = target_->open_session("job");
    }
    void describe() {
        Connection connection{endpoint(), {.role = Role::Target}};
        tables_.clear();
        for (const TableShape& shape : read_shapes(connection)) {
            tables_.push_back(shape.table);
            tables_.back().id = static_cast<std::int32_t>(tables_.size());
        }
    }
    const Table& table(const std::string& name = "t") const {
        for (const Table& each : tables_) {
            if (each.name.name == name) {
                return each;
            }
        }
        throw std::runtime_error{"no table " + name};
    }

    static RowBlock block(const std::string& lines) {
        RowBlock rows{.bytes = lines};
        rows.rows = static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
        return rows;
    }
    // Stages blocks of form Change, and applies them.
    ApplyCounts apply(const std::vector<std::string>& blocks, const std::string& name = "t") {
        session_->begin();
        try {
            const auto writer = session_->stage(table(name));
            for (const std::string& lines : blocks) {
                writer->push(block(lines));
            }
            writer->finish();
            const ApplyCounts counts = session_->apply_stage(table(name));
            session_->commit();
            return counts;
        } catch (...) {
            session_->rollback();
            throw;
        }
    }
    std::uint64_t copy(const std::string& lines, const std::string& name = "t") {
        session_->begin();
        try {
            const auto writer = session_->copy_into(table(name));
            writer->push(block(lines));
            const std::uint64_t rows = writer->finish();
            session_->commit();
            return rows;
        } catch (...) {
            session_->rollback();
            throw;
        }
    }
    template <class Step>
    Error error_of(Step&& step) {
        try {
            step();
        } catch (const Error& error) {
            return error;
        }
        ADD_FAILURE() << "nothing was thrown";
        return Error{{}};
    }
    template <class Step>
    ErrorKind kind_of(Step&& step) {
        return error_of(std::forward<Step>(step)).kind();
    }

    std::string database_;
    std::vector<Table> tables_;
    std::unique_ptr<Target> target_;
    std::unique_ptr<TargetSession> session_;

  private:
    std::map<std::string, std::string> before_;
};

inline const auto every_server =
    testing::Combine(testing::Values("mariadb", "mysql"), testing::Bool());

inline std::string server_name(const testing::TestParamInfo<std::tuple<std::string, bool>>& info) {
    return std::get<0>(info.param) + (std::get<1>(info.param) ? "Load" : "Insert");
}

}  // namespace dbsync::mysql
