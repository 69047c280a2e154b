// SPDX-License-Identifier: MIT
// MySQL's and MariaDB's values to and from canonical spelling. Called once for each value of a
// move.
#pragma once

#include "engine/translate.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dbsync::mysql {

// As Translator::read() and write(), of fields of wire.hpp without their escapes: blobs, bits and
// geometries are hexadecimal digits, a FLOAT is the DOUBLE it is.
[[nodiscard]] std::optional<NoForm> read_value(const ColumnCrossing& crossing,
                                               std::string_view text,
                                               std::string& out);
[[nodiscard]] std::optional<NoForm> write_value(const ColumnCrossing& crossing,
                                                std::string_view canonical,
                                                std::string& out);

}  // namespace dbsync::mysql
