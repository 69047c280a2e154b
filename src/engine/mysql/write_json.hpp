// SPDX-License-Identifier: MIT
// JSON on its way into a column of MySQL's type JSON.
#pragma once

#include "engine/translate.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dbsync::mysql {

// Of canonical JSON. MySQL keeps whole numbers of 64 bits and doubles; other numbers have no form.
[[nodiscard]] std::optional<NoForm> write_json(std::string_view canonical, std::string& out);

}  // namespace dbsync::mysql
