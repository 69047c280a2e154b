// SPDX-License-Identifier: MIT
// Reading a source while several writers change it at random.
#include "engine/postgres/row_query.hpp"
#include "reader_fixture.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace dbsync {
namespace {

constexpr std::size_t writers_count = 4;
constexpr int steps_count = 1500;
constexpr int final_passes_max = 2000;

// One session that changes table t, with or without a transaction of its own.
class Writer {
  public:
    explicit Writer(test::PgSession session) : session_{std::move(session)} {}

    // Keys are below 160 and move to those above.
    void act(std::mt19937::result_type what, int id, int value, std::mt19937& random) {
        switch (what) {
            case 0:
            case 1:
                put(id, value);
                break;
            case 2:
                session_.exec(fmt::format("DELETE FROM t WHERE id = {}", id));
                break;
            case 3:
                set_savepoint();
                break;
            case 4:
                roll_back_to_savepoint();
                break;
            case 5:
                if (open_) {
                    end(random() % 4 == 0 ? "ROLLBACK" : "COMMIT");
                }
                break;
            default:
                move(id, id + 160);
        }
    }

    void commit() {
        if (open_) {
            end("COMMIT");
        }
    }

  private:
    void put(int id, int value) {
        session_.exec(std::string{open_ ? "" : "BEGIN; "} +
                      fmt::format("INSERT INTO t VALUES ({}, {}) ON CONFLICT (id) DO "
                                  "UPDATE SET v = excluded.v",
                                  id, value));
        open_ = true;
    }

    void move(int from, int to) {
        session_.exec(fmt::format("UPDATE t SET id = {1} WHERE id = {0} AND NOT EXISTS"
                                  " (SELECT FROM t WHERE id = {1})",
                                  from, to));
    }

    void set_savepoint() {
        if (open_) {
            session_.exec("SAVEPOINT s");
            has_savepoint_ = true;
        }
    }

    void roll_back_to_savepoint() {
        if (has_savepoint_) {
            session_.exec("ROLLBACK TO s");
        }
    }

    void end(const std::string& statement) {
        session_.exec(statement);
        open_ = false;
        has_savepoint_ = false;
    }

    test::PgSession session_;
    bool open_ = false;
    bool has_savepoint_ = false;
};

// Keeps a copy of table t by batches alone.
class ReaderStressTest : public test::ReaderTest {
  protected:
    void connect_writers() {
        for (std::size_t i = 0; i < writers_count; ++i) {
            writers_.push_back(std::make_unique<Writer>(server().session(database_)));
        }
    }

    // True if the batch took all there was; then the copy must equal the table.
    bool pass(std::uint64_t deltas_max) {
        look();
        const Batch batch = reader_->plan_batch(cursor_, deltas_max);
        for (const std::string& line : changes(table("t"), batch)) {
            apply(line);
        }
        if (batch.complete) {
            EXPECT_EQ(copy_, rows_now());
        }
        cursor_ = batch.to;
        reader_->end();
        return batch.complete;
    }

    // One writer changes something, or a pass is made; true for a complete pass.
    bool step(int number, std::mt19937& random) {
        const std::size_t index = random() % writers_count;
        // Writers keep to keys of their own, so that none has to wait for another.
        const int id = static_cast<int>(random() % 40) * 4 + static_cast<int>(index);
        const auto what = random() % 9;
        if (what > 6) {
            return pass(1 + random() % 12);
        }
        writers_[index]->act(what, id, number, random);
        return false;
    }

    void commit_writers() {
        for (const auto& writer : writers_) {
            writer->commit();
        }
    }

    std::map<std::string, std::string> copy_;

  private:
    void apply(const std::string& change) {
        const auto fields = postgres::decode_fields(change);
        if (*fields[1] == "t") {
            copy_[*fields[0]] = *fields[3];
        } else {
            copy_.erase(*fields[0]);
        }
    }

    std::map<std::string, std::string> rows_now() {
        std::map<std::string, std::string> rows;
        for (const std::string& line : chunk(table("t"), {}, RowForm::Copy)) {
            const auto fields = postgres::decode_fields(line);
            rows[*fields[0]] = *fields[1];
        }
        return rows;
    }

    std::vector<std::unique_ptr<Writer>> writers_;
    Cursor cursor_;
};

// Everything committed is taken by some batch that begins after the commit, and the row that came
// with it is at least as new: a copy kept by batches alone equals the table after every complete
// pass. One transaction stays open for the whole run.
TEST_F(ReaderStressTest, RandomWritersLoseNothing) {
    capture("CREATE TABLE t (id int PRIMARY KEY, v int)");
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE(fmt::format("seed {}", seed));
    std::mt19937 random{seed};
    test::PgSession forgotten = server().session(database_);
    forgotten.exec("BEGIN; INSERT INTO t VALUES (100000, 1); SAVEPOINT s;"
                   " INSERT INTO t VALUES (100001, 1)");
    connect_writers();

    int complete = 0;
    for (int i = 0; i < steps_count; ++i) {
        complete += step(i, random) ? 1 : 0;
    }
    commit_writers();
    forgotten.exec("COMMIT");
    for (int i = 0; i < final_passes_max && !pass(5); ++i) {
    }

    EXPECT_TRUE(copy_.contains("100001"));
    EXPECT_GT(complete, 20);
}

}  // namespace
}  // namespace dbsync
