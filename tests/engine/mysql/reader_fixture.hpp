// SPDX-License-Identifier: MIT
// A captured database on each kind of server, and a reader of it.
#pragma once

#include "base/error.hpp"
#include "engine/mysql/capture.hpp"
#include "engine/mysql/capture_catalog.hpp"
#include "engine/mysql/catalog.hpp"
#include "engine/mysql/connection.hpp"
#include "engine/mysql/delta_cursor.hpp"
#include "engine/mysql/forget.hpp"
#include "engine/mysql/reader.hpp"
#include "support/mysql_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dbsync::mysql {

// Takes the rows that a reader sends and gives them back as lines.
class Lines : public RowSink {
  public:
    void push(RowBlock block) override {
        for (std::size_t i = 0; i < block.ends.size(); ++i) {
            keys.emplace_back(block.key(i));
        }
        std::size_t begin = 0;
        while (begin < block.bytes.size()) {
            const auto end = block.bytes.find('\n', begin);
            lines.push_back(block.bytes.substr(begin, end - begin));
            begin = end + 1;
        }
        bytes_max = std::max(bytes_max, block.bytes.size());
    }
    std::vector<std::string> lines;
    std::vector<std::string> keys;  // form Compare
    std::size_t bytes_max = 0;
};

class ReaderFixture : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        DBSYNC_NEEDS_MYSQL(GetParam());
        database_ = server().create_database();
        app_ = session();
    }

    test::MysqlServer& server() { return test::mysql_server(GetParam()); }
    Endpoint endpoint() { return Endpoint::parse(server().url(database_), ""); }
    std::unique_ptr<test::MysqlSession> session() {
        return std::make_unique<test::MysqlSession>(server().login(database_));
    }

    // Makes the tables and captures all of them.
    void capture(const std::string& schema) {
        app_->exec(schema);
        source_ = std::make_unique<Connection>(endpoint(), SessionOptions{.role = Role::Source});
        std::vector<Table> found;
        for (const TableShape& shape : read_shapes(*source_)) {
            found.push_back(shape.table);
        }
        tables_ = install_capture(*source_, found, {.job = "job"}, {}).tables;
        reader_ = make_reader(endpoint());
    }

    const Table& table(const std::string& name = "t") const {
        const auto found = std::find_if(tables_.begin(), tables_.end(),
                                        [&](const Table& each) { return each.name.name == name; });
        if (found == tables_.end()) {
            throw std::runtime_error{"no table " + name};
        }
        return *found;
    }

    SnapshotTime look() {
        reader_->begin(tables_, std::chrono::seconds{2});
        return reader_->snapshot();
    }
    Batch plan(std::uint64_t deltas_max = 1'000'000) {
        look();
        return reader_->plan_batch(at_, deltas_max);
    }
    // Goes on behind the batch, as if the target had it.
    void applied(const Batch& batch) {
        reader_->end();
        at_ = batch.to;
    }
    void consumed(const Batch& batch) {
        applied(batch);
        forget(*source_, batch);
    }

    std::vector<std::string> changes(const Batch& batch,
                                     const std::string& name = "t",
                                     std::uint32_t bucket = 0,
                                     std::uint32_t buckets = 1,
                                     bool widened = false) {
        Lines rows;
        reader_->read_deltas(table(name), {&batch, bucket, buckets, widened}, rows);
        return rows.lines;
    }
    Lines rows_of(const Chunk& chunk, RowForm form, const std::string& name = "t") {
        Lines rows;
        reader_->read_chunk(table(name), chunk, form, rows);
        return rows;
    }
    std::vector<std::string> of_keys(const std::vector<std::string>& keys,
                                     RowForm form,
                                     const std::string& name = "t") {
        Lines rows;
        reader_->read_keys(table(name), keys, form, rows);
        return rows.lines;
    }
    // Rows of all chunks one after the other, which must be the table.
    std::vector<std::string> tiled(std::uint64_t rows, RowForm form, std::size_t* count = nullptr) {
        std::vector<std::string> lines;
        std::optional<std::string> lower;
        std::size_t chunks = 0;
        do {
            Chunk chunk{.table_id = table().id, .lower = lower};
            chunk.upper = reader_->chunk_end(table(), lower, rows, form);
            const Lines more = rows_of(chunk, form);
            lines.insert(lines.end(), more.lines.begin(), more.lines.end());
            lower = chunk.upper;
            ++chunks;
        } while (lower);
        if (count != nullptr) {
            *count = chunks;
        }
        return lines;
    }
    std::uint64_t deltas_left(const std::string& name = "t") {
        return std::stoull(
            app_->value("SELECT COUNT(*) FROM `" + delta_name(table(name).id) + "`"));
    }

    template <class Step>
    static Error error_of(Step&& step) {
        try {
            step();
        } catch (const Error& error) {
            return error;
        }
        ADD_FAILURE() << "nothing was thrown";
        return Error{ErrorFields{}};
    }

    std::string database_;
    std::unique_ptr<test::MysqlSession> app_;
    std::unique_ptr<Connection> source_;
    std::vector<Table> tables_;
    std::unique_ptr<SourceReader> reader_;
    Cursor at_;
};

inline std::string reader_server_name(const testing::TestParamInfo<std::string>& info) {
    return info.param;
}

}  // namespace dbsync::mysql
