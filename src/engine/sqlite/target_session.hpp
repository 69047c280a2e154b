// SPDX-License-Identifier: MIT
// One connection that writes to a target file. It is inside the file's gate from begin() to
// commit() or rollback(); foreign keys, recursive triggers and CHECK constraints sleep (what the
// source holds is right by definition), and triggers are not there before the cutover.
#pragma once

#include "engine/sqlite/database.hpp"
#include "engine/sqlite/target_gate.hpp"
#include "engine/target.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dbsync::sqlite {

// Longest wait for another process that writes to, or reads, the target file.
inline constexpr std::chrono::seconds target_busy_timeout{30};
// Rows and bytes of one slice of a chunk.
inline constexpr std::size_t target_slice_rows_max = 5'000;
inline constexpr std::size_t target_slice_bytes_max = 4 * 1024 * 1024;

// With the settings above.
[[nodiscard]] std::unique_ptr<Database> open_target_file(const std::string& path, bool create);

class Session : public TargetSession {
  public:
    // Throws Error{Precondition} if the job is not known.
    Session(const std::string& path, const std::string& job);
    ~Session() override;

    void begin() override;
    std::unique_ptr<RowWriter> copy_into(const Table& table) override;
    std::uint64_t clear_table(const Table& table) override;
    std::unique_ptr<RowWriter> stage(const Table& table) override;
    ApplyCounts apply_stage(const Table& table) override;
    void record_chunk_plan(std::span<const Chunk> chunks) override;
    void record_chunk(const Chunk& chunk, std::uint64_t rows, std::uint64_t bytes) override;
    void set_watermark(const Cursor& expected,
                       const Cursor& watermark,
                       std::int64_t watermark_unix_us) override;
    void mark_table_unverified(const Table& table) override;
    void commit() override;
    void rollback() noexcept override;
    void read_chunk(const Table& table, const Chunk& chunk, RowSink& sink) override;
    void read_keys(const Table& table, std::span<const std::string> keys, RowSink& sink) override;
    void add_unverified(const Table& table, std::span<const std::string> keys) override;
    std::vector<std::string> unverified_keys(const Table& table,
                                             const std::string& after,
                                             std::size_t limit) override;
    void remove_unverified(const Table& table, std::span<const std::string> keys) override;

  private:
    struct Place;
    bool read_slice(const Table& table,
                    const std::optional<std::string>& upper,
                    Place& place,
                    std::vector<RowBlock>& blocks);
    void run_for_keys(const std::string& sql,
                      const Table& table,
                      std::span<const std::string> keys);

    std::unique_ptr<Database> db_;
    std::shared_ptr<WriteGate> gate_;
    std::unique_ptr<GateHold> hold_;  // from begin() to the end of the transaction
    std::int64_t job_id_;
    bool tracks_unverified_ = false;  // as of begin()
    int unfinished_ = 0;              // writers of this transaction that were not finished
};

}  // namespace dbsync::sqlite
