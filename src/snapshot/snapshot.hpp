// SPDX-License-Identifier: MIT
// The first copy: schema, rows in parallel resumable chunks, keys, and, after a complete pass,
// everything that a fuzzy copy could have violated.
#pragma once

#include "engine/move.hpp"
#include "report/progress.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace dbsync {

struct SnapshotOptions {
    // Rows of one chunk: one source transaction and one target transaction. Default: as many as
    // make about 32 MiB, between 1,000 and 200,000 rows.
    std::uint64_t chunk_rows = 0;
    bool with_schema = true;
};

struct TableCopied {
    std::string table;
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    double seconds = 0;  // in this run, first chunk begun to last chunk committed
};

struct SnapshotResult {
    std::vector<TableCopied> tables;
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
};

// The steps in their order; each can be repeated after a crash and does only what is left.
class Snapshot {
  public:
    Snapshot(Move move, std::vector<Table> tables, std::vector<SchemaItem> schema,
             ProgressListener& progress);

    // Schemas, types, tables: everything that comes before rows.
    void create_schema();
    // The keys that catch-up finds rows by, for a copy of the schema alone.
    void create_keys();
    // Every row of every table, and the keys that catch-up finds rows by.
    SnapshotResult copy_rows(const SnapshotOptions& options);
    // Indexes and constraints that hold only after a complete pass; planner statistics.
    void build_indexes(bool with_schema);

    // The rows were restored by other means after capture began: checks and adopts them.
    void adopt();
    // Notes in the target's ledger that the adopted tables are complete.
    void note_adopted();

  private:
    Move move_;
    std::vector<Table> tables_;
    std::vector<SchemaItem> schema_;
    ProgressListener& progress_;
};

}  // namespace dbsync
