// SPDX-License-Identifier: MIT
// Takes a CREATE INDEX statement apart: SQLite's catalogue does not give the text of indexed
// expressions or of a partial index's WHERE anywhere else.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dbsync::sqlite {

struct IndexText {
    std::vector<std::string> parts;  // without COLLATE, ASC and DESC
    std::string where;               // empty for an index over all rows
};

// `sql` as it stands in sqlite_master.
[[nodiscard]] IndexText parse_index(std::string_view sql);

// Every name in an expression, quoted or not, functions and keywords included.
[[nodiscard]] std::vector<std::string> names_in(std::string_view expression);

// Whether the expression compares values: such a comparison converts operands by the affinity of
// columns, which NEW.column does not have in a trigger (seen on 3.40.1).
[[nodiscard]] bool compares(std::string_view expression);

}  // namespace dbsync::sqlite
