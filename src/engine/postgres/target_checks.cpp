// SPDX-License-Identifier: MIT
#include "engine/postgres/target_checks.hpp"

#include "base/error.hpp"
#include "engine/postgres/connection.hpp"
#include "engine/postgres/target_session.hpp"
#include "engine/postgres/target_stage.hpp"

#include <fmt/format.h>

#include <set>
#include <vector>

namespace dbsync::postgres {

namespace {

constexpr int version_min = 120'000;
constexpr int version_tried_max = 189'999;
// PostgreSQL's MaxHeapAttributeNumber; a stage has the key and one more column beside the row.
constexpr std::size_t columns_max = 1'600;

constexpr const char* replica_hint =
    "grant SET ON PARAMETER session_replication_role to the role (15 and later), or connect as "
    "superuser";

Finding fail(std::string subject, std::string message, std::string hint) {
    return {Severity::Fail, std::move(subject), std::move(message), std::move(hint)};
}

Finding warn(std::string subject, std::string message, std::string hint) {
    return {Severity::Warn, std::move(subject), std::move(message), std::move(hint)};
}

void inspect_version(Connection& connection, std::vector<Finding>& findings) {
    const int version = connection.server_version();
    if (version < version_min) {
        findings.push_back(fail("target", fmt::format("PostgreSQL {} is too old", version / 10'000),
                                "use PostgreSQL 12 or later"));
    } else if (version > version_tried_max) {
        findings.push_back(warn("target",
                                fmt::format("PostgreSQL {} has not been tried", version / 10'000),
                                "rehearse the whole move on copies first"));
    }
}

// Triggers and foreign keys sleep by a setting that not every role may set.
void inspect_replica_role(Connection& connection, std::vector<Finding>& findings) {
    if (enter_replica_role(connection)) {
        connection.run("RESET session_replication_role");
        return;
    }
    findings.push_back(warn("target",
                            "this role may not set session_replication_role: foreign keys are made "
                            "at the cutover, and those that exist already are checked while "
                            "changes are applied; ones that cascade are refused",
                            replica_hint));
}

// A row of target_capabilities.sql. Returns whether our own tables are there.
bool inspect_privileges(Connection& connection, std::vector<Finding>& findings) {
    const Result can = connection.run(sql::render("schemas/postgres/target_capabilities.sql",
                                                  parameters()));
    const std::string role = can.text(0, 6);
    if (can.boolean(0, 0)) {
        findings.push_back(fail("target", "the server is a standby: nothing can be written",
                                "give the URL of the primary"));
    }
    if (!can.boolean(0, 1)) {
        findings.push_back(fail("target", "role " + role + " may not create temporary tables",
                                "grant TEMPORARY on the database to the role"));
    }
    if (!can.boolean(0, 2) || !can.boolean(0, 5)) {
        findings.push_back(fail("target", "role " + role + " may not create schemas",
                                "grant CREATE on the database to the role"));
    }
    if (can.integer(0, 3) != connection.backend_pid()) {
        findings.push_back(warn("target",
                                "the connection seems to go through a pooler; one that changes "
                                "servers between transactions keeps no session state",
                                "give the URL of the server itself"));
    }
    return can.boolean(0, 4);
}

bool job_is_known(Connection& connection, const std::string& job) {
    return connection.run("SELECT EXISTS (SELECT FROM dbsync.target_job WHERE job = $1)", {job})
        .boolean(0, 0);
}

void inspect_skipped(Connection& connection, const std::string& job,
                     std::vector<Finding>& findings) {
    const Result skipped = connection.run(
        "SELECT count(*), coalesce(min(description || ': ' || skipped), '')"
        " FROM dbsync.target_schema_item WHERE job = $1 AND skipped IS NOT NULL",
        {job});
    if (skipped.integer(0, 0) > 0) {
        findings.push_back(warn(
            "target",
            fmt::format("{} owners or privileges could not be given, for example {}",
                        skipped.integer(0, 0), skipped.text(0, 1)),
            "create the roles on the target and grant what is missing before the cutover"));
    }
}

// The schemas in which tables are to be made.
void inspect_schemas(Connection& connection, const std::set<std::string>& schemas,
                     std::vector<Finding>& findings) {
    const std::vector<std::string> names{schemas.begin(), schemas.end()};
    const Result closed = connection.run(
        "SELECT pg_catalog.quote_ident(nspname), pg_catalog.quote_ident(current_user)"
        " FROM pg_catalog.pg_namespace WHERE nspname = ANY ($1::pg_catalog.text[])"
        " AND NOT pg_catalog.has_schema_privilege(oid, 'CREATE') ORDER BY 1",
        {array_text(names)});
    for (int row = 0; row < closed.rows(); ++row) {
        const std::string schema = closed.text(row, 0);
        const std::string role = closed.text(row, 1);
        findings.push_back(fail("target",
                                "role " + role + " may not create tables in schema " + schema,
                                "run GRANT CREATE ON SCHEMA " + schema + " TO " + role));
    }
}

// Returns whether something of that name is there.
bool inspect_table(Connection& connection, const Table& table, std::vector<Finding>& findings) {
    const std::string name = table.name.display();
    if (table.columns.size() + table.key.size() + 1 > columns_max) {
        findings.push_back(fail(name, "the table has too many columns to be staged",
                                fmt::format("leave it out with --exclude; at most {} columns and "
                                            "key columns together",
                                            columns_max - 1)));
    }
    const Result there = connection.run("SELECT relkind IN ('r', 'p') FROM pg_catalog.pg_class"
                                        " WHERE oid = pg_catalog.to_regclass($1)",
                                        {qualified(table.name)});
    if (there.rows() == 0) {
        return false;
    }
    if (!there.boolean(0, 0)) {
        findings.push_back(fail(name, "a view, index or sequence of this name is on the target",
                                "drop or rename it there"));
        return true;
    }
    const Result rows =
        connection.run("SELECT EXISTS (SELECT FROM " + qualified(table.name) + ")");
    if (rows.boolean(0, 0)) {
        findings.push_back(fail(name, "the table holds rows on the target that are not dbsync's",
                                "drop it there, or move into an empty database"));
    } else {
        findings.push_back(warn(name, "the table is there on the target already, and empty",
                                "drop it there, or run snapshot with --schema none if it is as the "
                                "source has it"));
    }
    return true;
}

[[noreturn]] void refuse(const Table& table, const std::string& what, const std::string& hint) {
    throw Error{{.kind = ErrorKind::Precondition,
                 .what_failed = "table " + table.name.display() + " on the target " + what,
                 .table = table.name.display(),
                 .hint = hint}};
}

void require_columns(Connection& connection, const Table& table) {
    const Result there = connection.run(sql::render("schemas/postgres/target_columns.sql",
                                                    parameters()
                                                        .literal("schema", table.name.schema)
                                                        .literal("name", table.name.name)));
    const std::string hint = "restore a dump that was taken after start-capture";
    if (there.rows() == 0 && !table.columns.empty()) {
        refuse(table, "is missing", hint);
    }
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const Column& wanted = table.columns[i];
        const int row = static_cast<int>(i);
        if (row >= there.rows() || there.text(row, 0) != wanted.name) {
            refuse(table, "has no column " + wanted.name + " where the source has it", hint);
        }
        if (there.text(row, 1) != wanted.type || there.boolean(row, 2) != wanted.generated) {
            refuse(table,
                   fmt::format("has column {} as {}, the source as {}", wanted.name,
                               there.text(row, 1), wanted.type),
                   hint);
        }
    }
    if (there.rows() > static_cast<int>(table.columns.size())) {
        refuse(table, "has more columns than the source", hint);
    }
}

void require_key_and_sleep(Connection& connection, const Table& table, bool asleep) {
    const Result found = connection.run(sql::render("schemas/postgres/target_key_index.sql",
                                                    parameters()
                                                        .literal("schema", table.name.schema)
                                                        .literal("name", table.name.name)
                                                        .literal("key", array_text(table.key))));
    if (found.rows() == 0) {
        refuse(table, "is missing", "restore a dump that was taken after start-capture");
    }
    if (table.key_shape == KeyShape::Columns && !found.boolean(0, 0)) {
        refuse(table, "has no unique index over its key",
               "create the primary key or unique index that the source has");
    }
    if (!asleep && found.boolean(0, 1)) {
        refuse(table, "has triggers that would fire for every applied row",
               "run ALTER TABLE … DISABLE TRIGGER USER there until the cutover, or " +
                   std::string{replica_hint});
    }
}

}  // namespace

std::vector<Finding> inspect_target(Connection& connection, std::span<const Table> tables,
                                    const std::string& job) {
    std::vector<Finding> findings;
    inspect_version(connection, findings);
    inspect_replica_role(connection, findings);
    const bool ours = inspect_privileges(connection, findings) && job_is_known(connection, job);
    if (ours) {
        inspect_skipped(connection, job, findings);
    }
    std::set<std::string> schemas;
    for (const Table& table : tables) {
        try {
            if (!ours && !inspect_table(connection, table, findings)) {
                schemas.insert(table.name.schema);
            }
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::Connection) {
                throw;
            }
            findings.push_back(fail(table.name.display(), error.what(), error.fields().hint));
        }
    }
    inspect_schemas(connection, schemas, findings);
    return findings;
}

void drop_what_came_along(Connection& connection) {
    const Result copied = connection.run(
        "SELECT pg_catalog.to_regclass('dbsync.captured_table') IS NOT NULL");
    if (copied.boolean(0, 0)) {
        connection.run("DROP SCHEMA dbsync CASCADE");
    }
    const Result triggers =
        connection.run(sql::render("schemas/postgres/target_stray_triggers.sql", parameters()));
    for (int row = 0; row < triggers.rows(); ++row) {
        connection.run("DROP TRIGGER " + quote_ident(triggers.text(row, 2)) + " ON " +
                       qualified({triggers.text(row, 0), triggers.text(row, 1)}));
    }
}

void require_restored(Connection& connection, std::span<const Table> tables) {
    const bool asleep = enter_replica_role(connection);
    if (asleep) {
        connection.run("RESET session_replication_role");
    }
    for (const Table& table : tables) {
        require_columns(connection, table);
        require_key_and_sleep(connection, table, asleep);
    }
}

}  // namespace dbsync::postgres
