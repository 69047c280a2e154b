// SPDX-License-Identifier: MIT
// A MySQL or MariaDB database to be moved away from.
#pragma once

#include "engine/endpoint.hpp"
#include "engine/source.hpp"

#include <memory>

namespace dbsync::mysql {

[[nodiscard]] std::unique_ptr<Source> make_source(const Endpoint& endpoint);

}  // namespace dbsync::mysql
