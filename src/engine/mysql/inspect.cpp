// SPDX-License-Identifier: MIT
#include "engine/mysql/inspect.hpp"

#include "base/error.hpp"
#include "engine/mysql/errors.hpp"
#include "engine/mysql/inspect_objects.hpp"
#include "engine/mysql/target_grants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace dbsync::mysql {

namespace {

using Variables = std::map<std::string, std::string>;

constexpr int mysql_min = 80000;
constexpr int mysql_tested_max = 90799;
constexpr int mariadb_min = 100500;
constexpr int mariadb_tested_max = 110899;
// A writer that meets the freeze waits as long as this before it gets error 1205.
constexpr std::int64_t lock_wait_min_s = 30;
constexpr int sessions_named_max = 5;

constexpr std::array needed{"SELECT", "INSERT", "UPDATE",  "DELETE",
                            "CREATE", "DROP",   "TRIGGER", "CREATE TEMPORARY TABLES"};

constexpr unsigned code_xa_denied = 1401;  // XAER_RMERR: without XA_RECOVER_ADMIN

Variables read_variables(Connection& connection) {
    const Result rows = connection.run(
        "SHOW GLOBAL VARIABLES WHERE variable_name IN ('read_only', 'super_read_only', 'log_bin',"
        " 'log_bin_trust_function_creators', 'binlog_format', 'innodb_autoinc_lock_mode',"
        " 'innodb_flush_log_at_trx_commit',"
        " 'innodb_lock_wait_timeout', 'lower_case_table_names', 'wsrep_on', 'event_scheduler',"
        " 'group_replication_single_primary_mode', 'group_replication_group_name',"
        " 'slave_run_triggers_for_rbr', 'sql_require_primary_key')");
    Variables variables;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        variables[rows.text(i, 0)] = rows.text(i, 1);
    }
    return variables;
}

std::string value(const Variables& variables, const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string{} : found->second;
}

bool is_on(const Variables& variables, const std::string& name) {
    const std::string text = value(variables, name);
    return !text.empty() && text != "OFF" && text != "0";
}

void look_at_version(const Server& server, Findings& findings) {
    if (server.version < (server.mariadb ? mariadb_min : mysql_min)) {
        say(findings, Severity::Fail, "source", server.text + " is too old",
            "upgrade the source to MariaDB 10.5 or MySQL 8.0, or later");
    } else if (server.version > (server.mariadb ? mariadb_tested_max : mysql_tested_max)) {
        say(findings, Severity::Warn, "source",
            server.text + " is newer than any version this program was tested with",
            "try the move on a copy first");
    } else {
        say(findings, Severity::Ok, "source", server.text);
    }
}

void look_at_grants(Connection& connection, const Grants& grants, Findings& findings) {
    std::string missing;
    for (const char* privilege : needed) {
        if (!grants.has(privilege)) {
            missing += (missing.empty() ? "" : ", ") + std::string{privilege};
        }
    }
    if (!missing.empty()) {
        say(findings, Severity::Fail, "source", "this user lacks " + missing + " on the database",
            fmt::format("run GRANT {} ON `{}`.* TO this user", missing, connection.database()));
    }
    if (!grants.has_global("PROCESS")) {
        say(findings, Severity::Warn, "source",
            "without PROCESS a TRUNCATE, a rebuild or an exchanged partition cannot be seen",
            "run GRANT PROCESS ON *.* TO this user, or make sure that nobody does any of these");
    }
    if (!grants.has("SHOW VIEW") || !grants.has("EVENT")) {
        say(findings, Severity::Warn, "source",
            "without SHOW VIEW and EVENT on the database views cannot be moved and events are not "
            "even seen",
            fmt::format("run GRANT SHOW VIEW, EVENT ON `{}`.* TO this user",
                        connection.database()));
    }
}

// Neither server shows others' routines to those who may not read their bodies, nor says so.
void look_at_routines(Connection& connection, const Grants& grants, Findings& findings) {
    bool all = true;
    if (connection.server().mariadb) {
        try {
            connection.run("SELECT 1 FROM mysql.proc LIMIT 0");
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::Connection) {
                throw;
            }
            all = false;
        }
    } else {
        all = grants.has_global("SHOW_ROUTINE") || grants.has_global("SELECT");
    }
    if (!all) {
        say(findings, Severity::Warn, "source",
            "routines of other users cannot be seen, and are not carried over",
            connection.server().mariadb ? "run GRANT SELECT ON mysql.proc TO this user"
                                        : "run GRANT SHOW_ROUTINE ON *.* TO this user");
    }
}

void look_at_binlog(const Variables& variables, const Grants& grants, Findings& findings) {
    if (!is_on(variables, "log_bin")) {
        return;
    }
    if (!is_on(variables, "log_bin_trust_function_creators") && !grants.has_global("SUPER")) {
        say(findings, Severity::Fail, "source",
            "the binary log is on, and without SUPER no trigger can be made (error 1419)",
            "run SET GLOBAL log_bin_trust_function_creators = 1 for the time of the move");
    }
    if (value(variables, "binlog_format") == "STATEMENT") {
        say(findings, Severity::Warn, "source",
            "binlog_format is STATEMENT: replicas would run dbsync's triggers themselves, and "
            "statements that are not safe for that are only warned of",
            "set binlog_format to ROW or MIXED");
    }
}

void look_at_settings(const Variables& variables, const TableFilter& filter, Findings& findings) {
    if (is_on(variables, "read_only") || is_on(variables, "super_read_only")) {
        say(findings, Severity::Fail, "source", "is read-only",
            "use the primary's URL as --source");
    }
    if (value(variables, "innodb_autoinc_lock_mode") == "0") {
        say(findings, Severity::Warn, "source",
            "innodb_autoinc_lock_mode is 0: writers of one table wait for each other while they "
            "write their deltas",
            "set innodb_autoinc_lock_mode to 1 or 2 (needs a restart)");
    }
    if (const std::string flush = value(variables, "innodb_flush_log_at_trx_commit");
        !flush.empty() && flush != "1") {
        say(findings, Severity::Warn, "source",
            fmt::format("innodb_flush_log_at_trx_commit is {}: if the server crashes during the "
                        "move it may lose commits that the target has already",
                        flush),
            "set it to 1 for the time of the move, or run verify --repair after a crash");
    }
    const std::string wait = value(variables, "innodb_lock_wait_timeout");
    if (!wait.empty() && std::stoll(wait) < lock_wait_min_s) {
        say(findings, Severity::Warn, "source",
            fmt::format("innodb_lock_wait_timeout is {} s: writers that wait longer in the freeze "
                        "get error 1205",
                        wait),
            "raise it to 30 s or more, or keep --max-freeze below it");
    }
    if (value(variables, "lower_case_table_names") != "0" && !filter.for_another_engine) {
        say(findings, Severity::Warn, "source",
            "lower_case_table_names is " + value(variables, "lower_case_table_names") +
                ": names are compared without case",
            "use the same value on the target");
    }
    if (is_on(variables, "sql_require_primary_key")) {
        say(findings, Severity::Ok, "source",
            "sql_require_primary_key is on: every table of dbsync's has a primary key");
    }
}

void look_at_cluster(const Variables& variables, Findings& findings) {
    const bool group = !value(variables, "group_replication_group_name").empty() &&
                       value(variables, "group_replication_single_primary_mode") == "OFF";
    if (is_on(variables, "wsrep_on") || group) {
        say(findings, Severity::Warn, "source",
            "is one of several servers that take writes: the freeze stops only this one's writers",
            "send every writer to this server before start-capture and until the cutover");
    }
}

// Whether a thread of the replica, whose columns begin at `first`, is not switched off.
bool replicates(const Result& status, std::size_t row, std::size_t first) {
    return status.text(row, first) != "No" || status.text(row, first + 1) != "No";
}

void look_at_replica(Connection& connection, const Variables& variables, Findings& findings) {
    const bool mariadb = connection.server().mariadb;
    const std::size_t io_running = mariadb ? 12 : 10;  // columns in both manuals' order
    const std::size_t host = mariadb ? 3 : 1;
    Result status;
    try {
        status = connection.run(mariadb ? "SHOW ALL SLAVES STATUS" : "SHOW REPLICA STATUS");
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Permission) {
            throw;
        }
        say(findings, Severity::Warn, "source", "whether it is a replica cannot be seen",
            mariadb ? "run GRANT REPLICA MONITOR ON *.* TO this user"
                    : "run GRANT REPLICATION CLIENT ON *.* TO this user");
        return;
    }
    const bool fires = is_on(variables, "slave_run_triggers_for_rbr") &&
                       value(variables, "slave_run_triggers_for_rbr") != "NO";
    for (std::size_t row = 0; row < status.rows(); ++row) {
        const bool runs = replicates(status, row, io_running);
        say(findings, runs && !fires ? Severity::Fail : Severity::Warn, "source",
            "is a replica of " + status.text(row, host) +
                (runs ? ": changes that come by row events fire no triggers"
                      : ", and stopped: changes that came by row events would fire no triggers"),
            "use the primary's URL as --source");
    }
}

void look_at_prepared(Connection& connection, Findings& findings) {
    try {
        const Result rows = connection.run("XA RECOVER");
        if (rows.rows() > 0) {
            say(findings, Severity::Warn, "source",
                fmt::format("{} prepared XA transaction(s): start-capture and the cutover wait for "
                            "them",
                            rows.rows()),
                "look with XA RECOVER, and run XA COMMIT or XA ROLLBACK for each");
        }
    } catch (const Error& error) {
        if (native_code(error) != code_xa_denied && error.kind() != ErrorKind::Permission) {
            throw;
        }
        say(findings, Severity::Warn, "source", "prepared XA transactions cannot be seen",
            "run GRANT XA_RECOVER_ADMIN ON *.* TO this user, or look with XA RECOVER yourself");
    }
}

void look_at_sessions(Connection& connection, const Grants& grants, Findings& findings) {
    if (!grants.has_global("PROCESS")) {
        return;
    }
    const Result rows = connection.run(fmt::format(
        "SELECT t.trx_mysql_thread_id, p.user, TIMESTAMPDIFF(SECOND, t.trx_started, NOW())"
        " FROM information_schema.innodb_trx AS t"
        " JOIN information_schema.processlist AS p ON p.id = t.trx_mysql_thread_id"
        " WHERE t.trx_started < NOW() - INTERVAL 1 MINUTE AND p.id <> CONNECTION_ID()"
        " ORDER BY t.trx_started LIMIT {}",
        sessions_named_max));
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        say(findings, Severity::Warn, "source",
            fmt::format("connection {} (user {}) has been in a transaction for {} s: a trigger on "
                        "a table that it has used waits for it",
                        rows.text(row, 0), rows.text(row, 1), rows.text(row, 2)),
            "end it before start-capture and before cutover, or give --retry-for enough time");
    }
}

}  // namespace

Inspection inspect_source(Connection& connection, const TableFilter& filter) {
    Inspection inspection;
    Findings& findings = inspection.findings;
    Grants grants;
    Variables variables;
    const std::vector<std::function<void()>> looks{
        [&] { look_at_version(connection.server(), findings); },
        [&] { grants = read_grants(connection); },
        [&] { variables = read_variables(connection); },
        [&] { look_at_grants(connection, grants, findings); },
        [&] { look_at_routines(connection, grants, findings); },
        [&] { look_at_binlog(variables, grants, findings); },
        [&] { look_at_settings(variables, filter, findings); },
        [&] { look_at_cluster(variables, findings); },
        [&] { look_at_replica(connection, variables, findings); },
        [&] { look_at_prepared(connection, findings); },
        [&] { look_at_sessions(connection, grants, findings); },
        [&] { look_at_tables(connection, filter, inspection); },
        [&] { look_at_objects(connection, filter, inspection.tables, findings); },
    };
    for (const auto& look : looks) {
        try {
            look();
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::Connection) {
                throw;
            }
            say(findings, Severity::Fail, "source", error.what(),
                error.fields().hint.empty() ? "see the server's log" : error.fields().hint);
        }
    }
    return inspection;
}

}  // namespace dbsync::mysql
