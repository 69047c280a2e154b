// SPDX-License-Identifier: MIT
#include "engine/mysql/identity.hpp"

#include <fmt/format.h>

namespace dbsync::mysql {

std::string server_identity(Connection& connection) {
    if (!connection.server().mariadb) {
        return fmt::format("mysql {} database {}",
                           connection.run("SELECT @@server_uuid").text(0, 0),
                           connection.database());
    }
    const Result server = connection.run("SELECT @@server_id, @@hostname, @@port, @@datadir");
    return fmt::format("mariadb server {} at {}:{} in {} database {}", server.text(0, 0),
                       server.text(0, 1), server.text(0, 2), server.text(0, 3),
                       connection.database());
}

bool is_server_identity(std::string_view identity) noexcept {
    return identity.starts_with("mysql ") || identity.starts_with("mariadb ");
}

}  // namespace dbsync::mysql
