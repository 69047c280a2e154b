// SPDX-License-Identifier: MIT
// How many keys of a table one delta may hold, and the part of its capture function that records
// the keys of a statement's rows. Why arrays: docs/decisions/0021-arrays-of-keys.md.
#pragma once

#include "engine/postgres/catalog.hpp"
#include "row/table.hpp"
#include "sql/statement_template.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace dbsync::postgres {

struct KeyPacking {
    std::int64_t keys_max = 1;  // of one delta; 1: there are no arrays
    bool widths_vary = false;   // keys are to be looked at first, and may be too wide for arrays

    [[nodiscard]] bool has_arrays() const { return keys_max > 1; }
};

// Arrays are for tables with a key and statement triggers, and with a key of types that have any.
[[nodiscard]] KeyPacking key_packing(const LiveTable& live);

// k1 … kn or a1 … an: the columns of a delta table.
[[nodiscard]] std::vector<std::string> numbered_columns(char prefix, std::size_t count);

// Statements of a PL/pgSQL body that record every row of `rows`, one of the transition tables.
[[nodiscard]] sql::Rendered record_keys(const TableName& delta,
                                        const std::vector<std::string>& key,
                                        const KeyPacking& packing,
                                        const std::string& rows);

}  // namespace dbsync::postgres
