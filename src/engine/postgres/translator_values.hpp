// SPDX-License-Identifier: MIT
// PostgreSQL's values to and from canonical spelling. Called once for each value of a move.
#pragma once

#include "engine/translate.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dbsync::postgres {

// As Translator::read() and write(), of values without the escapes of COPY's text form. What
// write_value() makes is spelled as the server itself would spell it.
[[nodiscard]] std::optional<NoForm> read_value(const ColumnCrossing& crossing,
                                               std::string_view text,
                                               std::string& out);
[[nodiscard]] std::optional<NoForm> write_value(const ColumnCrossing& crossing,
                                                std::string_view canonical,
                                                std::string& out);

}  // namespace dbsync::postgres
