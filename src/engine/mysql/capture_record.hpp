// SPDX-License-Identifier: MIT
// Writing to the capture catalogue; capture_catalog.hpp reads it.
#pragma once

#include "engine/mysql/capture_catalog.hpp"
#include "engine/mysql/cascade_catalog.hpp"
#include "engine/mysql/catalog.hpp"
#include "engine/mysql/fingerprint.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace dbsync::mysql {

[[nodiscard]] std::int32_t next_table_id(Connection& connection);

// A table whose capture is about to be installed.
void enter_table(Connection& connection, const TableShape& shape, const std::string& definition);
// Takes it out again.
void leave_table(Connection& connection, std::int32_t table_id);

// The cascade's id; nothing if it is not in the catalogue.
[[nodiscard]] std::optional<std::int32_t> find_cascade(Connection& connection,
                                                       const NamedCascade& named);
// Enters it under the next free id.
[[nodiscard]] std::int32_t enter_cascade(Connection& connection, NamedCascade named);

void store_state(Connection& connection, std::int32_t table_id, TableState state);

// The table as it stands now, with its triggers: its capture is complete. `read_anew`: the next
// pass is to read it as a whole.
void record_table(Connection& connection,
                  const TableShape& shape,
                  const std::string& definition,
                  const LiveState& live,
                  bool read_anew);

}  // namespace dbsync::mysql
