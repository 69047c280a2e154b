// SPDX-License-Identifier: MIT
#include "engine/mysql/server.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace dbsync::mysql {

// MariaDB may put "5.5.5-" in front of its version for the sake of old replicas.
Server parse_server(const std::string& version) {
    Server server;
    server.mariadb = version.find("MariaDB") != std::string::npos;
    std::string_view rest = version;
    if (server.mariadb && rest.starts_with("5.5.5-")) {
        rest.remove_prefix(6);
    }
    std::array<int, 3> parts{};
    const char* at = rest.data();
    const char* end = rest.data() + rest.size();
    for (int& part : parts) {
        at = std::from_chars(at, end, part).ptr;
        at += at != end && *at == '.' ? 1 : 0;
    }
    server.version = parts[0] * 10'000 + parts[1] * 100 + parts[2];
    server.text = (server.mariadb ? "MariaDB " : "MySQL ") + std::to_string(parts[0]) + "." +
                  std::to_string(parts[1]) + "." + std::to_string(parts[2]);
    return server;
}

}  // namespace dbsync::mysql
