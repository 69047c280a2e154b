// SPDX-License-Identifier: MIT
// The statements by which a session of the target stages rows of form Change and makes a table's
// rows equal to them. A stage is a temporary table of the session: k1 … (the key), present (is
// there a row of that key at the source), c1 … (the writable columns).
#pragma once

#include "engine/postgres/connection.hpp"
#include "engine/postgres/row_query.hpp"
#include "row/table.hpp"

#include <span>
#include <string>

namespace dbsync::postgres {

struct StageSql {
    sql::Rendered create;
    std::string clear;           // for few rows
    std::string truncate;        // for many
    std::string copy;            // into the stage
    sql::Rendered upsert;        // KeyShape::Columns only
    sql::Rendered delete_absent; // KeyShape::Columns: keys without a row; WholeRow: every key
    sql::Rendered delete_present;  // KeyShape::Columns only
    sql::Rendered insert;
    std::string keys_text;       // query of the distinct staged keys in COPY's text form
    bool replaces_always = false;  // no upsert can write every column
};

// Looks the columns' types up on the target.
[[nodiscard]] StageSql make_stage_sql(Connection& connection,
                                      const Table& table,
                                      const TableShape& shape);

// COPY of form Copy into the table.
[[nodiscard]] std::string copy_into_sql(const Table& table);

inline sql::Rendered part(std::string text) {
    return {"", std::move(text)};
}

inline sql::Parameters parameters() {
    return sql::Parameters{quoting};
}

}  // namespace dbsync::postgres
