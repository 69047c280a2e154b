// SPDX-License-Identifier: MIT
// Where a PostgreSQL SQLSTATE becomes an Error: the only place that knows what each code means for
// the run.
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace dbsync::postgres {

// The kind of a SQLSTATE; an empty one means that the connection broke before an answer.
[[nodiscard]] ErrorKind error_kind(std::string_view sqlstate) noexcept;

// What the operator can do about it, or empty.
[[nodiscard]] std::string hint_for(std::string_view sqlstate);

// `text` on one line with every occurrence of `secret` blanked out.
[[nodiscard]] std::string scrubbed(std::string text, const std::string& secret);

}  // namespace dbsync::postgres
