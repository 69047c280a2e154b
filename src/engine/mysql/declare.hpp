// SPDX-License-Identifier: MIT
// Types in common words as MySQL and MariaDB declare them.
#pragma once

#include "row/schema_model.hpp"

#include <cstdint>
#include <string>

namespace dbsync::mysql {

// The longest key entry of an InnoDB table, in bytes (MySQL 9.x "InnoDB Limits"), and how many
// characters that makes: each counts as four bytes.
inline constexpr std::uint32_t key_bytes_max = 3'072;
inline constexpr std::uint32_t character_bytes = 4;
inline constexpr std::uint32_t key_chars_max = key_bytes_max / character_bytes;

// A column that is part of a key is one that a key can hold as a whole: of `key_chars` characters,
// or four times as many bytes. Texts have the character set and collation of their table.
[[nodiscard]] std::string declare(const ModelType& type,
                                  bool in_key,
                                  std::uint32_t key_chars = key_chars_max);

}  // namespace dbsync::mysql
