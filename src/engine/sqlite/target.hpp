// SPDX-License-Identifier: MIT
// A SQLite file as the end that is moved to. A missing file is made (in a folder that exists) in
// WAL mode; the journal mode of a file that exists is left as it is. Journal mode, page size and
// auto_vacuum belong to the file and not to the schema: they do not move.
#pragma once

#include "engine/endpoint.hpp"
#include "engine/sqlite/database.hpp"
#include "engine/sqlite/target_gate.hpp"
#include "engine/target.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dbsync::sqlite {

class Target : public dbsync::Target {
  public:
    explicit Target(const Endpoint& endpoint);
    ~Target() override;

    std::string identity() override;
    std::string describe() override;
    std::unique_ptr<JobClaim> claim(const std::string& job) override;
    std::vector<Finding> inspect(std::span<const Table> tables, const std::string& job) override;
    void prepare(const std::string& job, const std::string& source_identity) override;
    std::optional<TargetJob> job(const std::string& job) override;
    void set_rows_copied(const std::string& job) override;
    void set_indexes_built(const std::string& job) override;
    void reopen_snapshot(const std::string& job) override;
    void begin_verification(const std::string& job, std::span<const Table> tables) override;
    void end_verification(const std::string& job, bool identical) override;
    std::vector<std::int32_t> unverified_tables(const std::string& job) override;
    void clear_unverified_table(const std::string& job, std::int32_t table_id) override;
    void adopt(const std::string& job, std::span<const Table> tables) override;
    void run_schema(const std::string& job, std::span<const SchemaItem> items) override;
    void analyze(const Table& table) override;
    std::vector<ChunkRecord> chunks(const std::string& job) override;
    std::unique_ptr<TargetSession> open_session(const std::string& job) override;
    void wake(const std::string& job,
              std::span<const SequenceState> sequences,
              std::span<const SchemaItem> asleep) override;
    std::uint64_t remove(const std::string& job) override;

  private:
    [[nodiscard]] bool exists() const;
    [[nodiscard]] Database& db();  // opens the file, which must exist
    void write(const std::function<void(Database&)>& changes);  // one transaction
    void update_job(const std::string& job, const std::string& assignments);
    void open_or_create();

    std::string path_;
    std::shared_ptr<WriteGate> gate_;
    std::unique_ptr<Database> db_;
};

}  // namespace dbsync::sqlite
