// SPDX-License-Identifier: MIT
// Reads a source's deltas and rows, one consistent snapshot at a time.
#pragma once

#include "engine/endpoint.hpp"
#include "engine/source.hpp"

#include <memory>

namespace dbsync::mysql {

// Connects at the first begin(), and again at the begin() after a lost connection.
[[nodiscard]] std::unique_ptr<SourceReader> make_reader(const Endpoint& endpoint);

}  // namespace dbsync::mysql
