// SPDX-License-Identifier: MIT
#include "engine/postgres/claim.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

namespace dbsync::postgres {

namespace {

class AdvisoryClaim : public JobClaim {
  public:
    AdvisoryClaim(const Endpoint& endpoint, Role role, const std::string& job)
        : connection_{endpoint, {.role = role, .purpose = "claim " + job}} {
        try {
            connection_.run("SET lock_timeout = '1s'");
            connection_.run("SELECT pg_catalog.pg_advisory_lock("
                            "pg_catalog.hashtextextended($1 COLLATE pg_catalog.\"C\", 2))",
                            {fmt::format("dbsync {} {}", role_name(role), job)});
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::Busy) {
                throw;
            }
            throw Error{
                {.kind = ErrorKind::JobBusy,
                 .what_failed = fmt::format("another dbsync process works on job '{}' at this {}",
                                            job, role_name(role)),
                 .hint = "wait until it has ended, or use another --job"}};
        }
    }

  private:
    Connection connection_;
};

}  // namespace

std::unique_ptr<JobClaim> make_claim(const Endpoint& endpoint, Role role, const std::string& job) {
    return std::make_unique<AdvisoryClaim>(endpoint, role, job);
}

}  // namespace dbsync::postgres
