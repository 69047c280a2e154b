// SPDX-License-Identifier: MIT
#include "engine/cross/cross_target.hpp"

#include "engine/cross/cross_session.hpp"

#include <utility>

namespace dbsync::cross {

namespace {

class CrossTarget final : public Target {
  public:
    CrossTarget(std::unique_ptr<Target> inner, std::shared_ptr<PlanBook> plans)
        : inner_{std::move(inner)}, plans_{std::move(plans)} {}

    std::string identity() override { return inner_->identity(); }
    std::string describe() override { return inner_->describe(); }
    std::unique_ptr<JobClaim> claim(const std::string& job) override { return inner_->claim(job); }

    // The tables need not stand there yet: only their names count.
    std::vector<Finding> inspect(std::span<const Table> tables, const std::string& job) override {
        std::vector<Table> renamed;
        for (const Table& table : tables) {
            renamed.push_back(plans_->renamed(table));
            renamed.back().columns.clear();
        }
        return inner_->inspect_for_another_engine(renamed, job);
    }

    void prepare(const std::string& job, const std::string& source_identity) override {
        inner_->prepare(job, source_identity);
    }
    std::optional<TargetJob> job(const std::string& job) override { return inner_->job(job); }
    void set_rows_copied(const std::string& job) override { inner_->set_rows_copied(job); }
    void set_indexes_built(const std::string& job) override { inner_->set_indexes_built(job); }
    void reopen_snapshot(const std::string& job) override { inner_->reopen_snapshot(job); }

    void begin_verification(const std::string& job, std::span<const Table> tables) override {
        inner_->begin_verification(job, targets(tables));
    }
    void end_verification(const std::string& job, bool identical) override {
        inner_->end_verification(job, identical);
    }
    std::vector<std::int32_t> unverified_tables(const std::string& job) override {
        return inner_->unverified_tables(job);
    }
    void clear_unverified_table(const std::string& job, std::int32_t table_id) override {
        inner_->clear_unverified_table(job, table_id);
    }
    void adopt(const std::string& job, std::span<const Table> tables) override {
        inner_->adopt(job, targets(tables));
    }
    void run_schema(const std::string& job, std::span<const SchemaItem> items) override {
        inner_->run_schema(job, items);
    }
    std::vector<SchemaRefusal> try_schema(std::span<const SchemaItem> items) override {
        return inner_->try_schema(items);
    }
    void analyze(const Table& table) override { inner_->analyze(plans_->plan(table).target); }
    std::vector<ChunkRecord> chunks(const std::string& job) override { return inner_->chunks(job); }
    std::vector<TableName> referrers(const TableName& table) override {
        return inner_->referrers(table);
    }
    void settle(const std::string& job) override { inner_->settle(job); }
    std::optional<Table> find_table(const TableName& name) override {
        return inner_->find_table(name);
    }
    std::vector<std::string> misfits(const TableName& name,
                                     std::span<const std::string> columns,
                                     std::span<const std::string> texts) override {
        return inner_->misfits(name, columns, texts);
    }
    std::vector<std::pair<std::int32_t, std::uint64_t>> quarantined(
        const std::string& job) override {
        return inner_->quarantined(job);
    }
    std::unique_ptr<TargetSession> open_session(const std::string& job) override {
        return make_session(inner_->open_session(job), plans_);
    }
    void wake(const std::string& job,
              std::span<const SequenceState> sequences,
              std::span<const SchemaItem> asleep) override {
        inner_->wake(job, sequences, asleep);
    }
    std::uint64_t remove(const std::string& job) override { return inner_->remove(job); }

  private:
    std::vector<Table> targets(std::span<const Table> tables) {
        std::vector<Table> all;
        for (const Table& table : tables) {
            all.push_back(plans_->plan(table).target);
        }
        return all;
    }

    std::unique_ptr<Target> inner_;
    std::shared_ptr<PlanBook> plans_;
};

}  // namespace

std::unique_ptr<Target> make_target(std::unique_ptr<Target> inner,
                                    std::shared_ptr<PlanBook> plans) {
    return std::make_unique<CrossTarget>(std::move(inner), std::move(plans));
}

}  // namespace dbsync::cross
