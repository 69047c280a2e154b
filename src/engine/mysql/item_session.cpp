// SPDX-License-Identifier: MIT
#include "engine/mysql/item_session.hpp"

#include "base/error.hpp"
#include "engine/mysql/dialect.hpp"
#include "engine/mysql/quoting.hpp"

#include <fmt/format.h>

namespace dbsync::mysql {

namespace {

constexpr const char* table_mode =
    "STRICT_TRANS_TABLES,ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION";

}  // namespace

ItemSession::ItemSession(Connection& connection) : connection_{connection} {
    const Result now = connection.run("SELECT @@sql_mode, @@collation_connection, @@time_zone");
    own_settings_ =
        fmt::format("SET SESSION sql_mode = {}, collation_connection = {}, time_zone = {}",
                    quote_literal(now.text(0, 0)), quote_literal(now.text(0, 1)),
                    quote_literal(now.text(0, 2)));
    set_once("foreign_key_checks", "0");
    if (connection.server().mariadb) {
        // 11.3 and later: utf8mb3 without a collation means another one otherwise.
        set_once("character_set_collations", "''");
    } else {
        set_once("sql_require_primary_key", "0");
        set_once("sql_generate_invisible_primary_key", "0");
    }
}

ItemSession::~ItemSession() {
    try {
        leave();
        for (const auto& [variable, value] : saved_) {
            connection_.run("SET SESSION " + variable + " = " + value);
        }
    } catch (const Error&) {
        return;  // the connection is gone, and its settings with it
    }
}

// A variable that this version does not have, or that this user may not set, stays as it is: the
// server then says itself what it does not accept.
void ItemSession::set_once(const std::string& variable, const std::string& value) {
    try {
        const std::string before = connection_.run("SELECT @@SESSION." + variable).text(0, 0);
        connection_.run("SET SESSION " + variable + " = " + value);
        saved_.emplace_back(variable, value == "''" ? quote_literal(before) : before);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Connection) {
            throw;
        }
    }
}

void ItemSession::enter(const SchemaText& text) {
    const bool program = !text.sql_mode.empty();
    const std::string mode =
        program ? carry_sql_mode(text.sql_mode, text.server, connection_.server()) : table_mode;
    std::string settings = "SET SESSION sql_mode = " + quote_literal(mode);
    if (!text.collation.empty()) {
        settings += ", collation_connection = " +
                    quote_literal(carry_collation(text.collation, connection_.server()));
    }
    if (!text.time_zone.empty()) {
        settings += ", time_zone = " + quote_literal(text.time_zone);
    }
    connection_.run(settings);
}

void ItemSession::leave() {
    connection_.run(own_settings_);
}

}  // namespace dbsync::mysql
