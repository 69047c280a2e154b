// SPDX-License-Identifier: MIT
// From an endpoint to the engine behind it. The only place that names concrete engines is
// registry.cpp; adding an engine adds a line there.
#pragma once

#include "engine/endpoint.hpp"
#include "engine/source.hpp"
#include "engine/target.hpp"

#include <memory>
#include <string>

namespace dbsync {

// Connect lazily: constructing does not touch the server.
[[nodiscard]] std::unique_ptr<Source> open_source(const Endpoint& endpoint);
[[nodiscard]] std::unique_ptr<Target> open_target(const Endpoint& endpoint);

// "postgresql", "mysql", "sqlite".
[[nodiscard]] const char* engine_name(EngineKind kind) noexcept;

// Throws Error{Usage} for a pair of engines that cannot be moved between.
void require_pair(const Endpoint& source, const Endpoint& target);

}  // namespace dbsync
