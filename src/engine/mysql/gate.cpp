// SPDX-License-Identifier: MIT
#include "engine/mysql/gate.hpp"

#include "base/error.hpp"
#include "engine/mysql/errors.hpp"
#include "engine/mysql/fingerprint.hpp"
#include "engine/mysql/quoting.hpp"
#include "engine/mysql/trigger_maker.hpp"

#include <fmt/format.h>

#include <random>
#include <stop_token>

namespace dbsync::mysql {

namespace {

constexpr const char* gate_name = "_dbsync_gate";
constexpr int token_words = 4;  // of 32 random bits

std::string random_token() {
    std::random_device device;
    std::string token;
    for (int i = 0; i < token_words; ++i) {
        token += fmt::format("{:08x}", device());
    }
    return token;
}

}  // namespace

std::vector<PlannedTrigger> gate_triggers(const Table& table) {
    std::vector<PlannedTrigger> triggers;
    for (const char* event : {"insert", "update", "delete"}) {
        const std::string name = fmt::format("{}_{}_{}", gate_name, table.id, event[0]);
        triggers.push_back({.name = name,
                            .table = table.name.name,
                            .event = event,
                            .create = sql::render(fmt::format("triggers/mysql/gate_{}.sql", event),
                                                  sql::Parameters{quoting}
                                                      .ident("trigger", name)
                                                      .ident("table", table.name))});
    }
    return triggers;
}

void install_gate(Connection& connection,
                  std::span<const Table> tables,
                  const CaptureOptions& options) {
    const LiveState live = read_live(connection);
    if (!live.tables.contains(std::string_view{gate_name})) {
        connection.run(sql::render("schemas/mysql/source_gate.sql", sql::Parameters{quoting}));
    }
    if (connection.run("SELECT 1 FROM `_dbsync_gate` WHERE id = 1").rows() == 0) {
        connection.run(sql::render("schemas/mysql/source_gate_row.sql",
                                   sql::Parameters{quoting}.literal("token", random_token())));
    }
    TriggerMaker maker{connection, options, std::stop_token{}, live};
    for (const Table& table : tables) {
        maker.ensure(gate_triggers(table));
    }
}

std::vector<std::string> gate_gaps(Connection& connection, std::span<const Table> tables) {
    const LiveState live = read_live(connection);
    const TriggerMaker maker{connection, {}, std::stop_token{}, live};
    std::vector<std::string> gaps;
    for (const Table& table : tables) {
        if (!maker.stand(gate_triggers(table))) {
            gaps.push_back(table.name.display());
        }
    }
    return gaps;
}

GateRow read_gate(Connection& connection) {
    try {
        const Result rows = connection.run(
            "SELECT state, message FROM `_dbsync_gate` WHERE id = 1 LOCK IN SHARE MODE");
        if (rows.rows() == 0) {
            return {};
        }
        return {.closed = rows.boolean(0, 0), .message = rows.text(0, 1)};
    } catch (const Error& error) {
        if (native_code(error) == code_no_table) {
            return {};
        }
        throw;
    }
}

void remove_gate_triggers(Connection& connection,
                          std::span<const Table> tables,
                          const CaptureOptions& options) {
    if (read_gate(connection).closed) {
        return;
    }
    TriggerMaker maker{connection, options, std::stop_token{}, read_live(connection)};
    for (const Table& table : tables) {
        for (const PlannedTrigger& trigger : gate_triggers(table)) {
            maker.drop_trigger(trigger.name);
        }
    }
}

}  // namespace dbsync::mysql
