// SPDX-License-Identifier: MIT
#include "engine/mysql/capture_installer.hpp"

#include "base/checkpoint.hpp"
#include "base/error.hpp"
#include "base/retry.hpp"
#include "engine/mysql/connection.hpp"
#include "engine/mysql/prepared.hpp"
#include "engine/mysql/table_change.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

namespace dbsync::mysql {

Installer::Installer(Connection& connection,
                     const CaptureOptions& options,
                     const std::stop_token& stop)
    : connection_{connection}, options_{options}, stop_{stop} {}

void Installer::take_stock(std::span<const Table> tables) {
    for (const Table& table : tables) {
        wanted_.push_back(table.name.name);
    }
    std::sort(wanted_.begin(), wanted_.end());
    wanted_.erase(std::unique(wanted_.begin(), wanted_.end()), wanted_.end());
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
    triggers_.emplace(connection_, options_, stop_, live_);
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
        case Remedy::RecordAnew:
            set_state(captured, TableState::Refreshing);
            break;
        case Remedy::ReadAnew:
            set_state(captured, TableState::Repairing);
            break;
        case Remedy::BeginAnew:
            throw_change(captured.table, *change);
    }
}

// Where a parent's changes may have been missed, so may what they did to the children.
void Installer::mend_children() {
    const std::vector<Cascade> cascades = read_cascades(connection_);
    for (bool more = true; more;) {
        more = false;
        for (const Cascade& cascade : cascades) {
            CapturedRecord& child = by_id(cascade.child_id);
            if (by_id(cascade.parent_id).state == TableState::Repairing &&
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
    store_state(connection_, captured.table.id, state);
    captured.state = state;
}

CapturedRecord& Installer::by_id(std::int32_t table_id) {
    return std::find_if(records_.begin(), records_.end(),
                        [&](const auto& each) { return each.second.table.id == table_id; })
        ->second;
}

void Installer::enter() {
    require_parents(catalogued_shapes(), connection_.database());
    for (const std::string& name : wanted_) {
        const auto known = records_.find(name);
        if (known != records_.end() && known->second.state != TableState::Installing) {
            ++already_captured_;
            continue;
        }
        enter_new(name);
    }
    for (const auto& [name, captured] : records_) {
        if (const auto shape = shapes_.find(name); shape != shapes_.end()) {
            shape->second.table.id = captured.table.id;
        }
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

void Installer::enter_new(const std::string& name) {
    TableShape& shape = shapes_.at(name);
    const std::string& definition = definitions_.at(name);
    const auto begun = records_.find(name);
    shape.table.id = begun == records_.end() ? next_table_id(connection_) : begun->second.table.id;
    if (begun != records_.end()) {
        if (begun->second.definition == definition) {
            return;
        }
        take_away(begun->second);
    }
    enter_table(connection_, shape, definition);
    CapturedRecord& entered = records_[name];
    entered.table = shape.table;
    entered.definition = definition;
}

// What a start-capture that did not end has made for a table that was altered since. The triggers
// first: without its delta table a trigger makes the application's writes fail.
void Installer::take_away(const CapturedRecord& begun) {
    for (const char* event : {"insert", "update", "delete"}) {
        triggers_->drop_trigger(capture_trigger_name(begun.table.id, event));
    }
    triggers_->drop_table(delta_name(begun.table.id));
    leave_table(connection_, begun.table.id);
}

// Whether this run has to complete the table's capture.
bool Installer::is_open(const CapturedRecord& captured) const {
    return captured.state != TableState::Captured &&
           (captured.state != TableState::Installing ||
            std::binary_search(wanted_.begin(), wanted_.end(), captured.table.name.name));
}

void Installer::attach() {
    for (const auto& [name, captured] : records_) {
        if (is_open(captured)) {
            throw_if_stopped(stop_);
            connection_.run(delta_table(shapes_.at(name)));
            triggers_->ensure(capture_triggers(shapes_.at(name)));
            checkpoint("capture.mid_install");
        }
    }
}

void Installer::attach_cascades() {
    for (NamedCascade& named : find_cascades(catalogued_shapes(), connection_.database())) {
        throw_if_stopped(stop_);
        attach_cascade(named);
    }
}

void Installer::attach_cascade(NamedCascade& named) {
    CapturedRecord& child = by_id(named.cascade.child_id);
    CapturedRecord& parent = by_id(named.cascade.parent_id);
    const std::optional<std::int32_t> known = find_cascade(connection_, named);
    const bool unseen = !known && child.state != TableState::Installing;
    if (unseen) {
        // A foreign key that a captured table has got since: what it did so far was not recorded.
        set_state(child, TableState::Repairing);
    }
    named.cascade.id = known ? *known : enter_cascade(connection_, named);
    if (unseen) {
        mend_children();
    }
    const TableShape& shape = shapes_.at(parent.table.name.name);
    const std::vector<PlannedTrigger> triggers = mark_triggers(named.cascade, shape);
    if (triggers_->stand(triggers)) {
        return;
    }
    if (parent.state == TableState::Captured) {
        set_state(parent, TableState::Refreshing);
    }
    connection_.run(mark_table(named.cascade, shape));
    triggers_->ensure(triggers);
}

// MySQL's prepared transactions keep their tables' definitions, so that no trigger is made before
// they end; MariaDB's do not once their session is gone (seen on 10.11).
void Installer::outlast_prepared() {
    const bool made_triggers = std::any_of(records_.begin(), records_.end(), [&](const auto& each) {
        return is_open(each.second);
    });
    if (!connection_.server().mariadb || !made_triggers) {
        return;
    }
    const auto deadline = std::chrono::steady_clock::now() + options_.retry_for;
    const std::set<std::string> before =
        prepared_transactions(connection_).value_or(std::set<std::string>{});
    const auto some_left = [&] {
        const std::set<std::string> now =
            prepared_transactions(connection_).value_or(std::set<std::string>{});
        return std::any_of(before.begin(), before.end(),
                           [&](const std::string& each) { return now.contains(each); });
    };
    for (int attempt = 1; some_left(); ++attempt) {
        throw_if_stopped(stop_);
        if (std::chrono::steady_clock::now() >= deadline) {
            throw Error{{.kind = ErrorKind::Busy,
                         .what_failed = "prepared XA transactions on the source may have written "
                                        "before capture began, and are neither committed nor "
                                        "rolled back",
                         .hint = "end what XA RECOVER lists with XA COMMIT or XA ROLLBACK, and run "
                                 "start-capture again"}};
        }
        wait_unless_stopped(RetryPolicy{}.delay(attempt), stop_);
    }
}

void Installer::record() {
    const LiveState live = read_live(connection_);
    for (const auto& [name, captured] : records_) {
        if (is_open(captured)) {
            throw_if_stopped(stop_);
            require_unchanged(name, live);
            record_table(connection_, shapes_.at(name), definitions_.at(name), live,
                         captured.state == TableState::Repairing);
        }
    }
}

void Installer::require_unchanged(const std::string& name, const LiveState& live) {
    if (!live.tables.contains(name) ||
        read_definition(connection_, name) != definitions_.at(name)) {
        throw Error{{.kind = ErrorKind::SchemaChanged,
                     .what_failed =
                         "table " + name + " on the source was altered while capture was installed",
                     .table = name,
                     .hint = "run start-capture again"}};
    }
}

}  // namespace dbsync::mysql
