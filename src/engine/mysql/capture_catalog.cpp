// SPDX-License-Identifier: MIT
#include "engine/mysql/capture_catalog.hpp"

#include "base/error.hpp"
#include "engine/mysql/catalog.hpp"
#include "engine/mysql/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace dbsync::mysql {

namespace {

constexpr std::array states{TableState::Installing, TableState::Captured, TableState::Refreshing,
                            TableState::Repairing};

TableState parse_state(const std::string& word) {
    const auto found = std::find_if(states.begin(), states.end(),
                                    [&](TableState state) { return word == state_word(state); });
    if (found == states.end()) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = "the source's capture is not of this version of dbsync",
                     .hint = "use the version of dbsync that installed it, or run stop-capture"}};
    }
    return *found;
}

// Nothing if the tables of the catalogue are not there.
std::optional<Result> if_there(Connection& connection, std::string_view query) {
    try {
        return connection.run(query);
    } catch (const Error& error) {
        if (native_code(error) == code_no_table) {
            return std::nullopt;
        }
        throw;
    }
}

using TablesById = std::map<std::int32_t, CapturedRecord>;

std::int32_t id_of(const Result& rows, std::size_t row, std::size_t column = 0) {
    return static_cast<std::int32_t>(rows.integer(row, column));
}

void add_columns(Connection& connection, TablesById& tables) {
    const Result rows = connection.run(
        "SELECT table_id, name, type, not_null, is_generated, key_position, declaration"
        " FROM `_dbsync_captured_column` ORDER BY table_id, position");
    std::map<std::int32_t, std::map<std::int64_t, std::string>> keys;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        const std::int32_t id = id_of(rows, row);
        if (!tables.contains(id)) {
            continue;
        }
        tables[id].table.columns.push_back({.name = rows.text(row, 1),
                                            .type = rows.text(row, 2),
                                            .not_null = rows.boolean(row, 3),
                                            .generated = rows.boolean(row, 4)});
        tables[id].declarations.push_back(rows.text(row, 6));
        if (!rows.is_null(row, 5)) {
            keys[id][rows.integer(row, 5)] = rows.text(row, 1);
        }
    }
    for (auto& [id, record] : tables) {
        for (const auto& [position, name] : keys[id]) {
            record.table.key.push_back(name);
        }
        record.table.key_shape = keys[id].empty() ? KeyShape::WholeRow : KeyShape::Columns;
    }
}

TablesById read_tables(Connection& connection) {
    TablesById tables;
    const std::optional<Result> rows =
        if_there(connection,
                 "SELECT id, name, state, has_other_unique, fingerprint"
                 " FROM `_dbsync_captured_table` ORDER BY id");
    if (!rows) {
        return tables;
    }
    for (std::size_t row = 0; row < rows->rows(); ++row) {
        CapturedRecord& record = tables[id_of(*rows, row)];
        record.state = parse_state(rows->text(row, 2));
        record.table.id = id_of(*rows, row);
        record.table.name = {.schema = {}, .name = rows->text(row, 1)};
        record.table.has_other_unique = rows->boolean(row, 3);
        record.table.fingerprint = rows->text(row, 4);
    }
    if (!tables.empty()) {
        add_columns(connection, tables);
    }
    return tables;
}

void add_definitions(Connection& connection, TablesById& tables) {
    const Result rows =
        connection.run("SELECT id, definition, innodb_ids, altered FROM `_dbsync_captured_table`");
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        if (const auto found = tables.find(id_of(rows, row)); found != tables.end()) {
            found->second.definition = rows.text(row, 1);
            if (!rows.is_null(row, 2)) {
                found->second.innodb_ids = rows.text(row, 2);
            }
            found->second.altered = rows.text(row, 3);
        }
    }
}

void add_triggers(Connection& connection, TablesById& tables) {
    const Result rows =
        connection.run("SELECT table_id, name, checksum FROM `_dbsync_captured_trigger`");
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        if (const auto found = tables.find(id_of(rows, row)); found != tables.end()) {
            found->second.triggers.emplace(rows.text(row, 1), rows.text(row, 2));
        }
    }
}

}  // namespace

const char* state_word(TableState state) noexcept {
    switch (state) {
        case TableState::Installing:
            return "installing";
        case TableState::Captured:
            return "captured";
        case TableState::Refreshing:
            return "refreshing";
        case TableState::Repairing:
            return "repairing";
    }
    return "";
}

std::optional<CaptureRow> read_capture(Connection& connection) {
    const std::optional<Result> rows =
        if_there(connection,
                 "SELECT job, identity, epoch, installed_at IS NOT NULL, fenced_at IS NOT NULL"
                 " FROM `_dbsync_capture`");
    if (!rows || rows->rows() == 0) {
        return std::nullopt;
    }
    return CaptureRow{.job = rows->text(0, 0),
                      .identity = rows->text(0, 1),
                      .epoch = rows->text(0, 2),
                      .installed = rows->boolean(0, 3),
                      .fenced = rows->boolean(0, 4)};
}

std::vector<Table> read_captured(Connection& connection) {
    std::vector<Table> captured;
    for (auto& [id, record] : read_tables(connection)) {
        if (record.state != TableState::Installing) {
            captured.push_back(std::move(record.table));
        }
    }
    return captured;
}

std::vector<CapturedRecord> read_records(Connection& connection) {
    TablesById tables = read_tables(connection);
    if (!tables.empty()) {
        add_definitions(connection, tables);
        add_triggers(connection, tables);
    }
    std::vector<CapturedRecord> records;
    for (auto& [id, record] : tables) {
        records.push_back(std::move(record));
    }
    return records;
}

std::vector<Cascade> read_cascades(Connection& connection) {
    std::vector<Cascade> cascades;
    const std::optional<Result> rows =
        if_there(connection,
                 fmt::format("SELECT c.id, c.child_id, c.parent_id, k.child_column, k.parent_column"
                             " FROM `_dbsync_cascade` AS c"
                             " JOIN `_dbsync_cascade_column` AS k ON k.cascade_id = c.id"
                             " JOIN `_dbsync_captured_table` AS child ON child.id = c.child_id"
                             " JOIN `_dbsync_captured_table` AS parent ON parent.id = c.parent_id"
                             " WHERE child.state <> '{0}' AND parent.state <> '{0}'"
                             " ORDER BY c.id, k.position",
                             state_word(TableState::Installing)));
    for (std::size_t row = 0; rows && row < rows->rows(); ++row) {
        if (cascades.empty() || cascades.back().id != id_of(*rows, row)) {
            cascades.push_back({.id = id_of(*rows, row),
                                .child_id = id_of(*rows, row, 1),
                                .parent_id = id_of(*rows, row, 2),
                                .child_columns = {},
                                .parent_columns = {}});
        }
        cascades.back().child_columns.push_back(rows->text(row, 3));
        cascades.back().parent_columns.push_back(rows->text(row, 4));
    }
    return cascades;
}

std::string delta_name(std::int32_t table_id) {
    return fmt::format("{}delta_{}", own_prefix, table_id);
}

std::string mark_name(std::int32_t cascade_id) {
    return fmt::format("{}mark_{}", own_prefix, cascade_id);
}

std::string capture_trigger_name(std::int32_t table_id, std::string_view event) {
    return fmt::format("{}capture_{}_{}", own_prefix, table_id, event);
}

std::string mark_trigger_name(std::int32_t cascade_id, std::string_view event) {
    return fmt::format("{}mark_{}_{}", own_prefix, cascade_id, event);
}

bool is_capture_trigger(std::string_view name) {
    return name.starts_with("_dbsync_capture_") || name.starts_with("_dbsync_mark_");
}

std::vector<std::string> recorded_columns(std::size_t count) {
    std::vector<std::string> names;
    for (std::size_t i = 1; i <= count; ++i) {
        names.push_back(fmt::format("k{}", i));
    }
    return names;
}

}  // namespace dbsync::mysql
