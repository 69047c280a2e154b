// SPDX-License-Identifier: MIT
// Why the schema comes in stages: a fuzzy copy may hold, for a while, two rows with the same
// secondary unique value or a child without its parent. Only the key that catch-up finds rows by
// is needed before the first pass; everything else waits until the target is the source as one
// snapshot showed it. Indexes built over finished tables are also quicker to build.
#include "snapshot/snapshot.hpp"

#include "base/bounded_queue.hpp"
#include "base/checkpoint.hpp"
#include "base/log.hpp"
#include "base/retry.hpp"
#include "snapshot/copy_rows.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>

namespace dbsync {

namespace {

// Statements of one target transaction while the schema is created: few enough for the server's
// lock table, many enough that 10,000 tables do not take 10,000 commits.
constexpr std::size_t items_per_transaction = 200;

std::vector<SchemaItem> of_stage(const std::vector<SchemaItem>& schema, SchemaStage stage) {
    std::vector<SchemaItem> items;
    std::copy_if(schema.begin(), schema.end(), std::back_inserter(items),
                 [&](const SchemaItem& item) { return item.stage == stage; });
    return items;
}

void run_in_order(const Move& move, const std::vector<SchemaItem>& items) {
    for (std::size_t i = 0; i < items.size(); i += items_per_transaction) {
        throw_if_stopped(move.stop);
        const std::size_t count = std::min(items_per_transaction, items.size() - i);
        move.target.run_schema(move.job, std::span{items}.subspan(i, count));
    }
}

// Each item in a transaction of its own, several at a time.
void run_in_parallel(const Move& move, const std::vector<SchemaItem>& items) {
    BoundedQueue<const SchemaItem*> queue{std::max<std::size_t>(1, items.size())};
    for (const SchemaItem& item : items) {
        queue.push(&item);
    }
    queue.close();
    std::mutex mutex;
    std::exception_ptr error;
    {
        std::vector<std::jthread> workers;
        for (std::size_t i = 0; i < std::min(move.workers, items.size()); ++i) {
            workers.emplace_back([&] {
                try {
                    const std::unique_ptr<Target> target = move.another_target();
                    while (const std::optional<const SchemaItem*> item = queue.pop()) {
                        throw_if_stopped(move.stop);
                        target->run_schema(move.job, {*item, 1});
                    }
                } catch (...) {
                    const std::lock_guard lock{mutex};
                    error = error ? error : std::current_exception();
                    while (queue.pop()) {
                    }
                }
            });
        }
    }
    if (error) {
        std::rethrow_exception(error);
    }
}

}  // namespace

Snapshot::Snapshot(Move move,
                   std::vector<Table> tables,
                   std::vector<SchemaItem> schema,
                   ProgressListener& progress)
    : move_{std::move(move)},
      tables_{std::move(tables)},
      schema_{std::move(schema)},
      progress_{progress} {}

void Snapshot::create_schema() {
    checkpoint("snapshot.before_schema");
    run_in_order(move_, of_stage(schema_, SchemaStage::Before));
    log::info("snapshot.schema", {{"items", schema_.size()}});
    checkpoint("snapshot.after_schema");
}

void Snapshot::create_keys() {
    run_in_order(move_, of_stage(schema_, SchemaStage::Key));
}

SnapshotResult Snapshot::copy_rows(const SnapshotOptions& options) {
    std::map<std::int32_t, std::vector<SchemaItem>> keys;
    std::vector<SchemaItem> other_keys;
    if (options.with_schema) {
        for (SchemaItem& item : of_stage(schema_, SchemaStage::Key)) {
            (item.table_id != 0 ? keys[item.table_id] : other_keys).push_back(std::move(item));
        }
    }
    const auto table_copied = [&](const Table& table) {
        const auto found = keys.find(table.id);
        if (found != keys.end()) {
            move_.another_target()->run_schema(move_.job, found->second);
        }
    };
    SnapshotResult result = dbsync::copy_rows(move_, tables_, options, progress_, table_copied);
    run_in_order(move_, other_keys);
    move_.target.set_rows_copied(move_.job);
    checkpoint("snapshot.after_rows");
    return result;
}

void Snapshot::build_indexes(bool with_schema) {
    checkpoint("snapshot.before_indexes");
    if (with_schema) {
        run_in_parallel(move_, of_stage(schema_, SchemaStage::After));
        run_in_order(move_, of_stage(schema_, SchemaStage::Last));
    }
    for (const Table& table : tables_) {
        throw_if_stopped(move_.stop);
        move_.target.analyze(table);
    }
    checkpoint("snapshot.after_indexes");
}

// A copy of ours that was begun and a restored one do not mix: which of the rows came from where?
void Snapshot::adopt() {
    if (const std::optional<TargetJob> job = move_.target.job(move_.job); job) {
        for (const ChunkRecord& record : move_.target.chunks(move_.job)) {
            if (!job->rows_copied && (!record.done || record.rows > 0)) {
                throw Error{{.kind = ErrorKind::Precondition,
                             .what_failed = "dbsync itself has begun to copy rows to the target",
                             .hint = "go on with `dbsync snapshot` without --external, or run "
                                     "`dbsync stop-capture` and begin anew"}};
            }
        }
    }
    move_.target.adopt(move_.job, tables_);
}

// In the ledger an adopted table is one chunk that is done: nothing copies it again, and a table
// that is captured later is missed.
void Snapshot::note_adopted() {
    std::set<std::int32_t> known;
    for (const ChunkRecord& record : move_.target.chunks(move_.job)) {
        known.insert(record.chunk.table_id);
    }
    std::vector<Chunk> chunks;
    for (const Table& table : tables_) {
        if (!known.contains(table.id)) {
            chunks.push_back({.table_id = table.id});
        }
    }
    const std::unique_ptr<TargetSession> session = move_.target.open_session(move_.job);
    session->begin();
    session->record_chunk_plan(chunks);
    for (const Chunk& chunk : chunks) {
        session->record_chunk(chunk, 0, 0);
    }
    session->commit();
    move_.target.set_rows_copied(move_.job);
}

}  // namespace dbsync
