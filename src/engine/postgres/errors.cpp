// SPDX-License-Identifier: MIT
#include "engine/postgres/errors.hpp"

#include <algorithm>
#include <array>

namespace dbsync::postgres {

namespace {

struct Meaning {
    std::string_view prefix;  // a whole SQLSTATE, or the two characters of its class
    ErrorKind kind;
    std::string_view hint;
};

// First match wins (PostgreSQL 12-18, documentation appendix A "PostgreSQL Error Codes").
constexpr std::array meanings{
    Meaning{"08", ErrorKind::Connection, "check the server and the network, then run again"},
    Meaning{"0A", ErrorKind::Unsupported, ""},
    Meaning{"22", ErrorKind::Unrepresentable,
            "make the column's type and the encoding the same on both ends"},
    Meaning{"23505", ErrorKind::Conflict, ""},
    Meaning{"23P01", ErrorKind::Conflict, ""},
    Meaning{"25006", ErrorKind::Precondition,
            "connect to the primary: this server or session is read-only"},
    Meaning{"25P03", ErrorKind::Connection, "run again; the server ended an idle session"},
    Meaning{"25P04", ErrorKind::Connection, "run again; the server ended a long transaction"},
    Meaning{"28", ErrorKind::Connection, "check the user, its password and pg_hba.conf"},
    Meaning{"3D000", ErrorKind::Connection, "check the database's name in the URL"},
    Meaning{"40001", ErrorKind::Serialization, "run again"},
    Meaning{"40P01", ErrorKind::Serialization, "run again"},
    Meaning{"42501", ErrorKind::Permission, "grant the privilege to this role, then run again"},
    Meaning{"53100", ErrorKind::Internal, "free disk space on the server, then run again"},
    Meaning{"53300", ErrorKind::Connection,
            "raise max_connections or close other sessions, then run again"},
    Meaning{"54000", ErrorKind::Unrepresentable,
            "shorten the value on the source, or drop the index that it does not fit into on the "
            "target (a row of a B-tree holds 2,704 bytes)"},
    Meaning{"55006", ErrorKind::Busy, "end the session that uses it, then run again"},
    Meaning{"55P03", ErrorKind::Busy, "wait until the long transaction has ended, then run again"},
    Meaning{"57014", ErrorKind::Busy, "run again; the statement was cancelled or timed out"},
    Meaning{"57P", ErrorKind::Connection, "check that the server is up, then run again"},
};

const Meaning* find_meaning(std::string_view sqlstate) noexcept {
    const auto found =
        std::find_if(meanings.begin(), meanings.end(),
                     [&](const Meaning& m) { return sqlstate.starts_with(m.prefix); });
    return found == meanings.end() ? nullptr : &*found;
}

}  // namespace

ErrorKind error_kind(std::string_view sqlstate) noexcept {
    if (sqlstate.empty()) {
        return ErrorKind::Connection;
    }
    const Meaning* meaning = find_meaning(sqlstate);
    return meaning == nullptr ? ErrorKind::Internal : meaning->kind;
}

std::string hint_for(std::string_view sqlstate) {
    if (sqlstate.empty()) {
        return "check the server and the network, then run again";
    }
    const Meaning* meaning = find_meaning(sqlstate);
    return meaning == nullptr ? std::string{} : std::string{meaning->hint};
}

std::string scrubbed(std::string text, const std::string& secret) {
    if (!secret.empty()) {
        for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
            text.replace(at, secret.size(), "***");
            at += 3;
        }
    }
    std::replace(text.begin(), text.end(), '\n', ' ');
    while (!text.empty() && text.back() == ' ') {
        text.pop_back();
    }
    return text;
}

}  // namespace dbsync::postgres
