// SPDX-License-Identifier: MIT
// How far the marks of a batch reach. The ends are two small tables in memory: what they answer is
// what servers answer, and the servers' own answers are tested in engine/mysql.
#include "catchup/cascades.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace dbsync {
namespace {

using testing::UnorderedElementsAre;

// A row of a table: its key, what it refers to (by cascade), and what others refer to is its key.
struct Row {
    std::int32_t table = 0;
    std::string key = {};
    std::map<std::int32_t, std::string> refers = {};
};

CascadeChildren look(const std::vector<Row>& rows,
                     const Cascade& cascade,
                     std::span<const std::string> values,
                     std::span<const Cascade> next) {
    CascadeChildren found;
    for (const Row& row : rows) {
        const auto value = row.refers.find(cascade.id);
        if (row.table != cascade.child_id || value == row.refers.end() ||
            std::find(values.begin(), values.end(), value->second) == values.end()) {
            continue;
        }
        found.keys.push_back(row.key);
        for (const Cascade& each : next) {
            found.marks.push_back({each.id, row.key});
        }
    }
    return found;
}

class FakeReader : public SourceReader {
  public:
    void begin(std::span<const Table>, std::chrono::milliseconds) override {}
    SnapshotTime snapshot() override { return {}; }
    Batch plan_batch(const Cursor&, std::uint64_t) override { return {}; }
    void read_deltas(const Table&, const DeltaRange&, RowSink&) override {}
    void read_keys(const Table&, std::span<const std::string>, RowForm, RowSink&) override {}
    void read_chunk(const Table&, const Chunk&, RowForm, RowSink&) override {}
    std::optional<std::string> chunk_end(const Table&, const std::optional<std::string>&,
                                         std::uint64_t, RowForm) override {
        return std::nullopt;
    }
    CascadeChildren find_children(const Table&, const Cascade& cascade,
                                  std::span<const std::string> values,
                                  std::span<const Cascade> next) override {
        return look(rows, cascade, values, next);
    }
    std::vector<SequenceState> read_sequences() override { return {}; }
    void end() noexcept override {}
    std::vector<Row> rows;
};

class FakeTarget : public TargetSession {
  public:
    void begin() override {}
    std::unique_ptr<RowWriter> copy_into(const Table&) override { return nullptr; }
    std::uint64_t clear_table(const Table&) override { return 0; }
    std::unique_ptr<RowWriter> stage(const Table&) override { return nullptr; }
    ApplyCounts apply_stage(const Table&) override { return {}; }
    CascadeChildren find_children(const Table&, const Cascade& cascade,
                                  std::span<const std::string> values,
                                  std::span<const Cascade> next) override {
        return look(rows, cascade, values, next);
    }
    void record_chunk_plan(std::span<const Chunk>) override {}
    void record_chunk(const Chunk&, std::uint64_t, std::uint64_t) override {}
    void set_watermark(const Cursor&, const Cursor&, std::int64_t) override {}
    void mark_table_unverified(const Table&) override {}
    void commit() override {}
    void rollback() noexcept override {}
    void read_chunk(const Table&, const Chunk&, RowSink&) override {}
    void read_keys(const Table&, std::span<const std::string>, RowSink&) override {}
    void add_unverified(const Table&, std::span<const std::string>) override {}
    std::vector<std::string> unverified_keys(const Table&, const std::string&,
                                             std::size_t) override {
        return {};
    }
    void remove_unverified(const Table&, std::span<const std::string>) override {}
    std::vector<Row> rows;
};

// grandparent 1 ─10─► parent 2 ─20─► child 3, and 3 refers to itself (30).
class CascadesTest : public testing::Test {
  protected:
    CascadesTest() {
        for (const std::int32_t id : {1, 2, 3}) {
            Table table;
            table.id = id;
            tables_.push_back(table);
        }
    }
    CascadeReach follow(const std::vector<CascadeMark>& marks, std::size_t keys_max = 1'000) {
        Batch batch;
        batch.marks = marks;
        return follow_cascades(cascades_, tables_, batch, source_, target_, {keys_max});
    }

    std::vector<Table> tables_;
    std::vector<Cascade> cascades_{{.id = 10, .child_id = 2, .parent_id = 1},
                                   {.id = 20, .child_id = 3, .parent_id = 2},
                                   {.id = 30, .child_id = 3, .parent_id = 3}};
    FakeReader source_;
    FakeTarget target_;
};

TEST_F(CascadesTest, ReachesEveryLevelThroughRowsThatOnlyTheTargetStillHas) {
    target_.rows = {{2, "p", {{10, "g"}}},
                    {3, "c", {{20, "p"}}},
                    {3, "d", {{20, "other"}, {30, "c"}}},
                    {3, "e", {{20, "other"}}}};

    const CascadeReach reach = follow({{10, "g"}});

    EXPECT_THAT(reach.keys.at(2), UnorderedElementsAre("p"));
    EXPECT_THAT(reach.keys.at(3), UnorderedElementsAre("c", "d"));
    EXPECT_TRUE(reach.whole_tables.empty());
}

TEST_F(CascadesTest, AsksTheSourceToo) {
    source_.rows = {{2, "p", {{10, "g"}}}};
    target_.rows = {{3, "c", {{20, "p"}}}};

    const CascadeReach reach = follow({{10, "g"}});

    EXPECT_THAT(reach.keys.at(2), UnorderedElementsAre("p"));
    EXPECT_THAT(reach.keys.at(3), UnorderedElementsAre("c"));
}

TEST_F(CascadesTest, EndsInACircle) {
    target_.rows = {{3, "a", {{30, "b"}}}, {3, "b", {{30, "a"}}}};

    EXPECT_THAT(follow({{30, "a"}}).keys.at(3), UnorderedElementsAre("a", "b"));
}

TEST_F(CascadesTest, ReadsATableAsAWholeWhenTooManyKeysAreReached) {
    for (int i = 0; i < 100; ++i) {
        target_.rows.push_back({2, std::to_string(i), {{10, "g"}}});
    }

    const CascadeReach reach = follow({{10, "g"}}, 50);

    EXPECT_THAT(reach.whole_tables, UnorderedElementsAre(2, 3));
    EXPECT_TRUE(reach.keys.empty());
}

TEST_F(CascadesTest, AsksInPortionsThatTheEnginesTake) {
    std::vector<CascadeMark> marks;
    for (std::size_t i = 0; i < 3 * cascade_values_max + 1; ++i) {
        marks.push_back({10, std::to_string(i)});
        target_.rows.push_back({2, "p" + std::to_string(i), {{10, std::to_string(i)}}});
    }

    EXPECT_EQ(follow(marks, 100'000).keys.at(2).size(), marks.size());
}

}  // namespace
}  // namespace dbsync
