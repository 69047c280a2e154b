// SPDX-License-Identifier: MIT
// What stands in SchemaItem::sql on this engine: one statement, and in a comment before it whose
// words they are and under which settings they have their meaning. Kept in one text, so that the
// phases (and dbsync's table of what sleeps) need not know of it.
#pragma once

#include "engine/mysql/server.hpp"

#include <string>
#include <vector>

namespace dbsync::mysql {

struct SchemaText {
    Server server;         // that printed the statement
    std::string database;  // from which it was printed
    std::string kind;      // "TABLE", "INDEX", "FOREIGN KEY", "VIEW", "PROCEDURE", "TRIGGER" …
    std::string name;      // of the object; of INDEX and FOREIGN KEY: the first one's
    std::string table;     // INDEX, FOREIGN KEY, TRIGGER: the table
    // Empty where they do not matter.
    std::string sql_mode = {};
    std::string collation = {};           // collation_connection
    std::string database_collation = {};  // which a routine's variables take theirs from
    std::string time_zone = {};           // of an event
    // What the server has to offer for this and what follows from it (a table's indexes come later,
    // and are known by then to fail): see schema_export.cpp.
    std::vector<std::string> needs = {};
    std::string statement;
};

[[nodiscard]] std::string encode(const SchemaText& text);
[[nodiscard]] SchemaText decode(const std::string& sql);

}  // namespace dbsync::mysql
