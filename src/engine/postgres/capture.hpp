// SPDX-License-Identifier: MIT
// Puts the capture triggers onto the source's tables and takes them away again, one table a
// transaction, never making a writer queue for longer than a lock attempt lasts.
#pragma once

#include "engine/postgres/catalog.hpp"
#include "engine/source.hpp"

#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace dbsync::postgres {

// The statements that install_capture would run, in order. Tables without a number get the next
// free ones.
[[nodiscard]] std::vector<std::string> capture_statements(Connection& connection,
                                                          std::span<const Table> tables);

// As Source::install_capture. A table that is captured already and has lost a trigger (a new
// partition, DISABLE TRIGGER) gets it back, and is marked to be read anew as a whole.
CaptureResult install_capture(Connection& connection,
                              std::span<const Table> tables,
                              const CaptureOptions& options,
                              const std::stop_token& stop);

// Changes the canary's row in a transaction that is rolled back and looks for its delta, then
// audits every captured table. Throws Error{Precondition} or Error{SchemaChanged}.
void prove_capture(Connection& connection);

// As Source::remove_capture.
void remove_capture(Connection& connection,
                    const CaptureOptions& options,
                    const std::stop_token& stop);

}  // namespace dbsync::postgres
