// SPDX-License-Identifier: MIT
#include "engine/mysql/target_checks.hpp"

#include "base/error.hpp"
#include "engine/mysql/catalog.hpp"
#include "engine/mysql/dialect.hpp"
#include "engine/mysql/quoting.hpp"
#include "engine/mysql/target_grants.hpp"
#include "engine/mysql/target_job.hpp"
#include "engine/mysql/target_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

namespace dbsync::mysql {

namespace {

constexpr int mariadb_min = 100'500;
constexpr int mariadb_tried_max = 110'899;
constexpr int mysql_min = 80'000;
constexpr int mysql_tried_max = 90'799;
// InnoDB's limit (MySQL 9.x "InnoDB Limits"); a stage has the key and one more beside the row.
constexpr std::size_t columns_max = 1'017;

constexpr std::array needed{"SELECT", "INSERT", "UPDATE",
                            "DELETE", "CREATE", "DROP",
                            "ALTER",  "INDEX",  "CREATE TEMPORARY TABLES"};
// Without these the rows can be moved, and not every object.
constexpr std::array wanted{"REFERENCES",     "TRIGGER",       "CREATE VIEW",
                            "CREATE ROUTINE", "ALTER ROUTINE", "EVENT"};

Finding fail(std::string subject, std::string message, std::string hint) {
    return {Severity::Fail, std::move(subject), std::move(message), std::move(hint)};
}

Finding warn(std::string subject, std::string message, std::string hint) {
    return {Severity::Warn, std::move(subject), std::move(message), std::move(hint)};
}

using Findings = std::vector<Finding>;
using Shapes = std::map<std::string, TableShape>;

void inspect_version(Connection& connection, Findings& findings) {
    const Server& server = connection.server();
    if (server.version < (server.mariadb ? mariadb_min : mysql_min)) {
        findings.push_back(
            fail("target", server.text + " is too old", "use MariaDB 10.5 or MySQL 8.0, or later"));
    } else if (server.version > (server.mariadb ? mariadb_tried_max : mysql_tried_max)) {
        findings.push_back(warn("target", server.text + " has not been tried",
                                "rehearse the whole move on copies first"));
    }
}

// The value of a variable that not every server has; empty where it is not.
std::string variable(Connection& connection, const std::string& name) {
    const Result rows = connection.run("SHOW VARIABLES LIKE " + quote_literal(name));
    return rows.rows() == 0 ? std::string{} : rows.text(0, 1);
}

bool is_on(Connection& connection, const std::string& name) {
    const std::string value = variable(connection, name);
    return value == "ON" || value == "1";
}

std::string missing_of(const Grants& grants, const auto& names) {
    std::string missing;
    for (const char* name : names) {
        if (!grants.has(name)) {
            missing += (missing.empty() ? "" : ", ") + std::string{name};
        }
    }
    return missing;
}

void inspect_grants(Connection& connection,
                    const Grants& grants,
                    SchemaOf schema,
                    Findings& findings) {
    const std::string database = quote_ident(connection.database());
    if (const std::string missing = missing_of(grants, needed); !missing.empty()) {
        findings.push_back(fail("target", "this user lacks " + missing,
                                fmt::format("GRANT {} ON {}.* to it", missing, database)));
    }
    if (schema == SchemaOf::AnotherEngine) {
        return;  // what is made is tables, and REFERENCES is asked for where one refers
    }
    if (const std::string missing = missing_of(grants, wanted); !missing.empty()) {
        findings.push_back(
            warn("target", "this user lacks " + missing + ": objects that need it cannot be made",
                 fmt::format("GRANT {} ON {}.* to it, if the source has such objects", missing,
                             database)));
    }
}

void inspect_read_only(Connection& connection, const Grants& grants, Findings& findings) {
    const bool may = grants.has_global("SUPER") || grants.has_global("CONNECTION_ADMIN") ||
                     grants.has_global("READ_ONLY ADMIN") || grants.has_global("READ ONLY ADMIN");
    if (is_on(connection, "super_read_only") || is_on(connection, "innodb_read_only")) {
        findings.push_back(fail("target", "the server is read-only",
                                "give the URL of a primary, or set super_read_only = 0 there"));
    } else if (is_on(connection, "read_only")) {
        Finding finding = fail("target", "the server is read-only",
                               "give the URL of a primary, or set read_only = 0 there");
        finding.severity = may ? Severity::Warn : Severity::Fail;
        findings.push_back(std::move(finding));
    }
}

void inspect_settings(Connection& connection, Findings& findings) {
    if (!connection.loads_local()) {
        findings.push_back(warn("target",
                                "local_infile is off: rows are written by INSERT, which is "
                                "slower, and no row may be longer than max_allowed_packet",
                                "set local_infile = 1 on the server for the time of the move"));
    }
    // READ COMMITTED writes no statement-based log (error 1665).
    if (is_on(connection, "log_bin") && variable(connection, "binlog_format") == "STATEMENT") {
        findings.push_back(
            fail("target", "binlog_format is STATEMENT", "set binlog_format = ROW on the server"));
    }
}

void inspect_keyless(Connection& connection, const Table& table, Findings& findings) {
    if (table.key_shape == KeyShape::WholeRow && is_on(connection, "sql_require_primary_key")) {
        findings.push_back(
            fail(table.name.display(), "the table has no primary key, and the target demands one",
                 "set sql_require_primary_key = 0 on the target, or give the table a key"));
    }
}

void inspect_name(Connection& connection, const Table& table, Findings& findings) {
    const std::string& name = table.name.name;
    const bool has_upper = connection
                               .run("SELECT NOT BINARY LOWER(" + quote_literal(name) +
                                    ") <=> BINARY " + quote_literal(name))
                               .boolean(0, 0);
    if (has_upper) {
        findings.push_back(
            fail(name, "the target would store the table's name in lower case",
                 "use a server with lower_case_table_names = 0, or rename the table"));
    }
}

void inspect_width(const Table& table, Findings& findings) {
    if (table.columns.size() + table.key.size() + 1 > columns_max) {
        findings.push_back(fail(table.name.display(), "the table has too many columns to be staged",
                                fmt::format("leave it out with --exclude; at most {} columns and "
                                            "key columns together",
                                            columns_max - 1)));
    }
}

void inspect_triggers(const TableShape& shape, Findings& findings) {
    const auto trigger =
        std::find_if(shape.triggers.begin(), shape.triggers.end(),
                     [](const std::string& name) { return !name.starts_with(own_prefix); });
    if (trigger != shape.triggers.end()) {
        findings.push_back(
            fail(shape.table.name.display(),
                 "trigger " + *trigger + " on the target would fire for every applied row",
                 "drop it there until the cutover has made it again"));
    }
}

void inspect_view(Connection& connection, const Table& table, Findings& findings) {
    const Result other = connection.run(
        "SELECT LOWER(table_type) FROM information_schema.tables"
        " WHERE table_schema = DATABASE() AND table_type <> 'BASE TABLE' AND table_name = " +
        quote_literal(table.name.name));
    if (other.rows() > 0) {
        findings.push_back(fail(table.name.display(),
                                "a " + other.text(0, 0) + " of this name is on the target",
                                "drop or rename it there"));
    }
}

void inspect_rows(Connection& connection, const Table& table, Findings& findings) {
    const std::string name = table.name.display();
    const Result rows =
        connection.run("SELECT EXISTS (SELECT 1 FROM " + quote_ident(table.name.name) + ")");
    if (rows.boolean(0, 0)) {
        findings.push_back(fail(name, "the table holds rows on the target that are not dbsync's",
                                "drop it there, or move into an empty database"));
    } else {
        findings.push_back(warn(name, "the table is there on the target already, and empty",
                                "drop it there, or run snapshot with --schema none if it is as the "
                                "source has it"));
    }
}

void inspect_table(Connection& connection,
                   const Table& table,
                   const Shapes& shapes,
                   bool ours,
                   Findings& findings) {
    inspect_width(table, findings);
    if (const auto shape = shapes.find(table.name.name); shape != shapes.end()) {
        inspect_triggers(shape->second, findings);
        if (!ours) {
            inspect_rows(connection, table, findings);
        }
    } else {
        inspect_view(connection, table, findings);
        inspect_keyless(connection, table, findings);
    }
}

Shapes shapes_by_name(Connection& connection) {
    Shapes shapes;
    for (TableShape& shape : read_shapes(connection)) {
        const std::string name = shape.table.name.name;
        shapes.emplace(name, std::move(shape));
    }
    return shapes;
}

[[noreturn]] void refuse(const Table& table, const std::string& what) {
    throw Error{{.kind = ErrorKind::Precondition,
                 .what_failed = "table " + table.name.display() + " on the target " + what,
                 .table = table.name.display(),
                 .hint = "restore a dump that was taken after start-capture"}};
}

void require_columns(const Table& table, const Table& there) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const Column& column = table.columns[i];
        if (i >= there.columns.size() || there.columns[i].name != column.name) {
            refuse(table, "has no column " + column.name + " where the source has it");
        }
        if (comparable_type(there.columns[i].type) != comparable_type(column.type) ||
            there.columns[i].generated != column.generated) {
            refuse(table, fmt::format("has column {} as {}, the source as {}", column.name,
                                      there.columns[i].type, column.type));
        }
    }
    if (there.columns.size() > table.columns.size()) {
        refuse(table, "has more columns than the source");
    }
}

}  // namespace

std::vector<Finding> inspect_target(Connection& connection,
                                    std::span<const Table> tables,
                                    const std::string& job,
                                    SchemaOf schema) {
    Findings findings;
    const Grants grants = read_grants(connection);
    inspect_version(connection, findings);
    inspect_grants(connection, grants, schema, findings);
    inspect_read_only(connection, grants, findings);
    inspect_settings(connection, findings);
    const std::optional<TargetJob> known = read_job(connection, job);
    if (known && known->woken) {
        return findings;
    }
    const Findings types = type_findings(connection.server(), tables);
    findings.insert(findings.end(), types.begin(), types.end());
    const bool lower = variable(connection, "lower_case_table_names") == "1";
    const Shapes shapes = shapes_by_name(connection);
    for (const Table& table : tables) {
        try {
            if (lower) {
                inspect_name(connection, table, findings);
            }
            inspect_table(connection, table, shapes, known.has_value(), findings);
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::Connection) {
                throw;
            }
            findings.push_back(fail(table.name.display(), error.what(), error.fields().hint));
        }
    }
    return findings;
}

void drop_what_came_along(Connection& connection) {
    const Result triggers = connection.run(
        "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE()");
    for (std::size_t row = 0; row < triggers.rows(); ++row) {
        if (triggers.text(row, 0).starts_with(own_prefix)) {
            connection.run("DROP TRIGGER IF EXISTS " + quote_ident(triggers.text(row, 0)));
        }
    }
    const Result tables = connection.run(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()");
    for (std::size_t row = 0; row < tables.rows(); ++row) {
        const std::string& name = tables.text(row, 0);
        if (name.starts_with(own_prefix) && !name.starts_with(target_prefix)) {
            connection.run("DROP TABLE IF EXISTS " + quote_ident(name));
        }
    }
}

void require_restored(Connection& connection, std::span<const Table> tables) {
    for (const Table& table : tables) {
        const std::optional<TableShape> there = read_shape(connection, table.name.name);
        if (!there) {
            refuse(table, "is missing");
        }
        require_columns(table, there->table);
        if (table.key_shape == KeyShape::Columns &&
            look_up_target(connection, table).shape.key_index.empty()) {
            refuse(table, "has no unique index over its key");
        }
    }
}

}  // namespace dbsync::mysql
