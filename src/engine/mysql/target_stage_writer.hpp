// SPDX-License-Identifier: MIT
// Takes rows of form Change on their way into a stage: notes their keys where they are to be
// noted, and numbers equal rows of a table without a key.
#pragma once

#include "engine/mysql/target_notes.hpp"
#include "engine/target.hpp"
#include "row/table.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace dbsync::mysql {

// `rows` writes into the stage; the rows put there are added to `rows_put`, which has to outlive
// the writer.
[[nodiscard]] std::unique_ptr<RowWriter> make_stage_writer(std::unique_ptr<RowWriter> rows,
                                                           std::optional<KeyNotes> notes,
                                                           const Table& table,
                                                           std::uint64_t& rows_put);

}  // namespace dbsync::mysql
