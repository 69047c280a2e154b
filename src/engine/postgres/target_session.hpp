// SPDX-License-Identifier: MIT
// One connection that writes to the target.
#pragma once

#include "engine/endpoint.hpp"
#include "engine/target.hpp"

#include <memory>
#include <string>

namespace dbsync::postgres {

class Connection;

// Connects at once. Throws Error{Precondition} at begin() if prepare() was not called for the job.
[[nodiscard]] std::unique_ptr<TargetSession> make_target_session(const Endpoint& endpoint,
                                                                 const std::string& job);

// Puts ordinary triggers, rules and foreign keys to sleep for the session. Returns false where the
// role may not: superuser, or GRANT SET ON PARAMETER session_replication_role (from 15 on).
bool enter_replica_role(Connection& connection);

// The advisory lock that writing transactions share, and that beginning a verification takes alone:
// so no transaction is under way that does not yet know that keys are to be noted.
[[nodiscard]] std::string noting_lock_sql(const std::string& job, bool shared);

}  // namespace dbsync::postgres
