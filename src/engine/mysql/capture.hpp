// SPDX-License-Identifier: MIT
// Puts the capture triggers onto the source's tables and takes them away again, one statement after
// the other, never making anybody queue for longer than one attempt at a lock lasts. DDL is no
// transaction here: every state that a kill can leave is one that the same call completes.
#pragma once

#include "engine/mysql/connection.hpp"
#include "engine/source.hpp"

#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace dbsync::mysql {

// The statements that install_capture would run, in order. Tables without a number get the next
// free ones.
[[nodiscard]] std::vector<std::string> capture_statements(Connection& connection,
                                                          std::span<const Table> tables);

// As Source::install_capture. A captured table whose columns are what they were, but whose triggers
// are not, or which was truncated or rebuilt, is mended: triggers made again, recorded as it is
// now, and marked to be read anew as a whole, with every table to which its cascades lead. Throws
// Error{SchemaChanged} when columns or key are not what they were.
CaptureResult install_capture(Connection& connection,
                              std::span<const Table> tables,
                              const CaptureOptions& options,
                              const std::stop_token& stop);

// Changes the canary's row in a transaction that is rolled back and looks for its delta, then
// audits every captured table. Throws Error{Precondition} or Error{SchemaChanged}.
void prove_capture(Connection& connection);

// As Source::remove_capture: every trigger and table of a source's that dbsync made, also after an
// installation or removal that did not end.
void remove_capture(Connection& connection,
                    const CaptureOptions& options,
                    const std::stop_token& stop);

}  // namespace dbsync::mysql
