// SPDX-License-Identifier: MIT
// The statements of views, routines, triggers and events as the server prints them, without the
// database's name where the server, or the header, has it.
#pragma once

#include "engine/mysql/schema_text.hpp"

#include <string>
#include <string_view>

namespace dbsync::mysql {

// Of SHOW CREATE VIEW: calls of the database's own functions are printed with its name.
[[nodiscard]] std::string view_statement(std::string_view shown, const SchemaText& text);
// Of SHOW CREATE FUNCTION, PROCEDURE, EVENT: the object's own name.
[[nodiscard]] std::string program_statement(std::string_view shown, const SchemaText& text);
// Of SHOW CREATE TRIGGER, whose header is what somebody once typed: written anew, without FOLLOWS
// and PRECEDES (triggers are made in their order).
[[nodiscard]] std::string trigger_statement(std::string_view shown, const SchemaText& text);
// Of create_statement(): a default from a sequence of the database is printed with its name.
[[nodiscard]] std::string table_statement(std::string_view statement, const SchemaText& text);

// Whether a program's text names the database it belongs to: `shop`.`orders`.
[[nodiscard]] bool names_database(const SchemaText& text);

// Without DEFINER=…, and "" if there is none.
[[nodiscard]] std::string without_definer(const SchemaText& text);
// `user`@`host`, "" if there is none.
[[nodiscard]] std::string definer_of(const SchemaText& text);

}  // namespace dbsync::mysql
