// SPDX-License-Identifier: MIT
#include "engine/postgres/inspect.hpp"

#include "base/error.hpp"
#include "engine/postgres/catalog.hpp"
#include "engine/postgres/dump_tools.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace dbsync::postgres {

namespace {

constexpr int version_min = 120000;
constexpr int version_tested_max = 189999;
constexpr std::size_t columns_max = 1'600;  // of a table (documentation, appendix K "Limits")

using Findings = std::vector<Finding>;

void warn(Findings& findings, std::string subject, std::string message, std::string hint) {
    findings.push_back({Severity::Warn, std::move(subject), std::move(message), std::move(hint)});
}

void fail(Findings& findings, std::string subject, std::string message, std::string hint) {
    findings.push_back({Severity::Fail, std::move(subject), std::move(message), std::move(hint)});
}

void look_at_version(Connection& connection, Findings& findings) {
    const int version = connection.server_version();
    const std::string name = fmt::format("PostgreSQL {}.{}", version / 10'000, version % 10'000);
    if (version < version_min) {
        fail(findings, "source", name + " is older than 12", "upgrade the source to 12 or later");
    } else if (version > version_tested_max) {
        warn(findings, "source", name + " is newer than any version this program was tested with",
             "try the move on a copy first");
    } else {
        findings.push_back({Severity::Ok, "source", name, {}});
    }
}

void look_at_server(Connection& connection, Findings& findings) {
    const Result r = connection.run(
        "SELECT pg_is_in_recovery(),"
        " has_database_privilege(current_database(), 'CREATE')"
        "   OR to_regnamespace('dbsync') IS NOT NULL,"
        " quote_ident(current_database()), quote_ident(current_user),"
        " current_setting('transaction_read_only') = 'on' AND NOT pg_is_in_recovery()");
    if (r.boolean(0, 0)) {
        fail(findings, "source", "is a standby: triggers can only be made on the primary",
             "use the primary's URL as --source");
    }
    if (!r.boolean(0, 1)) {
        fail(findings, "source", "this role cannot create the schema dbsync",
             fmt::format("run GRANT CREATE ON DATABASE {} TO {}", r.text(0, 2), r.text(0, 3)));
    }
    if (r.boolean(0, 4)) {
        fail(findings, "source", "is read-only", "set default_transaction_read_only to off");
    }
}

// A schema of that name which neither role of dbsync has made.
void look_at_own_schema(Connection& connection, Findings& findings) {
    const bool foreign =
        connection
            .run(
                "SELECT to_regnamespace('dbsync') IS NOT NULL"
                " AND to_regclass('dbsync.capture') IS NULL"
                " AND to_regclass('dbsync.target_job') IS NULL"
                " AND to_regclass('dbsync.target_quarantine') IS NULL"
                " AND EXISTS (SELECT FROM pg_depend WHERE refclassid = 'pg_namespace'::regclass"
                " AND refobjid = to_regnamespace('dbsync'))")
            .boolean(0, 0);
    if (foreign) {
        fail(findings, "source", "has a schema called dbsync that this program did not make",
             "rename that schema: its name is needed for the delta tables");
    }
}

void look_at_sessions(Connection& connection, Findings& findings) {
    const Result prepared = connection.run(
        "SELECT gid, date_trunc('second', now() - prepared)::text FROM pg_prepared_xacts"
        " WHERE database = current_database() ORDER BY prepared LIMIT 5");
    for (int row = 0; row < prepared.rows(); ++row) {
        warn(
            findings, "source",
            fmt::format("prepared transaction '{}' has been open for {}: it blocks triggers on the "
                        "tables it wrote",
                        prepared.text(row, 0), prepared.text(row, 1)),
            "run COMMIT PREPARED or ROLLBACK PREPARED for it");
    }
    const Result old = connection.run(
        "SELECT pid, usename, date_trunc('second', now() - xact_start)::text FROM pg_stat_activity"
        " WHERE datname = current_database() AND xact_start < now() - interval '1 minute'"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        " ORDER BY xact_start LIMIT 5");
    for (int row = 0; row < old.rows(); ++row) {
        warn(findings, "source",
             fmt::format("process {} (user {}) has been in a transaction for {}: triggers wait for "
                         "it if it has written",
                         old.text(row, 0), old.text(row, 1), old.text(row, 2)),
             "end it before start-capture and before cutover, or give --retry-for enough time");
    }
}

// One row each: severity, subject, message, hint.
void look_with(Connection& connection, Findings& findings, const char* query) {
    const Result r = connection.run(query);
    for (int row = 0; row < r.rows(); ++row) {
        findings.push_back({r.text(row, 0) == "fail" ? Severity::Fail : Severity::Warn,
                            r.text(row, 1), r.text(row, 2), r.text(row, 3)});
    }
}

// PgBouncer in transaction mode hands each transaction another session.
void look_at_pooler(Connection& connection, Findings& findings) {
    connection.run("SET application_name = 'dbsync pooler probe'");
    const Result r = connection.run(
        "SELECT current_setting('application_name') = 'dbsync pooler probe', pg_backend_pid()");
    if (!r.boolean(0, 0) || r.integer(0, 1) != connection.backend_pid()) {
        fail(findings, "source", "the connection goes through a pooler that changes sessions",
             "use the server's own address, or a pooler in session mode");
    }
}

constexpr const char* large_objects =
    "SELECT 'warn', 'source', 'holds large objects, which have no triggers and are not moved',"
    " 'move them by other means (pg_dump --blobs) after the cutover'"
    " WHERE EXISTS (SELECT FROM pg_largeobject_metadata)";

constexpr const char* publications =
    "SELECT 'warn', 'source', format('publication %I is FOR ALL TABLES: dbsync''s own tables would "
    "be"
    " published, and a subscriber without them stops', pubname),"
    " 'list the tables of the publication, or pause its subscribers during the move'"
    " FROM pg_publication WHERE puballtables";

constexpr const char* materialized_views =
    "SELECT 'warn', n.nspname || '.' || c.relname, 'is a materialized view: its rows are not "
    "moved',"
    " 'run REFRESH MATERIALIZED VIEW on the target after the cutover'"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind = 'm' AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
    " ORDER BY 2";

constexpr const char* foreign_tables =
    "SELECT 'warn', n.nspname || '.' || c.relname,"
    " 'is a foreign table: its definition moves, its rows stay where they are',"
    " 'check that the target reaches the foreign server'"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind = 'f' AND NOT c.relispartition ORDER BY 2";

constexpr const char* extensions =
    "SELECT 'warn', 'source', format('extension %s %s has to be available on the target', extname,"
    " extversion), format('install the extension''s package on the target''s server: %s', extname)"
    " FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY extname";

constexpr const char* event_triggers =
    "SELECT 'warn', 'source', format('event trigger %I runs at the DDL of start-capture and"
    " stop-capture', evtname), 'check that it lets CREATE TRIGGER in schema dbsync pass'"
    " FROM pg_event_trigger WHERE evtenabled <> 'D' ORDER BY evtname";

void look_at_key(const LiveTable& live, Findings& findings) {
    const Table& table = live.table;
    const std::string subject = table.name.display();
    if (table.key_shape == KeyShape::Columns) {
        return;
    }
    warn(findings, subject,
         "has no key: its rows are found by a hash, and each pass that it changes in reads all of "
         "it",
         "add a primary key, or a unique index over NOT NULL columns");
    if (live.virtual_columns) {
        fail(findings, subject,
             "has no key and virtual generated columns, which triggers see as NULL",
             "add a primary key");
    }
}

void look_at_table(const LiveTable& live,
                   const std::string& role,
                   bool for_another_engine,
                   Findings& findings) {
    const std::string subject = live.table.name.display();
    if (!live.owned) {
        fail(
            findings, subject,
            fmt::format("belongs to {}: only an owner can make a trigger always fire and remove it",
                        live.owner),
            fmt::format("run GRANT {} TO {}", quote_ident(live.owner), quote_ident(role)));
    }
    if (live.row_security) {
        fail(
            findings, subject, "row-level security hides rows from this role",
            fmt::format("run ALTER ROLE {} BYPASSRLS, or connect as the owner", quote_ident(role)));
    }
    if (live.unlogged) {
        warn(findings, subject, "is unlogged: a crash of the source empties it without any trigger",
             "run verify --repair after a crash, or ALTER TABLE … SET LOGGED");
    }
    if (live.foreign_partition) {
        fail(findings, subject, "has a partition that is a foreign table",
             "detach that partition, or leave the table out with --exclude");
    }
    if (live.inherits && !for_another_engine) {
        warn(findings, subject, "is part of an inheritance: each of its tables is moved by itself",
             "move all tables of the inheritance together");
    }
    if (live.subscribed) {
        warn(findings, subject, "a subscription applies into it: captured row by row",
             for_another_engine
                 ? "disable the subscription after the cutover: nothing of it moves"
                 : "disable the subscription after the cutover, and create it on the target");
    }
    if (live.table.columns.size() > columns_max) {
        fail(findings, subject, "has more than 1600 columns", "leave it out with --exclude");
    }
    look_at_key(live, findings);
}

bool is_wanted(const LiveTable& live, const TableFilter& filter, Findings& findings) {
    if (!filter.matches(live.table.name)) {
        return false;
    }
    if (live.of_extension) {
        warn(findings, live.table.name.display(), "belongs to an extension and is not moved",
             "copy its rows by hand if the application has added any");
        return false;
    }
    return true;
}

// What such a collation takes for equal is two keys on another engine.
void look_at_collations(Connection& connection, const Table& table, Findings& findings) {
    const Result loose = connection.run(
        "SELECT a.attname FROM pg_catalog.pg_attribute AS a"
        " JOIN pg_catalog.pg_collation AS c ON c.oid = a.attcollation AND NOT c.collisdeterministic"
        " WHERE a.attrelid = $1::pg_catalog.regclass AND NOT a.attisdropped",
        {qualified(table.name)});
    for (int row = 0; row < loose.rows(); ++row) {
        const std::string column = loose.text(row, 0);
        if (std::find(table.key.begin(), table.key.end(), column) != table.key.end()) {
            fail(findings, table.name.display(),
                 "the key column " + column + " has a nondeterministic collation: keys that are "
                 "equal here are not on another engine",
                 "give the column another collation, or leave the table out with --exclude");
        }
    }
}

void look_at_tables(Connection& connection, const TableFilter& filter, Inspection& inspection) {
    const std::string role = connection.run("SELECT current_user").text(0, 0);
    for (LiveTable& live : live_tables(connection)) {
        if (!is_wanted(live, filter, inspection.findings)) {
            continue;
        }
        look_at_table(live, role, filter.for_another_engine, inspection.findings);
        if (filter.for_another_engine) {
            look_at_collations(connection, live.table, inspection.findings);
        }
        inspection.tables.push_back(std::move(live.table));
    }
}

// Tables that came after start-capture.
void look_at_uncaptured(Connection& connection, Inspection& inspection) {
    const auto captured = captured_tables(connection);
    if (captured.empty()) {
        return;
    }
    for (const Table& table : inspection.tables) {
        const auto same = [&](const Table& other) { return other.name == table.name; };
        if (std::none_of(captured.begin(), captured.end(), same)) {
            warn(inspection.findings, table.name.display(),
                 "is not captured: it is newer than the last start-capture",
                 "run start-capture again, or leave it out with --exclude");
        }
    }
}

}  // namespace

Inspection inspect_source(Connection& connection, const TableFilter& filter) {
    Inspection inspection;
    Findings& findings = inspection.findings;
    std::vector<std::function<void()>> looks{
        [&] { look_at_version(connection, findings); },
        [&] { look_at_server(connection, findings); },
        [&] { look_at_own_schema(connection, findings); },
        [&] { look_at_pooler(connection, findings); },
        [&] { look_at_sessions(connection, findings); },
        [&] { look_with(connection, findings, large_objects); },
        [&] { look_with(connection, findings, publications); },
        [&] { look_with(connection, findings, event_triggers); },
        [&] { look_at_tables(connection, filter, inspection); },
        [&] { look_at_uncaptured(connection, inspection); },
    };
    if (!filter.for_another_engine) {  // else they stay, and plan() lists them
        looks.insert(
            looks.end(),
            {[&] { require_dump_tools(connection.server_version() / 10'000); },
             [&] { look_with(connection, findings, materialized_views); },
             [&] { look_with(connection, findings, foreign_tables); },
             [&] { look_with(connection, findings, extensions); }});
    }
    for (const auto& look : looks) {
        try {
            look();
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::Connection) {
                throw;
            }
            fail(findings, "source", error.what(),
                 error.fields().hint.empty() ? "see the server's log" : error.fields().hint);
        }
    }
    return inspection;
}

}  // namespace dbsync::postgres
