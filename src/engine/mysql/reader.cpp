// SPDX-License-Identifier: MIT
// A pass reads in one REPEATABLE READ transaction. The metadata locks come first and the snapshot
// after them: a query of LIMIT 0 opens its tables, which locks them until the transaction ends, and
// reads nothing, which leaves the read view for the next query to take (seen on MariaDB 10.11 and
// MySQL 9.7; each table needs a LIMIT of its own, one for a whole UNION reads). Metadata locks of
// tables read are shared: writers never notice them, DDL waits.
//
// The transaction is not READ ONLY: keys that are looked up go into a temporary table, which such a
// transaction must not write (error 1792).
#include "engine/mysql/reader.hpp"

#include "base/error.hpp"
#include "engine/mysql/batch_plan.hpp"
#include "engine/mysql/capture_catalog.hpp"
#include "engine/mysql/catalog.hpp"
#include "engine/mysql/children.hpp"
#include "engine/mysql/connection.hpp"
#include "engine/mysql/delta_cursor.hpp"
#include "engine/mysql/delta_tables.hpp"
#include "engine/mysql/errors.hpp"
#include "engine/mysql/key_table.hpp"
#include "engine/mysql/metadata_lock.hpp"
#include "engine/mysql/quoting.hpp"
#include "engine/mysql/read_sql.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

namespace dbsync::mysql {

namespace {

constexpr const char* keys_name = "_dbsync_keys";
// From so many tables on, all shapes are looked up at once: MariaDB opens files for each query.
constexpr std::size_t shapes_at_once = 20;
constexpr std::uint64_t rows_limit = std::numeric_limits<std::int64_t>::max();  // of LIMIT

// Whether equal keys have one text form: then the server can share them out by a hash of it.
// Collations and floating numbers (-0 = 0) have more.
bool is_exact(const TableShape& shape) {
    return shape.table.key_shape == KeyShape::WholeRow ||
           std::all_of(shape.table.key.begin(), shape.table.key.end(),
                       [&](const std::string& column) {
                           const ColumnForm& form = shape.form(column);
                           return form.wire == Wire::Hex ||
                                  (form.wire == Wire::Plain && form.data_type != "double");
                       });
}

template <typename Read>
auto of_table(const Table& table, const Read& read) {
    try {
        return read();
    } catch (const Error& error) {
        throw error.with_table(table.name.display());
    }
}

class Reader final : public SourceReader {
  public:
    explicit Reader(Endpoint endpoint) : endpoint_{std::move(endpoint)} {}
    ~Reader() override { end(); }

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
    CascadeChildren find_children(const Table& child,
                                  const Cascade& cascade,
                                  std::span<const std::string> values,
                                  std::span<const Cascade> next) override;
    std::vector<SequenceState> read_sequences() override;
    void end() noexcept override;

  private:
    void connect();
    void load_cascades();
    void lock(std::chrono::milliseconds lock_timeout);
    [[noreturn]] void raise_lock(const Error& error, std::chrono::milliseconds lock_timeout) const;
    const TableShape& shape(const Table& table);
    const TableShape* known_shape(const Table& table) const;
    void load_shapes();
    const TableShape& keep_shape(const Table& table, std::optional<TableShape> found);
    static std::string bytes_of_keys(const TableShape& shape, const char* pattern);
    std::string dirty_keys(const Table& table, const DeltaRange& range);
    std::string share_of(const TableShape& shape, const std::string& keys, const DeltaRange& range);

    Endpoint endpoint_;
    std::unique_ptr<Connection> connection_;
    bool open_ = false;  // whether a transaction is
    std::vector<Table> tables_;
    std::vector<Cascade> cascades_;
    std::string epoch_;
    std::int64_t boot_ = 0;  // of the server that is connected to
    std::map<std::int32_t, TableShape> shapes_;  // as good as the audit of each snapshot
};

void Reader::connect() {
    if (!connection_ || !connection_->usable()) {
        shapes_.clear();
        connection_ =
            std::make_unique<Connection>(endpoint_, SessionOptions{.role = Role::Source});
        boot_ = read_boot(*connection_);
    }
}

// Those whose children are read.
void Reader::load_cascades() {
    cascades_ = read_cascades(*connection_);
    std::erase_if(cascades_, [&](const Cascade& cascade) {
        return std::none_of(tables_.begin(), tables_.end(),
                            [&](const Table& table) { return table.id == cascade.child_id; });
    });
}

void Reader::begin(std::span<const Table> tables, std::chrono::milliseconds lock_timeout) {
    end();
    connect();
    tables_.assign(tables.begin(), tables.end());
    if (!before_capture(tables_)) {
        load_cascades();
    }
    // In whole seconds, and counted for each lock anew (MySQL, MariaDB "lock_wait_timeout").
    const auto seconds = std::max<std::int64_t>(1, (lock_timeout.count() + 999) / 1'000);
    connection_->run(fmt::format("SET SESSION lock_wait_timeout = {}", seconds));
    connection_->run("START TRANSACTION");
    open_ = true;
    try {
        lock(lock_timeout);
    } catch (const Error&) {
        end();
        throw;
    }
}

void Reader::lock(std::chrono::milliseconds lock_timeout) {
    std::vector<std::string> names;
    if (!before_capture(tables_)) {
        names = {"_dbsync_capture", whole_name};
    }
    for (const Table& table : tables_) {
        names.push_back(table.name.name);
        if (table.id != 0) {
            names.push_back(delta_name(table.id));
        }
    }
    for (const Cascade& cascade : cascades_) {
        names.push_back(mark_name(cascade.id));
    }
    try {
        hold_definitions(*connection_, names);
    } catch (const Error& error) {
        raise_lock(error, lock_timeout);
    }
}

void Reader::raise_lock(const Error& error, std::chrono::milliseconds lock_timeout) const {
    ErrorFields fields = error.fields();
    if (native_code(error) == code_no_table) {
        fields.kind = ErrorKind::SchemaChanged;
        fields.what_failed = "a captured table was renamed or dropped on the source";
        fields.hint = "run stop-capture and start again";
    } else if (native_code(error) == code_lock_wait_timeout) {
        fields.kind = ErrorKind::Busy;
        fields.what_failed = fmt::format("the source did not let us read {} tables within {} ms",
                                         tables_.size(), lock_timeout.count());
        fields.hint = "wait for the ALTER TABLE, TRUNCATE or LOCK TABLES under way, or give a "
                      "longer --lock-timeout";
    }
    throw Error{fields};
}

SnapshotTime Reader::snapshot() {
    // Before the read view: a commit that it misses may be later than this moment, none that is
    // earlier is missed.
    const Result time = connection_->run(
        "SELECT CAST(UNIX_TIMESTAMP(CURRENT_TIMESTAMP(6)) * 1000000 AS SIGNED)");
    if (before_capture(tables_)) {
        connection_->run("SELECT 1 FROM " + quote_ident(tables_.front().name.name) + " LIMIT 1");
        return {time.integer(0, 0)};
    }
    const std::optional<CaptureRow> capture = read_capture(*connection_);  // takes the read view
    if (!capture) {
        throw Error{{.kind = ErrorKind::SchemaChanged,
                     .what_failed = "the source is not captured any more",
                     .hint = "begin the move anew"}};
    }
    epoch_ = capture->epoch;
    audit_capture(*connection_, tables_);
    return {time.integer(0, 0)};
}

Batch Reader::plan_batch(const Cursor& from, std::uint64_t deltas_max) {
    const PlanInput input{.epoch = epoch_,
                          .boot = boot_,
                          .tables = tables_,
                          .cascades = cascades_,
                          .shape = [this](const Table& table) -> const TableShape& {
                              return shape(table);
                          }};
    return make_plan(*connection_, input, from, deltas_max);
}

// Of the key's columns that are told by their bytes; "{0}" is a column's number.
std::string Reader::bytes_of_keys(const TableShape& shape, const char* pattern) {
    std::string text;
    for (std::size_t i = 0; i < shape.table.key.size(); ++i) {
        if (is_told_by_bytes(shape, shape.table.key[i])) {
            text += fmt::format(fmt::runtime(pattern), i + 1);
        }
    }
    return text;
}

// The keys of the deltas, each once. Everything visible between the lowest and the highest id of
// the batch belongs to it, or was applied already and may be applied again.
std::string Reader::dirty_keys(const Table& table, const DeltaRange& range) {
    const DeltaCursor to = DeltaCursor::parse(range.batch->to);
    DeltaCursor from = DeltaCursor::parse(range.batch->from);
    from.keep_ids_since(to.boot);
    const IdSpan span = span_of(to.ids(table.id), from.ids(table.id));
    if (span.count == 0 && !range.widened) {
        return {};
    }
    std::string keys =
        fmt::format("SELECT DISTINCT {}{} FROM {}", key_names(key_fields(table)),
                    bytes_of_keys(shape(table), ", CAST(k{0} AS BINARY) AS b{0}"),
                    quote_ident(delta_name(table.id)));
    if (!range.widened) {
        keys += fmt::format(" WHERE seq BETWEEN {} AND {}", span.lowest, span.highest);
    }
    return range.buckets > 1 ? share_of(shape(table), keys, range) : keys;
}

// One of several shares: by a hash, or where equal keys may differ in text by order, for the order
// is by what the server calls equal. A widened share is every key then: those of the share that it
// stands for are at another place of the order.
std::string Reader::share_of(const TableShape& shape,
                             const std::string& keys,
                             const DeltaRange& range) {
    const std::string names =
        key_names(key_fields(shape.table)) + bytes_of_keys(shape, ", b{0}");
    if (is_exact(shape)) {
        return fmt::format(
            "SELECT {0} FROM ({1}) AS a WHERE CRC32(CONCAT_WS('/', {0})) % {2} = {3}", names, keys,
            range.buckets, range.bucket);
    }
    if (range.widened) {
        return keys;
    }
    const std::uint64_t all =
        connection_->run("SELECT COUNT(*) FROM (" + keys + ") AS a").unsigned_integer(0, 0);
    const std::uint64_t each = all / range.buckets;
    const bool last = range.bucket + 1 == range.buckets;
    return fmt::format("{} ORDER BY {} LIMIT {} OFFSET {}", keys, names, last ? rows_limit : each,
                       each * range.bucket);
}

void Reader::read_deltas(const Table& table, const DeltaRange& range, RowSink& sink) {
    of_table(table, [&] {
        const std::string keys = dirty_keys(table, range);
        if (!keys.empty()) {
            read_rows_of_keys(*connection_, shape(table), "(" + keys + ")", RowForm::Change, sink);
        }
    });
}

void Reader::read_keys(const Table& table,
                       std::span<const std::string> keys,
                       RowForm form,
                       RowSink& sink) {
    of_table(table, [&] {
        if (keys.empty()) {
            return;
        }
        const TableShape& of = shape(table);
        KeyTable given{*connection_, keys_name};
        given.fill(key_declarations(of), key_wires(of), keys, Misfit::Refuse,
                   of.table.order_by_bytes ? Equal::ByBytes : Equal::ByCollation);
        read_rows_of_keys(*connection_, of, quote_ident(given.name()), form, sink, keys);
    });
}

void Reader::read_chunk(const Table& table, const Chunk& chunk, RowForm form, RowSink& sink) {
    of_table(table, [&] { read_rows_of_chunk(*connection_, shape(table), chunk, form, sink); });
}

std::optional<std::string> Reader::chunk_end(const Table& table,
                                             const std::optional<std::string>& lower,
                                             std::uint64_t rows,
                                             RowForm /*form*/) {
    return of_table(table, [&] { return find_chunk_end(*connection_, shape(table), lower, rows); });
}

CascadeChildren Reader::find_children(const Table& child,
                                      const Cascade& cascade,
                                      std::span<const std::string> values,
                                      std::span<const Cascade> next) {
    return of_table(child, [&] {
        return mysql::find_children(*connection_, shape(child), cascade, values, next);
    });
}

std::vector<SequenceState> Reader::read_sequences() {
    const Result rows = connection_->run(
        sql::render("schemas/mysql/read_sequences.sql", sql::Parameters{quoting}));
    std::vector<SequenceState> states;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        states.push_back({.schema = {},
                          .name = rows.text(row, 0),
                          .value = rows.integer(row, 1),
                          .is_called = false});
    }
    return states;
}

void Reader::end() noexcept {
    if (open_ && connection_) {
        connection_->rollback();
    }
    open_ = false;
}

const TableShape* Reader::known_shape(const Table& table) const {
    const auto known = shapes_.find(table.id);
    if (known == shapes_.end()) {
        return nullptr;
    }
    const Table& as_known = known->second.table;
    return as_known.name == table.name && as_known.fingerprint == table.fingerprint &&
                   as_known.columns == table.columns &&
                   as_known.order_by_bytes == table.order_by_bytes
               ? &known->second
               : nullptr;
}

const TableShape& Reader::shape(const Table& table) {
    if (shapes_.empty() && tables_.size() >= shapes_at_once) {
        load_shapes();
    }
    const TableShape* known = known_shape(table);
    return known != nullptr ? *known
                            : keep_shape(table, read_shape(*connection_, table.name.name));
}

void Reader::load_shapes() {
    std::map<std::string, TableShape> found;
    for (TableShape& each : read_shapes(*connection_)) {
        found.emplace(each.table.name.name, std::move(each));
    }
    for (const Table& table : tables_) {
        if (const auto each = found.find(table.name.name); each != found.end()) {
            keep_shape(table, std::move(each->second));
        }
    }
}

// Generated columns may be read as any others, for a target that does not compute them.
bool has_columns(const Table& found, const Table& table) {
    return std::equal(found.columns.begin(), found.columns.end(), table.columns.begin(),
                      table.columns.end(), [](Column there, const Column& wanted) {
                          there.generated = wanted.generated;
                          return there == wanted;
                      });
}

// With the table as it was captured: key and columns are the same, or the audit had said so.
const TableShape& Reader::keep_shape(const Table& table, std::optional<TableShape> found) {
    if (!found || !has_columns(found->table, table) || found->table.key != table.key) {
        throw Error{{.kind = ErrorKind::SchemaChanged,
                     .what_failed = "a captured table has other columns than when capture began",
                     .table = table.name.display(),
                     .hint = "run start-capture again, or start anew with the schema as it is "
                             "now"}};
    }
    found->table = table;
    return shapes_[table.id] = std::move(*found);
}

}  // namespace

std::unique_ptr<SourceReader> make_reader(const Endpoint& endpoint) {
    return std::make_unique<Reader>(endpoint);
}

}  // namespace dbsync::mysql
