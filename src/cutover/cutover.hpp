// SPDX-License-Identifier: MIT
// The switch: block → drain → mark → last pass → verify → fence → open. All of it, or nothing.
#pragma once

#include "base/error.hpp"
#include "cutover/hooks.hpp"
#include "engine/move.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace dbsync {

struct CutoverOptions {
    // Longest time for which a writer may be stopped. Above it the freeze is given up.
    // Default: 30 s.
    std::chrono::milliseconds max_freeze{30'000};
    // How long the locks are tried for, in attempts that each release everything again.
    // Default: 2 min.
    std::chrono::milliseconds retry_for{120'000};
    Hooks hooks;
    bool verify = true;  // compare under the freeze what changed since the online comparison
};

struct CutoverStep {
    std::string step;
    std::int64_t ms = 0;
};

struct CutoverResult {
    std::int64_t freeze_ms = 0;
    std::int64_t predicted_freeze_ms = 0;
    std::uint64_t final_deltas = 0;
    std::uint64_t final_keys = 0;
    std::uint64_t keys_rechecked = 0;
    std::uint64_t sequences = 0;
    std::string end_mark;     // the cursor up to which the target has everything
    std::string drain_proof;  // why no older writer can still commit
    bool fenced = false;
    std::vector<CutoverStep> steps;
};

// What the other phases do under the freeze, handed in by src/migration.
struct FrozenWork {
    // One more pass outside the freeze, so that little is left for it. Returns its ms.
    std::function<std::int64_t()> approach;
    // Brings the target to the reader's snapshot; fills deltas, keys and the end mark.
    std::function<void(SourceReader&, SnapshotTime, CutoverResult&)> final_pass;
    // Compares what changed since the online comparison; throws Error{Mismatch}.
    std::function<void(SourceReader&, CutoverResult&)> verify;
    // Milliseconds that `verify` will take, judged from what there is to compare.
    std::function<std::int64_t()> predict_verify;
    // Notes durably that the fence is about to be put up, and that it stands.
    std::function<void()> before_fence;
    std::function<void()> after_fence;
};

class Cutover {
  public:
    Cutover(Move move, std::vector<Table> tables, std::vector<SchemaItem> asleep);

    // Throws Error{CutoverAborted} (or Interrupted) with the source writable again; after the
    // fence stands, other errors, and running it again finishes what is left.
    CutoverResult run(const CutoverOptions& options, const FrozenWork& work);

    // What comes after the fence: the target's sequences and sleepers, the trial write, the
    // on-switch hook, and at last what may take long on the target. Idempotent.
    void open_target(const CutoverOptions& options,
                     const std::vector<SequenceState>& sequences,
                     CutoverResult& result);

  private:
    struct Frozen;
    void block(Frozen& frozen,
               const CutoverOptions& options,
               const FrozenWork& work,
               CutoverResult& result);
    void under_freeze(Frozen& frozen,
                      const CutoverOptions& options,
                      const FrozenWork& work,
                      CutoverResult& result);
    void settle(Frozen& frozen,
                const CutoverOptions& options,
                CutoverResult& result,
                const Error& error);
    bool ask_for_fence();
    void settle_target();
    [[noreturn]] void give_up(Frozen& frozen, const CutoverOptions& options, const Error& error);
    void refuse_if_too_long(const CutoverOptions& options,
                            const FrozenWork& work,
                            CutoverResult& result);

    Move move_;
    std::vector<Table> tables_;
    std::vector<SchemaItem> asleep_;
};

}  // namespace dbsync
