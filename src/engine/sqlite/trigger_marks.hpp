// SPDX-License-Identifier: MIT
// The INSERTs of BEFORE triggers that record rows in the way of a new one. OR REPLACE removes such
// rows without firing a DELETE trigger, so that each unique constraint but the key's own needs one
// (the key's own: the AFTER triggers record that key anyway).
#pragma once

#include "engine/sqlite/catalog.hpp"
#include "sql/statement_template.hpp"

#include <string>
#include <vector>

namespace dbsync::sqlite {

[[nodiscard]] std::vector<sql::Rendered> insert_marks(const TableShape& shape,
                                                      const std::string& delta);
[[nodiscard]] std::vector<sql::Rendered> update_marks(const TableShape& shape,
                                                      const std::string& delta);
// For an UPDATE that sets the hidden rowid.
[[nodiscard]] std::vector<sql::Rendered> rowid_marks(const TableShape& shape,
                                                     const std::string& delta);

// "OF a, b": the columns whose change can make a row clash; empty if it may be any.
[[nodiscard]] std::vector<sql::Rendered> update_columns(const TableShape& shape);

}  // namespace dbsync::sqlite
