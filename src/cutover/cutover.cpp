// SPDX-License-Identifier: MIT
// The order never changes, and each step can only be reached through the one before it. Until the
// fence commits, the way back is one rollback in one session. After it, the source is closed and
// what is left (waking the target) can be repeated until it succeeds.
//
// The session that holds the lock reads no rows: a reader is let in before the block, so that an
// application's DDL queued behind the freeze cannot stand in its way.
#include "cutover/cutover.hpp"

#include "base/checkpoint.hpp"
#include "base/log.hpp"
#include "base/retry.hpp"
#include "cutover/lease_keeper.hpp"
#include "cutover/watchdog.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace dbsync {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds attempt_time{600};
constexpr milliseconds lease_time{5'000};
// The lease keeper releases the freeze in time; the watchdog is for when this process cannot.
constexpr milliseconds watchdog_grace{1'000};
constexpr milliseconds backoff_min{100};
constexpr milliseconds backoff_max{3'000};
constexpr milliseconds switch_hook_time_max{300'000};
constexpr std::int64_t fixed_cost_ms = 50;  // locks, drain proof, fence, on a quiet server

std::int64_t ms_since(Clock::time_point begin) {
    return std::chrono::duration_cast<milliseconds>(Clock::now() - begin).count();
}

// Times the steps for the certificate.
class Stopwatch {
  public:
    explicit Stopwatch(CutoverResult& result) : result_{result} {}
    void step(const char* name) {
        result_.steps.push_back({name, ms_since(last_)});
        log::info("cutover.step", {{"step", name}, {"ms", result_.steps.back().ms}});
        last_ = Clock::now();
    }

  private:
    CutoverResult& result_;
    Clock::time_point last_ = Clock::now();
};

Error aborted(const Error& cause) {
    ErrorFields fields = cause.fields();
    if (fields.kind != ErrorKind::Interrupted) {
        fields.kind = ErrorKind::CutoverAborted;
        fields.what_failed = "cutover aborted, the source is writable again: " + fields.what_failed;
    }
    if (fields.hint.empty()) {
        fields.hint = "mend the cause and run cutover again";
    }
    return Error{fields};
}

}  // namespace

// What exists only while writers are stopped.
struct Cutover::Frozen {
    std::unique_ptr<Freeze> freeze;
    std::unique_ptr<SourceReader> reader;
    std::unique_ptr<Watchdog> watchdog;
    Clock::time_point begun;
    bool on_frozen_ran = false;
    bool fence_tried = false;
    std::vector<SequenceState> sequences;

    [[nodiscard]] milliseconds left(const CutoverOptions& options) const {
        return options.max_freeze - milliseconds{ms_since(begun)};
    }
    void require_budget(const CutoverOptions& options, const Move& move) const {
        throw_if_stopped(move.stop);
        if (left(options) <= milliseconds{0}) {
            throw Error{{.kind = ErrorKind::CutoverAborted,
                         .what_failed = "the freeze reached --max-freeze (" +
                                        std::to_string(options.max_freeze.count()) + " ms)",
                         .hint = "run catchup and verify until little is left, or allow a longer "
                                 "freeze"}};
        }
    }
};

Cutover::Cutover(Move move, std::vector<Table> tables, std::vector<SchemaItem> asleep)
    : move_{std::move(move)}, tables_{std::move(tables)}, asleep_{std::move(asleep)} {}

// A forecast from the last pass and from what there is to compare: no freeze is begun that cannot
// be kept short enough.
void Cutover::refuse_if_too_long(const CutoverOptions& options,
                                 const FrozenWork& work,
                                 CutoverResult& result) {
    const std::int64_t pass_ms = work.approach();
    result.predicted_freeze_ms =
        fixed_cost_ms + pass_ms + (options.verify ? work.predict_verify() : 0);
    if (result.predicted_freeze_ms > options.max_freeze.count()) {
        throw Error{{.kind = ErrorKind::CutoverAborted,
                     .what_failed = "the freeze would take about " +
                                    std::to_string(result.predicted_freeze_ms) +
                                    " ms, more than "
                                    "--max-freeze (" +
                                    std::to_string(options.max_freeze.count()) +
                                    " ms); it was not begun",
                     .hint = "run catchup first, or allow a longer freeze with --max-freeze"}};
    }
}

// Attempts, each all or nothing, with a pass and a growing pause in between.
void Cutover::block(Frozen& frozen,
                    const CutoverOptions& options,
                    const FrozenWork& work,
                    CutoverResult& result) {
    const auto begun = Clock::now();
    RetryPolicy backoff{.delay_min = backoff_min, .delay_max = backoff_max};
    for (int attempt = 1;; ++attempt) {
        throw_if_stopped(move_.stop);
        refuse_if_too_long(options, work, result);
        try {
            frozen.freeze->arm({.attempt = std::min(attempt_time, options.max_freeze),
                                .lease = lease_time,
                                .total = options.max_freeze});
            frozen.reader->begin(tables_, move_.lock_timeout);
            checkpoint("cutover.armed");
            frozen.begun = Clock::now();
            frozen.watchdog = std::make_unique<Watchdog>(options.max_freeze + watchdog_grace,
                                                         options.hooks.on_abort);
            frozen.freeze->block();
            return;
        } catch (const Error& error) {
            frozen.freeze->release();
            frozen.watchdog.reset();
            frozen.begun = {};
            frozen.reader->end();
            if (error.kind() != ErrorKind::Busy ||
                Clock::now() - begun + backoff.delay(attempt) > options.retry_for) {
                throw;
            }
            log::info("cutover.retry", {{"attempt", attempt}, {"why", error.what()}});
        }
        wait_unless_stopped(backoff.delay(attempt), move_.stop);
    }
}

void Cutover::under_freeze(Frozen& frozen,
                           const CutoverOptions& options,
                           const FrozenWork& work,
                           CutoverResult& result) {
    Stopwatch watch{result};
    checkpoint("cutover.frozen");
    result.drain_proof = frozen.freeze->prove_drained();
    watch.step("drain");
    {
        LeaseKeeper keeper{*frozen.freeze, lease_time, frozen.begun + options.max_freeze};
        const SnapshotTime time = frozen.reader->snapshot();
        work.final_pass(*frozen.reader, time, result);
        watch.step("final pass");
        checkpoint("cutover.final_pass_done");
        frozen.require_budget(options, move_);
        if (options.verify) {
            work.verify(*frozen.reader, result);
            watch.step("verify");
        }
        checkpoint("cutover.verified");
        frozen.sequences = frozen.reader->read_sequences();
        result.sequences = frozen.sequences.size();
        frozen.reader->end();
        frozen.require_budget(options, move_);
        if (!options.hooks.on_frozen.empty()) {
            frozen.watchdog->on_frozen();
            frozen.on_frozen_ran = true;
            const int status = run_hook(options.hooks.on_frozen, frozen.left(options));
            watch.step("on-frozen");
            if (status != 0) {
                throw Error{{.kind = ErrorKind::CutoverAborted,
                             .what_failed =
                                 "the on-frozen hook ended with status " + std::to_string(status)}};
            }
        }
        keeper.stop();
    }
    frozen.require_budget(options, move_);
    frozen.freeze->renew();
    work.before_fence();
    checkpoint("cutover.before_fence");
    frozen.fence_tried = true;
    frozen.freeze->fence("this database has moved to another server (dbsync cutover)");
    result.fenced = true;
    result.freeze_ms = ms_since(frozen.begun);
    frozen.watchdog.reset();
    watch.step("fence");
}

CutoverResult Cutover::run(const CutoverOptions& options, const FrozenWork& work) {
    CutoverResult result;
    Frozen frozen;
    frozen.freeze = move_.source.open_freeze(tables_);
    frozen.reader = move_.source.open_reader();
    try {
        block(frozen, options, work, result);
        under_freeze(frozen, options, work, result);
    } catch (const Error& error) {
        settle(frozen, options, result, error);
    } catch (const std::exception& error) {
        settle(frozen, options, result,
               Error{{.kind = ErrorKind::Internal, .what_failed = error.what()}});
    }
    work.after_fence();
    checkpoint("cutover.fenced");
    open_target(options, frozen.sequences, result);
    return result;
}

// Only the source knows whether the fence was committed.
bool Cutover::ask_for_fence() {
    try {
        return retry(RetryPolicy{}, std::stop_token{},
                     [&] { return move_.source.capture_state().fenced; });
    } catch (const Error& error) {
        ErrorFields fields = error.fields();
        fields.what_failed = "the source cannot be asked whether the fence that was being put up "
                             "stands: " + fields.what_failed;
        fields.hint = "run cutover again once the source answers: it finishes or begins anew";
        throw Error{fields};
    }
}

// After a failure: returns if the fence stands all the same, and otherwise gives up.
void Cutover::settle(Frozen& frozen,
                     const CutoverOptions& options,
                     CutoverResult& result,
                     const Error& error) {
    frozen.reader->end();
    if (!frozen.fence_tried) {
        give_up(frozen, options, error);
    }
    frozen.freeze->release();
    result.freeze_ms = ms_since(frozen.begun);
    // Nobody is stopped any more, and asking may take longer than the freeze was allowed to.
    frozen.watchdog.reset();
    if (!ask_for_fence()) {
        give_up(frozen, options, error);
    }
    if (error.kind() != ErrorKind::Connection) {
        throw error;  // no lost answer: something is wrong with the fence that was committed
    }
    result.fenced = true;
}

// Releases everything and says why.
void Cutover::give_up(Frozen& frozen, const CutoverOptions& options, const Error& error) {
    frozen.freeze->release();
    const bool froze = frozen.begun != Clock::time_point{};
    const std::int64_t freeze_ms = froze ? ms_since(frozen.begun) : 0;
    frozen.watchdog.reset();
    log::warn("cutover.aborted", {{"freeze_ms", freeze_ms}, {"why", error.what()}});
    if (frozen.on_frozen_ran && !options.hooks.on_abort.empty()) {
        run_hook(options.hooks.on_abort, switch_hook_time_max);
    }
    throw aborted(error);
}

// The clients are on the target already: what fails here is told, and undoes nothing.
void Cutover::settle_target() {
    try {
        move_.target.settle(move_.job);
    } catch (const Error& error) {
        log::warn("cutover.not_settled", {{"why", error.what()}});
    }
}

void Cutover::open_target(const CutoverOptions& options,
                          const std::vector<SequenceState>& sequences,
                          CutoverResult& result) {
    Stopwatch watch{result};
    retry(RetryPolicy{}, std::stop_token{},
          [&] { move_.target.wake(move_.job, sequences, asleep_); });
    watch.step("wake");
    checkpoint("cutover.woken");
    if (!move_.source.fence_holds()) {
        throw Error{{.kind = ErrorKind::Internal,
                     .what_failed = "the fence on the source does not refuse writes",
                     .hint = "stop the writers of the source at once; look for who disabled "
                             "dbsync's triggers there, then run cutover again"}};
    }
    watch.step("fence proof");
    result.fenced = true;
    if (!options.hooks.on_switch.empty()) {
        const int status = run_hook(options.hooks.on_switch, switch_hook_time_max);
        watch.step("on-switch");
        if (status != 0) {
            throw Error{{.kind = ErrorKind::Internal,
                         .what_failed = "the source is fenced and the target is open, but the "
                                        "on-switch hook ended with status " +
                                        std::to_string(status),
                         .hint = "point the clients at the target, or mend the hook and run "
                                 "cutover again: it repeats the hook only"}};
        }
    }
    settle_target();
    watch.step("settle");
}

}  // namespace dbsync
