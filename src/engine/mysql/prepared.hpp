// SPDX-License-Identifier: MIT
// Prepared XA transactions: of no session any more, and not over.
#pragma once

#include <optional>
#include <set>
#include <string>

namespace dbsync::mysql {

class Connection;

// What XA RECOVER lists, of the whole server; nothing if this user may not look (MySQL:
// XA_RECOVER_ADMIN).
[[nodiscard]] std::optional<std::set<std::string>> prepared_transactions(Connection& connection);

}  // namespace dbsync::mysql
