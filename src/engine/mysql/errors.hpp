// SPDX-License-Identifier: MIT
// What the servers' error numbers mean to us (MySQL 9.x "Error Message Reference", MariaDB "Error
// Codes"; the numbers below 2000 are shared, with the exceptions named).
#pragma once

#include "base/error.hpp"

#include <string>

namespace dbsync::mysql {

[[nodiscard]] ErrorKind error_kind(unsigned code) noexcept;
// Beginning with a verb; "" where there is nothing to advise.
[[nodiscard]] std::string hint_for(unsigned code);
// Whether the connection is gone: 2006, 2013, 2055, 1053, 1927, 3169, 4031 …
[[nodiscard]] bool is_lost(unsigned code) noexcept;
// One line, without the secret.
[[nodiscard]] std::string scrubbed(std::string text, const std::string& secret);

// The error number of an Error that came from a server, 0 for any other.
[[nodiscard]] unsigned native_code(const Error& error) noexcept;

// Numbers that the engine decides by.
inline constexpr unsigned code_lock_wait_timeout = 1205;   // row or metadata lock
inline constexpr unsigned code_deadlock = 1213;
inline constexpr unsigned code_duplicate_key = 1062;
inline constexpr unsigned code_definition_changed = 1412;  // after the snapshot was taken
inline constexpr unsigned code_no_table = 1146;
inline constexpr unsigned code_interrupted = 1317;         // KILL QUERY
inline constexpr unsigned code_statement_timeout_mariadb = 1969;
inline constexpr unsigned code_statement_timeout_mysql = 3024;
inline constexpr unsigned code_access_denied_super = 1227;
inline constexpr unsigned code_no_trigger_function_creators = 1419;
inline constexpr unsigned code_fence = 1290;               // what the fence signals with

}  // namespace dbsync::mysql
