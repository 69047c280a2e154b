// SPDX-License-Identifier: MIT
#include "engine/mysql/cascade_catalog.hpp"

#include <strings.h>

#include <algorithm>
#include <set>

namespace dbsync::mysql {

namespace {

// Column names know no case (MySQL 9.x "Identifier Case Sensitivity"), and a foreign key keeps the
// spelling of its own statement.
std::vector<std::string> as_spelt(const Table& table, const std::vector<std::string>& names) {
    std::vector<std::string> spelt;
    for (const std::string& name : names) {
        const auto found =
            std::find_if(table.columns.begin(), table.columns.end(), [&](const Column& column) {
                return column.name == name || strcasecmp(column.name.c_str(), name.c_str()) == 0;
            });
        spelt.push_back(found == table.columns.end() ? name : found->name);
    }
    return spelt;
}

}  // namespace

std::vector<NamedCascade> find_cascades(const std::map<std::string, TableShape>& shapes,
                                        const std::string& database) {
    std::vector<NamedCascade> cascades;
    for (const auto& [name, shape] : shapes) {
        for (const ForeignKey& key : shape.foreign_keys) {
            const auto parent = shapes.find(key.parent_table);
            if (!key.cascades() || key.parent_schema != database || parent == shapes.end()) {
                continue;
            }
            cascades.push_back(
                {.cascade = {.child_id = shape.table.id,
                             .parent_id = parent->second.table.id,
                             .child_columns = as_spelt(shape.table, key.columns),
                             .parent_columns = as_spelt(parent->second.table, key.parent_columns)},
                 .name = key.name});
        }
    }
    return cascades;
}

std::vector<CascadeGap> cascade_gaps(std::span<const TableShape> shapes,
                                     const std::string& database) {
    std::set<std::string, std::less<>> captured;
    for (const TableShape& shape : shapes) {
        captured.insert(shape.table.name.name);
    }
    std::vector<CascadeGap> gaps;
    for (const TableShape& shape : shapes) {
        for (const ForeignKey& key : shape.foreign_keys) {
            const bool here = key.parent_schema == database;
            if (key.cascades() && !(here && captured.contains(key.parent_table))) {
                gaps.push_back({.child = shape.table.name.name,
                                .constraint = key.name,
                                .parent = here ? key.parent_table
                                               : key.parent_schema + "." + key.parent_table});
            }
        }
    }
    return gaps;
}

bool is_cascade_child(const TableShape& shape) {
    return std::any_of(shape.foreign_keys.begin(), shape.foreign_keys.end(),
                       [](const ForeignKey& key) { return key.cascades(); });
}

std::vector<std::string> cascading_columns(const TableShape& shape) {
    std::vector<std::string> names;
    for (const ForeignKey& key : shape.foreign_keys) {
        if (!key.cascades()) {
            continue;
        }
        for (const std::string& name : as_spelt(shape.table, key.columns)) {
            if (std::find(names.begin(), names.end(), name) == names.end()) {
                names.push_back(name);
            }
        }
    }
    return names;
}

}  // namespace dbsync::mysql
