// SPDX-License-Identifier: MIT
// Finds the foreign keys that the server carries out behind the triggers' backs.
#pragma once

#include "engine/cascade.hpp"
#include "engine/mysql/catalog.hpp"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace dbsync::mysql {

struct NamedCascade {
    Cascade cascade;   // its id is not filled in
    std::string name;  // of the constraint, on the child
};

// Cascading foreign keys among `shapes`, whose table ids are filled in. Column names are spelt as
// the tables spell them.
[[nodiscard]] std::vector<NamedCascade> find_cascades(
    const std::map<std::string, TableShape>& shapes, const std::string& database);

// A cascading foreign key whose parent is outside: what the server does to the child could not be
// seen.
struct CascadeGap {
    std::string child;
    std::string constraint;
    std::string parent;  // "table", or "database.table" of another database
};

// Of the tables that are (to be) captured, by name.
[[nodiscard]] std::vector<CascadeGap> cascade_gaps(std::span<const TableShape> shapes,
                                                   const std::string& database);

// Whether the table is a child of a cascade; then its rows can come, go and change unseen.
[[nodiscard]] bool is_cascade_child(const TableShape& shape);

// Columns of all its cascading foreign keys.
[[nodiscard]] std::vector<std::string> cascading_columns(const TableShape& shape);

}  // namespace dbsync::mysql
