// SPDX-License-Identifier: MIT
#include "engine/mysql/target_stage.hpp"

#include "base/error.hpp"
#include "engine/mysql/quoting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace dbsync::mysql {

namespace {

// VARCHARs of more characters are staged as LONGTEXT: a row may hold 65,535 bytes beside its
// TEXTs and BLOBs (MySQL 9.x "Limits on Table Column Count and Row Size"), and a stage is wider
// than its table.
constexpr int staged_chars_max = 255;

sql::Rendered part(std::string text) {
    return {"", std::move(text)};
}

std::string numbered_columns(std::string_view prefix, std::size_t count) {
    std::string list;
    for (std::size_t i = 1; i <= count; ++i) {
        list += fmt::format("{}{}{}", i == 1 ? "" : ", ", prefix, i);
    }
    return list;
}

std::string stage_name(const TargetTable& table) {
    return "_dbsync_stage_" + std::to_string(table.table().id);
}

// The 20 of "varchar(20)"; 0 if there is none.
int length_of(const std::string& declaration) {
    int length = 0;
    if (const auto open = declaration.find('('); open != std::string::npos) {
        std::from_chars(declaration.data() + open + 1, declaration.data() + declaration.size(),
                        length);
    }
    return length;
}

std::string staged_declaration(const ColumnForm& form) {
    const bool is_long = length_of(form.declaration) > staged_chars_max;
    if (is_long && form.data_type == "varchar") {
        return fmt::format("longtext CHARACTER SET {} COLLATE {}", form.charset, form.collation);
    }
    return is_long && form.data_type == "varbinary" ? "longblob" : form.declaration;
}

bool keyless(const TargetTable& table) {
    return table.table().key_shape == KeyShape::WholeRow;
}

std::string stage_fields(const TargetTable& table) {
    std::string fields = keyless(table) ? "nth BIGINT UNSIGNED NOT NULL, " : "";
    int number = 0;
    for (const std::string& declaration : key_declarations(table.shape)) {
        fields += fmt::format("k{} {} NOT NULL, ", ++number, declaration);
    }
    fields += "present TINYINT NOT NULL";
    number = 0;
    for (const std::string& column : writable_columns(table.table())) {
        fields +=
            fmt::format(", c{} {} NULL", ++number, staged_declaration(table.shape.form(column)));
    }
    return fields;
}

LoadColumn load_column(const TargetTable& table, const std::string& column, std::string name) {
    const ColumnForm& form = table.shape.form(column);
    return {.name = std::move(name),
            .wire = form.wire,
            .enum_error = form.data_type == "enum",
            .shown = column};
}

LoadTarget stage_target(const TargetTable& table) {
    LoadTarget target{.table = stage_name(table),
                      .shown = table.table().name.display(),
                      .columns = {},
                      .replace = true};
    if (keyless(table)) {
        target.columns = {{.name = "nth"}, {.name = "k1", .wire = Wire::Hex}};
    }
    int number = 0;
    for (const std::string& column : table.table().key) {
        target.columns.push_back(load_column(table, column, fmt::format("k{}", ++number)));
    }
    target.columns.push_back({.name = "present"});
    number = 0;
    for (const std::string& column : writable_columns(table.table())) {
        target.columns.push_back(load_column(table, column, fmt::format("c{}", ++number)));
    }
    return target;
}

std::size_t key_count(const TargetTable& table) {
    return keyless(table) ? 1 : table.table().key.size();
}

sql::Rendered create_sql(const TargetTable& table) {
    const std::string key = numbered_columns("k", key_count(table));
    return sql::render("schemas/mysql/target_stage.sql",
                       sql::Parameters{quoting}
                           .ident("stage", stage_name(table))
                           .parts("fields", {part(stage_fields(table))})
                           .parts("key", {part(keyless(table) ? key + ", nth" : key)}));
}

std::string same_key(const TargetTable& table) {
    std::string match;
    for (std::size_t i = 0; i < table.table().key.size(); ++i) {
        match += fmt::format("{}t.{} = s.k{}", i == 0 ? "" : " AND ",
                             quote_ident(table.table().key[i]), i + 1);
    }
    return match;
}

sql::Rendered delete_sql(const TargetTable& table, std::int64_t present) {
    return sql::render("schemas/mysql/target_delete.sql",
                       sql::Parameters{quoting}
                           .ident("table", table.table().name.name)
                           .ident("index", table.shape.key_index)
                           .ident("stage", stage_name(table))
                           .parts("match", {part(same_key(table))})
                           .literal("present", present));
}

sql::Rendered delete_hashes_sql(const TargetTable& table) {
    return sql::render("schemas/mysql/target_delete_hashes.sql",
                       sql::Parameters{quoting}
                           .ident("table", table.table().name.name)
                           .ident("stage", stage_name(table))
                           .parts("hash", {part(row_hash_expression(table.shape, "t."))}));
}

sql::Rendered insert_sql(const TargetTable& table) {
    const std::vector<std::string> columns = writable_columns(table.table());
    return sql::render("schemas/mysql/target_insert.sql",
                       sql::Parameters{quoting}
                           .ident("table", table.table().name.name)
                           .columns("columns", columns)
                           .parts("staged", {part(numbered_columns("s.c", columns.size()))})
                           .ident("stage", stage_name(table)));
}

sql::Rendered upsert_sql(const TargetTable& table) {
    const std::vector<std::string> columns = writable_columns(table.table());
    std::string assign;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        assign += fmt::format("{}{} = s.c{}", i == 0 ? "" : ", ", quote_ident(columns[i]), i + 1);
    }
    return sql::render("schemas/mysql/target_upsert.sql",
                       sql::Parameters{quoting}
                           .ident("table", table.table().name.name)
                           .columns("columns", columns)
                           .parts("staged", {part(numbered_columns("s.c", columns.size()))})
                           .ident("stage", stage_name(table))
                           .parts("assign", {part(std::move(assign))}));
}

}  // namespace

StageSql make_stage_sql(const TargetTable& table) {
    require_key_index(table);
    const std::string stage = quote_ident(stage_name(table));
    StageSql sql;
    sql.create = create_sql(table);
    sql.drop = "DROP TEMPORARY TABLE IF EXISTS " + stage;
    sql.clear = "DELETE FROM " + stage;
    sql.load = stage_target(table);
    sql.insert = insert_sql(table);
    sql.count_keys = "SELECT COUNT(*) FROM " + stage;
    if (keyless(table)) {
        sql.count_keys += " WHERE nth = 1";
        sql.delete_absent = delete_hashes_sql(table);
        return sql;
    }
    sql.delete_absent = delete_sql(table, 0);
    sql.delete_present = delete_sql(table, 1);
    sql.upsert = upsert_sql(table);
    return sql;
}

std::optional<sql::Rendered> clash_sql(const TargetTable& table, const UniqueIndex& index) {
    const std::vector<std::string> staged = writable_columns(table.table());
    std::string match;
    for (const std::string& column : index.columns) {
        const auto found = std::find(staged.begin(), staged.end(), column);
        if (!index.whole || found == staged.end()) {
            return std::nullopt;
        }
        match += fmt::format("{}t.{} = s.c{}", match.empty() ? "" : " AND ", quote_ident(column),
                             found - staged.begin() + 1);
    }
    return sql::render("schemas/mysql/target_clash.sql",
                       sql::Parameters{quoting}
                           .ident("table", table.table().name.name)
                           .ident("index", index.name)
                           .ident("stage", stage_name(table))
                           .parts("match", {part(std::move(match))})
                           .parts("same", {part(same_key(table))}));
}

LoadTarget copy_target(const TargetTable& table, bool replace) {
    LoadTarget target{.table = table.table().name.name,
                      .shown = table.table().name.display(),
                      .columns = {},
                      .replace = replace};
    for (const std::string& column : writable_columns(table.table())) {
        target.columns.push_back(load_column(table, column, column));
    }
    return target;
}

}  // namespace dbsync::mysql
