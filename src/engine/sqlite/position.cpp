// SPDX-License-Identifier: MIT
#include "engine/sqlite/position.hpp"

#include "base/error.hpp"
#include "engine/sqlite/quoting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace dbsync::sqlite {

namespace {

[[noreturn]] void throw_no_cursor(const Cursor& cursor) {
    throw Error{
        {.kind = ErrorKind::Internal,
         .what_failed = "the stored position '" + cursor.text() + "' is none of a SQLite source"}};
}

// Takes a number and the character after it (if it is `stop`) from the front.
bool take_number(std::string_view& text, char stop, std::int64_t& value) {
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{}) {
        return false;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.empty() || text.front() != stop) {
        return stop == '\0';
    }
    text.remove_prefix(1);
    return true;
}

[[noreturn]] void throw_other_history(const std::string& why) {
    throw Error{{.kind = ErrorKind::Precondition,
                 .what_failed = "the source is not the database that was read from before: " + why,
                 .hint = "bring back the right file; or run stop-capture and begin the move anew"}};
}

// Whether the rows of the table may have got other rowids since the position.
bool rowids_moved(const Table& table,
                  const TablePosition& from,
                  const CaptureRow& capture,
                  std::int64_t schema_version) {
    const std::int64_t then =
        from.schema_version == 0 ? capture.schema_version : from.schema_version;
    return hidden_rowid(table).has_value() && then != schema_version;
}

// The share of `most` that falls to one of several tables, at least one delta.
std::uint64_t share(std::uint64_t deltas, std::uint64_t total, std::uint64_t most) {
    if (total <= most) {
        return deltas;
    }
    const double part = static_cast<double>(deltas) / static_cast<double>(total);
    const auto rounded = static_cast<std::uint64_t>(part * static_cast<double>(most));
    return std::clamp<std::uint64_t>(rounded, std::min<std::uint64_t>(deltas, 1), deltas);
}

}  // namespace

Position Position::parse(const Cursor& cursor) {
    Position position;
    std::string_view text = cursor.text();
    if (text.empty()) {
        return position;
    }
    const auto end = text.find(';');
    if (end == std::string_view::npos) {
        throw_no_cursor(cursor);
    }
    position.epoch = text.substr(0, end);
    text.remove_prefix(end + 1);
    while (!text.empty()) {
        const std::string_view entry = text.substr(0, text.find(','));
        text.remove_prefix(std::min(entry.size() + 1, text.size()));
        std::string_view rest = entry;
        std::int64_t id = 0;
        TablePosition table;
        const bool versioned = entry.find('@') != std::string_view::npos;
        if (!take_number(rest, ':', id) || !take_number(rest, versioned ? '@' : '\0', table.seq) ||
            (versioned && !take_number(rest, '\0', table.schema_version))) {
            throw_no_cursor(cursor);
        }
        position.tables[static_cast<std::int32_t>(id)] = table;
    }
    return position;
}

Cursor Position::cursor() const {
    std::string text = epoch + ";";
    for (const auto& [id, table] : tables) {
        text += fmt::format("{}{}:{}", text.back() == ';' ? "" : ",", id, table.seq);
        if (table.schema_version != 0) {
            text += fmt::format("@{}", table.schema_version);
        }
    }
    return Cursor{text};
}

TablePosition Position::table(std::int32_t id) const {
    const auto at = tables.find(id);
    return at == tables.end() ? TablePosition{} : at->second;
}

std::uint64_t Pending::deltas() const noexcept {
    const std::int64_t gone = std::max(applied, lowest == 0 ? highest : lowest - 1);
    return highest > gone ? static_cast<std::uint64_t>(highest - gone) : 0;
}

void require_history(const Position& position, const CaptureRow& capture) {
    if (!position.epoch.empty() && position.epoch != capture.epoch) {
        throw_other_history("its capture was begun at another time than the one that was applied");
    }
}

Pending read_pending(Database& db, std::int32_t table_id, const Position& from) {
    const std::string delta = quote_ident(delta_name(table_id));
    // Two subqueries, because SQLite answers min() and max() from the ends of the table only when
    // each stands alone.
    Statement row{db, "SELECT ifnull((SELECT min(seq) FROM " + delta +
                          "), 0), ifnull((SELECT max(seq) FROM " + delta + "), 0)"};
    Pending pending;
    if (row.step()) {
        pending.lowest = row.integer(0);
        pending.highest = row.integer(1);
    }
    pending.applied = from.table(table_id).seq;
    if (pending.applied > pending.highest) {
        throw_other_history("deltas that were applied are not there any more");
    }
    return pending;
}

Batch make_plan(Database& db,
                const CaptureRow& capture,
                std::span<const Table> tables,
                const Cursor& from,
                std::uint64_t deltas_max) {
    Position position = Position::parse(from);
    require_history(position, capture);
    position.epoch = capture.epoch;
    const std::int64_t schema_version = db.integer("PRAGMA schema_version");
    std::vector<Pending> pending;
    Batch batch{.from = from, .to = {}, .complete = true, .tables = {}};
    for (const Table& table : tables) {
        pending.push_back(read_pending(db, table.id, position));
        batch.deltas_behind += pending.back().deltas();
    }
    for (std::size_t i = 0; i < tables.size(); ++i) {
        TablePosition& at = position.tables[tables[i].id];
        const bool whole = rowids_moved(tables[i], at, capture, schema_version);
        const std::uint64_t all = pending[i].deltas();
        const std::uint64_t taken = whole ? all : share(all, batch.deltas_behind, deltas_max);
        batch.complete = batch.complete && taken == all;
        at.seq = pending[i].highest - static_cast<std::int64_t>(all - taken);
        at.schema_version = hidden_rowid(tables[i]) ? schema_version : 0;
        if (taken > 0 || whole) {
            batch.tables.push_back({tables[i].id, taken, whole});
            batch.deltas += taken;
        }
    }
    batch.to = position.cursor();
    return batch;
}

}  // namespace dbsync::sqlite
