// SPDX-License-Identifier: MIT
// Tells one server from another that answers under the same address later.
#pragma once

#include "engine/mysql/connection.hpp"

#include <string>
#include <string_view>

namespace dbsync::mysql {

// Of the server and the connection's database, the same for either role. MySQL: its server_uuid.
// MariaDB has nothing of the kind that lasts: server_uid changes with the network card, and what is
// stored in a table goes along with every copy. So: server_id, by which a replica differs; host
// name and port, by which a restored or cloned server differs; and the data directory. A server
// that is moved to another host under our feet is then another one, which is the safe mistake.
[[nodiscard]] std::string server_identity(Connection& connection);
// Whether it is one of these, and not another engine's.
[[nodiscard]] bool is_server_identity(std::string_view identity) noexcept;

}  // namespace dbsync::mysql
