// SPDX-License-Identifier: MIT
// A database of its own on each server, captured by the product, and what its deltas say.
#pragma once

#include "base/error.hpp"
#include "engine/mysql/capture.hpp"
#include "engine/mysql/capture_catalog.hpp"
#include "engine/mysql/catalog.hpp"
#include "engine/mysql/quoting.hpp"
#include "support/mysql_server.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

namespace dbsync::test {

class MysqlCapture : public ::testing::TestWithParam<const char*> {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_MYSQL(GetParam());
        server_ = &mysql_server(GetParam());
        database_ = server_->create_database();
        app_ = std::make_unique<MysqlSession>(server_->login(database_));
        own_ = connect();
    }

    [[nodiscard]] std::unique_ptr<mysql::Connection> connect() const {
        return std::make_unique<mysql::Connection>(Endpoint::parse(server_->url(database_), ""),
                                                   mysql::SessionOptions{});
    }

    // Every table that can be captured, or those named.
    CaptureResult capture(const std::vector<std::string>& names = {},
                          const CaptureOptions& options = {.job = "job"}) {
        std::vector<Table> tables;
        for (const mysql::TableShape& shape : mysql::read_shapes(*own_)) {
            if (names.empty() ||
                std::find(names.begin(), names.end(), shape.table.name.name) != names.end()) {
                tables.push_back(shape.table);
            }
        }
        return mysql::install_capture(*own_, tables, options, {});
    }

    [[nodiscard]] std::int32_t id_of(const std::string& table) {
        for (const Table& captured : mysql::read_captured(*own_)) {
            if (captured.name.name == table) {
                return captured.id;
            }
        }
        throw std::runtime_error{table + " is not captured"};
    }

    // What the object's deltas recorded since the last call, in order; columns joined by "|".
    std::vector<std::string> take(const std::string& object) {
        std::vector<std::string> found;
        for (const MysqlRow& row :
             app_->exec("SELECT * FROM " + mysql::quote_ident(object) + " ORDER BY seq")) {
            std::string text;
            for (std::size_t i = 1; i < row.size(); ++i) {
                text += (i == 1 ? "" : "|") + row[i].value_or("NULL");
            }
            found.push_back(text);
        }
        app_->exec("DELETE FROM " + mysql::quote_ident(object));
        return found;
    }
    std::vector<std::string> deltas(const std::string& table) {
        return take(mysql::delta_name(id_of(table)));
    }
    // Of the cascade from `parent` to `child`.
    std::vector<std::string> marks(const std::string& parent, const std::string& child) {
        for (const Cascade& cascade : mysql::read_cascades(*own_)) {
            if (cascade.parent_id == id_of(parent) && cascade.child_id == id_of(child)) {
                return take(mysql::mark_name(cascade.id));
            }
        }
        throw std::runtime_error{"no cascade from " + parent + " to " + child};
    }
    // Names of the tables to be read anew, since the last call.
    std::vector<std::string> wholes() {
        std::vector<std::string> names;
        for (const MysqlRow& row :
             app_->exec("SELECT t.name FROM _dbsync_whole AS w JOIN _dbsync_captured_table AS t"
                        " ON t.id = w.table_id ORDER BY t.name")) {
            names.push_back(row[0].value_or(""));
        }
        app_->exec("DELETE FROM _dbsync_whole");
        return names;
    }

    // What an audit says of the change; empty if nothing.
    [[nodiscard]] std::string audit() {
        try {
            mysql::audit_capture(*own_, {});
            return {};
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::SchemaChanged);
            EXPECT_NE(error.fields().hint, "");
            return error.what();
        }
    }

    MysqlServer* server_ = nullptr;
    std::string database_;
    std::unique_ptr<MysqlSession> app_;
    std::unique_ptr<mysql::Connection> own_;
};

}  // namespace dbsync::test

#define DBSYNC_BOTH_SERVERS(fixture)                                                  \
    INSTANTIATE_TEST_SUITE_P(Servers, fixture, ::testing::Values("mariadb", "mysql"), \
                             [](const auto& kind) { return std::string{kind.param}; })
