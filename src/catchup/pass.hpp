// SPDX-License-Identifier: MIT
// One pass: snapshot of the source → dirty keys → their rows → target, with the watermark.
#pragma once

#include "engine/move.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace dbsync {

struct PassOptions {
    // Most deltas of one batch. Larger batches merge more changes of the same key and hold the
    // snapshot longer. Default: 250,000 deltas.
    std::uint64_t batch_deltas_max = 250'000;
    // Up to so many deltas a complete batch is applied in one target transaction, so that readers
    // of the target see only states that the source has had; above it, tables are applied in
    // parallel and the target is consistent at the end of the backlog. Default: 20,000 deltas.
    std::uint64_t near_deltas_max = 20'000;
    // A table's share of a batch is split by key into transactions of about this many keys.
    // Default: 100,000 keys.
    std::uint64_t bucket_keys_max = 100'000;
};

struct PassResult {
    bool complete = false;  // the target is the source as the snapshot showed it
    std::uint64_t deltas = 0;
    std::uint64_t deltas_behind = 0;  // left for later batches, as the snapshot saw it
    std::int64_t source_unix_us = 0;  // the source's clock at the snapshot
    ApplyCounts applied;

    void add(const PassResult& batch);
};

// Not thread-safe. Keeps its connections between passes; after an Error the next call opens new
// ones where it must.
class Pass {
  public:
    Pass(Move move, std::vector<Table> tables, PassOptions options);
    ~Pass();
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

    // One batch at a snapshot of its own, repeated for passing reasons, and lets go of the deltas
    // at the source. Throws Error{SchemaChanged}, Error{JobBusy}, and what an end says.
    PassResult run_batch();

    // Batches as large as the engine allows: brings the target to the reader's current snapshot.
    // Nothing is let go of at the source (the reader's session or the freeze may be in the way of
    // it). Not repeated on failure: the snapshot may be gone.
    PassResult complete_at(SourceReader& reader, SnapshotTime time);

    // After a copy whose chunks are of different moments: a row may stand below one that was
    // cascaded away before its own chunk was read, so that no mark leads to it any more. Looks for
    // rows that refer to nothing, and makes them as the source has them, until none changes.
    void settle_orphans();

    // Opens new target sessions at the next use, so that they see changed settings of the job.
    void reset_sessions() { sessions_.clear(); }

    [[nodiscard]] const std::vector<Table>& tables() const noexcept { return tables_; }
    // How far the target has durably applied, as of the last batch.
    [[nodiscard]] const Cursor& watermark() const noexcept { return watermark_; }

  private:
    struct Unit;
    PassResult run_batch_once();
    bool settle_orphans_of(const Cascade& cascade, SourceReader& reader);
    ApplyCounts apply(SourceReader& reader, SnapshotTime time, const Batch& batch, bool end_reader);
    ApplyCounts apply_at_once(SourceReader& reader,
                              SnapshotTime time,
                              const Batch& batch,
                              bool end_reader);
    ApplyCounts apply_near(SourceReader& reader,
                           SnapshotTime time,
                           const Batch& batch,
                           bool end_reader,
                           bool widened);
    ApplyCounts apply_far(SourceReader& reader, SnapshotTime time, const Batch& batch);
    [[nodiscard]] std::vector<Unit> units_of(const Batch& batch) const;
    std::vector<Unit> units_at_once(SourceReader& reader,
                                    TargetSession& target,
                                    const Batch& batch);
    void load(SourceReader& reader, const Unit& unit, TargetSession& session, bool widened);
    void commit_watermark(TargetSession& session, SnapshotTime time, const Batch& batch);
    TargetSession& session(std::size_t index);
    void load_watermark();

    Move move_;
    std::vector<Table> tables_;
    PassOptions options_;
    std::unique_ptr<SourceReader> reader_;
    std::vector<std::unique_ptr<TargetSession>> sessions_;
    bool watermark_known_ = false;
    Cursor watermark_;
    std::int64_t watermark_unix_us_ = 0;
};

}  // namespace dbsync
