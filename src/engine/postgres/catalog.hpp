// SPDX-License-Identifier: MIT
// What stands in a source's catalogues: the tables as the server has them now, and as they were
// when capture was installed (dbsync.captured_table).
#pragma once

#include "engine/postgres/connection.hpp"
#include "row/table.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dbsync::postgres {

// A key column's type without its modifier; of a domain, the type below.
struct KeyType {
    TableName type;
    TableName collation;  // empty name: the type has none
    std::int64_t width = 0;  // bytes of a value; 0: of any width
    bool has_arrays = false;  // an array of arrays has no type
};

// A table as the server has it now, with what decides how it can be captured.
struct LiveTable {
    Table table;  // id 0
    std::vector<KeyType> key_types = {};
    std::int64_t oid = 0;
    std::string owner = {};
    bool partitioned = false;
    bool unlogged = false;
    bool owned = false;         // we are its owner or a member of that role
    bool row_security = false;  // hides rows from us
    bool inherits = false;      // parent or child by INHERITS
    bool subscribed = false;    // a subscription applies into it
    bool foreign_partition = false;
    bool virtual_columns = false;  // PostgreSQL 18: triggers see NULL in them
    bool of_extension = false;
};

// Every table that could be moved, ordered by name; or the one with this oid, whatever it is.
[[nodiscard]] std::vector<LiveTable> live_tables(Connection& connection,
                                                 std::optional<std::int64_t> oid = std::nullopt);

// Whether the capture catalogue exists here.
[[nodiscard]] bool has_capture(Connection& connection);

// As recorded when capture was installed; empty if it never was.
[[nodiscard]] std::vector<Table> captured_tables(Connection& connection);

// "delta_<id>_<slot>" for each slot, in schema dbsync.
[[nodiscard]] std::vector<TableName> slot_names(std::int32_t id, int slots);

// As Source::referrers().
[[nodiscard]] std::vector<TableName> referrers(Connection& connection, const TableName& table);

}  // namespace dbsync::postgres
