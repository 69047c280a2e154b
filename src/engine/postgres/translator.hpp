// SPDX-License-Identifier: MIT
// PostgreSQL's part in moves between engines: its rows are lines of COPY's text form, its types are
// spelled as format_type() does.
#pragma once

#include "engine/translate.hpp"

#include <memory>

namespace dbsync::postgres {

[[nodiscard]] std::unique_ptr<Translator> make_translator();

}  // namespace dbsync::postgres
