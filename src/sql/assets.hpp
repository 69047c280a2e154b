// SPDX-License-Identifier: MIT
// The .sql files of triggers/ and schemas/, embedded at build time (cmake/EmbedSql.cmake).
#pragma once

#include <string_view>
#include <vector>

namespace dbsync::sql {

struct Asset {
    std::string_view path;  // "triggers/sqlite/after_insert.sql"
    std::string_view text;
};

// All of them, in no particular order. Defined in the generated source.
[[nodiscard]] const std::vector<Asset>& assets();

// The text of one. An unknown path is a bug of ours and aborts.
[[nodiscard]] std::string_view asset(std::string_view path);

}  // namespace dbsync::sql
