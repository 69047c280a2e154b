// SPDX-License-Identifier: MIT
// A MySQL or MariaDB database that is moved to.
#pragma once

#include "engine/endpoint.hpp"
#include "engine/target.hpp"

#include <memory>

namespace dbsync::mysql {

[[nodiscard]] std::unique_ptr<Target> make_target(const Endpoint& endpoint);

}  // namespace dbsync::mysql
