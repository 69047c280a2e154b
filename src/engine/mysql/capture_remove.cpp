// SPDX-License-Identifier: MIT
#include "base/checkpoint.hpp"
#include "engine/mysql/capture.hpp"
#include "engine/mysql/capture_catalog.hpp"
#include "engine/mysql/catalog.hpp"
#include "engine/mysql/fingerprint.hpp"
#include "engine/mysql/metadata_lock.hpp"
#include "engine/mysql/trigger_maker.hpp"

#include <map>
#include <string>
#include <vector>

namespace dbsync::mysql {

namespace {

// Ours by name and by what it does: each writes or reads a table of ours.
bool is_ours(const std::string& name, const LiveTrigger& trigger) {
    return name.starts_with(own_prefix) &&
           trigger.statement.find("`" + std::string{own_prefix}) != std::string::npos;
}

// Tables of a source; those of a target, if this database is also one, stay. The first one last:
// as long as it is there, there is something to be removed.
std::vector<std::string> own_tables(const LiveState& live) {
    std::vector<std::string> names;
    for (const std::string& name : live.tables) {
        const bool numbered = name.starts_with(delta_name(0).substr(0, delta_name(0).size() - 1)) ||
                              name.starts_with(mark_name(0).substr(0, mark_name(0).size() - 1));
        if (numbered && name.find_first_not_of("0123456789", name.rfind('_') + 1) ==
                            std::string::npos) {
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
    std::map<std::string, std::vector<std::string>> by_table;
    for (const auto& [name, trigger] : live.triggers) {
        if (is_ours(name, trigger)) {
            by_table[trigger.table].push_back(name);
        }
    }
    bool announced = false;
    for (const auto& [table, triggers] : by_table) {
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
