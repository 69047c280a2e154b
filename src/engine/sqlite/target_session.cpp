// SPDX-License-Identifier: MIT
#include "engine/sqlite/target_session.hpp"

#include "base/check.hpp"
#include "base/error.hpp"
#include "engine/sqlite/quoting.hpp"
#include "engine/sqlite/read_sql.hpp"
#include "engine/sqlite/target_rows.hpp"
#include "engine/sqlite/target_tables.hpp"
#include "engine/sqlite/wire.hpp"

#include <utility>

namespace dbsync::sqlite {

namespace {

constexpr const char* insert_unverified =
    "INSERT OR IGNORE INTO \"_dbsync_unverified\" (job_id, table_id, key) VALUES (?1, ?2, ?3)";

// Notes staged keys as unverified in the transaction that applies them.
class NoteKeys : public StagedKeys {
  public:
    NoteKeys(Database& db, std::int64_t job_id, std::int32_t table_id)
        : insert_{db, insert_unverified}, job_id_{job_id}, table_id_{table_id} {}

    void take(std::string_view key) override {
        insert_.bind(1, job_id_).bind(2, table_id_).bind_blob(3, key);
        insert_.run();
    }

  private:
    Statement insert_;
    std::int64_t job_id_;
    std::int32_t table_id_;
};

class Kept : public RowSink {
  public:
    explicit Kept(std::vector<RowBlock>& blocks) : blocks_{blocks} {}
    void push(RowBlock block) override {
        bytes += block.bytes.size();
        blocks_.push_back(std::move(block));
    }
    std::size_t bytes = 0;

  private:
    std::vector<RowBlock>& blocks_;
};

void bind_key(Statement& statement, int first, std::string_view key, const Table& table) {
    WireReader values{key};
    bind_values(statement, first, values, table.key.size());
}

// Takes the current row of a SELECT in form Compare.
void take_row(const Statement& rows, const Table& table, BlockBuilder& block) {
    const int keys = static_cast<int>(table.key.size());
    append_columns(block.row(), rows, 0, keys);
    block.key_ends();
    append_columns(block.row(), rows, keys, row_columns(table, RowForm::Compare) - keys);
    block.row_ends();
}

void bind_bound(Statement& statement, int index, const std::optional<std::string>& bound) {
    if (bound) {
        statement.bind_text(index, *bound);
    } else {
        statement.bind_null(index);
    }
}

}  // namespace

// Where the next slice of a chunk begins.
struct Session::Place {
    std::optional<std::string> key;
    bool after = false;  // behind the key, not at it
};

std::unique_ptr<Database> open_target_file(const std::string& path, bool create) {
    auto db = std::make_unique<Database>(
        path,
        OpenOptions{.role = Role::Target, .create = create, .busy_timeout = target_busy_timeout});
    // temp_store: a stage may be larger than memory. synchronous: the source forgets what the
    // target says it has committed.
    db->run("PRAGMA temp_store=FILE; PRAGMA synchronous=FULL; PRAGMA ignore_check_constraints=ON");
    return db;
}

Session::Session(const std::string& path, const std::string& job)
    : db_{open_target_file(path, false)},
      gate_{WriteGate::of(path)},
      job_id_{require_job(*db_, job)} {}

Session::~Session() {
    rollback();
}

void Session::begin() {
    DBSYNC_CHECK(!hold_, "a target session is in a transaction already");
    auto hold = std::make_unique<GateHold>(gate_);
    db_->begin_immediate();
    hold_ = std::move(hold);
    unfinished_ = 0;
    tracks_unverified_ = read_job(*db_, job_id_).tracks_unverified;
}

std::unique_ptr<RowWriter> Session::copy_into(const Table& table) {
    return make_copy_writer(*db_, table, unfinished_);
}

std::uint64_t Session::clear_table(const Table& table) {
    db_->run("DELETE FROM " + quote_ident(table.name.name));
    return static_cast<std::uint64_t>(db_->changes());
}

std::unique_ptr<RowWriter> Session::stage(const Table& table) {
    return make_stage_writer(*db_, table, unfinished_);
}

ApplyCounts Session::apply_stage(const Table& table) {
    if (!tracks_unverified_) {
        return apply_staged(*db_, table, nullptr);
    }
    NoteKeys notes{*db_, job_id_, table.id};
    return apply_staged(*db_, table, &notes);
}

void Session::record_chunk_plan(std::span<const Chunk> chunks) {
    Statement insert{*db_,
                     "INSERT INTO \"_dbsync_chunk\" (job_id, table_id, number, lower, upper)"
                     " VALUES (?1, ?2, ?3, ?4, ?5)"};
    for (const Chunk& chunk : chunks) {
        insert.bind(1, job_id_).bind(2, chunk.table_id).bind(3, chunk.number);
        bind_bound(insert, 4, chunk.lower);
        bind_bound(insert, 5, chunk.upper);
        insert.run();
    }
}

void Session::record_chunk(const Chunk& chunk, std::uint64_t rows, std::uint64_t bytes) {
    Statement update{*db_,
                     "UPDATE \"_dbsync_chunk\" SET done = 1, rows = ?4, bytes = ?5"
                     " WHERE job_id = ?1 AND table_id = ?2 AND number = ?3 AND done = 0"};
    update.bind(1, job_id_).bind(2, chunk.table_id).bind(3, chunk.number);
    update.bind(4, static_cast<std::int64_t>(rows)).bind(5, static_cast<std::int64_t>(bytes));
    update.run();
    if (db_->changes() != 1) {
        throw Error{{.kind = ErrorKind::Conflict,
                     .what_failed = "chunk " + std::to_string(chunk.number) + " of table " +
                                    std::to_string(chunk.table_id) +
                                    " is done already on the target",
                     .hint = "run the same command again; make sure that only one dbsync works "
                             "on this job"}};
    }
}

void Session::set_watermark(const Cursor& expected,
                            const Cursor& watermark,
                            std::int64_t watermark_unix_us) {
    Statement update{*db_,
                     "UPDATE \"_dbsync_job\" SET watermark = ?3, watermark_unix_us = ?4"
                     " WHERE id = ?1 AND watermark = ?2"};
    update.bind(1, job_id_).bind_text(2, expected.text());
    update.bind_text(3, watermark.text()).bind(4, watermark_unix_us);
    update.run();
    if (db_->changes() != 1) {
        throw Error{{.kind = ErrorKind::JobBusy,
                     .what_failed = "the target's watermark is not where this process left it",
                     .hint = "make sure that only one dbsync works on this job, then run again"}};
    }
}

void Session::mark_table_unverified(const Table& table) {
    Statement insert{*db_,
                     "INSERT OR IGNORE INTO \"_dbsync_unverified_table\" (job_id, table_id)"
                     " VALUES (?1, ?2)"};
    insert.bind(1, job_id_).bind(2, table.id);
    insert.run();
}

// A COMMIT that fails has either left the transaction open or rolled it back; there is no server
// whose answer could be lost.
void Session::commit() {
    if (unfinished_ > 0) {
        throw Error{{.kind = ErrorKind::Internal,
                     .what_failed = "rows on their way into the target were given up half-way",
                     .hint = "run the same command again"}};
    }
    db_->commit();
    hold_.reset();
}

void Session::rollback() noexcept {
    db_->rollback();
    unfinished_ = 0;
    hold_.reset();
}

// A slice is read to its end before it is handed on: the sink may wait for a writer, which in
// rollback-journal mode waits for readers.
bool Session::read_slice(const Table& table,
                         const std::optional<std::string>& upper,
                         Place& place,
                         std::vector<RowBlock>& blocks) {
    Kept kept{blocks};
    BlockBuilder block{kept, RowForm::Compare};
    const std::optional<std::string> from = place.key;
    Statement rows{*db_, select_range(table, RowForm::Compare,
                                      {.lower = from.has_value(),
                                       .after = place.after,
                                       .upper = upper.has_value()})};
    if (from) {
        bind_key(rows, 1, *from, table);
    }
    if (upper) {
        bind_key(rows, from ? static_cast<int>(table.key.size()) + 1 : 1, *upper, table);
    }
    bool more = false;
    for (std::size_t count = 1; !more && rows.step(); ++count) {
        take_row(rows, table, block);
        more = count >= target_slice_rows_max || kept.bytes >= target_slice_bytes_max;
        if (more) {
            std::string last;
            append_columns(last, rows, 0, static_cast<int>(table.key.size()));
            place = {.key = std::move(last), .after = true};
        }
    }
    block.flush();
    return more;
}

void Session::read_chunk(const Table& table, const Chunk& chunk, RowSink& sink) {
    Place place;
    std::optional<std::string> upper;
    if (chunk.lower) {
        place.key = parse_bound(*chunk.lower);
    }
    if (chunk.upper) {
        upper = parse_bound(*chunk.upper);
    }
    for (bool more = true; more;) {
        std::vector<RowBlock> blocks;
        more = read_slice(table, upper, place, blocks);
        for (RowBlock& block : blocks) {
            sink.push(std::move(block));
        }
    }
}

void Session::read_keys(const Table& table, std::span<const std::string> keys, RowSink& sink) {
    std::vector<RowBlock> blocks;
    {
        Kept kept{blocks};
        BlockBuilder block{kept, RowForm::Compare};
        Statement row{*db_, select_key(table, RowForm::Compare)};
        for (const std::string& key : keys) {
            bind_key(row, 1, key, table);
            if (row.step()) {
                take_row(row, table, block);
            }
            row.reset();
        }
        block.flush();
    }
    for (RowBlock& block : blocks) {
        sink.push(std::move(block));
    }
}

void Session::run_for_keys(const std::string& sql,
                           const Table& table,
                           std::span<const std::string> keys) {
    if (keys.empty()) {
        return;
    }
    const GateHold hold{gate_};
    Transaction transaction{*db_, Transaction::Kind::Immediate};
    Statement statement{*db_, sql};
    for (const std::string& key : keys) {
        statement.bind(1, job_id_).bind(2, table.id).bind_blob(3, key);
        statement.run();
    }
    transaction.commit();
}

void Session::add_unverified(const Table& table, std::span<const std::string> keys) {
    run_for_keys(insert_unverified, table, keys);
}

void Session::remove_unverified(const Table& table, std::span<const std::string> keys) {
    run_for_keys(
        "DELETE FROM \"_dbsync_unverified\" WHERE job_id = ?1 AND table_id = ?2 AND key = ?3",
        table, keys);
}

std::vector<std::string> Session::unverified_keys(const Table& table,
                                                  const std::string& after,
                                                  std::size_t limit) {
    Statement row{*db_,
                  "SELECT key FROM \"_dbsync_unverified\" WHERE job_id = ?1 AND table_id = ?2"
                  " AND key > ?3 ORDER BY key LIMIT ?4"};
    row.bind(1, job_id_).bind(2, table.id).bind_blob(3, after);
    row.bind(4, static_cast<std::int64_t>(limit));
    std::vector<std::string> keys;
    while (row.step()) {
        keys.emplace_back(row.blob(0));
    }
    return keys;
}

}  // namespace dbsync::sqlite
