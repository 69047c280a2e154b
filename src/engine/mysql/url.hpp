// SPDX-License-Identifier: MIT
// mysql://user@host:port/database?socket=…&ssl-mode=… taken apart (Endpoint has removed the
// password). Throws Error{Usage} for an unknown parameter.
#pragma once

#include <cstdint>
#include <string>

namespace dbsync::mysql {

enum class SslMode { Unset, Disabled, Preferred, Required, VerifyCa, VerifyIdentity };

struct Address {
    std::string user;  // empty: from ~/.my.cnf, or the operating system's
    std::string host;  // empty: localhost
    std::uint16_t port = 0;
    std::string database;
    std::string socket;
    SslMode ssl_mode = SslMode::Unset;
    std::string ssl_ca;
    std::string ssl_cert;
    std::string ssl_key;
};

[[nodiscard]] Address parse_address(const std::string& url);

}  // namespace dbsync::mysql
