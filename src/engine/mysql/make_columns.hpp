// SPDX-License-Identifier: MIT
// How each column of another engine's tables is declared here: keys and rows must fit InnoDB's
// limits, and a column that refers to another takes a type that can be compared with it.
#pragma once

#include "row/schema_model.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace dbsync::mysql {

class MadeColumns {
  public:
    // Throws Error{Usage} for a type of the operator's that is none, or that a key or a foreign key
    // cannot have, and Error{Unsupported} for a key of too many columns.
    explicit MadeColumns(const SchemaModel& model);

    // As declared; by the other engine's names.
    [[nodiscard]] const std::string& type(const ModelTable& table,
                                          const std::string& column) const {
        return types_.at({table.name, column});
    }
    // The columns of an index that need not hold whole values: "`a`, `b`(300) DESC", as many as an
    // index can have. Empty if one of them cannot be indexed.
    [[nodiscard]] std::string index_columns(const ModelTable& table, const ModelIndex& index) const;

    // The table that a foreign key refers to, if it moves and has a unique index over just these
    // columns; their order is that of the index.
    struct Reference {
        const ModelTable* parent = nullptr;
        std::vector<std::string> columns;
        std::vector<std::string> parent_columns;
    };
    [[nodiscard]] Reference reference(const ModelForeignKey& key) const;

  private:
    using ColumnId = std::pair<TableName, std::string>;

    void find_keys(const ModelTable& table);
    void share_key(const ModelTable& table, const std::vector<std::string>& columns);
    void declare_columns(const ModelTable& table);
    bool refer(const ModelTable& table, const ModelForeignKey& key);
    void fit_row(const ModelTable& table);

    std::map<TableName, const ModelTable*> tables_;
    std::map<ColumnId, std::uint32_t> key_chars_;  // of columns that a key holds as a whole
    std::map<ColumnId, std::string> types_;
};

[[nodiscard]] const ModelColumn* find_column(const ModelTable& table, const std::string& name);

}  // namespace dbsync::mysql
