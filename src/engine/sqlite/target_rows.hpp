// SPDX-License-Identifier: MIT
// Rows on their way into a target table: straight in, or through a stage. Everything here runs in
// a transaction of the caller's Database.
#pragma once

#include "engine/sqlite/database.hpp"
#include "engine/target.hpp"
#include "row/table.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace dbsync::sqlite {

// `unfinished` counts writers that were opened and not finished.
[[nodiscard]] std::unique_ptr<RowWriter> make_copy_writer(Database& database,
                                                          const Table& table,
                                                          int& unfinished);
[[nodiscard]] std::unique_ptr<RowWriter> make_stage_writer(Database& database,
                                                           const Table& table,
                                                           int& unfinished);

// Takes each staged key (in wire form) as it is applied.
class StagedKeys {
  public:
    virtual ~StagedKeys() = default;
    virtual void take(std::string_view key) = 0;
};

// Makes the table's rows with the staged keys equal to the staged rows; `keys` may be null.
// Throws Error{Conflict}.
ApplyCounts apply_staged(Database& database, const Table& table, StagedKeys* keys);

}  // namespace dbsync::sqlite
