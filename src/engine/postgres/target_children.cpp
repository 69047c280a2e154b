// SPDX-License-Identifier: MIT
#include "engine/postgres/target_children.hpp"

#include "base/check.hpp"
#include "engine/postgres/connection.hpp"
#include "engine/postgres/row_query.hpp"

#include <cstdint>
#include <fmt/format.h>
#include <set>
#include <utility>
#include <vector>

namespace dbsync::postgres {

namespace {

// Takes the keys and marks off the lines.
class ChildSink : public RowSink {
  public:
    ChildSink(std::span<const Cascade> next, CascadeChildren& found) : next_{next}, found_{found} {}

    void push(RowBlock block) override {
        for (std::size_t i = 0; i < block.ends.size(); ++i) {
            const std::string_view key = block.key(i);
            std::string_view rest = block.row(i).substr(key.size());
            found_.keys.emplace_back(key);
            rest.remove_suffix(1);  // the newline
            for (const Cascade& each : next_) {
                take_mark(each, rest);
            }
        }
    }

  private:
    // A value with a NULL in it is referred to by nobody.
    void take_mark(const Cascade& cascade, std::string_view& rest) {
        std::string value;
        bool null = false;
        for (std::size_t i = 0; i < cascade.parent_columns.size(); ++i) {
            rest.remove_prefix(1);  // the tab
            const auto end = std::min(rest.find('\t'), rest.size());
            value += (i == 0 ? "" : "\t") + std::string{rest.substr(0, end)};
            null = null || rest.substr(0, end) == "\\N";
            rest.remove_prefix(end);
        }
        if (!null && seen_.emplace(cascade.id, value).second) {
            found_.marks.push_back({cascade.id, value});
        }
    }

    std::span<const Cascade> next_;
    CascadeChildren& found_;
    std::set<std::pair<std::int32_t, std::string>> seen_;
};

// The table as if the foreign key were its key.
Table keyed_by(const Table& child, const std::vector<std::string>& columns) {
    Table table = child;
    table.key = columns;
    table.key_shape = KeyShape::Columns;
    return table;
}

std::string children_sql(const Table& child, const Table& by_value, const TableShape& shape,
                         const std::string& values_query, std::span<const Cascade> next) {
    std::vector<std::string> fields;
    if (child.key_shape == KeyShape::WholeRow) {
        fields.push_back(row_hash_sql("t"));
    }
    for (const std::string& column : child.key) {
        fields.push_back("t." + quote_ident(column));
    }
    for (const Cascade& each : next) {
        for (const std::string& column : each.parent_columns) {
            fields.push_back("t." + quote_ident(column));
        }
    }
    std::vector<std::string> match;
    for (std::size_t i = 0; i < by_value.key.size(); ++i) {
        match.push_back(fmt::format("t.{} OPERATOR({}.=) v.k{}", quote_ident(by_value.key[i]),
                                    quote_ident(shape.operator_schemas[i]), i + 1));
    }
    return fmt::format("COPY (SELECT {} FROM ({}) AS v JOIN {} AS t ON {}) TO STDOUT",
                       fmt::join(fields, ", "), values_query, from_table(child, shape),
                       fmt::join(match, " AND "));
}

}  // namespace

CascadeChildren find_children(Connection& connection,
                              const Table& child,
                              const Cascade& cascade,
                              std::span<const std::string> values,
                              std::span<const Cascade> next) {
    DBSYNC_CHECK(values.size() <= cascade_values_max, "one look asks for so many values");
    CascadeChildren found;
    if (values.empty()) {
        return found;
    }
    const Table by_value = keyed_by(child, cascade.child_columns);
    const TableShape shape = look_up_shape(connection, by_value);
    ChildSink sink{next, found};
    connection.copy_out(children_sql(child, by_value, shape,
                                     key_list_sql(by_value, shape, values), next),
                        RowForm::Compare, key_field_count(child), sink);
    return found;
}

// Foreign keys may stand between types of different size: the plain operator compares them.
std::vector<std::string> find_orphans(Connection& connection,
                                      const Table& child,
                                      const Table& parent,
                                      const Cascade& cascade,
                                      std::size_t limit) {
    const TableShape shape = look_up_shape(connection, keyed_by(child, cascade.child_columns));
    std::vector<std::string> keys;
    for (const std::string& column : child.key) {
        keys.push_back("t." + quote_ident(column));
    }
    std::vector<std::string> refers;
    std::vector<std::string> match;
    for (std::size_t i = 0; i < cascade.child_columns.size(); ++i) {
        const std::string column = "t." + quote_ident(cascade.child_columns[i]);
        refers.push_back(column + " IS NOT NULL");
        match.push_back(fmt::format("p.{} OPERATOR({}.=) {}",
                                    quote_ident(cascade.parent_columns[i]),
                                    quote_ident(shape.operator_schemas[i]), column));
    }
    CascadeChildren found;
    ChildSink sink{{}, found};
    connection.copy_out(
        fmt::format("COPY (SELECT {} FROM {} AS t WHERE {} AND NOT EXISTS (SELECT FROM {} AS p"
                    " WHERE {}) LIMIT {}) TO STDOUT",
                    fmt::join(keys, ", "), from_table(child, shape), fmt::join(refers, " AND "),
                    qualified(parent.name), fmt::join(match, " AND "), limit),
        RowForm::Compare, key_field_count(child), sink);
    return found.keys;
}

}  // namespace dbsync::postgres
