// SPDX-License-Identifier: MIT
#include "engine/mysql/capture_record.hpp"

#include "engine/mysql/quoting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace dbsync::mysql {

namespace {

std::int32_t next_id(Connection& connection, const char* table) {
    return static_cast<std::int32_t>(
        connection.run(fmt::format("SELECT COALESCE(MAX(id), 0) + 1 FROM {}", quote_ident(table)))
            .integer(0, 0));
}

void in_transaction(Connection& connection, const std::function<void()>& statements) {
    connection.run("START TRANSACTION");
    try {
        statements();
    } catch (...) {
        connection.rollback();
        throw;
    }
    connection.commit();
}

std::string key_position(const Table& table, const std::string& column) {
    const auto found = std::find(table.key.begin(), table.key.end(), column);
    return found == table.key.end() ? "NULL"
                                    : std::to_string(std::distance(table.key.begin(), found));
}

void insert_columns(Connection& connection, const TableShape& shape) {
    std::string rows;
    for (std::size_t i = 0; i < shape.table.columns.size(); ++i) {
        const Column& column = shape.table.columns[i];
        rows +=
            fmt::format("{}({}, {}, {}, {}, {}, {:d}, {:d}, {})", i == 0 ? "" : ", ",
                        shape.table.id, i, quote_literal(column.name), quote_literal(column.type),
                        quote_literal(shape.forms[i].declaration), column.not_null,
                        column.generated, key_position(shape.table, column.name));
    }
    connection.run(
        "INSERT INTO `_dbsync_captured_column` (table_id, position, name, type, declaration,"
        " not_null, is_generated, key_position) VALUES " +
        rows);
}

void insert_cascade_columns(Connection& connection, const Cascade& cascade) {
    std::string rows;
    for (std::size_t i = 0; i < cascade.child_columns.size(); ++i) {
        rows += fmt::format("{}({}, {}, {}, {})", i == 0 ? "" : ", ", cascade.id, i,
                            quote_literal(cascade.child_columns[i]),
                            quote_literal(cascade.parent_columns[i]));
    }
    connection.run(
        "INSERT INTO `_dbsync_cascade_column` (cascade_id, position, child_column, parent_column)"
        " VALUES " +
        rows);
}

// Rows of dbsync's triggers on the table, except those of the fence, which come and go.
std::string trigger_rows(const TableShape& shape, const LiveState& live) {
    std::string rows;
    for (const auto& [name, trigger] : live.triggers) {
        if (trigger.table == shape.table.name.name && is_capture_trigger(name)) {
            rows += fmt::format("{}({}, {}, '{}')", rows.empty() ? "" : ", ", quote_literal(name),
                                shape.table.id, trigger.checksum);
        }
    }
    return rows;
}

}  // namespace

std::int32_t next_table_id(Connection& connection) {
    return next_id(connection, "_dbsync_captured_table");
}

void enter_table(Connection& connection, const TableShape& shape, const std::string& definition) {
    in_transaction(connection, [&] {
        connection.run(fmt::format(
            "INSERT INTO `_dbsync_captured_table` (id, name, state, has_other_unique, definition,"
            " fingerprint) VALUES ({}, {}, '{}', {:d}, {}, '')",
            shape.table.id, quote_literal(shape.table.name.name),
            state_word(TableState::Installing), shape.table.has_other_unique,
            quote_literal(definition)));
        insert_columns(connection, shape);
    });
}

void leave_table(Connection& connection, std::int32_t table_id) {
    in_transaction(connection, [&] {
        for (const char* rows :
             {"`_dbsync_captured_trigger` WHERE table_id",
              "`_dbsync_captured_column` WHERE table_id", "`_dbsync_captured_table` WHERE id"}) {
            connection.run(fmt::format("DELETE FROM {} = {}", rows, table_id));
        }
    });
}

std::optional<std::int32_t> find_cascade(Connection& connection, const NamedCascade& named) {
    const Result known = connection.run(
        fmt::format("SELECT id FROM `_dbsync_cascade` WHERE child_id = {} AND parent_id = {}"
                    " AND name = {}",
                    named.cascade.child_id, named.cascade.parent_id, quote_literal(named.name)));
    if (known.rows() == 0) {
        return std::nullopt;
    }
    return static_cast<std::int32_t>(known.integer(0, 0));
}

std::int32_t enter_cascade(Connection& connection, NamedCascade named) {
    named.cascade.id = next_id(connection, "_dbsync_cascade");
    in_transaction(connection, [&] {
        connection.run(fmt::format(
            "INSERT INTO `_dbsync_cascade` (id, name, child_id, parent_id) VALUES ({}, {}, {}, {})",
            named.cascade.id, quote_literal(named.name), named.cascade.child_id,
            named.cascade.parent_id));
        insert_cascade_columns(connection, named.cascade);
    });
    return named.cascade.id;
}

void store_state(Connection& connection, std::int32_t table_id, TableState state) {
    connection.run(fmt::format("UPDATE `_dbsync_captured_table` SET state = '{}' WHERE id = {}",
                               state_word(state), table_id));
}

void record_table(Connection& connection,
                  const TableShape& shape,
                  const std::string& definition,
                  const LiveState& live,
                  bool read_anew) {
    const std::int32_t id = shape.table.id;
    const std::string ids = live.ids ? live.ids->of(shape.table.name.name) : std::string{};
    const std::string triggers = trigger_rows(shape, live);
    const auto found = live.tables.find(shape.table.name.name);
    const std::string altered = found == live.tables.end() ? std::string{} : found->second;
    in_transaction(connection, [&] {
        connection.run(
            fmt::format("DELETE FROM `_dbsync_captured_trigger` WHERE table_id = {}", id));
        connection.run("INSERT INTO `_dbsync_captured_trigger` (name, table_id, checksum) VALUES " +
                       triggers);
        connection.run(fmt::format(
            "UPDATE `_dbsync_captured_table` SET state = '{}', has_other_unique = {:d},"
            " definition = {}, innodb_ids = {}, altered = {}, fingerprint = SHA2({}, 256)"
            " WHERE id = {}",
            state_word(TableState::Captured), shape.table.has_other_unique,
            quote_literal(definition), live.ids ? quote_literal(ids) : "NULL",
            quote_literal(altered), quote_literal(definition + ids + altered + triggers), id));
        if (read_anew) {
            connection.run(
                fmt::format("INSERT INTO {} (table_id) VALUES ({})", quote_ident(whole_name), id));
        }
    });
}

}  // namespace dbsync::mysql
