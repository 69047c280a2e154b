// SPDX-License-Identifier: MIT
// Defaults and conditions of another engine's columns in the words of MySQL and MariaDB.
#pragma once

#include "row/schema_model.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dbsync::mysql {

// " DEFAULT …" of a column that is declared so; empty without a default; nothing if it has no
// form here.
[[nodiscard]] std::optional<std::string> default_sql(const ModelColumn& column,
                                                     const std::string& declared);

// A condition with double-quoted column names.
struct Check {
    std::string sql;
    std::vector<std::string> columns;  // the other engine's names
};
[[nodiscard]] Check check_sql(const std::string& condition);

}  // namespace dbsync::mysql
