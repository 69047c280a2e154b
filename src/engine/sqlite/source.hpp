// SPDX-License-Identifier: MIT
// SQLite as the end that is moved away from. What it promises stands in engine/source.hpp; how it
// is done, in capture.hpp, reader.hpp and freeze.hpp.
#pragma once

#include "engine/endpoint.hpp"
#include "engine/source.hpp"
#include "engine/sqlite/database.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace dbsync::sqlite {

// Most deltas let go of in one transaction: writers wait for milliseconds.
inline constexpr std::int64_t forget_rows_max = 5'000;
// How long letting go waits for the write lock before it leaves the rest to the next time.
inline constexpr std::chrono::milliseconds forget_lock_wait{20};

class SqliteSource : public Source {
  public:
    explicit SqliteSource(const Endpoint& endpoint);
    ~SqliteSource() override;

    std::string identity() override;
    std::string describe() override;
    std::unique_ptr<JobClaim> claim(const std::string& job) override;
    Inspection inspect(const TableFilter& filter) override;
    std::vector<std::string> capture_statements(std::span<const Table> tables) override;
    CaptureResult install_capture(std::span<const Table> tables,
                                  const CaptureOptions& options,
                                  const std::stop_token& stop) override;
    void prove_capture() override;
    CaptureState capture_state() override;
    std::vector<Table> captured_tables() override;
    std::vector<TableName> referrers(const TableName& table) override;
    void audit() override;
    std::unique_ptr<SourceReader> open_reader() override;
    bool readers_block_writers() override;
    std::vector<BacklogTable> backlog(const Cursor& from) override;
    std::int64_t clock_us() override;
    void forget(const Batch& batch) override;
    std::vector<SchemaItem> export_schema(std::span<const Table> tables) override;
    SchemaModel describe_schema(std::span<const Table> tables) override;
    void back_up(const std::string& file, const std::stop_token& stop) override;
    std::unique_ptr<Freeze> open_freeze(std::span<const Table> tables) override;
    bool fence_holds() override;
    void remove_capture(const CaptureOptions& options, const std::stop_token& stop) override;

  private:
    Database& database();  // opened at the first use

    std::string path_;
    std::unique_ptr<Database> db_;
};

}  // namespace dbsync::sqlite
