// SPDX-License-Identifier: MIT
// Reads the source. In WAL mode a snapshot is one read transaction from snapshot() to end().
//
// In rollback-journal mode an open reader makes writers' commits fail, so that reads are short:
//  - plan_batch() reads a batch of a few thousand deltas into memory at once and, unless it is
//    small, ends the transaction there; read_deltas() hands on from memory;
//  - read_chunk() reads in slices, each in a transaction of its own (a scan may be fuzzy);
//  - a read that needs the snapshot after its transaction has ended goes on if nobody has written
//    since (PRAGMA data_version), and else throws Error{Serialization}; the next pass then keeps
//    its transaction to the end.
#pragma once

#include "engine/source.hpp"
#include "engine/sqlite/capture.hpp"
#include "engine/sqlite/database.hpp"
#include "engine/sqlite/position.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dbsync::sqlite {

// Rollback-journal mode only: most deltas read at once, most bytes kept, and up to how many deltas
// a batch is small enough for its transaction to stay open until end().
inline constexpr std::uint64_t journal_deltas_max = 2'000;
inline constexpr std::uint64_t journal_bytes_max = 8 * 1024 * 1024;
inline constexpr std::uint64_t journal_held_deltas_max = 200;
// Rows and bytes of one slice of a chunk.
inline constexpr std::uint64_t slice_rows_max = 2'000;
inline constexpr std::size_t slice_bytes_max = 4 * 1024 * 1024;

class Reader : public SourceReader {
  public:
    explicit Reader(const std::string& path);
    ~Reader() override;

    void begin(std::span<const Table> tables, std::chrono::milliseconds lock_timeout) override;
    SnapshotTime snapshot() override;
    Batch plan_batch(const Cursor& from, std::uint64_t deltas_max) override;
    void read_deltas(const Table& table, const DeltaRange& range, RowSink& sink) override;
    void read_keys(const Table& table,
                   std::span<const std::string> keys,
                   RowForm form,
                   RowSink& sink) override;
    void read_chunk(const Table& table, const Chunk& chunk, RowForm form, RowSink& sink) override;
    std::optional<std::string> chunk_end(const Table& table,
                                         const std::optional<std::string>& lower,
                                         std::uint64_t rows,
                                         RowForm form) override;
    std::vector<SequenceState> read_sequences() override;
    void end() noexcept override;

  private:
    void open_snapshot();
    void reopen_snapshot();
    void query_deltas(const Table& table, const DeltaRange& range, RowSink& sink);
    bool keep_in_memory(const Batch& batch);
    bool read_slice(const Table& table,
                    RowForm form,
                    const std::optional<std::string>& upper,
                    std::string& lower,
                    bool& after_lower,
                    RowSink& sink);

    Database db_;
    std::vector<Table> tables_;
    CaptureRow capture_;
    bool wal_ = false;
    bool hold_ = false;              // keep the next transaction to the end, whatever its size
    std::int64_t data_version_ = 0;  // of the snapshot
    std::optional<Cursor> kept_to_;  // the batch that kept_ holds
    std::map<std::int32_t, std::vector<RowBlock>> kept_;
};

}  // namespace dbsync::sqlite
