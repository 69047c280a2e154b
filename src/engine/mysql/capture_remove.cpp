// SPDX-License-Identifier: MIT
#include "base/checkpoint.hpp"
#include "engine/mysql/capture.hpp"
#include "engine/mysql/capture_catalog.hpp"
#include "engine/mysql/catalog.hpp"
#include "engine/mysql/fingerprint.hpp"
#include "engine/mysql/metadata_lock.hpp"
#include "engine/mysql/trigger_maker.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace dbsync::mysql {

namespace {

// Ours by name and by what it does: each writes or reads a table of ours. Without the TRIGGER
// privilege MariaDB shows the name alone; then to drop it fails, and so it must.
bool is_ours(const std::string& name, const LiveTrigger& trigger) {
    return name.starts_with(own_prefix) &&
           (trigger.statement.empty() || trigger.statement.find(own_prefix) != std::string::npos);
}

// Names of triggers by the table that they are on. Those that were recorded are among them even if
// they cannot be seen, as without the TRIGGER privilege on MySQL: to drop one then fails, before
// the table goes without which it makes the application's writes fail.
std::map<std::string, std::set<std::string>> own_triggers(Connection& connection,
                                                          const LiveState& live) {
    std::map<std::string, std::set<std::string>> names;
    for (const auto& [name, trigger] : live.triggers) {
        if (is_ours(name, trigger)) {
            names[trigger.table].insert(name);
        }
    }
    if (!live.tables.contains("_dbsync_captured_trigger")) {
        return names;
    }
    const Result recorded = connection.run("SELECT name FROM `_dbsync_captured_trigger`");
    for (std::size_t row = 0; row < recorded.rows(); ++row) {
        if (!live.triggers.contains(recorded.text(row, 0))) {
            names["a captured table"].insert(recorded.text(row, 0));
        }
    }
    return names;
}

// Tables of a source; those of a target, if this database is also one, stay. The first one last:
// as long as it is there, there is something to be removed.
std::vector<std::string> own_tables(const LiveState& live) {
    std::vector<std::string> names;
    for (const auto& [name, altered] : live.tables) {
        const bool numbered = name.starts_with(delta_name(0).substr(0, delta_name(0).size() - 1)) ||
                              name.starts_with(mark_name(0).substr(0, mark_name(0).size() - 1));
        if (numbered &&
            name.find_first_not_of("0123456789", name.rfind('_') + 1) == std::string::npos) {
            names.push_back(name);
        }
    }
    for (const char* name :
         {"_dbsync_gate", "_dbsync_canary", "_dbsync_whole", "_dbsync_cascade_column",
          "_dbsync_cascade", "_dbsync_captured_trigger", "_dbsync_captured_column",
          "_dbsync_captured_table", "_dbsync_capture"}) {
        if (live.tables.contains(name)) {
            names.emplace_back(name);
        }
    }
    return names;
}

}  // namespace

void remove_capture(Connection& connection,
                    const CaptureOptions& options,
                    const std::stop_token& stop) {
    const LiveState live = read_live(connection);
    if (live.tables.contains("_dbsync_capture")) {
        connection.run("UPDATE `_dbsync_capture` SET installed_at = NULL");
    }
    DdlAttempts ddl{connection, options, stop};
    bool announced = false;
    for (const auto& [table, triggers] : own_triggers(connection, live)) {
        for (const std::string& trigger : triggers) {
            ddl.run(drop_statement("TRIGGER", trigger), "remove capture from " + table);
        }
        if (!announced) {
            checkpoint("stop.mid_remove");
            announced = true;
        }
    }
    for (const std::string& table : own_tables(live)) {
        ddl.run(drop_statement("TABLE", table), "remove table " + table);
    }
}

}  // namespace dbsync::mysql
