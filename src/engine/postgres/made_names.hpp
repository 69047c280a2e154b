// SPDX-License-Identifier: MIT
// Names of what shares a space with tables: indexes, primary keys, and the sequences of columns
// that count. The server chooses the latter two by itself, when it may be too late to give way.
#pragma once

#include "row/schema_model.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>

namespace dbsync::postgres {

class MadeNames {
  public:
    explicit MadeNames(const SchemaModel& model);

    // Empty where the name that the server chooses is free.
    [[nodiscard]] std::string primary_key(const ModelTable& table) const;
    [[nodiscard]] std::string sequence(const ModelTable& table, const std::string& column) const;
    // Another one at each call.
    [[nodiscard]] std::string index(const ModelTable& table, const ModelIndex& index);

  private:
    using Place = std::pair<TableName, std::string>;  // of a primary key: no column

    std::string free_name(const std::string& wanted);
    void reserve(const Place& place, const std::string& wanted);

    std::set<std::string> taken_;
    std::map<Place, std::string> chosen_;  // where the server's choice is not free
};

}  // namespace dbsync::postgres
