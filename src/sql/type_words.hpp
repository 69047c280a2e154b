// SPDX-License-Identifier: MIT
// Whether a text names a column's type and nothing else: what stands behind a type in CREATE TABLE
// would be taken with it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dbsync::sql {

// The first word that no type has on any server: "NOT" of "varchar(10) NOT NULL".
[[nodiscard]] std::optional<std::string> word_behind_type(std::string_view declared);

}  // namespace dbsync::sql
