// SPDX-License-Identifier: MIT
#include "engine/mysql/capture_installer.hpp"

#include "base/checkpoint.hpp"
#include "base/error.hpp"
#include "base/retry.hpp"
#include "engine/mysql/quoting.hpp"
#include "engine/mysql/table_change.hpp"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <utility>

namespace dbsync::mysql {

namespace {

sql::Rendered drop(const char* kind, const std::string& name) {
    return {.asset = {}, .text = fmt::format("DROP {} IF EXISTS {}", kind, quote_ident(name))};
}

[[noreturn]] void throw_altered(const std::string& name) {
    throw Error{{.kind = ErrorKind::SchemaChanged,
                 .what_failed =
                     "table " + name + " on the source was altered while capture was installed",
                 .table = name,
                 .hint = "run start-capture again"}};
}

std::int32_t next_id(Connection& connection, const char* table) {
    return static_cast<std::int32_t>(
        connection.run(fmt::format("SELECT COALESCE(MAX(id), 0) + 1 FROM {}", quote_ident(table)))
            .integer(0, 0));
}

std::string or_null(const std::optional<std::string>& text) {
    return text ? quote_literal(*text) : "NULL";
}

void insert_columns(Connection& connection, const TableShape& shape) {
    std::string rows;
    for (std::size_t i = 0; i < shape.table.columns.size(); ++i) {
        const Column& column = shape.table.columns[i];
        const auto in_key =
            std::find(shape.table.key.begin(), shape.table.key.end(), column.name);
        rows += fmt::format(
            "{}({}, {}, {}, {}, {}, {:d}, {:d}, {})", rows.empty() ? "" : ", ", shape.table.id, i,
            quote_literal(column.name), quote_literal(column.type),
            quote_literal(shape.forms[i].declaration), column.not_null, column.generated,
            in_key == shape.table.key.end()
                ? "NULL"
                : std::to_string(std::distance(shape.table.key.begin(), in_key)));
    }
    connection.run(
        "INSERT INTO `_dbsync_captured_column` (table_id, position, name, type, declaration,"
        " not_null, is_generated, key_position) VALUES " +
        rows);
}

}  // namespace

TriggerMode::TriggerMode(Connection& connection)
    : connection_{connection}, before_{connection.run("SELECT @@SESSION.sql_mode").text(0, 0)} {
    connection_.run(fmt::format("SET SESSION sql_mode = '{}'", trigger_sql_mode));
}

TriggerMode::~TriggerMode() {
    try {
        if (connection_.usable()) {
            connection_.run("SET SESSION sql_mode = " + quote_literal(before_));
        }
    } catch (const Error&) {
        // The session is lost; whoever uses it next is told.
    }
}

Installer::Installer(Connection& connection,
                     const CaptureOptions& options,
                     const std::stop_token& stop)
    : connection_{connection}, stop_{stop}, ddl_{connection, options, stop} {}

void Installer::attach_canary() {
    live_ = read_live(connection_);
    ensure_triggers(capture_triggers(canary_shape()));
}

void Installer::take_stock(std::span<const Table> tables) {
    for (const Table& table : tables) {
        if (std::find(wanted_.begin(), wanted_.end(), table.name.name) == wanted_.end()) {
            wanted_.push_back(table.name.name);
        }
    }
    std::sort(wanted_.begin(), wanted_.end());
    for (CapturedRecord& record : read_records(connection_)) {
        records_.emplace(record.table.name.name, std::move(record));
    }
    live_ = read_live(connection_);
    const auto note = [&](const std::string& name) {
        if (live_.tables.contains(name)) {
            definitions_[name] = read_definition(connection_, name);
        }
    };
    std::for_each(wanted_.begin(), wanted_.end(), note);
    for (const auto& [name, record] : records_) {
        note(name);
    }
    for (TableShape& shape : read_shapes(connection_)) {
        shapes_.emplace(shape.table.name.name, std::move(shape));
    }
}

void Installer::mend() {
    for (auto& [name, captured] : records_) {
        if (captured.state != TableState::Installing) {
            mend_table(captured);
        }
    }
    mend_children();
}

void Installer::mend_table(CapturedRecord& captured) {
    const std::optional<TableChange> change = find_change(connection_, captured, live_);
    if (!change) {
        return;
    }
    switch (change->remedy) {
        case Remedy::RecordAnew: set_state(captured, TableState::Refreshing); break;
        case Remedy::ReadAnew: set_state(captured, TableState::Repairing); break;
        case Remedy::BeginAnew: throw_change(captured.table, *change);
    }
}

// Where a parent's changes may have been missed, so may what they did to the children.
void Installer::mend_children() {
    const std::vector<Cascade> cascades = read_cascades(connection_);
    std::map<std::int32_t, CapturedRecord*> by_id;
    for (auto& [name, captured] : records_) {
        by_id[captured.table.id] = &captured;
    }
    for (bool more = true; more;) {
        more = false;
        for (const Cascade& cascade : cascades) {
            CapturedRecord& child = *by_id.at(cascade.child_id);
            if (by_id.at(cascade.parent_id)->state == TableState::Repairing &&
                child.state != TableState::Repairing) {
                set_state(child, TableState::Repairing);
                more = true;
            }
        }
    }
}

// Stored before anything is done: a killed start-capture must not leave a mended trigger behind
// that makes it look as if nothing had been missed.
void Installer::set_state(CapturedRecord& captured, TableState state) {
    connection_.run(fmt::format("UPDATE `_dbsync_captured_table` SET state = '{}' WHERE id = {}",
                                state_word(state), captured.table.id));
    captured.state = state;
}

void Installer::enter() {
    require_parents(catalogued_shapes(), connection_.database());
    for (const std::string& name : wanted_) {
        const auto known = records_.find(name);
        if (known != records_.end() && known->second.state != TableState::Installing) {
            ++already_captured_;
            continue;
        }
        enter_table(name);
    }
    for (const auto& [name, captured] : records_) {
        shapes_.at(name).table.id = captured.table.id;
    }
}

// The tables that are captured or will be.
std::map<std::string, TableShape> Installer::catalogued_shapes() const {
    std::map<std::string, TableShape> shapes;
    const auto add = [&](const std::string& name) {
        shapes.emplace(name, fit_shape(shapes_, name));
    };
    std::for_each(wanted_.begin(), wanted_.end(), add);
    for (const auto& [name, captured] : records_) {
        if (captured.state != TableState::Installing) {
            add(name);
        }
    }
    return shapes;
}

void Installer::enter_table(const std::string& name) {
    TableShape& shape = shapes_.at(name);
    const std::string& definition = definitions_.at(name);
    const auto begun = records_.find(name);
    if (begun != records_.end()) {
        shape.table.id = begun->second.table.id;
        if (begun->second.definition == definition) {
            return;
        }
        take_away(begun->second);
    } else {
        shape.table.id = next_id(connection_, "_dbsync_captured_table");
    }
    connection_.run("START TRANSACTION");
    connection_.run(fmt::format(
        "INSERT INTO `_dbsync_captured_table` (id, name, state, has_other_unique, definition,"
        " fingerprint) VALUES ({}, {}, '{}', {:d}, {}, '')",
        shape.table.id, quote_literal(name), state_word(TableState::Installing),
        shape.table.has_other_unique, quote_literal(definition)));
    insert_columns(connection_, shape);
    connection_.commit();
    CapturedRecord& entered = records_[name];
    entered.table = shape.table;
    entered.state = TableState::Installing;
    entered.definition = definition;
}

// What a start-capture that did not end has made for a table that was altered since. The triggers
// first: without its delta table a trigger makes the application's writes fail.
void Installer::take_away(const CapturedRecord& begun) {
    for (const char* event : {"insert", "update", "delete"}) {
        const std::string trigger = capture_trigger_name(begun.table.id, event);
        ddl_.run(drop("TRIGGER", trigger), "remove trigger " + trigger);
        live_.triggers.erase(trigger);
    }
    const std::string delta = delta_name(begun.table.id);
    ddl_.run(drop("TABLE", delta), "remove table " + delta);
    for (const char* table : {"`_dbsync_captured_column` WHERE table_id",
                              "`_dbsync_captured_table` WHERE id"}) {
        connection_.run(fmt::format("DELETE FROM {} = {}", table, begun.table.id));
    }
}

void Installer::attach() {
    for (const auto& [name, captured] : records_) {
        if (captured.state == TableState::Captured ||
            (captured.state == TableState::Installing &&
             !std::binary_search(wanted_.begin(), wanted_.end(), name))) {
            continue;
        }
        throw_if_stopped(stop_);
        connection_.run(delta_table(shapes_.at(name)));
        ensure_triggers(capture_triggers(shapes_.at(name)));
        checkpoint("capture.mid_install");
    }
}

void Installer::attach_cascades() {
    for (NamedCascade& named : find_cascades(catalogued_shapes(), connection_.database())) {
        throw_if_stopped(stop_);
        enter_cascade(named);
        const auto parent =
            std::find_if(records_.begin(), records_.end(), [&](const auto& record) {
                return record.second.table.id == named.cascade.parent_id;
            });
        const TableShape& shape = shapes_.at(parent->first);
        const std::vector<PlannedTrigger> triggers = mark_triggers(named.cascade, shape);
        if (std::all_of(triggers.begin(), triggers.end(),
                        [&](const PlannedTrigger& trigger) { return stands(trigger); })) {
            continue;
        }
        if (parent->second.state == TableState::Captured) {
            set_state(parent->second, TableState::Refreshing);
        }
        connection_.run(mark_table(named.cascade, shape));
        ensure_triggers(triggers);
    }
}

// A foreign key that a captured table has got since: what it did so far was not seen.
void Installer::enter_cascade(NamedCascade& named) {
    const Result known = connection_.run(
        fmt::format("SELECT id FROM `_dbsync_cascade` WHERE child_id = {} AND parent_id = {}"
                    " AND name = {}",
                    named.cascade.child_id, named.cascade.parent_id, quote_literal(named.name)));
    if (known.rows() > 0) {
        named.cascade.id = static_cast<std::int32_t>(known.integer(0, 0));
        return;
    }
    named.cascade.id = next_id(connection_, "_dbsync_cascade");
    std::string columns;
    for (std::size_t i = 0; i < named.cascade.child_columns.size(); ++i) {
        columns += fmt::format("{}({}, {}, {}, {})", i == 0 ? "" : ", ", named.cascade.id, i,
                               quote_literal(named.cascade.child_columns[i]),
                               quote_literal(named.cascade.parent_columns[i]));
    }
    for (auto& [name, captured] : records_) {
        if (captured.table.id == named.cascade.child_id &&
            captured.state != TableState::Installing) {
            set_state(captured, TableState::Repairing);
        }
    }
    connection_.run("START TRANSACTION");
    connection_.run(fmt::format(
        "INSERT INTO `_dbsync_cascade` (id, name, child_id, parent_id) VALUES ({}, {}, {}, {})",
        named.cascade.id, quote_literal(named.name), named.cascade.child_id,
        named.cascade.parent_id));
    connection_.run(
        "INSERT INTO `_dbsync_cascade_column` (cascade_id, position, child_column, parent_column)"
        " VALUES " +
        columns);
    connection_.commit();
}

void Installer::ensure_triggers(const std::vector<PlannedTrigger>& triggers) {
    const TriggerMode mode{connection_};
    for (const PlannedTrigger& trigger : triggers) {
        if (stands(trigger)) {
            continue;
        }
        const std::string doing = "put a capture trigger on " + trigger.table;
        if (live_.triggers.contains(trigger.name)) {
            ddl_.run(drop("TRIGGER", trigger.name), doing);
        }
        ddl_.run(trigger.create, doing);
    }
}

bool Installer::stands(const PlannedTrigger& trigger) const {
    const auto found = live_.triggers.find(trigger.name);
    return found != live_.triggers.end() && found->second.table == trigger.table &&
           strcasecmp(found->second.event.c_str(), trigger.event.c_str()) == 0 &&
           found->second.statement == trigger.statement();
}

void Installer::record() {
    live_ = read_live(connection_);
    for (const auto& [name, captured] : records_) {
        if (captured.state == TableState::Captured ||
            (captured.state == TableState::Installing &&
             !std::binary_search(wanted_.begin(), wanted_.end(), name))) {
            continue;
        }
        throw_if_stopped(stop_);
        require_unchanged(name);
        record_table(captured, live_);
    }
}

void Installer::require_unchanged(const std::string& name) {
    if (!live_.tables.contains(name) ||
        read_definition(connection_, name) != definitions_.at(name)) {
        throw_altered(name);
    }
}

void Installer::record_table(const CapturedRecord& captured, const LiveState& live) {
    const std::int32_t id = captured.table.id;
    const std::string& name = captured.table.name.name;
    std::optional<std::string> ids;
    if (live.ids) {
        ids = live.ids->of(name);
    }
    std::string triggers;
    for (const auto& [trigger, now] : live.triggers) {
        if (now.table == name && is_capture_trigger(trigger)) {
            triggers += fmt::format("{}({}, {}, '{}')", triggers.empty() ? "" : ", ",
                                    quote_literal(trigger), id, now.checksum);
        }
    }
    connection_.run("START TRANSACTION");
    connection_.run(
        fmt::format("DELETE FROM `_dbsync_captured_trigger` WHERE table_id = {}", id));
    connection_.run(
        "INSERT INTO `_dbsync_captured_trigger` (name, table_id, checksum) VALUES " + triggers);
    connection_.run(fmt::format(
        "UPDATE `_dbsync_captured_table` SET state = '{}', has_other_unique = {:d},"
        " definition = {}, innodb_ids = {}, fingerprint = SHA2({}, 256) WHERE id = {}",
        state_word(TableState::Captured), shapes_.at(name).table.has_other_unique,
        quote_literal(definitions_.at(name)), or_null(ids),
        quote_literal(definitions_.at(name) + ids.value_or("") + triggers), id));
    if (captured.state == TableState::Repairing) {
        connection_.run(fmt::format("INSERT INTO {} (table_id) VALUES ({})",
                                    quote_ident(whole_name), id));
    }
    connection_.commit();
}

std::vector<sql::Rendered> Installer::planned(Connection& connection,
                                              std::span<const Table> tables) {
    std::map<std::string, TableShape> all;
    for (TableShape& shape : read_shapes(connection)) {
        all.emplace(shape.table.name.name, std::move(shape));
    }
    std::map<std::string, TableShape> shapes;
    std::int32_t id = 1;
    for (const Table& captured : read_captured(connection)) {
        shapes.emplace(captured.name.name, fit_shape(all, captured.name.name)).first->second
            .table.id = captured.id;
        id = std::max(id, captured.id + 1);
    }
    std::set<std::string> added;
    for (const Table& table : tables) {
        if (!shapes.contains(table.name.name)) {
            added.insert(table.name.name);
        }
    }
    for (const std::string& name : added) {
        shapes.emplace(name, fit_shape(all, name)).first->second.table.id = id++;
    }
    require_parents(shapes, connection.database());
    std::vector<sql::Rendered> statements{
        {.asset = {}, .text = fmt::format("SET SESSION sql_mode = '{}'", trigger_sql_mode)}};
    const auto add = [&](const sql::Rendered& table, const std::vector<PlannedTrigger>& triggers) {
        statements.push_back(table);
        for (const PlannedTrigger& trigger : triggers) {
            statements.push_back(trigger.create);
        }
    };
    add(delta_table(canary_shape()), capture_triggers(canary_shape()));
    for (const std::string& name : added) {
        add(delta_table(shapes.at(name)), capture_triggers(shapes.at(name)));
    }
    std::int32_t cascade_id = 1;
    for (NamedCascade& named : find_cascades(shapes, connection.database())) {
        named.cascade.id = cascade_id++;
        for (const auto& [name, shape] : shapes) {
            if (shape.table.id == named.cascade.parent_id) {
                add(mark_table(named.cascade, shape), mark_triggers(named.cascade, shape));
            }
        }
    }
    return statements;
}

}  // namespace dbsync::mysql
