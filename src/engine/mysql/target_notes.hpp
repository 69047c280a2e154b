// SPDX-License-Identifier: MIT
// The set of keys that still have to be compared: _dbsync_target_unverified, ordered by a hash of
// the key's bytes.
#pragma once

#include "engine/mysql/connection.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbsync::mysql {

// Adds keys, many at a time, in the transaction that is open (or each portion by itself).
class KeyNotes {
  public:
    KeyNotes(Connection& connection, std::string job, std::int32_t table_id);
    void add(std::string_view key);
    void flush();

  private:
    Connection& connection_;
    std::string job_;
    std::int32_t table_id_;
    std::vector<std::pair<std::string, std::string>> keys_;  // hash in hexadecimal, key
    std::size_t bytes_ = 0;
};

// At most `limit` keys after `after`, or from the start.
[[nodiscard]] std::vector<std::string> next_unverified(Connection& connection,
                                                       const std::string& job,
                                                       std::int32_t table_id,
                                                       const std::string* after,
                                                       std::size_t limit);

// Takes the keys out of the set, in a transaction of its own.
void forget_unverified(Connection& connection,
                       const std::string& job,
                       std::int32_t table_id,
                       std::span<const std::string> keys);

}  // namespace dbsync::mysql
