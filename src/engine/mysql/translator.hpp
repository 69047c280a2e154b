// SPDX-License-Identifier: MIT
// MySQL's and MariaDB's part in moves between engines: rows are lines of fields (wire.hpp), types
// are spelled as information_schema does.
#pragma once

#include "engine/translate.hpp"

#include <memory>

namespace dbsync::mysql {

[[nodiscard]] std::unique_ptr<Translator> make_translator();

}  // namespace dbsync::mysql
