// SPDX-License-Identifier: MIT
#include "engine/mysql/claim.hpp"

#include "base/error.hpp"
#include "engine/mysql/quoting.hpp"

#include <fmt/format.h>

namespace dbsync::mysql {

namespace {

class SessionClaim : public JobClaim {
  public:
    SessionClaim(const Endpoint& endpoint, Role role, const std::string& job)
        : connection_{endpoint, {.role = role}} {
        // Names of locks belong to the whole server and end at 64 characters.
        const Result got =
            connection_.run(fmt::format("SELECT GET_LOCK(CONCAT('dbsync {} ', "
                                        "LEFT(SHA2(CONCAT(DATABASE(), ' ', {}), 256), 40)),"
                                        " 1)",  // a server ends sessions later than programs do
                                        role_name(role), quote_literal(job)));
        if (!got.boolean(0, 0)) {
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
    return std::make_unique<SessionClaim>(endpoint, role, job);
}

}  // namespace dbsync::mysql
