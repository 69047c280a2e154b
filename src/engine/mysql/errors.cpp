// SPDX-License-Identifier: MIT
#include "engine/mysql/errors.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace dbsync::mysql {

namespace {

struct Meaning {
    unsigned code;
    ErrorKind kind;
    std::string_view hint;
};

constexpr std::string_view look_at_server = "check the server and the network, then run again";
constexpr std::string_view check_login = "check the user, its password and its host";
constexpr std::string_view grant_it = "grant the privilege to this user, then run again";
constexpr std::string_view same_type = "make the column's type and character set the same on both "
                                       "ends";

// MySQL 9.x "Server Error Message Reference" and "Client Error Message Reference", MariaDB
// "MariaDB Error Code Reference".
constexpr std::array meanings{
    Meaning{1040, ErrorKind::Connection, "raise max_connections or close other sessions"},
    Meaning{1042, ErrorKind::Connection, look_at_server},
    Meaning{1043, ErrorKind::Connection, look_at_server},
    Meaning{1044, ErrorKind::Connection, check_login},
    Meaning{1045, ErrorKind::Connection, check_login},
    Meaning{1049, ErrorKind::Connection, "check the database's name in the URL"},
    Meaning{1053, ErrorKind::Connection, look_at_server},
    Meaning{1062, ErrorKind::Conflict, ""},
    Meaning{1129, ErrorKind::Connection, "unblock this host on the server (FLUSH HOSTS)"},
    Meaning{1130, ErrorKind::Connection, check_login},
    Meaning{1142, ErrorKind::Permission, grant_it},
    Meaning{1143, ErrorKind::Permission, grant_it},
    Meaning{1152, ErrorKind::Connection, look_at_server},
    Meaning{1153, ErrorKind::Unrepresentable, "raise max_allowed_packet on the server"},
    Meaning{1158, ErrorKind::Connection, look_at_server},
    Meaning{1159, ErrorKind::Connection, look_at_server},
    Meaning{1160, ErrorKind::Connection, look_at_server},
    Meaning{1161, ErrorKind::Connection, look_at_server},
    Meaning{1184, ErrorKind::Connection, look_at_server},
    Meaning{1205, ErrorKind::Busy, "wait until the long transaction has ended, then run again"},
    Meaning{1213, ErrorKind::Serialization, "run again"},
    Meaning{1227, ErrorKind::Permission, grant_it},
    Meaning{1235, ErrorKind::Unsupported, ""},
    Meaning{1264, ErrorKind::Unrepresentable, same_type},
    Meaning{1265, ErrorKind::Unrepresentable, same_type},
    Meaning{1290, ErrorKind::Precondition, "connect to a primary that may be written"},
    Meaning{1292, ErrorKind::Unrepresentable, same_type},
    Meaning{1317, ErrorKind::Busy, "run again; the statement was cancelled"},
    Meaning{1366, ErrorKind::Unrepresentable, same_type},
    Meaning{1370, ErrorKind::Permission, grant_it},
    Meaning{1406, ErrorKind::Unrepresentable, same_type},
    Meaning{1412, ErrorKind::Serialization, "run again; a table was changed meanwhile"},
    Meaning{1419, ErrorKind::Permission,
            "set log_bin_trust_function_creators = 1 on the server, or connect with SUPER"},
    Meaning{1836, ErrorKind::Precondition, "connect to a primary that may be written"},
    Meaning{1927, ErrorKind::Connection, look_at_server},
    Meaning{1969, ErrorKind::Busy, "run again; the statement ran out of time"},
    Meaning{2002, ErrorKind::Connection, look_at_server},
    Meaning{2003, ErrorKind::Connection, look_at_server},
    Meaning{2005, ErrorKind::Connection, "check the host's name in the URL"},
    Meaning{2006, ErrorKind::Connection, look_at_server},
    Meaning{2012, ErrorKind::Connection, look_at_server},
    Meaning{2013, ErrorKind::Connection, look_at_server},
    Meaning{2020, ErrorKind::Unrepresentable, "raise max_allowed_packet on the server"},
    Meaning{2026, ErrorKind::Connection, "check ssl-mode, ssl-ca, ssl-cert and ssl-key in the URL"},
    Meaning{2055, ErrorKind::Connection, look_at_server},
    Meaning{2059, ErrorKind::Connection,
            "give the user an authentication plugin that the client library has"},
    Meaning{2061, ErrorKind::Connection, "use TLS (ssl-mode=required) or a socket"},
    Meaning{3024, ErrorKind::Busy, "run again; the statement ran out of time"},
    Meaning{3118, ErrorKind::Connection, "unlock the account on the server"},
    Meaning{3159, ErrorKind::Connection, "give ssl-mode=required in the URL"},
    Meaning{3169, ErrorKind::Connection, look_at_server},
    Meaning{4031, ErrorKind::Connection, look_at_server},
    Meaning{4151, ErrorKind::Connection, check_login},
};

constexpr std::array<unsigned, 13> lost{1053, 1152, 1158, 1159, 1160, 1161, 1184,
                                        1927, 2006, 2013, 2055, 3169, 4031};

const Meaning* find_meaning(unsigned code) noexcept {
    const auto found = std::find_if(meanings.begin(), meanings.end(),
                                    [&](const Meaning& each) { return each.code == code; });
    return found == meanings.end() ? nullptr : &*found;
}

}  // namespace

ErrorKind error_kind(unsigned code) noexcept {
    const Meaning* meaning = find_meaning(code);
    return meaning == nullptr ? ErrorKind::Internal : meaning->kind;
}

std::string hint_for(unsigned code) {
    const Meaning* meaning = find_meaning(code);
    return meaning == nullptr ? std::string{} : std::string{meaning->hint};
}

bool is_lost(unsigned code) noexcept {
    return std::find(lost.begin(), lost.end(), code) != lost.end();
}

std::string scrubbed(std::string text, const std::string& secret) {
    if (!secret.empty()) {
        for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
            text.replace(at, secret.size(), "***");
            at += 3;
        }
    }
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

unsigned native_code(const Error& error) noexcept {
    const std::string& text = error.fields().native_code;
    unsigned code = 0;
    std::from_chars(text.data(), text.data() + text.size(), code);
    return code;
}

}  // namespace dbsync::mysql
