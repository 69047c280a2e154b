// SPDX-License-Identifier: MIT
#include "engine/mysql/target_table.hpp"

#include "base/error.hpp"
#include "engine/mysql/quoting.hpp"
#include "engine/target.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace dbsync::mysql {

namespace {

std::vector<UniqueIndex> unique_indexes(Connection& connection, const Table& table) {
    const Result rows = connection.run(
        "SELECT index_name, column_name, sub_part FROM information_schema.statistics"
        " WHERE table_schema = DATABASE() AND non_unique = 0 AND table_name = " +
        quote_literal(table.name.name) + " ORDER BY index_name, seq_in_index");
    std::vector<UniqueIndex> indexes;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        if (indexes.empty() || indexes.back().name != rows.text(i, 0)) {
            indexes.push_back({.name = rows.text(i, 0), .columns = {}});
        }
        indexes.back().columns.push_back(rows.text(i, 1));
        indexes.back().whole = indexes.back().whole && rows.is_null(i, 2) && !rows.is_null(i, 1);
    }
    return indexes;
}

// The index over the key's columns in their order, else in any order.
const UniqueIndex* find_key_index(const std::vector<UniqueIndex>& indexes, const Table& table) {
    const UniqueIndex* found = nullptr;
    for (const UniqueIndex& index : indexes) {
        if (!index.whole || index.columns.size() != table.key.size() ||
            !std::is_permutation(index.columns.begin(), index.columns.end(), table.key.begin())) {
            continue;
        }
        if (index.columns == table.key) {
            return &index;
        }
        found = &index;
    }
    return found;
}

[[noreturn]] void refuse(const Table& table, const std::string& what) {
    throw Error{{.kind = ErrorKind::Precondition,
                 .what_failed = "table " + table.name.display() + " on the target " + what,
                 .table = table.name.display(),
                 .hint = "create it there as the source has it"}};
}

std::vector<ColumnForm> forms_in_order(const TableShape& there, const Table& table) {
    std::vector<ColumnForm> forms;
    for (const Column& column : table.columns) {
        const auto found =
            std::find_if(there.table.columns.begin(), there.table.columns.end(),
                         [&](const Column& each) { return each.name == column.name; });
        if (found == there.table.columns.end()) {
            refuse(table, "has no column " + column.name);
        }
        forms.push_back(there.forms[static_cast<std::size_t>(found - there.table.columns.begin())]);
    }
    return forms;
}

bool is_integer(std::string_view word) {
    static constexpr std::array<std::string_view, 5> words{"tinyint", "smallint", "mediumint",
                                                           "int", "bigint"};
    return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

TargetTable look_up_target(Connection& connection, const Table& table) {
    std::optional<TableShape> there = read_shape(connection, table.name.name);
    if (!there) {
        refuse(table, "is missing");
    }
    TargetTable found{std::move(*there)};
    found.shape.forms = forms_in_order(found.shape, table);
    const std::vector<UniqueIndex> indexes = unique_indexes(connection, table);
    const UniqueIndex* key = find_key_index(indexes, table);
    found.shape.table = table;
    found.shape.key_index = key == nullptr ? std::string{} : key->name;
    found.shape.table.has_other_unique =
        table.has_other_unique ||
        std::any_of(indexes.begin(), indexes.end(),
                    [&](const UniqueIndex& index) { return &index != key; });
    return found;
}

std::optional<Table> find_table(Connection& connection, const std::string& name) {
    std::optional<TableShape> there = read_shape(connection, name);
    if (!there) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < there->forms.size(); ++i) {
        const ColumnForm& form = there->forms[i];
        if (!form.charset.empty() && form.charset != "utf8mb4") {
            there->table.columns[i].type = form.declaration;
        }
    }
    return std::move(there->table);
}

std::vector<std::string> misfits(Connection& connection, const std::string& name,
                                 std::span<const std::string> columns,
                                 std::span<const std::string> texts) {
    const Result found = connection.run(
        "SELECT column_name, is_nullable = 'NO' AND column_default IS NULL"
        " AND extra NOT LIKE '%auto_increment%' AND extra NOT LIKE '%GENERATED%',"
        " coalesce(collation_name, '') FROM information_schema.columns"
        " WHERE table_schema = DATABASE() AND table_name = " + quote_literal(name));
    const auto has = [](std::span<const std::string> names, const std::string& wanted) {
        return std::find(names.begin(), names.end(), wanted) != names.end();
    };
    std::vector<std::string> problems;
    for (std::size_t row = 0; row < found.rows(); ++row) {
        const std::string column = found.text(row, 0);
        const std::string collation = found.text(row, 2);
        if (!has(columns, column) && found.boolean(row, 1)) {
            problems.push_back(required_column(column));
        }
        const bool exact = collation.empty() || collation.ends_with("_nopad_bin") ||
                           collation.ends_with("_0900_bin") || collation == "binary";
        if (has(texts, column) && !exact) {
            problems.push_back("its key column " + column + " has the collation " + collation +
                               ", which takes different keys of the source for one (neither "
                               "utf8mb4_0900_bin nor MariaDB's utf8mb4_nopad_bin does)");
        }
    }
    return problems;
}

std::vector<UniqueIndex> other_unique_indexes(Connection& connection, const TargetTable& table) {
    std::vector<UniqueIndex> indexes = unique_indexes(connection, table.table());
    std::erase_if(indexes,
                  [&](const UniqueIndex& index) { return index.name == table.shape.key_index; });
    return indexes;
}

void require_key_index(const TargetTable& table) {
    if (table.table().key_shape == KeyShape::Columns && table.shape.key_index.empty()) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = "table " + table.table().name.display() +
                                    " on the target has no unique index over its key",
                     .table = table.table().name.display(),
                     .hint = "create the primary key or unique index that the source has"}};
    }
}

std::string comparable_type(const std::string& type) {
    const std::string::size_type open = type.find('(');
    const std::string word = type.substr(0, std::min(open, type.find(' ')));
    if (word == "json") {
        return "longtext";
    }
    if (word == "geomcollection") {
        return "geometrycollection";
    }
    if (open == word.size() && (word == "year" || is_integer(word))) {
        return word + type.substr(type.find(')') + 1);
    }
    return type;
}

}  // namespace dbsync::mysql
