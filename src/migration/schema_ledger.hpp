// SPDX-License-Identifier: MIT
// What the schema looked like when it was copied, by digests in the job's state: so that a view or
// routine that was made or changed on the source afterwards is not missed in silence.
#pragma once

#include "engine/schema_item.hpp"
#include "state/state_store.hpp"

#include <span>
#include <string>
#include <vector>

namespace dbsync {

class SchemaLedger {
  public:
    explicit SchemaLedger(StateStore& state) : state_{state} {}

    // Items that are known already keep what was noted first: the target has them as they were.
    // What sleeps until the cutover is read anew then, and not noted.
    void note(std::span<const SchemaItem> schema);
    // A sentence for each item that was made or changed since. None if nothing was noted.
    [[nodiscard]] std::vector<std::string> changes(std::span<const SchemaItem> schema) const;

  private:
    StateStore& state_;
};

}  // namespace dbsync
