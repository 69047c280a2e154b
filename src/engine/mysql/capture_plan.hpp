// SPDX-License-Identifier: MIT
// The statements of which capture consists, rendered from triggers/mysql and schemas/mysql.
#pragma once

#include "engine/mysql/capture_catalog.hpp"
#include "engine/mysql/cascade_catalog.hpp"
#include "engine/mysql/catalog.hpp"
#include "sql/statement_template.hpp"

#include <string>
#include <vector>

namespace dbsync::mysql {

// In this mode the triggers run, whatever the application's own is (a trigger keeps the mode that
// it was made in). Not strict: a value that the table holds must go into the delta table as it is,
// also an ENUM's error value.
inline constexpr const char* trigger_sql_mode = "ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO";

inline constexpr const char* canary_name = "_dbsync_canary";

struct PlannedTrigger {
    std::string name;
    std::string table;
    std::string event;  // "insert", "update", "delete"
    sql::Rendered create;

    // What information_schema.triggers will show as the trigger's statement.
    [[nodiscard]] std::string statement() const;
};

// The catalogue's tables; safe to run again.
[[nodiscard]] std::vector<sql::Rendered> catalogue_statements();
[[nodiscard]] sql::Rendered capture_row(const std::string& job,
                                        const std::string& identity,
                                        const std::string& epoch);

[[nodiscard]] sql::Rendered delta_table(const TableShape& shape);
[[nodiscard]] std::vector<PlannedTrigger> capture_triggers(const TableShape& shape);

[[nodiscard]] sql::Rendered mark_table(const Cascade& cascade, const TableShape& parent);
[[nodiscard]] std::vector<PlannedTrigger> mark_triggers(const Cascade& cascade,
                                                        const TableShape& parent);

}  // namespace dbsync::mysql
