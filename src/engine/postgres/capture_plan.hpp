// SPDX-License-Identifier: MIT
// The statements that capture one table, in the order in which they run: what --dry-run prints and
// what install_capture executes.
#pragma once

#include "engine/postgres/catalog.hpp"
#include "engine/postgres/key_packing.hpp"
#include "sql/statement_template.hpp"

#include <string>
#include <vector>

namespace dbsync::postgres {

// A table below a partitioned one.
struct Member {
    TableName name;
    std::int64_t oid = 0;
};

struct CapturePlan {
    LiveTable live;                    // live.table.id is the number it gets
    std::vector<Member> members = {};  // partitions and what is between; not the table itself
};

// A trigger that has to be there.
struct PlannedTrigger {
    std::string name;      // dbsync_<id>_<i|u|k|d|r|t>
    TableName table;
    std::int64_t relation = 0;
    bool cloned = false;   // made by the server from the one on the partitioned table
    sql::Rendered create;  // empty if cloned
    sql::Rendered always;
};

// Schema dbsync and what belongs to no table, the canary included.
[[nodiscard]] std::vector<sql::Rendered> common_objects(const std::string& job);

// Delta slot 0, the function and the catalogue's row: touches nothing of the application's.
[[nodiscard]] std::vector<sql::Rendered> own_objects(const CapturePlan& plan);

// Notes in the catalogue what no trigger tells of: the tables that hold the rows, their files, and
// the types of their columns.
[[nodiscard]] std::vector<sql::Rendered> state_notes(std::int32_t id);

// Notes new labels of enums, and nothing else: no row changes by them.
[[nodiscard]] sql::Rendered label_note(std::int32_t id);

// The triggers; those cloned by the server come after the one they are cloned from.
[[nodiscard]] std::vector<PlannedTrigger> triggers(const CapturePlan& plan);

// The function that writes into `slot`; run anew, it redirects writers from their next statement.
[[nodiscard]] sql::Rendered capture_function(const Table& table,
                                             const KeyPacking& packing,
                                             int slot);

[[nodiscard]] std::string lock_statement(const LiveTable& live, const char* mode);

}  // namespace dbsync::postgres
