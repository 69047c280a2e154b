// SPDX-License-Identifier: MIT
#include "engine/mysql/children.hpp"

#include "base/check.hpp"
#include "engine/mysql/key_table.hpp"
#include "engine/mysql/quoting.hpp"
#include "engine/mysql/read_sql.hpp"
#include "engine/mysql/wire.hpp"

#include <fmt/format.h>

#include <iterator>
#include <set>
#include <utility>
#include <vector>

namespace dbsync::mysql {

namespace {

constexpr const char* values_name = "_dbsync_values";

// Declares columns that hold what is compared with these.
std::vector<std::string> declarations_of(const TableShape& shape,
                                         const std::vector<std::string>& columns) {
    std::vector<std::string> declarations;
    for (const std::string& column : columns) {
        declarations.push_back(shape.form(column).declaration);
    }
    return declarations;
}

std::string selected(const TableShape& shape, const std::vector<std::string>& columns) {
    std::string list;
    for (const std::string& column : columns) {
        list += (list.empty() ? "" : ", ") + select_expression(shape, column, "t");
    }
    return list;
}

// The key, and behind it what each of `next` refers to. The values come first in the join: they are
// few, and the child has an index on its foreign key.
std::string select_children(const TableShape& child,
                            const Cascade& cascade,
                            std::span<const Cascade> next) {
    std::string columns = child.table.key_shape == KeyShape::WholeRow
                              ? row_hash_expression(child, "t.")
                              : selected(child, child.table.key);
    for (const Cascade& each : next) {
        columns += ", " + selected(child, each.parent_columns);
    }
    std::string match;
    for (std::size_t i = 0; i < cascade.child_columns.size(); ++i) {
        fmt::format_to(std::back_inserter(match), "{}t.{} = v.k{}", i == 0 ? "" : " AND ",
                       quote_ident(cascade.child_columns[i]), i + 1);
    }
    return fmt::format("SELECT {} FROM {} AS v STRAIGHT_JOIN {} AS t ON {}", columns,
                       quote_ident(values_name), quote_ident(child.table.name.name), match);
}

}  // namespace

CascadeChildren find_children(Connection& connection,
                              const TableShape& child,
                              const Cascade& cascade,
                              std::span<const std::string> values,
                              std::span<const Cascade> next) {
    DBSYNC_CHECK(values.size() <= cascade_values_max, "one look asks for so many values");
    CascadeChildren found;
    if (values.empty()) {
        return found;
    }
    // A referenced column may be longer than the one that refers to it; what the latter cannot hold
    // has no child rows, and a shortened value finds at worst some that did not change.
    KeyTable table{connection, values_name};
    table.fill(declarations_of(child, cascade.child_columns),
               column_wires(child, cascade.child_columns), values, Misfit::Bend);
    const std::vector<Wire> key = key_wires(child);
    std::set<std::pair<std::int32_t, std::string>> seen;
    connection.stream(select_children(child, cascade, next), [&](const RowView& row) {
        found.keys.push_back(wire_text(row, 0, key).value_or(std::string{}));
        auto column = static_cast<unsigned>(key.size());
        for (const Cascade& each : next) {
            const auto value = wire_text(row, column, column_wires(child, each.parent_columns));
            column += static_cast<unsigned>(each.parent_columns.size());
            if (value && seen.emplace(each.id, *value).second) {
                found.marks.push_back({.cascade_id = each.id, .value = *value});
            }
        }
    });
    return found;
}

std::vector<std::string> find_orphans(Connection& connection,
                                      const TableShape& child,
                                      const std::string& parent,
                                      const Cascade& cascade,
                                      std::size_t limit) {
    const std::string key = child.table.key_shape == KeyShape::WholeRow
                                ? row_hash_expression(child, "t.")
                                : selected(child, child.table.key);
    std::string match;
    std::string refers;
    for (std::size_t i = 0; i < cascade.child_columns.size(); ++i) {
        const std::string column = "t." + quote_ident(cascade.child_columns[i]);
        match += fmt::format("{}p.{} = {}", i == 0 ? "" : " AND ",
                             quote_ident(cascade.parent_columns[i]), column);
        refers += fmt::format("{} IS NOT NULL AND ", column);
    }
    const std::vector<Wire> wires = key_wires(child);
    std::vector<std::string> keys;
    connection.stream(
        fmt::format("SELECT {} FROM {} AS t LEFT JOIN {} AS p ON {} WHERE {}p.{} IS NULL LIMIT {}",
                    key, quote_ident(child.table.name.name), quote_ident(parent), match, refers,
                    quote_ident(cascade.parent_columns.front()), limit),
        [&](const RowView& row) {
            keys.push_back(wire_text(row, 0, wires).value_or(std::string{}));
        });
    return keys;
}

}  // namespace dbsync::mysql
