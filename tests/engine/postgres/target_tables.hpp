// SPDX-License-Identifier: MIT
// Tables of a test database, described as the source role describes them.
#pragma once

#include "engine/endpoint.hpp"
#include "row/table.hpp"
#include "support/postgres_server.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace dbsync::test {

inline Endpoint endpoint_of(const PostgresServer& server, const std::string& database,
                            const std::string& user = "postgres") {
    return {.engine = EngineKind::Postgres, .url = server.url(database, user), .password = {}};
}

// Every table but partitions, by name; numbered from 1. The key is the primary key, or else a
// unique constraint, or else none.
inline std::vector<Table> describe_tables(const PostgresServer& server,
                                          const std::string& database) {
    PgSession session = server.session(database);
    const PgRows found = session.exec(
        "SELECT n.nspname, r.relname, r.oid FROM pg_class r JOIN pg_namespace n"
        " ON n.oid = r.relnamespace WHERE r.relkind IN ('r', 'p') AND NOT r.relispartition"
        " AND n.nspname !~ '^pg_|information_schema|dbsync' ORDER BY 1, 2");
    std::vector<Table> tables;
    for (const PgRow& row : found) {
        Table table;
        table.id = static_cast<std::int32_t>(tables.size()) + 1;
        table.name = {*row[0], *row[1]};
        for (const PgRow& column : session.exec(
                 "SELECT attname, format_type(atttypid, atttypmod), attnotnull,"
                 " attgenerated <> '', attidentity = 'a' FROM pg_attribute WHERE attnum > 0"
                 " AND NOT attisdropped AND attrelid = " + *row[2] + " ORDER BY attnum")) {
            table.columns.push_back({.name = *column[0],
                                     .type = *column[1],
                                     .not_null = *column[2] == "t",
                                     .generated = *column[3] == "t",
                                     .identity_always = *column[4] == "t"});
        }
        for (const PgRow& column : session.exec(
                 "SELECT a.attname FROM (SELECT * FROM pg_index WHERE indisunique AND indrelid = " +
                 *row[2] + " ORDER BY indisprimary DESC, indexrelid LIMIT 1) i,"
                 " unnest(i.indkey) WITH ORDINALITY k (number, place), pg_attribute a"
                 " WHERE a.attrelid = i.indrelid AND a.attnum = k.number ORDER BY k.place")) {
            table.key.push_back(*column[0]);
        }
        table.key_shape = table.key.empty() ? KeyShape::WholeRow : KeyShape::Columns;
        tables.push_back(table);
    }
    return tables;
}

inline const Table& table_named(const std::vector<Table>& tables, const std::string& name) {
    return *std::find_if(tables.begin(), tables.end(),
                         [&](const Table& table) { return table.name.name == name; });
}

}  // namespace dbsync::test
