// SPDX-License-Identifier: MIT
// Writes blocks of rows into a table or a stage: by LOAD DATA LOCAL where the server allows it,
// else by INSERTs of many rows. Rows that the server changed, cut or left out are an error, also
// where it only warns.
#pragma once

#include "engine/mysql/connection.hpp"
#include "engine/mysql/wire.hpp"
#include "engine/target.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace dbsync::mysql {

struct LoadColumn {
    std::string name;  // not quoted
    Wire wire = Wire::Plain;
    bool enum_error = false;  // an ENUM, whose error value strict sessions refuse
    std::string shown = {};   // what errors call it; empty: `name`
};

struct LoadTarget {
    std::string table;                // not quoted
    std::string shown;                // named in errors
    std::vector<LoadColumn> columns;  // in the order of a row's fields
    bool replace = false;             // a row takes the place of those with equal unique values
};

// `unfinished` counts writers that were begun and not finished; both have to outlive the writer.
[[nodiscard]] std::unique_ptr<RowWriter> make_bulk_writer(Connection& connection,
                                                          LoadTarget target,
                                                          int& unfinished);

}  // namespace dbsync::mysql
