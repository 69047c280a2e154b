// SPDX-License-Identifier: MIT
#include "engine/mysql/trigger_maker.hpp"

#include "base/error.hpp"
#include "engine/mysql/quoting.hpp"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>

namespace dbsync::mysql {

namespace {

// Puts the session into the mode that triggers are made in, and back.
class TriggerMode {
  public:
    explicit TriggerMode(Connection& connection)
        : connection_{connection}, before_{connection.run("SELECT @@SESSION.sql_mode").text(0, 0)} {
        connection_.run(fmt::format("SET SESSION sql_mode = '{}'", trigger_sql_mode));
    }
    ~TriggerMode() {
        try {
            if (connection_.usable()) {
                connection_.run("SET SESSION sql_mode = " + quote_literal(before_));
            }
        } catch (const Error&) {
            // The session is lost; whoever uses it next is told.
        }
    }
    TriggerMode(const TriggerMode&) = delete;
    TriggerMode& operator=(const TriggerMode&) = delete;

  private:
    Connection& connection_;
    std::string before_;
};

}  // namespace

sql::Rendered drop_statement(const char* kind, const std::string& name) {
    return {.asset = {}, .text = fmt::format("DROP {} IF EXISTS {}", kind, quote_ident(name))};
}

TriggerMaker::TriggerMaker(Connection& connection,
                           const CaptureOptions& options,
                           const std::stop_token& stop,
                           const LiveState& live)
    : connection_{connection}, ddl_{connection, options, stop}, live_{live.triggers} {}

void TriggerMaker::ensure(const std::vector<PlannedTrigger>& triggers) {
    if (stand(triggers)) {
        return;
    }
    const TriggerMode mode{connection_};
    for (const PlannedTrigger& trigger : triggers) {
        if (!stands(trigger)) {
            drop_trigger(trigger.name);
            ddl_.run(trigger.create, "put trigger " + trigger.name + " on " + trigger.table);
        }
    }
}

bool TriggerMaker::stand(const std::vector<PlannedTrigger>& triggers) const {
    return std::all_of(triggers.begin(), triggers.end(),
                       [&](const PlannedTrigger& trigger) { return stands(trigger); });
}

bool TriggerMaker::stands(const PlannedTrigger& trigger) const {
    const auto found = live_.find(trigger.name);
    return found != live_.end() && found->second.table == trigger.table &&
           strcasecmp(found->second.event.c_str(), trigger.event.c_str()) == 0 &&
           found->second.statement == trigger.statement();
}

void TriggerMaker::drop_trigger(const std::string& name) {
    if (live_.erase(name) > 0) {
        ddl_.run(drop_statement("TRIGGER", name), "remove trigger " + name);
    }
}

void TriggerMaker::drop_table(const std::string& name) {
    ddl_.run(drop_statement("TABLE", name), "remove table " + name);
}

}  // namespace dbsync::mysql
