// SPDX-License-Identifier: MIT
#include "engine/mysql/delta_tables.hpp"

#include "engine/mysql/capture_catalog.hpp"
#include "engine/mysql/quoting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace dbsync::mysql {

namespace {

constexpr std::size_t extents_a_query = 100;
// Rows that are looked at one by one for what of them was applied already.
constexpr std::uint64_t applied_looked_at_max = 100'000;

std::uint64_t number(std::string_view text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// How many of `applied` still stand in the table; usually none, for they are below everything that
// is pending and were deleted.
std::uint64_t count_applied(Connection& connection,
                            const ObjectExtent& extent,
                            const IdSet& applied) {
    const std::uint64_t from = std::max(extent.lowest, applied.first());
    const std::uint64_t to = std::min(extent.highest, applied.last());
    if (applied.empty() || from > to) {
        return 0;
    }
    std::uint64_t count = 0;
    IdWalk walk{applied};
    connection.stream(
        fmt::format("SELECT seq FROM {} WHERE seq BETWEEN {} AND {} ORDER BY seq LIMIT {}",
                    quote_ident(object_table(extent.object)), from, to, applied_looked_at_max),
        [&](const RowView& row) { count += walk.reach(number(row.text(0))) ? 1U : 0U; });
    return count;
}

}  // namespace

std::string object_table(std::int32_t object) {
    return object == whole_object ? whole_name
           : object > 0           ? delta_name(object)
                                  : mark_name(-object);
}

// Both ends of an index: the server looks, and counts nothing.
std::vector<ObjectExtent> read_extents(Connection& connection,
                                       std::span<const std::int32_t> objects) {
    std::vector<ObjectExtent> extents;
    for (std::size_t begin = 0; begin < objects.size(); begin += extents_a_query) {
        std::string query;
        const std::size_t end = std::min(objects.size(), begin + extents_a_query);
        for (std::size_t i = begin; i < end; ++i) {
            query += fmt::format("{}SELECT {}, MIN(seq), MAX(seq) FROM {}",
                                 query.empty() ? "" : " UNION ALL ", objects[i],
                                 quote_ident(object_table(objects[i])));
        }
        const Result rows = connection.run(query);
        for (std::size_t row = 0; row < rows.rows(); ++row) {
            if (!rows.is_null(row, 1)) {
                extents.push_back({.object = static_cast<std::int32_t>(rows.integer(row, 0)),
                                   .lowest = rows.unsigned_integer(row, 1),
                                   .highest = rows.unsigned_integer(row, 2)});
            }
        }
    }
    return extents;
}

std::uint64_t count_pending(Connection& connection,
                            const ObjectExtent& extent,
                            const IdSet& applied,
                            std::uint64_t counted_max) {
    const std::uint64_t span = extent.highest - extent.lowest + 1;
    const std::uint64_t counted_span = std::min(span, counted_max);
    const Result rows = connection.run(fmt::format(
        "SELECT COUNT(*) FROM {} WHERE seq BETWEEN {} AND {}",
        quote_ident(object_table(extent.object)), extent.lowest, extent.lowest + counted_span - 1));
    const std::uint64_t counted = rows.unsigned_integer(0, 0);
    const double density = static_cast<double>(counted) / static_cast<double>(counted_span);
    const auto beyond =
        static_cast<std::uint64_t>(density * static_cast<double>(span - counted_span));
    const std::uint64_t there = counted + beyond;
    return there - std::min(there, count_applied(connection, extent, applied));
}

}  // namespace dbsync::mysql
