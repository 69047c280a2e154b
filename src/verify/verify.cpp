// SPDX-License-Identifier: MIT
// Two steps. The *scan* reads both ends chunk by chunk, each chunk in short transactions of its
// own, and compares rows byte by byte. Writers go on meanwhile, so a row that differs is only a
// candidate. Candidates, and every key that any pass has applied since the verification began, are
// kept as "unverified keys" on the target. The *recheck* takes a snapshot S of the source, brings
// the target to S by a complete pass, and compares the rows of the unverified keys as they are in
// S: now a difference is a difference.
//
// So every row either was equal when it was scanned and has not changed since, or its key is in
// the set and is looked at again, the last time under the freeze. The freeze therefore grows with
// what changed lately and not with the database. The scan reads the tables and not the deltas: a
// change that no trigger saw is found.
#include "verify/verify.hpp"

#include "base/bounded_queue.hpp"
#include "base/checkpoint.hpp"
#include "base/log.hpp"
#include "base/retry.hpp"
#include "verify/compare.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace dbsync {

namespace {

constexpr std::uint64_t scan_chunk_rows = 100'000;
constexpr std::size_t blocks_queued_max = 16;  // of block_bytes_max each, per end
constexpr std::size_t unmatched_rows_max = 100'000;
constexpr std::size_t portion_keys_max = 10'000;
// Rows of a portion, of both ends, are held in memory: so many bytes by the table's average.
constexpr std::uint64_t portion_bytes_wanted = 32ULL * 1024 * 1024;
constexpr std::size_t keys_per_call_max = 10'000;
// How long one snapshot serves the recheck, and where an open snapshot holds up writers.
constexpr std::chrono::milliseconds snapshot_time_wanted{5'000};
constexpr std::chrono::milliseconds snapshot_time_blocking_max{0};  // one portion
// From so many unverified keys on, and a table's 1/rescan_share, reading it all is quicker.
constexpr std::uint64_t rescan_keys_min = 5'000;
constexpr std::uint64_t rescan_share = 8;

// Fewer keys where rows are known to be wide. Not where each look costs a scan of the table, and
// not by the average of a few rows.
std::size_t portion_keys(const Table& table) {
    constexpr std::uint64_t rows_that_make_an_average = 1'000;
    if (table.key_shape == KeyShape::WholeRow || table.rows_estimate < rows_that_make_an_average) {
        return portion_keys_max;
    }
    const std::uint64_t row_bytes = std::max<std::uint64_t>(
        1, table.bytes_estimate / table.rows_estimate);
    return std::clamp<std::uint64_t>(portion_bytes_wanted / 2 / row_bytes, 1, portion_keys_max);
}

class QueueSink : public RowSink {
  public:
    explicit QueueSink(BoundedQueue<RowBlock>& queue) : queue_{queue} {}
    void push(RowBlock block) override {
        const std::size_t bytes = block.bytes.size();
        if (!queue_.push(std::move(block), bytes)) {
            throw Error{{.kind = ErrorKind::Interrupted, .what_failed = "comparison ended early"}};
        }
    }

  private:
    BoundedQueue<RowBlock>& queue_;
};

// Reads one end in a thread of its own into a bounded queue.
class Feed {
  public:
    explicit Feed(std::function<void(RowSink&)> read)
        : thread_{[this, read = std::move(read)] {
              try {
                  QueueSink sink{queue_};
                  read(sink);
              } catch (...) {
                  error_ = std::current_exception();
              }
              queue_.close();
          }} {}
    ~Feed() { queue_.close(); }
    Feed(const Feed&) = delete;
    Feed& operator=(const Feed&) = delete;

    std::optional<RowBlock> next() {
        std::optional<RowBlock> block = queue_.pop();
        if (!block) {
            if (thread_.joinable()) {
                thread_.join();
            }
            if (error_) {
                std::rethrow_exception(error_);
            }
        }
        return block;
    }

  private:
    BoundedQueue<RowBlock> queue_{blocks_queued_max, blocks_queued_max * block_bytes_max};
    std::exception_ptr error_;
    std::jthread thread_;
};

// Rows by key; a key may have several rows where tables have no key.
using RowsByKey = std::unordered_map<std::string, std::vector<std::string>>;

class GatherSink : public RowSink {
  public:
    void push(RowBlock block) override {
        for (std::size_t i = 0; i < block.ends.size(); ++i) {
            rows[std::string{block.key(i)}].emplace_back(block.row(i));
        }
    }
    RowsByKey rows;
};

std::vector<Difference> differences(RowsByKey source, RowsByKey target) {
    std::vector<Difference> found;
    for (auto& [key, rows] : source) {
        std::sort(rows.begin(), rows.end());
        auto other = target.find(key);
        if (other == target.end()) {
            found.push_back({key, DifferenceKind::Missing, rows.front(), {}});
            continue;
        }
        std::sort(other->second.begin(), other->second.end());
        if (rows != other->second) {
            found.push_back({key, DifferenceKind::Different, rows.front(), other->second.front()});
        }
        target.erase(other);
    }
    for (const auto& [key, rows] : target) {
        found.push_back({key, DifferenceKind::Extra, {}, rows.front()});
    }
    return found;
}

}  // namespace

Verify::Verify(Move move,
               std::vector<Table> tables,
               CompletePass complete,
               ProgressListener& progress)
    : move_{std::move(move)},
      tables_{std::move(tables)},
      complete_{std::move(complete)},
      progress_{progress} {
    for (const Table& table : tables_) {
        verified_[table.id].table = table;
    }
}

TargetSession& Verify::session() {
    if (!session_) {
        session_ = move_.target.open_session(move_.job);
    }
    return *session_;
}

// Both ends are read at the same time; what they disagree on is noted on the target.
void Verify::scan_chunk(const Table& table, const Chunk& chunk, SourceReader& reader) {
    if (!reading_session_) {
        reading_session_ = move_.target.open_session(move_.job);
    }
    TargetSession& notes = session();
    StreamCompare compare{[&](std::vector<std::string> keys) {
                              for (std::size_t i = 0; i < keys.size(); i += keys_per_call_max) {
                                  notes.add_unverified(
                                      table, std::span{keys}.subspan(
                                                 i, std::min(keys_per_call_max, keys.size() - i)));
                              }
                          },
                          unmatched_rows_max};
    Feed source{[&](RowSink& sink) { reader.read_chunk(table, chunk, RowForm::Compare, sink); }};
    Feed target{[&](RowSink& sink) { reading_session_->read_chunk(table, chunk, sink); }};
    const CompareCounts counts =
        compare.run([&] { return source.next(); }, [&] { return target.next(); });
    verified_[table.id].rows += counts.source_rows;
}

void Verify::scan(const std::vector<Table>& tables, const std::function<void()>& between) {
    const std::unique_ptr<SourceReader> reader = move_.source.open_reader();
    std::uint64_t rows_estimate = 0;
    for (const Table& table : tables) {
        rows_estimate += table.rows_estimate;
        verified_[table.id].rows = 0;
    }
    std::uint64_t rows_before = 0;
    for (const Table& table : tables) {
        std::optional<std::string> lower;
        std::int32_t number = 0;
        do {
            const std::uint64_t counted = verified_[table.id].rows;
            lower = retry(RetryPolicy{}, move_.stop, [&] {
                try {
                    verified_[table.id].rows = counted;
                    reader->begin({&table, 1}, move_.lock_timeout);
                    reader->snapshot();
                    Chunk chunk{.table_id = table.id, .number = number, .lower = lower};
                    chunk.upper =
                        reader->chunk_end(table, lower, scan_chunk_rows, RowForm::Compare);
                    scan_chunk(table, chunk, *reader);
                    reader->end();
                    return chunk.upper;
                } catch (...) {
                    reader->end();
                    session_.reset();
                    reading_session_.reset();
                    throw;
                }
            });
            ++number;
            checkpoint("verify.mid_scan");
            Progress progress;
            progress.phase = "verify";
            progress.rows_estimate = rows_estimate;
            progress.rows_copied = rows_before + verified_[table.id].rows;
            progress_.on_progress(progress);
            between();
        } while (lower);
        rows_before += verified_[table.id].rows;
        log::info("verify.scanned",
                  {{"table", table.name.display()}, {"rows", verified_[table.id].rows}});
    }
}

void Verify::scan_frozen(const Table& table, SourceReader& reader) {
    verified_[table.id].rows = 0;
    scan_chunk(table, Chunk{.table_id = table.id}, reader);
}

void Verify::keep(TableVerified& verified, const std::vector<Difference>& found) {
    verified.mismatches += found.size();
    for (const Difference& difference : found) {
        if (verified.examples.size() < differences_kept_max) {
            verified.examples.push_back(difference);
        }
    }
}

std::vector<Difference> Verify::compare_keys(const Table& table,
                                             SourceReader& reader,
                                             const std::vector<std::string>& keys) {
    GatherSink source;
    GatherSink target;
    reader.read_keys(table, keys, RowForm::Compare, source);
    session().read_keys(table, keys, target);
    return differences(std::move(source.rows), std::move(target.rows));
}

// Keys whose rows are equal are no longer unverified; the others stay in the set.
void Verify::recheck_portion(const Table& table,
                             SourceReader& reader,
                             const std::vector<std::string>& keys,
                             bool repair) {
    std::vector<Difference> found = compare_keys(table, reader, keys);
    std::uint64_t repaired = 0;
    if (repair && !found.empty()) {
        repaired = found.size();
        apply_keys(table, reader, keys);
        found = compare_keys(table, reader, keys);
        repaired -= std::min<std::uint64_t>(repaired, found.size());
    }
    std::unordered_set<std::string> differs;
    for (const Difference& difference : found) {
        differs.insert(difference.key);
    }
    std::vector<std::string> equal;
    std::copy_if(keys.begin(), keys.end(), std::back_inserter(equal),
                 [&](const std::string& key) { return !differs.contains(key); });
    session().remove_unverified(table, equal);
    TableVerified& verified = verified_[table.id];
    verified.keys_rechecked += keys.size();
    verified.repaired += repaired;
    keep(verified, found);
}

// Makes the target's rows with these keys equal to the source's, as a pass would.
void Verify::apply_keys(const Table& table,
                        SourceReader& reader,
                        const std::vector<std::string>& keys) {
    TargetSession& target = session();
    target.begin();
    try {
        const auto writer = target.stage(table);
        reader.read_keys(table, keys, RowForm::Change, *writer);
        writer->finish();
        target.apply_stage(table);
        target.commit();
    } catch (...) {
        target.rollback();
        throw;
    }
}

// Keys after `after` at one snapshot, for as long as a snapshot may be held. Returns whether there
// may be more.
bool Verify::recheck_some(const Table& table,
                          SourceReader& reader,
                          std::string& after,
                          bool repair) {
    std::vector<std::string> keys = session().unverified_keys(table, after, portion_keys(table));
    if (keys.empty()) {
        return false;
    }
    const auto snapshot_time_max =
        move_.source.readers_block_writers() ? snapshot_time_blocking_max : snapshot_time_wanted;
    reader.begin(tables_, move_.lock_timeout);
    complete_(reader, reader.snapshot());
    const auto begun = std::chrono::steady_clock::now();
    do {
        recheck_portion(table, reader, keys, repair);
        after = keys.back();
        keys = session().unverified_keys(table, after, portion_keys(table));
    } while (!keys.empty() && std::chrono::steady_clock::now() - begun < snapshot_time_max);
    reader.end();
    return !keys.empty();
}

void Verify::recheck(bool repair) {
    checkpoint("verify.before_recheck");
    const std::unique_ptr<SourceReader> reader = move_.source.open_reader();
    for (const Table& table : tables_) {
        std::string after;
        for (bool more = true; more;) {
            more = retry(RetryPolicy{}, move_.stop, [&] {
                try {
                    return recheck_some(table, *reader, after, repair);
                } catch (...) {
                    reader->end();
                    session_.reset();
                    throw;
                }
            });
        }
    }
}

void Verify::rescan_heavy(const std::function<void()>& between) {
    std::vector<Table> heavy;
    for (const Table& table : tables_) {
        const std::uint64_t count = unverified_count(table);
        const bool by_scan = table.key_shape == KeyShape::WholeRow;
        if (count < rescan_keys_min || (!by_scan && count * rescan_share < table.rows_estimate)) {
            continue;
        }
        for (;;) {
            const std::vector<std::string> keys =
                session().unverified_keys(table, {}, portion_keys_max);
            if (keys.empty()) {
                break;
            }
            session().remove_unverified(table, keys);
        }
        heavy.push_back(table);
    }
    scan(heavy, between);
}

void Verify::recheck_frozen(SourceReader& reader) {
    for (const Table& table : tables_) {
        std::string after;
        for (;;) {
            const std::vector<std::string> keys =
                session().unverified_keys(table, after, portion_keys(table));
            if (keys.empty()) {
                break;
            }
            after = keys.back();
            recheck_portion(table, reader, keys, false);
        }
    }
}

std::uint64_t Verify::unverified_count(const Table& table) {
    std::uint64_t count = 0;
    std::string after;
    for (;;) {
        const std::vector<std::string> keys =
            session().unverified_keys(table, after, portion_keys_max);
        if (keys.empty()) {
            return count;
        }
        count += keys.size();
        after = keys.back();
    }
}

std::uint64_t Verify::unverified_count() {
    std::uint64_t count = 0;
    for (const Table& table : tables_) {
        count += unverified_count(table);
    }
    return count;
}

VerifyResult Verify::result() const {
    VerifyResult result;
    std::map<std::int32_t, std::uint64_t> aside;
    for (const auto& [table_id, rows] : move_.target.quarantined(move_.job)) {
        aside[table_id] = rows;
    }
    for (const Table& table : tables_) {
        TableVerified verified = verified_.at(table.id);
        verified.put_aside = aside[table.id];
        result.put_aside += verified.put_aside;
        result.identical = result.identical && verified.mismatches == 0;
        result.rows += verified.rows;
        result.keys_rechecked += verified.keys_rechecked;
        result.tables.push_back(std::move(verified));
    }
    return result;
}

}  // namespace dbsync
