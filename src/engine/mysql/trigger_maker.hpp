// SPDX-License-Identifier: MIT
// Makes triggers stand as planned: those that do are left alone, those that differ are made again.
#pragma once

#include "engine/mysql/capture_plan.hpp"
#include "engine/mysql/fingerprint.hpp"
#include "engine/mysql/metadata_lock.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace dbsync::mysql {

class TriggerMaker {
  public:
    TriggerMaker(Connection& connection,
                 const CaptureOptions& options,
                 const std::stop_token& stop,
                 const LiveState& live);

    void ensure(const std::vector<PlannedTrigger>& triggers);
    [[nodiscard]] bool stand(const std::vector<PlannedTrigger>& triggers) const;
    void drop_trigger(const std::string& name);
    void drop_table(const std::string& name);

  private:
    [[nodiscard]] bool stands(const PlannedTrigger& trigger) const;

    Connection& connection_;
    DdlAttempts ddl_;
    std::map<std::string, LiveTrigger> live_;
};

// DROP TRIGGER IF EXISTS, DROP TABLE IF EXISTS.
[[nodiscard]] sql::Rendered drop_statement(const char* kind, const std::string& name);

}  // namespace dbsync::mysql
