// SPDX-License-Identifier: MIT
// A COPY … FROM STDIN that takes blocks of rows.
#pragma once

#include "engine/target.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace dbsync::postgres {

class Connection;

// Begins the COPY on `connection`, which has to outlive the writer and is busy until finish().
// `table` is named in errors; the rows taken are added to `*rows_taken` (may be null).
[[nodiscard]] std::unique_ptr<RowWriter> make_copy_writer(Connection& connection,
                                                          const std::string& copy_sql,
                                                          const std::string& table,
                                                          std::uint64_t* rows_taken);

}  // namespace dbsync::postgres
