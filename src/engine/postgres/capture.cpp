// SPDX-License-Identifier: MIT
#include "engine/postgres/capture.hpp"

#include "base/checkpoint.hpp"
#include "base/error.hpp"
#include "engine/postgres/capture_audit.hpp"
#include "engine/postgres/capture_plan.hpp"
#include "engine/postgres/table_lock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace dbsync::postgres {

namespace {

// ShareUpdateExclusive is waited for with writers passing by; a waiter of autovacuum's needs more
// than its deadlock_timeout (1 s by default) to make it yield.
constexpr std::chrono::milliseconds quiet_lock_wait{3'000};
// How long the quiet lock, which keeps vacuum away, is held for the sake of one table.
constexpr std::chrono::milliseconds quiet_hold_max{30'000};

const TableName canary_name{"dbsync", "canary"};

// Undoes the transaction unless it was committed.
class Rollback {
  public:
    explicit Rollback(Connection& connection) : connection_{connection} {}
    ~Rollback() { connection_.rollback(); }
    Rollback(const Rollback&) = delete;
    Rollback& operator=(const Rollback&) = delete;

  private:
    Connection& connection_;
};

void begin(Connection& connection) {
    connection.run("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
}

std::vector<Member> members_of(Connection& connection, const LiveTable& live) {
    std::vector<Member> members;
    if (!live.partitioned) {
        return members;
    }
    const Result r = connection.run(
        "SELECT n.nspname, c.relname, c.oid FROM pg_partition_tree($1::oid) p"
        " JOIN pg_class c ON c.oid = p.relid JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE p.level > 0 ORDER BY p.level, c.oid",
        {std::to_string(live.oid)});
    for (int row = 0; row < r.rows(); ++row) {
        members.push_back({{r.text(row, 0), r.text(row, 1)}, r.integer(row, 2)});
    }
    return members;
}

std::vector<std::int64_t> relations_of(const CapturePlan& plan) {
    std::vector<std::int64_t> relations{plan.live.oid};
    for (const Member& member : plan.members) {
        relations.push_back(member.oid);
    }
    return relations;
}

void run_all(Connection& connection, const std::vector<sql::Rendered>& statements) {
    for (const sql::Rendered& statement : statements) {
        connection.run(statement.text);
    }
}

std::int32_t next_id(Connection& connection) {
    return static_cast<std::int32_t>(
        connection.run("SELECT coalesce(max(id), 0) + 1 FROM dbsync.captured_table").integer(0, 0));
}

// tgenabled by relation and name, of the triggers that dbsync's capture may have made.
std::map<std::pair<std::int64_t, std::string>, std::string> existing_triggers(
    Connection& connection, const CapturePlan& plan) {
    const Result r = connection.run(
        fmt::format("SELECT tgrelid, tgname, tgenabled FROM pg_trigger"
                    " WHERE tgrelid = ANY ($1::oid[]) AND tgname LIKE 'dbsync\\_{}\\_%'",
                    plan.live.table.id),
        {[&] {
            std::string list;
            for (const std::int64_t oid : relations_of(plan)) {
                list += (list.empty() ? "{" : ",") + std::to_string(oid);
            }
            return list + "}";
        }()});
    std::map<std::pair<std::int64_t, std::string>, std::string> found;
    for (int row = 0; row < r.rows(); ++row) {
        found[{r.integer(row, 0), r.text(row, 1)}] = r.text(row, 2);
    }
    return found;
}

// What is to be run so that every trigger is there and fires always.
std::vector<std::string> missing_triggers(Connection& connection, const CapturePlan& plan) {
    const auto existing = existing_triggers(connection, plan);
    std::vector<std::string> statements;
    for (const PlannedTrigger& trigger : triggers(plan)) {
        const auto found = existing.find({trigger.relation, trigger.name});
        if (found == existing.end() && !trigger.cloned) {
            statements.push_back(trigger.create.text);
        }
        if (found == existing.end() || found->second != "A") {
            statements.push_back(trigger.always.text);
        }
    }
    return statements;
}

class Installer {
  public:
    Installer(Connection& connection, const CaptureOptions& options, std::stop_token stop)
        : connection_{connection}, options_{options}, stop_{std::move(stop)} {}

    // `fresh`: delta table, function and catalogue row are still to be made. Otherwise the capture
    // is mended, and the table read anew.
    void install(CapturePlan plan, bool fresh) {
        LockAttempts attempts{connection_, options_, stop_};
        attempts.repeat("put capture triggers on " + plan.live.table.name.display(),
                        relations_of(plan), [&] {
                            const Rollback rollback{connection_};
                            begin(connection_);
                            prepare(plan, fresh);
                            attach(plan, fresh);
                            connection_.commit();
                        });
    }

  private:
    // Waits out autovacuum and DDL where writers do not mind, then makes what only we use.
    void prepare(CapturePlan& plan, bool fresh) {
        set_timeouts(connection_, quiet_lock_wait, quiet_lock_wait);
        connection_.run(lock_statement(plan.live, "SHARE UPDATE EXCLUSIVE"));
        set_timeouts(connection_, quiet_lock_wait, std::chrono::milliseconds{0});
        require_unchanged(plan);
        plan.members = members_of(connection_, plan.live);
        if (fresh) {
            run_all(connection_, own_objects(plan));
        }
    }

    void require_unchanged(const CapturePlan& plan) {
        const auto now = live_tables(connection_, plan.live.oid);
        const Table& table = plan.live.table;
        if (now.size() != 1 || now[0].table.fingerprint != table.fingerprint ||
            now[0].table.key != table.key || now[0].table.name != table.name) {
            throw Error{{.kind = ErrorKind::SchemaChanged,
                         .what_failed = "table " + table.name.display() +
                                        " on the source was altered while capture was installed",
                         .table = table.name.display(),
                         .hint = "run start-capture again"}};
        }
    }

    // Tries for the triggers' lock in short attempts; the quiet lock is kept in between, so that
    // autovacuum does not come back.
    void attach(const CapturePlan& plan, bool fresh) {
        const std::vector<std::string> statements = missing_triggers(connection_, plan);
        const auto until =
            std::chrono::steady_clock::now() + std::min(quiet_hold_max, options_.retry_for);
        connection_.run("SAVEPOINT attempt");
        for (std::chrono::milliseconds wait{50};; wait = std::min(wait * 2, longest_pause)) {
            try {
                set_timeouts(connection_, lock_wait_max, lock_statement_max);
                connection_.run(lock_statement(plan.live, "SHARE ROW EXCLUSIVE"));
                set_timeouts(connection_, lock_wait_max, options_.lock_timeout);
                run_together(statements, plan, fresh);
                return;
            } catch (const Error& error) {
                if (error.kind() != ErrorKind::Busy || std::chrono::steady_clock::now() >= until) {
                    throw;
                }
            }
            connection_.run("ROLLBACK TO SAVEPOINT attempt");
            pause(stop_, wait);
        }
    }

    // One message, so that no round trip lengthens the time for which writers wait.
    void run_together(const std::vector<std::string>& statements,
                      const CapturePlan& plan,
                      bool fresh) {
        std::string text;
        for (const std::string& statement : statements) {
            text += statement + ";\n";
        }
        if (!fresh) {
            for (const sql::Rendered& note : state_notes(plan.live.table.id)) {
                text += note.text + ";\n";
            }
            text += sql::render(
                        "schemas/postgres/source_whole_mark.sql",
                        sql::Parameters{quoting}.literal("id", std::int64_t{plan.live.table.id}))
                        .text;
        }
        connection_.run(text);
    }

    static constexpr std::chrono::milliseconds longest_pause{1'000};
    Connection& connection_;
    const CaptureOptions& options_;
    std::stop_token stop_;
};

std::int64_t oid_of(Connection& connection, const TableName& name) {
    return connection.run("SELECT coalesce(to_regclass($1)::oid, 0)", {qualified(name)})
        .integer(0, 0);
}

// The job's row, and every table of ours that belongs to no captured one.
void install_common(Connection& connection, const std::string& job) {
    const Result r = connection.run(
        "SELECT to_regnamespace('dbsync') IS NOT NULL, to_regclass('dbsync.capture') IS NOT NULL");
    if (r.boolean(0, 1)) {
        const std::string owner = connection.run("SELECT job FROM dbsync.capture").text(0, 0);
        if (owner != job) {
            throw Error{{.kind = ErrorKind::Precondition,
                         .what_failed = fmt::format(
                             "the source is being captured for another job, '{}'", owner),
                         .hint = "run stop-capture for that job, or use --job " + owner}};
        }
    }
    const Rollback rollback{connection};
    begin(connection);
    run_all(connection, common_objects(job));
    connection.commit();
}

void install_canary(Connection& connection,
                    const CaptureOptions& options,
                    const std::stop_token& stop) {
    if (connection.run("SELECT EXISTS (SELECT FROM dbsync.captured_table WHERE id = 0)")
            .boolean(0, 0)) {
        return;
    }
    auto live = live_tables(connection, oid_of(connection, canary_name));
    Installer{connection, options, stop}.install({live.at(0)}, true);
}

void refuse_if_altered(const Table& captured, const LiveTable& live) {
    if (captured.fingerprint != live.table.fingerprint || captured.key != live.table.key ||
        captured.capture != live.table.capture) {
        throw Error{{.kind = ErrorKind::SchemaChanged,
                     .what_failed = "table " + captured.name.display() +
                                    " on the source was altered since its capture began",
                     .table = captured.name.display(),
                     .hint = "undo the change, or run stop-capture and begin this move again"}};
    }
}

void mend(Connection& connection, Installer& installer, const LiveTable& live, Remedy remedy) {
    if (remedy == Remedy::RecordAnew) {
        connection.run(label_note(live.table.id).text);
    } else {
        installer.install({live}, false);
    }
}

// The tables asked for, as they are now, in the order of their names.
std::vector<LiveTable> wanted_tables(Connection& connection, std::span<const Table> tables) {
    std::map<TableName, LiveTable> live;
    for (LiveTable& table : live_tables(connection)) {
        live.emplace(table.table.name, std::move(table));
    }
    std::map<TableName, LiveTable> wanted;
    for (const Table& table : tables) {
        const auto found = live.find(table.name);
        if (found == live.end()) {
            throw Error{{.kind = ErrorKind::Precondition,
                         .what_failed = "table " + table.name.display() + " is not on the source",
                         .table = table.name.display(),
                         .hint = "check --tables and --exclude"}};
        }
        wanted.emplace(table.name, found->second);
    }
    std::vector<LiveTable> ordered;
    for (auto& [name, table] : wanted) {
        ordered.push_back(std::move(table));
    }
    return ordered;
}

void require_some(std::span<const Table> tables) {
    if (tables.empty()) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = "no table on the source matches --tables and --exclude",
                     .hint = "check the patterns: they are shell-style globs on schema.table"}};
    }
}

}  // namespace

std::vector<std::string> capture_statements(Connection& connection, std::span<const Table> tables) {
    require_some(tables);
    std::vector<std::string> texts;
    const auto add = [&](const sql::Rendered& statement) { texts.push_back(statement.text); };
    for (const sql::Rendered& statement : common_objects("<job>")) {
        add(statement);
    }
    std::int32_t id = has_capture(connection) ? next_id(connection) : 1;
    for (LiveTable& live : wanted_tables(connection, tables)) {
        live.table.id = id++;
        const CapturePlan plan{live, members_of(connection, live)};
        texts.push_back(lock_statement(live, "SHARE UPDATE EXCLUSIVE"));
        for (const sql::Rendered& statement : own_objects(plan)) {
            add(statement);
        }
        texts.push_back(lock_statement(live, "SHARE ROW EXCLUSIVE"));
        for (const PlannedTrigger& trigger : triggers(plan)) {
            if (!trigger.cloned) {
                add(trigger.create);
            }
            add(trigger.always);
        }
    }
    return texts;
}

CaptureResult install_capture(Connection& connection,
                              std::span<const Table> tables,
                              const CaptureOptions& options,
                              const std::stop_token& stop) {
    require_some(tables);
    install_common(connection, options.job);
    install_canary(connection, options, stop);
    std::map<TableName, Table> captured;
    for (const Table& table : captured_tables(connection)) {
        captured.emplace(table.name, table);
    }
    CaptureResult result;
    checkpoint("capture.before_install");
    Installer installer{connection, options, stop};
    const std::map<std::int32_t, Remedy> remedies = find_remedies(connection);
    for (LiveTable& live : wanted_tables(connection, tables)) {
        const auto known = captured.find(live.table.name);
        if (known != captured.end()) {
            refuse_if_altered(known->second, live);
            live.table.id = known->second.id;
            if (const auto remedy = remedies.find(live.table.id); remedy != remedies.end()) {
                mend(connection, installer, live, remedy->second);
            }
            ++result.already_captured;
            continue;
        }
        live.table.id = next_id(connection);
        installer.install({live}, true);
        checkpoint("capture.mid_install");
    }
    connection.run("UPDATE dbsync.capture SET installed_at = now() WHERE installed_at IS NULL");
    result.tables = captured_tables(connection);
    checkpoint("capture.after_install");
    return result;
}

void prove_capture(Connection& connection) {
    if (!has_capture(connection)) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = "capture is not installed on the source",
                     .hint = "run start-capture"}};
    }
    const Rollback rollback{connection};
    begin(connection);
    connection.run("UPDATE dbsync.canary SET chirps = chirps + 1");
    const bool seen = connection
                          .run(
                              "SELECT EXISTS (SELECT FROM dbsync.delta_0_0"
                              " WHERE txid = txid_current() AND k1 = 1)")
                          .boolean(0, 0);
    if (!seen) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = "a change to dbsync.canary on the source left no delta",
                     .table = "dbsync.canary",
                     .hint = "run stop-capture, then start-capture"}};
    }
    connection.rollback();
    audit(connection, {});
}

}  // namespace dbsync::postgres
