// SPDX-License-Identifier: MIT
#include "engine/mysql/target_session.hpp"

#include "base/check.hpp"
#include "base/error.hpp"
#include "engine/mysql/children.hpp"
#include "engine/mysql/key_table.hpp"
#include "engine/mysql/quoting.hpp"
#include "engine/mysql/read_sql.hpp"
#include "engine/mysql/target_notes.hpp"
#include "engine/mysql/target_quarantine.hpp"
#include "engine/mysql/target_stage.hpp"
#include "engine/mysql/target_stage_writer.hpp"
#include "engine/mysql/target_table.hpp"
#include "engine/mysql/target_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

namespace dbsync::mysql {

namespace {

// Up to so many rows a stage is emptied by DELETE, beyond by making it anew.
constexpr std::uint64_t rows_deleted_max = 2'000;
constexpr std::size_t chunks_per_statement = 1'000;
// Longest wait for a lock of somebody else's on the target.
constexpr std::chrono::seconds target_lock_wait{60};
// Longest silence while one statement works: a table is emptied in one.
constexpr std::chrono::seconds target_io_timeout{3'600};
constexpr const char* keys_name = "_dbsync_keys";

// What the session knows of a table.
struct Known {
    TargetTable table;
    std::optional<StageSql> stage;
    bool stage_made = false;
    std::uint64_t rows_put = 0;    // into the stage since it was made
    bool after_empty_key = false;  // unverified_keys() ended with a key whose text is empty
};

class MysqlTargetSession : public TargetSession {
  public:
    MysqlTargetSession(const Endpoint& endpoint, std::string job);

    void begin() override;
    std::unique_ptr<RowWriter> copy_into(const Table& table) override;
    std::uint64_t clear_table(const Table& table) override;
    std::unique_ptr<RowWriter> stage(const Table& table) override;
    ApplyCounts apply_stage(const Table& table) override;
    CascadeChildren find_children(const Table& child,
                                  const Cascade& cascade,
                                  std::span<const std::string> values,
                                  std::span<const Cascade> next) override;
    std::vector<std::string> find_orphans(const Table& child,
                                          const Table& parent,
                                          const Cascade& cascade,
                                          std::size_t limit) override;
    void record_chunk_plan(std::span<const Chunk> chunks) override;
    void record_chunk(const Chunk& chunk, std::uint64_t rows, std::uint64_t bytes) override;
    void set_watermark(const Cursor& expected,
                       const Cursor& watermark,
                       std::int64_t watermark_unix_us) override;
    void quarantine(const Table& table,
                    std::span<const QuarantinedRow> rows,
                    std::span<const std::string> settled_keys,
                    bool all) override {
        put_aside(connection_, job_, table, rows, settled_keys, all);
    }
    void mark_table_unverified(const Table& table) override;
    void read_quarantined(const Table& table,
                          const std::function<void(const QuarantinedRow&)>& take) override {
        read_put_aside(connection_, job_, table.id, take);
    }
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
    Known& know(const Table& table);
    const TableShape& readable(const Table& table);
    void empty_stage(Known& known);
    ApplyCounts apply(Known& known);
    bool may_clash(const Known& known);
    std::uint64_t upsert(const Known& known);
    Result run_for(const Known& known, const sql::Rendered& statement);

    Connection connection_;
    std::string job_;
    bool in_transaction_ = false;
    bool tracks_unverified_ = false;
    int unfinished_ = 0;  // writers of this transaction
    std::map<std::int32_t, Known> known_;
};

MysqlTargetSession::MysqlTargetSession(const Endpoint& endpoint, std::string job)
    : connection_{endpoint,
                  {.role = Role::Target,
                   .io_timeout = target_io_timeout,
                   .lock_wait = target_lock_wait}},
      job_{std::move(job)} {
    // What the source holds is moved as it is, also rows older than a constraint.
    if (connection_.server().mariadb) {
        connection_.run("SET SESSION check_constraint_checks = 0");
    }
}

// START TRANSACTION commits what is open.
void MysqlTargetSession::begin() {
    if (in_transaction_) {
        rollback();
    }
    connection_.run("START TRANSACTION");
    in_transaction_ = true;
    const Result noting = connection_.run(
        "SELECT `notes` FROM `_dbsync_target_noting` WHERE `job` = " + quote_literal(job_) +
        " LOCK IN SHARE MODE");
    if (noting.rows() == 0) {
        rollback();
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = "the target knows nothing of job " + job_,
                     .hint = "run `dbsync snapshot` first"}};
    }
    tracks_unverified_ = noting.boolean(0, 0);
}

// A table whose key's index was missing is looked up again: it is made after the rows.
Known& MysqlTargetSession::know(const Table& table) {
    const auto found = known_.find(table.id);
    if (found != known_.end() &&
        (table.key_shape == KeyShape::WholeRow || !found->second.table.shape.key_index.empty())) {
        return found->second;
    }
    Known known;
    known.table = look_up_target(connection_, table);
    return known_.insert_or_assign(table.id, std::move(known)).first->second;
}

// Rows are read by the key's index only.
const TableShape& MysqlTargetSession::readable(const Table& table) {
    const TargetTable& known = know(table).table;
    require_key_index(known);
    return known.shape;
}

// A copy is fuzzy: its chunks were read at different moments, so two rows of it may claim one value
// of another unique index than the key's, where such an index is there before the rows. One of them
// was changed meanwhile; its key is dirty, and the pass puts it right: the later row may displace
// it.
std::unique_ptr<RowWriter> MysqlTargetSession::copy_into(const Table& table) {
    const TargetTable& known = know(table).table;
    const bool replace =
        known.table().has_other_unique && !other_unique_indexes(connection_, known).empty();
    return make_bulk_writer(connection_, copy_target(known, replace), unfinished_);
}

// TRUNCATE would end the transaction.
std::uint64_t MysqlTargetSession::clear_table(const Table& table) {
    return connection_.run("DELETE FROM " + quote_ident(table.name.name)).affected();
}

// Making and dropping a temporary table ends no transaction (MySQL 9.x "Statements That Cause an
// Implicit Commit").
void MysqlTargetSession::empty_stage(Known& known) {
    if (!known.stage) {
        known.stage = make_stage_sql(known.table);
    }
    if (known.stage_made && known.rows_put <= rows_deleted_max) {
        connection_.run(known.stage->clear);
        return;
    }
    connection_.run(known.stage->drop);
    known.stage_made = false;
    connection_.run(known.stage->create);
    known.stage_made = true;
    known.rows_put = 0;
}

std::unique_ptr<RowWriter> MysqlTargetSession::stage(const Table& table) {
    Known& known = know(table);
    try {
        empty_stage(known);
    } catch (const Error& error) {
        throw error.with_table(table.name.display());
    }
    return make_stage_writer(
        make_bulk_writer(connection_, known.stage->load, unfinished_),
        tracks_unverified_ ? std::optional{KeyNotes{connection_, job_, table.id}} : std::nullopt,
        known.table.table(), known.rows_put);
}

ApplyCounts MysqlTargetSession::apply_stage(const Table& table) {
    Known& known = know(table);
    DBSYNC_CHECK(known.stage_made, "nothing was staged");
    try {
        return apply(known);
    } catch (const Error& error) {
        throw error.with_table(table.name.display());
    }
}

// ON DUPLICATE KEY UPDATE would change whatever row is in the way of a unique value; and rows that
// exchange such values are in each other's. Then all go before they come again; foreign keys sleep,
// and nothing cascades.
ApplyCounts MysqlTargetSession::apply(Known& known) {
    const Table& table = known.table.table();
    ApplyCounts counts;
    counts.keys = connection_.run(known.stage->count_keys).unsigned_integer(0, 0);
    counts.rows_deleted = connection_.run(known.stage->delete_absent).affected();
    if (table.key_shape == KeyShape::Columns && !may_clash(known)) {
        counts.rows_written = upsert(known);
        return counts;
    }
    if (table.key_shape == KeyShape::Columns) {
        connection_.run(known.stage->delete_present);
    }
    counts.rows_written = run_for(known, known.stage->insert).affected();
    return counts;
}

// Whether a staged row may meet another row than that of its key. The indexes are looked up each
// time, as some are made after the rows; this transaction has used the table, so that no more can
// come.
bool MysqlTargetSession::may_clash(const Known& known) {
    if (!known.table.table().has_other_unique) {
        return false;
    }
    for (const UniqueIndex& index : other_unique_indexes(connection_, known.table)) {
        const std::optional<sql::Rendered> question = clash_sql(known.table, index);
        if (!question || connection_.run(*question).boolean(0, 0)) {
            return true;
        }
    }
    return false;
}

// affected() counts 1 for a row that was inserted, 2 for one that was changed, 0 for one that was
// as it should be; "Duplicates" are those that were changed (seen on MariaDB 10.11, MySQL 9.7).
std::uint64_t MysqlTargetSession::upsert(const Known& known) {
    const Result result = run_for(known, known.stage->upsert);
    constexpr std::string_view word = "Duplicates: ";
    std::uint64_t changed = 0;
    if (const auto at = result.info().find(word); at != std::string::npos) {
        const char* begin = result.info().data() + at + word.size();
        std::from_chars(begin, result.info().data() + result.info().size(), changed);
    }
    return result.affected() - changed;
}

Result MysqlTargetSession::run_for(const Known& known, const sql::Rendered& statement) {
    Result result = connection_.run(statement);
    if (result.warnings() > 0) {
        throw Error{{.kind = ErrorKind::Unrepresentable,
                     .what_failed = "the target would not keep rows of " +
                                    known.table.table().name.display() + " as they are",
                     .native_text = connection_.warnings_text(),
                     .statement = statement.asset,
                     .hint = "make the table the same on both ends"}};
    }
    return result;
}

std::string bound_literal(const std::optional<std::string>& bound) {
    return bound ? quote_literal(*bound) : "NULL";
}

void MysqlTargetSession::record_chunk_plan(std::span<const Chunk> chunks) {
    for (std::size_t i = 0; i < chunks.size(); i += chunks_per_statement) {
        std::string values;
        for (const Chunk& chunk :
             chunks.subspan(i, std::min(chunks_per_statement, chunks.size() - i))) {
            values += fmt::format("{}({}, {}, {}, {}, {})", values.empty() ? "" : ", ",
                                  quote_literal(job_), chunk.table_id, chunk.number,
                                  bound_literal(chunk.lower), bound_literal(chunk.upper));
        }
        connection_.run(
            "INSERT INTO `_dbsync_target_chunk`"
            " (`job`, `table_id`, `number`, `lower`, `upper`) VALUES " +
            values);
    }
}

void MysqlTargetSession::record_chunk(const Chunk& chunk, std::uint64_t rows, std::uint64_t bytes) {
    const Result result = connection_.run(
        fmt::format("UPDATE `_dbsync_target_chunk` SET `done` = 1, `rows` = {}, `bytes` = {}"
                    " WHERE `job` = {} AND `table_id` = {} AND `number` = {} AND `done` = 0",
                    rows, bytes, quote_literal(job_), chunk.table_id, chunk.number));
    if (result.affected() != 1) {
        throw Error{{.kind = ErrorKind::Conflict,
                     .what_failed =
                         fmt::format("chunk {} of table {} is done already on the target, or was "
                                     "never planned",
                                     chunk.number, chunk.table_id),
                     .hint = "run the same command again; make sure that only one dbsync works "
                             "on this job"}};
    }
}

// affected() counts rows that changed; a watermark may stay where it is.
void MysqlTargetSession::set_watermark(const Cursor& expected,
                                       const Cursor& watermark,
                                       std::int64_t watermark_unix_us) {
    const Result stored = connection_.run(
        "SELECT `watermark` FROM `_dbsync_target_job` WHERE `job` = " + quote_literal(job_) +
        " FOR UPDATE");
    if (stored.rows() != 1 || stored.text(0, 0) != expected.text()) {
        throw Error{{.kind = ErrorKind::JobBusy,
                     .what_failed = "somebody else applied changes of job " + job_ +
                                    " to the target meanwhile",
                     .hint = "stop the other dbsync process, then run again"}};
    }
    connection_.run(
        fmt::format("UPDATE `_dbsync_target_job` SET `watermark` = {}, `watermark_unix_us` = {}"
                    " WHERE `job` = {}",
                    quote_literal(watermark.text()), watermark_unix_us, quote_literal(job_)));
}

void MysqlTargetSession::mark_table_unverified(const Table& table) {
    connection_.run(
        fmt::format("INSERT INTO `_dbsync_target_unverified_table` (`job`, `table_id`)"
                    " VALUES ({0}, {1}) ON DUPLICATE KEY UPDATE `table_id` = {1}",
                    quote_literal(job_), table.id));
}

void MysqlTargetSession::commit() {
    if (unfinished_ > 0) {
        throw Error{{.kind = ErrorKind::Internal,
                     .what_failed = "rows on their way into the target were given up half-way",
                     .hint = "run the same command again"}};
    }
    try {
        connection_.commit();
        in_transaction_ = false;
    } catch (const Error&) {
        rollback();
        throw;
    }
}

// Temporary tables stay; what they hold is emptied before it is used again.
void MysqlTargetSession::rollback() noexcept {
    connection_.rollback();
    in_transaction_ = false;
    unfinished_ = 0;
}

CascadeChildren MysqlTargetSession::find_children(const Table& child,
                                                  const Cascade& cascade,
                                                  std::span<const std::string> values,
                                                  std::span<const Cascade> next) {
    return mysql::find_children(connection_, know(child).table.shape, cascade, values, next);
}

std::vector<std::string> MysqlTargetSession::find_orphans(const Table& child,
                                                          const Table& parent,
                                                          const Cascade& cascade,
                                                          std::size_t limit) {
    return mysql::find_orphans(connection_, know(child).table.shape, parent.name.name, cascade,
                               limit);
}

void MysqlTargetSession::read_chunk(const Table& table, const Chunk& chunk, RowSink& sink) {
    try {
        read_rows_of_chunk(connection_, readable(table), chunk, RowForm::Compare, sink);
    } catch (const Error& error) {
        throw error.with_table(table.name.display());
    }
}

void MysqlTargetSession::read_keys(const Table& table,
                                   std::span<const std::string> keys,
                                   RowSink& sink) {
    if (keys.empty()) {
        return;
    }
    try {
        const TableShape& shape = readable(table);
        KeyTable wanted{connection_, keys_name};
        wanted.fill(key_declarations(shape), key_wires(shape), keys);
        read_rows_of_keys(connection_, shape, quote_ident(keys_name), RowForm::Compare, sink);
    } catch (const Error& error) {
        throw error.with_table(table.name.display());
    }
}

void MysqlTargetSession::add_unverified(const Table& table, std::span<const std::string> keys) {
    KeyNotes notes{connection_, job_, table.id};
    begin();
    try {
        for (const std::string& key : keys) {
            notes.add(key);
        }
        notes.flush();
        commit();
    } catch (...) {
        rollback();
        throw;
    }
}

// A key of one empty text has an empty text form, which as `after` means the start; so the session
// remembers that it has just handed it out.
std::vector<std::string> MysqlTargetSession::unverified_keys(const Table& table,
                                                             const std::string& after,
                                                             std::size_t limit) {
    Known& known = know(table);
    const bool start = after.empty() && !known.after_empty_key;
    std::vector<std::string> keys =
        next_unverified(connection_, job_, table.id, start ? nullptr : &after, limit);
    known.after_empty_key = !keys.empty() && keys.back().empty();
    return keys;
}

void MysqlTargetSession::remove_unverified(const Table& table, std::span<const std::string> keys) {
    if (!keys.empty()) {
        forget_unverified(connection_, job_, table.id, keys);
    }
}

}  // namespace

std::unique_ptr<TargetSession> make_target_session(const Endpoint& endpoint,
                                                   const std::string& job) {
    return std::make_unique<MysqlTargetSession>(endpoint, job);
}

}  // namespace dbsync::mysql
