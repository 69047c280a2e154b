// SPDX-License-Identifier: MIT
// Engines whose triggers see every cascade have no marks to follow.
#include "base/check.hpp"
#include "engine/source.hpp"
#include "engine/target.hpp"

namespace dbsync {

CascadeChildren SourceReader::find_children(const Table& /*child*/,
                                            const Cascade& /*cascade*/,
                                            std::span<const std::string> /*values*/,
                                            std::span<const Cascade> /*next*/) {
    DBSYNC_CHECK(false, "this engine has no cascades to follow");
    return {};
}

CascadeChildren TargetSession::find_children(const Table& /*child*/,
                                             const Cascade& /*cascade*/,
                                             std::span<const std::string> /*values*/,
                                             std::span<const Cascade> /*next*/) {
    DBSYNC_CHECK(false, "this engine has no cascades to follow");
    return {};
}

std::vector<std::string> TargetSession::find_orphans(const Table& /*child*/,
                                                     const Table& /*parent*/,
                                                     const Cascade& /*cascade*/,
                                                     std::size_t /*limit*/) {
    DBSYNC_CHECK(false, "this engine has no cascades to follow");
    return {};
}

}  // namespace dbsync
