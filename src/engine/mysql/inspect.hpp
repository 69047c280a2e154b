// SPDX-License-Identifier: MIT
// What is on a source and what speaks against moving it (`dbsync check`). Changes nothing.
#pragma once

#include "engine/mysql/connection.hpp"
#include "engine/source.hpp"

namespace dbsync::mysql {

[[nodiscard]] Inspection inspect_source(Connection& connection, const TableFilter& filter);

}  // namespace dbsync::mysql
