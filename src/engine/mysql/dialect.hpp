// SPDX-License-Identifier: MIT
// Where MySQL and MariaDB, and their versions, write the same thing differently. The source exports
// its own words; the target's side translates them for its own server. What has no equal there is
// refused with Error{Unsupported}, before anything is made.
#pragma once

#include "engine/mysql/schema_text.hpp"
#include "engine/mysql/server.hpp"
#include "row/finding.hpp"
#include "row/table.hpp"

#include <span>
#include <string>
#include <vector>

namespace dbsync::mysql {

struct Translation {
    std::string statement;
    std::vector<std::string> notes;  // what is a little different now; each a phrase
};

// The statement as `target` understands it. Throws Error{Unsupported} naming object and reason.
[[nodiscard]] Translation translate(const SchemaText& text, const Server& target);

// The same collation, or the one that is nearest to it. Throws Error{Unsupported}.
[[nodiscard]] std::string carry_collation(const std::string& collation, const Server& target);

// An sql_mode with the same meaning. Throws Error{Unsupported} (ORACLE on MySQL).
[[nodiscard]] std::string carry_sql_mode(const std::string& sql_mode,
                                         const Server& source,
                                         const Server& target);

// What the columns' types mean on this target: fail for a type that it does not have, warn for one
// that becomes another. For Target::inspect().
[[nodiscard]] std::vector<Finding> type_findings(const Server& target,
                                                 std::span<const Table> tables);

}  // namespace dbsync::mysql
