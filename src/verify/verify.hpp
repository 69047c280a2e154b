// SPDX-License-Identifier: MIT
// Exact comparison of both ends while writers write. See verify.cpp for why it is exact.
#pragma once

#include "engine/move.hpp"
#include "report/progress.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace dbsync {

enum class DifferenceKind { Missing, Extra, Different };

struct Difference {
    std::string key;  // as in front of a Compare row
    DifferenceKind kind = DifferenceKind::Different;
    std::string source_row;  // Compare form; empty when missing there
    std::string target_row;
};

struct TableVerified {
    Table table;
    std::uint64_t rows = 0;            // of the source, as scanned
    std::uint64_t keys_rechecked = 0;
    std::uint64_t mismatches = 0;      // true differences, after repair if that was asked for
    std::uint64_t repaired = 0;
    std::uint64_t put_aside = 0;       // rows of the source that stand aside on the target
    std::vector<Difference> examples;  // every difference, up to `differences_kept_max`
};

struct VerifyResult {
    bool identical = true;
    std::uint64_t rows = 0;
    std::uint64_t keys_rechecked = 0;
    std::uint64_t put_aside = 0;
    std::vector<TableVerified> tables;
};

inline constexpr std::size_t differences_kept_max = 10'000;

class Verify {
  public:
    // `complete` brings the target to a reader's snapshot (a complete pass).
    Verify(Move move, std::vector<Table> tables, CompletePass complete,
           ProgressListener& progress);

    // Scans the given tables on both ends; rows that do not agree become candidates (unverified
    // keys on the target). Writers and passes may go on; Target::begin_verification must have been
    // called, so that what changes behind the scan is noted.
    // `between` is called after each chunk, outside any transaction of the scan.
    void scan(const std::vector<Table>& tables, const std::function<void()>& between);

    // Scans a table inside the freeze, in the reader's snapshot.
    void scan_frozen(const Table& table, SourceReader& reader);

    // Scans the tables of which so many keys are unverified that looking at each of them would
    // cost more than reading the table. `between` as for scan().
    void rescan_heavy(const std::function<void()>& between);

    // Looks at every unverified key exactly: at a snapshot to which the target was brought, in
    // portions, several to a snapshot for a bounded time. With `repair` makes the target's rows
    // equal.
    void recheck(bool repair);

    // The same inside the freeze: `reader` has a snapshot, and the target has been brought to it.
    void recheck_frozen(SourceReader& reader);

    [[nodiscard]] std::uint64_t unverified_count();
    [[nodiscard]] std::uint64_t unverified_count(const Table& table);
    [[nodiscard]] VerifyResult result() const;

  private:
    void scan_chunk(const Table& table, const Chunk& chunk, SourceReader& reader);
    std::vector<Difference> compare_keys(const Table& table, SourceReader& reader,
                                         const std::vector<std::string>& keys);
    void recheck_portion(const Table& table, SourceReader& reader,
                         const std::vector<std::string>& keys, bool repair);
    void apply_keys(const Table& table, SourceReader& reader,
                    const std::vector<std::string>& keys);
    bool recheck_some(const Table& table, SourceReader& reader, std::string& after, bool repair);
    void keep(TableVerified& verified, const std::vector<Difference>& differences);
    TargetSession& session();

    Move move_;
    std::vector<Table> tables_;
    CompletePass complete_;
    ProgressListener& progress_;
    std::unique_ptr<TargetSession> session_;
    std::unique_ptr<TargetSession> reading_session_;
    std::map<std::int32_t, TableVerified> verified_;
};

}  // namespace dbsync
