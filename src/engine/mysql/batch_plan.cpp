// SPDX-License-Identifier: MIT
#include "engine/mysql/batch_plan.hpp"

#include "base/error.hpp"
#include "engine/mysql/capture_catalog.hpp"
#include "engine/mysql/delta_tables.hpp"
#include "engine/mysql/key_table.hpp"
#include "engine/mysql/quoting.hpp"
#include "engine/mysql/read_sql.hpp"
#include "engine/mysql/wire.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <set>
#include <utility>

namespace dbsync::mysql {

namespace {

constexpr std::uint64_t counted_max = 1'000'000;  // ids of a table that are counted exactly
constexpr std::uint64_t sampled_from_deltas = 50'000;
constexpr std::uint64_t sampled_deltas = 5'000;
constexpr std::uint64_t whole_rows_max = 10'000;  // rows of _dbsync_whole a batch
constexpr std::uint64_t rows_limit = std::numeric_limits<std::int64_t>::max();  // of LIMIT

std::uint64_t number(std::string_view text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::uint64_t sum_up_to(std::uint64_t a, std::uint64_t b) {
    return a > rows_limit - std::min(b, rows_limit) ? rows_limit : a + b;
}

// Reads an object's ids from the low end and parts them: those that `from` names and that still
// stand there, and those that are pending, of which it takes the first.
class Taking {
  public:
    Taking(const IdSet& from, std::uint64_t most, std::size_t runs_max)
        : from_{from}, walk_{from}, most_{most}, runs_max_{runs_max} {}

    void read(Connection& connection, std::int32_t object, const std::string& condition) {
        // One row more than can be taken tells whether any is left.
        const std::uint64_t limit = sum_up_to(sum_up_to(most_, from_.count()), 1);
        std::uint64_t rows = 0;
        connection.stream(fmt::format("SELECT seq FROM {}{} ORDER BY seq LIMIT {}",
                                      quote_ident(object_table(object)), condition, limit),
                          [&](const RowView& row) {
                              ++rows;
                              see(number(row.text(0)));
                          });
        finish(rows == limit);
    }

    [[nodiscard]] std::uint64_t taken() const noexcept { return fresh_.count(); }
    [[nodiscard]] std::uint64_t pending_seen() const noexcept { return pending_; }
    [[nodiscard]] bool all_seen() const noexcept { return all_seen_; }
    [[nodiscard]] bool complete() const noexcept { return all_seen_ && pending_ == taken(); }
    [[nodiscard]] const IdSet& fresh() const noexcept { return fresh_; }
    // What the cursor says afterwards.
    [[nodiscard]] IdSet& to() noexcept { return to_; }

  private:
    void see(std::uint64_t id) {
        if (walk_.reach(id)) {
            to_.append(id);
            return;
        }
        ++pending_;
        cut_ = cut_ || taken() == most_ || fresh_.runs().size() > runs_max_;
        if (!cut_) {
            fresh_.append(id);
            to_.append(id);
        }
    }

    // What was not read may still stand there, and must not be taken for pending.
    void finish(bool more) {
        all_seen_ = !more;
        for (IdWalk rest{from_}; more && !rest.done(); rest.next()) {
            if (to_.empty() || rest.id() > to_.last()) {
                to_.append(rest.id());
            }
        }
    }

    const IdSet& from_;
    IdWalk walk_;
    std::uint64_t most_;
    std::size_t runs_max_;
    IdSet fresh_;
    IdSet to_;
    std::uint64_t pending_ = 0;
    bool cut_ = false;
    bool all_seen_ = false;
};

class Planner {
  public:
    Planner(Connection& connection,
            const PlanInput& input,
            const Cursor& from,
            std::uint64_t deltas_max)
        : connection_{connection},
          input_{input},
          from_{DeltaCursor::parse(from)},
          deltas_max_{std::clamp<std::uint64_t>(deltas_max, 1, rows_limit)} {
        from_.keep_ids_since(input.boot);
        to_ = from_;
        batch_.from = from;
        batch_.complete = true;
    }

    Batch make() {
        require_epoch();
        for (const ObjectExtent& extent : read_extents(connection_, objects())) {
            (extent.object < whole_object    ? marks_
             : extent.object == whole_object ? whole_
                                             : tables_)
                .push_back(extent);
        }
        take_marks();
        take_whole();
        if (batch_.complete) {
            take_tables();
        } else {
            leave_tables();
        }
        finish();
        return std::move(batch_);
    }

  private:
    void require_epoch() {
        if (!from_.epoch.empty() && from_.epoch != input_.epoch) {
            throw Error{{.kind = ErrorKind::Precondition,
                         .what_failed = "the source is not the database that was read from before: "
                                        "its capture was begun at another time than the one that "
                                        "was applied",
                         .hint = "bring back the right server; or run stop-capture and begin the "
                                 "move anew"}};
        }
    }

    std::vector<std::int32_t> objects() const {
        std::vector<std::int32_t> all{whole_object};
        for (const Table& table : input_.tables) {
            all.push_back(table.id);
        }
        for (const Cascade& cascade : input_.cascades) {
            all.push_back(-cascade.id);
        }
        return all;
    }

    const Table& table(std::int32_t id) const {
        return *std::find_if(input_.tables.begin(), input_.tables.end(),
                             [&](const Table& each) { return each.id == id; });
    }

    std::uint64_t pending(const ObjectExtent& extent) {
        const auto [known, is_new] = pending_.emplace(extent.object, 0);
        if (is_new) {
            known->second =
                count_pending(connection_, extent, from_.ids(extent.object), counted_max);
        }
        return known->second;
    }

    // Takes from the low end of an object and notes it in the cursor and in the sums.
    Taking take(const ObjectExtent& extent,
                std::uint64_t most,
                std::size_t runs_max,
                const std::string& condition = {}) {
        Taking taking{from_.ids(extent.object), most, runs_max};
        taking.read(connection_, extent.object, condition);
        to_.objects[extent.object] = std::move(taking.to());
        batch_.complete = batch_.complete && taking.complete();
        batch_.deltas += taking.taken();
        batch_.deltas_behind +=
            taking.all_seen() ? taking.pending_seen()
                              : std::max(pending(extent), taking.pending_seen());
        return taking;
    }

    void take_marks() {
        for (const ObjectExtent& extent : marks_) {
            if (batch_.deltas >= batch_marks_max) {
                batch_.deltas_behind += pending(extent);
                batch_.complete = false;
                continue;
            }
            const Taking taking = take(extent, batch_marks_max - batch_.deltas, batch_runs_max);
            if (taking.taken() > 0) {
                read_marks(-extent.object, taking.fresh());
            }
        }
    }

    void read_marks(std::int32_t cascade_id, const IdSet& ids) {
        const Cascade& cascade =
            *std::find_if(input_.cascades.begin(), input_.cascades.end(),
                          [&](const Cascade& each) { return each.id == cascade_id; });
        const TableShape& child = input_.shape(table(cascade.child_id));
        const std::vector<Wire> wires = column_wires(child, cascade.child_columns);
        std::string columns;
        for (std::size_t i = 0; i < wires.size(); ++i) {
            const std::string name = fmt::format("k{}", i + 1);
            columns += (i == 0 ? "" : ", ") +
                       (wires[i] == Wire::Float ? "CAST(" + name + " AS DOUBLE)" : name);
        }
        std::set<std::string> seen;
        connection_.stream(fmt::format("SELECT {} FROM {} WHERE seq BETWEEN {} AND {}", columns,
                                       quote_ident(mark_name(cascade_id)), ids.first(), ids.last()),
                           [&](const RowView& row) {
                               std::optional<std::string> value = wire_text(row, 0, wires);
                               if (value && seen.insert(*value).second) {
                                   batch_.marks.push_back({cascade_id, std::move(*value)});
                               }
                           });
    }

    // Marks of other tables than those given stay pending, for somebody who reads those.
    void take_whole() {
        if (whole_.empty()) {
            return;
        }
        std::string ids;
        for (const Table& each : input_.tables) {
            ids += fmt::format("{}{}", ids.empty() ? "" : ", ", each.id);
        }
        const std::string condition = fmt::format(" WHERE table_id IN ({})", ids);
        const Taking taking = take(whole_.front(), whole_rows_max, batch_runs_max, condition);
        if (taking.taken() == 0) {
            return;
        }
        const Result rows = connection_.run(
            fmt::format("SELECT table_id, COUNT(*) FROM {}{} AND seq BETWEEN {} AND {}"
                        " GROUP BY table_id",
                        quote_ident(whole_name), condition, taking.fresh().first(),
                        taking.fresh().last()));
        for (std::size_t row = 0; row < rows.rows(); ++row) {
            BatchTable& part = parts_[static_cast<std::int32_t>(rows.integer(row, 0))];
            part.whole_table = true;
            part.deltas += rows.unsigned_integer(row, 1);
        }
    }

    // How much of each table: all, or a half of the batch in equal parts and a half by backlog.
    std::map<std::int32_t, std::uint64_t> shares() {
        std::map<std::int32_t, std::uint64_t> most;
        std::uint64_t ids = 0;
        for (const ObjectExtent& extent : tables_) {
            most[extent.object] = rows_limit;
            ids = sum_up_to(ids, extent.highest - extent.lowest + 1);
        }
        if (ids <= deltas_max_) {
            return most;
        }
        std::map<std::int32_t, std::uint64_t> waiting;
        std::uint64_t all = 0;
        for (const ObjectExtent& extent : tables_) {
            all += waiting[extent.object] = pending(extent);
        }
        if (all <= deltas_max_) {
            return most;
        }
        const auto half = static_cast<double>(deltas_max_) / 2;
        for (auto& [object, share] : most) {
            const double part = half / static_cast<double>(tables_.size()) +
                                half * static_cast<double>(waiting[object]) /
                                    static_cast<double>(all);
            share = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(part));
        }
        return most;
    }

    void take_tables() {
        const std::map<std::int32_t, std::uint64_t> most = shares();
        for (const ObjectExtent& extent : tables_) {
            const std::size_t runs = std::max(table_runs_min, batch_runs_max / tables_.size());
            const Taking taking = take(extent, most.at(extent.object), runs);
            if (taking.taken() > 0) {
                BatchTable& part = parts_[extent.object];
                part.deltas += taking.taken();
                part.keys_estimate =
                    estimate_keys(table(extent.object), taking.taken(), taking.fresh().first());
            }
        }
    }

    void leave_tables() {
        for (const ObjectExtent& extent : tables_) {
            batch_.deltas_behind += pending(extent);
        }
    }

    // From the share of distinct keys among the first deltas: one hot row is one key, however many
    // deltas it has, and not worth several transactions.
    std::uint64_t estimate_keys(const Table& of, std::uint64_t deltas, std::uint64_t first) {
        if (deltas < sampled_from_deltas || of.key_shape == KeyShape::WholeRow) {
            return deltas;
        }
        const std::string keys = key_names(key_fields(of));
        const Result rows = connection_.run(fmt::format(
            "SELECT COUNT(*) FROM (SELECT DISTINCT {0} FROM (SELECT {0} FROM {1} WHERE seq >= {2}"
            " ORDER BY seq LIMIT {3}) AS s) AS k",
            keys, quote_ident(delta_name(of.id)), first, sampled_deltas));
        return std::max<std::uint64_t>(1, deltas / sampled_deltas * rows.unsigned_integer(0, 0));
    }

    void finish() {
        for (auto& [id, part] : parts_) {
            part.table_id = id;
            batch_.tables.push_back(part);
        }
        if (batch_.deltas == 0) {
            batch_.to = batch_.from;
            return;
        }
        to_.epoch = input_.epoch;
        to_.boot = input_.boot;
        to_.batch = from_.batch + 1;
        batch_.to = to_.cursor();
    }

    Connection& connection_;
    const PlanInput& input_;
    DeltaCursor from_;
    DeltaCursor to_;
    std::uint64_t deltas_max_;
    Batch batch_;
    std::vector<ObjectExtent> marks_;
    std::vector<ObjectExtent> whole_;
    std::vector<ObjectExtent> tables_;
    std::map<std::int32_t, BatchTable> parts_;
    std::map<std::int32_t, std::uint64_t> pending_;  // by object
};

}  // namespace

Batch make_plan(Connection& connection,
                const PlanInput& input,
                const Cursor& from,
                std::uint64_t deltas_max) {
    return Planner{connection, input, from, deltas_max}.make();
}

}  // namespace dbsync::mysql
