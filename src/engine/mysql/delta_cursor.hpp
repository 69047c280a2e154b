// SPDX-License-Identifier: MIT
// What a Cursor means on MySQL and MariaDB. Neither server says in which order transactions were
// committed, so no number is a position: the cursor lists the ids of deltas that were applied and
// may still stand in the source's tables. What a snapshot sees and the list does not name is
// pending. The list stays short because what was applied is deleted (see forget.hpp), and because
// ids come in runs.
//
// A server that comes back from a crash may have lost commits (innodb_flush_log_at_trx_commit
// other than 1), and hands out their ids again: after a restart no id counts as applied. What is
// applied twice changes nothing.
//
// Text: "epoch@boot;batch;object:runs;object:runs…", objects ascending. An object is a captured
// table (its id), the marks of a cascade (minus its id) or the marks of whole tables (0). Runs are
// ascending and do not overlap: "7" an id, "1-500" every id, "7-99/2" every second one.
#pragma once

#include "engine/cursor.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace dbsync::mysql {

class Connection;

struct IdRun {
    std::uint64_t first = 0;
    std::uint64_t count = 0;
    std::uint64_t step = 1;

    [[nodiscard]] std::uint64_t last() const noexcept { return first + (count - 1) * step; }
    bool operator==(const IdRun&) const = default;
};

// Ids in ascending order, kept as runs. Writers on a server with auto_increment_increment > 1 make
// runs with a step.
class IdSet {
  public:
    void append(std::uint64_t id);  // greater than any before
    void append(const IdRun& run);

    [[nodiscard]] const std::vector<IdRun>& runs() const noexcept { return runs_; }
    [[nodiscard]] bool empty() const noexcept { return runs_.empty(); }
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] std::uint64_t first() const noexcept { return empty() ? 0 : runs_[0].first; }
    [[nodiscard]] std::uint64_t last() const noexcept { return empty() ? 0 : runs_.back().last(); }

  private:
    std::vector<IdRun> runs_;
    std::uint64_t count_ = 0;
};

// Goes through a set's ids from the lowest to the highest. The set must outlive it.
class IdWalk {
  public:
    explicit IdWalk(const IdSet& set) : set_{&set} {}
    [[nodiscard]] bool done() const noexcept { return run_ == set_->runs().size(); }
    [[nodiscard]] std::uint64_t id() const noexcept;
    void next() noexcept;
    // Moves on to the first id that is not below `id`; whether it is that one.
    bool reach(std::uint64_t id) noexcept;

  private:
    const IdSet* set_;
    std::size_t run_ = 0;
    std::uint64_t offset_ = 0;  // within the run
};

// The lowest and highest id of `ids` that are not in `without`; an empty span has count 0.
struct IdSpan {
    std::uint64_t lowest = 0;
    std::uint64_t highest = 0;
    std::uint64_t count = 0;
};
[[nodiscard]] IdSpan span_of(const IdSet& ids, const IdSet& without);

struct DeltaCursor {
    std::string epoch;        // of the capture; empty at the beginning
    std::int64_t boot = 0;    // when the server that the ids were read from was started
    std::uint64_t batch = 0;  // tells two cursors with the same ids apart
    std::map<std::int32_t, IdSet> objects;

    // Throws Error{Internal} for a text that is no cursor of this engine.
    [[nodiscard]] static DeltaCursor parse(const Cursor& cursor);
    [[nodiscard]] Cursor cursor() const;
    [[nodiscard]] const IdSet& ids(std::int32_t object) const;
    // Forgets the ids unless they were read from the server that was started then.
    void keep_ids_since(std::int64_t started);
};

// When the server was started: seconds since 1970 by its own clock, give or take one.
[[nodiscard]] std::int64_t read_boot(Connection& connection);

}  // namespace dbsync::mysql
