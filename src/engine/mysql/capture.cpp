// SPDX-License-Identifier: MIT
#include "engine/mysql/capture.hpp"

#include "base/checkpoint.hpp"
#include "base/error.hpp"
#include "engine/mysql/capture_installer.hpp"
#include "engine/mysql/identity.hpp"
#include "engine/mysql/quoting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <utility>

namespace dbsync::mysql {

namespace {

std::string random_epoch() {
    std::random_device random;
    std::string epoch;
    while (epoch.size() < 32) {
        epoch += fmt::format("{:08x}", random());
    }
    return epoch;
}

void require_own(Connection& connection, const std::string& job) {
    const std::optional<CaptureRow> capture = read_capture(connection);
    if (!capture) {
        return;
    }
    if (capture->job != job) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = fmt::format(
                         "the source is being captured for another job, '{}'", capture->job),
                     .hint = "run stop-capture for that job, or use --job " + capture->job}};
    }
    const Result users = connection.run("SELECT definer, CURRENT_USER() FROM `_dbsync_capture`");
    if (users.text(0, 0) != users.text(0, 1)) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = fmt::format("the source is being captured by {}, this is {}",
                                                users.text(0, 0), users.text(0, 1)),
                     .hint = "connect as the user to whom the triggers belong (create it again if "
                             "it was dropped), or run stop-capture first"}};
    }
}

void install_common(Connection& connection,
                    const CaptureOptions& options,
                    const std::stop_token& stop) {
    require_own(connection, options.job);
    for (const sql::Rendered& statement : catalogue_statements()) {
        connection.run(statement);
    }
    connection.run(capture_row(options.job, server_identity(connection), random_epoch()));
    const TableShape canary = canary_shape();
    connection.run(delta_table(canary));
    TriggerMaker{connection, options, stop, read_live(connection)}.ensure(capture_triggers(canary));
}

// Statements as they will be run.
struct Statements {
    std::vector<std::string> texts;

    void add(const std::vector<sql::Rendered>& statements) {
        for (const sql::Rendered& statement : statements) {
            texts.push_back(statement.text);
        }
    }
    void add(const sql::Rendered& table, const std::vector<PlannedTrigger>& triggers) {
        texts.push_back(table.text);
        for (const PlannedTrigger& trigger : triggers) {
            texts.push_back(trigger.create.text);
        }
    }
};

// Tables that are captured, and those asked for with the numbers that they would get.
std::map<std::string, TableShape> planned_shapes(Connection& connection,
                                                 std::span<const Table> tables,
                                                 std::set<std::string>& added) {
    std::map<std::string, TableShape> all;
    for (TableShape& shape : read_shapes(connection)) {
        all.emplace(shape.table.name.name, std::move(shape));
    }
    std::map<std::string, TableShape> shapes;
    const auto add = [&](const std::string& name, std::int32_t id) {
        shapes.emplace(name, fit_shape(all, name)).first->second.table.id = id;
    };
    std::int32_t next = 1;
    for (const Table& captured : read_captured(connection)) {
        add(captured.name.name, captured.id);
        next = std::max(next, captured.id + 1);
    }
    for (const Table& table : tables) {
        if (!shapes.contains(table.name.name)) {
            added.insert(table.name.name);
        }
    }
    for (const std::string& name : added) {
        add(name, next++);
    }
    return shapes;
}

void add_cascades(Connection& connection,
                  const std::map<std::string, TableShape>& shapes,
                  Statements& all) {
    std::int32_t next = 1;
    for (const Cascade& known : read_cascades(connection)) {
        next = std::max(next, known.id + 1);
    }
    const bool captured = read_capture(connection).has_value();
    for (NamedCascade& named : find_cascades(shapes, connection.database())) {
        if (captured && find_cascade(connection, named)) {
            continue;
        }
        named.cascade.id = next++;
        const auto parent = std::find_if(shapes.begin(), shapes.end(), [&](const auto& each) {
            return each.second.table.id == named.cascade.parent_id;
        });
        all.add(mark_table(named.cascade, parent->second),
                mark_triggers(named.cascade, parent->second));
    }
}

[[noreturn]] void throw_mute(const std::string& why, const Error* cause) {
    ErrorFields fields{.kind = ErrorKind::Precondition,
                       .what_failed = why,
                       .table = canary_name,
                       .hint = "run stop-capture, then start-capture"};
    if (cause != nullptr) {
        fields.native_code = cause->fields().native_code;
        fields.native_text = cause->fields().native_text;
        fields.hint = "create the user to whom the triggers belong again, with its privileges";
    }
    throw Error{fields};
}

void ruffle(Connection& connection) {
    try {
        connection.run(fmt::format("UPDATE {} SET chirps = chirps + 1", quote_ident(canary_name)));
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Connection || error.kind() == ErrorKind::Busy) {
            throw;
        }
        throw_mute("a change to the canary on the source was refused, as the application's are",
                   &error);
    }
}

}  // namespace

TableShape canary_shape() {
    TableShape shape;
    shape.table.name = {.schema = {}, .name = canary_name};
    for (const char* const name : {"id", "chirps"}) {
        shape.table.columns.push_back({.name = name, .type = "bigint", .not_null = true});
        ColumnForm& form = shape.forms.emplace_back();
        form.declaration = form.data_type = "bigint";
    }
    shape.table.key = {"id"};
    return shape;
}

void require_some(std::span<const Table> tables) {
    if (tables.empty()) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = "no table on the source matches --tables and --exclude",
                     .hint = "check the patterns: they are shell-style globs on table names"}};
    }
}

const TableShape& fit_shape(const std::map<std::string, TableShape>& shapes,
                            const std::string& name) {
    const auto found = shapes.find(name);
    if (found == shapes.end()) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = "table " + name + " is not on the source",
                     .table = name,
                     .hint = "check --tables and --exclude"}};
    }
    if (!found->second.problem.empty()) {
        throw Error{{.kind = ErrorKind::Unsupported,
                     .what_failed = "cannot capture " + name + ": " + found->second.problem,
                     .table = name,
                     .hint = found->second.hint}};
    }
    return found->second;
}

void require_parents(const std::map<std::string, TableShape>& shapes, const std::string& database) {
    std::vector<TableShape> all;
    for (const auto& [name, shape] : shapes) {
        all.push_back(shape);
    }
    for (const CascadeGap& gap : cascade_gaps(all, database)) {
        throw Error{
            {.kind = ErrorKind::Unsupported,
             .what_failed = fmt::format("cannot capture {}: the server changes its rows by foreign "
                                        "key {} when table {} changes, which is not captured",
                                        gap.child, gap.constraint, gap.parent),
             .table = gap.child,
             .hint = "capture " + gap.parent + " too, or leave " + gap.child + " out"}};
    }
}

std::vector<std::string> capture_statements(Connection& connection, std::span<const Table> tables) {
    require_some(tables);
    std::set<std::string> added;
    const std::map<std::string, TableShape> shapes = planned_shapes(connection, tables, added);
    require_parents(shapes, connection.database());
    const std::optional<CaptureRow> capture = read_capture(connection);
    Statements all;
    all.add(catalogue_statements());
    all.add({capture_row(capture ? capture->job : "<job>", server_identity(connection),
                         capture ? capture->epoch : "<random>")});
    all.texts.push_back(fmt::format("SET SESSION sql_mode = '{}'", trigger_sql_mode));
    all.add(delta_table(canary_shape()), capture_triggers(canary_shape()));
    for (const std::string& name : added) {
        all.add(delta_table(shapes.at(name)), capture_triggers(shapes.at(name)));
    }
    add_cascades(connection, shapes, all);
    return all.texts;
}

CaptureResult install_capture(Connection& connection,
                              std::span<const Table> tables,
                              const CaptureOptions& options,
                              const std::stop_token& stop) {
    require_some(tables);
    install_common(connection, options, stop);
    checkpoint("capture.before_install");
    Installer installer{connection, options, stop};
    installer.take_stock(tables);
    installer.mend();
    installer.enter();
    installer.attach();
    installer.attach_cascades();
    installer.outlast_prepared();
    installer.record();
    connection.run(
        "UPDATE `_dbsync_capture` SET installed_at = UTC_TIMESTAMP(6) WHERE installed_at IS NULL");
    checkpoint("capture.after_install");
    return {.tables = read_captured(connection), .already_captured = installer.already_captured()};
}

void prove_capture(Connection& connection) {
    if (!read_capture(connection)) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = "capture is not installed on the source",
                     .hint = "run start-capture"}};
    }
    connection.run("START TRANSACTION");
    try {
        ruffle(connection);
        // Nobody commits a change to the canary: what is there is ours.
        if (connection.run("SELECT COUNT(*) FROM " + quote_ident(delta_name(0))).integer(0, 0) ==
            0) {
            throw_mute("a change to the canary on the source left no delta", nullptr);
        }
    } catch (...) {
        connection.rollback();
        throw;
    }
    connection.rollback();
    audit_capture(connection, {});
}

}  // namespace dbsync::mysql
