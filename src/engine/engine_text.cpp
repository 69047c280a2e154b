// SPDX-License-Identifier: MIT
#include "engine/engine_text.hpp"

#include "engine/cross/canonical_text.hpp"
#include "engine/mysql/text_rows.hpp"
#include "engine/postgres/text_rows.hpp"
#include "engine/sqlite/text_rows.hpp"

namespace dbsync {

RowText row_text(EngineKind source, EngineKind target) noexcept {
    if (source != target) {
        return RowText::Canonical;
    }
    switch (source) {
        case EngineKind::Postgres: return RowText::Postgres;
        case EngineKind::Mysql: return RowText::Mysql;
        case EngineKind::Sqlite: return RowText::Sqlite;
    }
    return RowText::Canonical;
}

std::vector<std::pair<std::string, std::string>> show_key(RowText form,
                                                          const Table& table,
                                                          std::string_view key) {
    switch (form) {
        case RowText::Postgres: return postgres::show_key(table, key);
        case RowText::Mysql: return mysql::show_key(table, key);
        case RowText::Sqlite: return sqlite::show_key(table, key);
        case RowText::Canonical: return cross::show_key(table, key);
    }
    return {};
}

std::vector<std::string> differing_columns(RowText form,
                                           const Table& table,
                                           std::string_view source_row,
                                           std::string_view target_row) {
    switch (form) {
        case RowText::Postgres:
            return postgres::differing_columns(table, source_row, target_row);
        case RowText::Mysql: return mysql::differing_columns(table, source_row, target_row);
        case RowText::Sqlite: return sqlite::differing_columns(table, source_row, target_row);
        case RowText::Canonical: return cross::differing_columns(table, source_row, target_row);
    }
    return {};
}

}  // namespace dbsync
