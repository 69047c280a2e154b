// SPDX-License-Identifier: MIT
#include "engine/engine_text.hpp"

#include "engine/mysql/text_rows.hpp"
#include "engine/postgres/text_rows.hpp"
#include "engine/sqlite/text_rows.hpp"

namespace dbsync {

std::vector<std::pair<std::string, std::string>> show_key(EngineKind engine,
                                                          const Table& table,
                                                          std::string_view key) {
    switch (engine) {
        case EngineKind::Postgres: return postgres::show_key(table, key);
        case EngineKind::Mysql: return mysql::show_key(table, key);
        case EngineKind::Sqlite: return sqlite::show_key(table, key);
    }
    return {};
}

std::vector<std::string> differing_columns(EngineKind engine,
                                           const Table& table,
                                           std::string_view source_row,
                                           std::string_view target_row) {
    switch (engine) {
        case EngineKind::Postgres:
            return postgres::differing_columns(table, source_row, target_row);
        case EngineKind::Mysql: return mysql::differing_columns(table, source_row, target_row);
        case EngineKind::Sqlite: return sqlite::differing_columns(table, source_row, target_row);
    }
    return {};
}

}  // namespace dbsync
