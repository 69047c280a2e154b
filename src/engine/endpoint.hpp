// SPDX-License-Identifier: MIT
// Where an end is: a URL, taken apart just enough to know the engine and to keep secrets out of
// state, logs and messages.
#pragma once

#include <string>

namespace dbsync {

enum class EngineKind { Postgres, Mysql, Sqlite };  // Mysql: MariaDB too

struct Endpoint {
    EngineKind engine = EngineKind::Sqlite;
    std::string url;       // as given, without the password; safe to store and to show
    std::string password;  // from the URL or DBSYNC_{SOURCE,TARGET}_PASSWORD; never stored or shown

    // Understands postgresql://, postgres://, mysql://, mariadb:// (which becomes mysql://),
    // sqlite:///absolute and sqlite:relative (made absolute against the current folder, so that
    // later commands may run elsewhere).
    // `password_env` is the value of DBSYNC_SOURCE_PASSWORD or DBSYNC_TARGET_PASSWORD, or empty;
    // a password in the URL wins over it. Throws Error{Usage} for anything else.
    [[nodiscard]] static Endpoint parse(const std::string& url, const std::string& password_env);
};

}  // namespace dbsync
