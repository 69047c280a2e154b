// SPDX-License-Identifier: MIT
// The cutover as the conductor tells it: get close, compare online, then freeze and switch with
// what the other phases lend to it.
#include "base/checkpoint.hpp"
#include "base/log.hpp"
#include "base/retry.hpp"
#include "migration/migration.hpp"
#include "migration/schema_ledger.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace dbsync {

namespace {

using Clock = std::chrono::steady_clock;

// What looking at one key again costs, for the forecast of the freeze. Deliberately high.
constexpr std::int64_t recheck_us_per_key = 100;
// Above this many, unverified keys are looked at again before the freeze and not in it.
constexpr std::uint64_t unverified_in_freeze_max = 2'000;
constexpr int approach_batches_max = 1'000;
constexpr std::size_t differences_named_max = 5;

std::vector<SchemaItem> asleep_items(std::vector<SchemaItem> schema) {
    std::erase_if(schema, [](const SchemaItem& item) { return item.stage != SchemaStage::Asleep; });
    return schema;
}

void refuse_differences(const VerifyResult& result, ErrorKind kind) {
    if (result.identical) {
        return;
    }
    std::string named;
    std::uint64_t count = 0;
    std::size_t shown = 0;
    for (const TableVerified& table : result.tables) {
        count += table.mismatches;
        if (table.mismatches > 0 && shown < differences_named_max) {
            named += (named.empty() ? "" : ", ") + table.table.name.display() + " (" +
                     std::to_string(table.mismatches) + ")";
            ++shown;
        }
    }
    throw Error{{.kind = kind,
                 .what_failed =
                     "verification found " + std::to_string(count) + " differing keys in " + named,
                 .hint = "run `dbsync verify` to see them, `dbsync verify --repair` to mend them"}};
}

}  // namespace

std::vector<SchemaItem> Migration::sleepers(const std::vector<Table>& tables) {
    const std::optional<TargetJob> job = target_.job(options_.job);
    if (!job || !job->made_schema || source_.translates_schema()) {
        return {};  // the schema was there already, with whatever belongs to it
    }
    const std::vector<SchemaItem> schema = source_.export_schema(tables);
    for (const std::string& change : SchemaLedger{state_}.changes(schema)) {
        log::warn("cutover.schema_changed", {{"what", change}});
    }
    return asleep_items(schema);
}

// Online, before any freeze: everything is compared once, and what changed since is compared again.
void Migration::prepare_verification(Pass& pass,
                                     Verify& verify,
                                     VerifyChoice choice,
                                     CutoverCommandResult& result) {
    if (choice == VerifyChoice::None) {
        return;
    }
    const std::optional<TargetJob> job = target_.job(options_.job);
    const bool have = job && job->tracks_unverified && job->verified;
    const bool scanned = choice == VerifyChoice::Full || !have;
    if (scanned) {
        verify_online(pass, verify, false);
    } else {
        verify_again(pass, verify);
    }
    const VerifyResult verified = verify.result();
    refuse_differences(verified, ErrorKind::CutoverAborted);
    if (scanned) {
        note_verified(verified);
    }
    for (const VerifiedTable& each : state_.verified_tables()) {
        ++result.tables_verified;
        result.rows_verified += each.rows;
    }
}

// Compares again what changed since a verification. Tables that are read anew are no longer marked
// while that goes on, so for as long the verification does not count: a crash in between must not
// leave rows that nobody compares.
void Migration::verify_again(Pass& pass, Verify& verify) {
    constexpr int rescans_max = 5;
    target_.end_verification(options_.job, false);
    rescan_replaced(pass, verify, rescans_max);
    verify.rescan_heavy(keep_up(pass));
    verify.recheck(false);
    target_.end_verification(options_.job, verify.result().identical);
}

FrozenWork Migration::frozen_work(Pass& pass, Verify& verify, bool compares) {
    FrozenWork work;
    work.approach = [this, &pass, &verify, compares] {
        std::int64_t last_ms = 0;
        for (int i = 0; i < approach_batches_max; ++i) {
            throw_if_stopped(stop_);
            const auto begun = Clock::now();
            const PassResult batch = pass.run_batch();
            last_ms =
                std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun).count();
            if (batch.complete) {
                break;
            }
        }
        if (compares && verify.unverified_count() > unverified_in_freeze_max) {
            verify_again(pass, verify);
        }
        return last_ms;
    };
    work.predict_verify = [&verify] {
        return static_cast<std::int64_t>(verify.unverified_count()) * recheck_us_per_key / 1'000;
    };
    work.final_pass = [&pass](SourceReader& reader, SnapshotTime time, CutoverResult& result) {
        const PassResult passed = pass.complete_at(reader, time);
        result.final_deltas = passed.deltas;
        result.final_keys = passed.applied.keys;
        result.end_mark = pass.watermark().text();
    };
    work.verify = [this, &pass, &verify](SourceReader& reader, CutoverResult& result) {
        const std::uint64_t before = verify.result().keys_rechecked;
        for (const std::int32_t id : target_.unverified_tables(options_.job)) {
            verify.scan_frozen(table_by_id(pass.tables(), id), reader);
        }
        verify.recheck_frozen(reader);
        const VerifyResult verified = verify.result();
        result.keys_rechecked = verified.keys_rechecked - before;
        refuse_differences(verified, ErrorKind::Mismatch);
    };
    work.before_fence = [this] { enter(phase_frozen); };
    work.after_fence = [this] { state_.append_event("cutover.fenced", ""); };
    return work;
}

CutoverCommandResult Migration::cutover(const CutoverCommandOptions& options) {
    claim();
    std::vector<Table> tables = require_capture();
    require_snapshot();
    check_identities();
    if (source_.capture_state().fenced) {
        return finish_cutover(options, tables);
    }
    require_copied(tables);
    refuse_uncaptured(tables);
    source_.audit();
    CutoverCommandResult result;
    Pass pass = make_pass(tables);
    Verify verify{move(), tables, complete_pass(pass), progress_};
    Catchup{move(), pass, progress_}.run({});
    prepare_verification(pass, verify, options.verify, result);
    const FrozenWork work = frozen_work(pass, verify, options.verify != VerifyChoice::None);
    if (options.dry_run) {
        const std::int64_t pass_ms = work.approach();
        result.cutover.predicted_freeze_ms =
            pass_ms + (options.verify == VerifyChoice::None ? 0 : work.predict_verify());
        return result;
    }
    Cutover cutover{move(), tables, sleepers(tables)};
    try {
        result.cutover = cutover.run({.max_freeze = options.max_freeze,
                                      .hooks = options.hooks,
                                      .verify = options.verify != VerifyChoice::None},
                                     work);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::CutoverAborted || error.kind() == ErrorKind::Interrupted) {
            enter(phase_caught_up);
        }
        throw;
    }
    enter(phase_cut_over);
    result.put_aside = put_aside();
    return result;
}

// The fence stands from an earlier run: what is left is to open the target.
CutoverCommandResult Migration::finish_cutover(const CutoverCommandOptions& options,
                                               const std::vector<Table>& tables) {
    CutoverCommandResult result;
    result.cutover.fenced = true;
    const std::optional<TargetJob> job = target_.job(options_.job);
    result.was_done = job && job->woken && state_.phase() == phase_cut_over;
    if (result.was_done || options.dry_run) {
        return result;
    }
    if (!job || !job->woken) {
        // Nothing, unless somebody had the fence off for a while.
        Pass pass = make_pass(tables);
        Catchup{move(), pass, progress_}.run({});
    }
    const std::unique_ptr<SourceReader> reader = source_.open_reader();
    reader->begin(tables, std::chrono::milliseconds{2'000});
    reader->snapshot();
    const std::vector<SequenceState> sequences = reader->read_sequences();
    reader->end();
    Cutover cutover{move(), tables, sleepers(tables)};
    cutover.open_target({.hooks = options.hooks}, sequences, result.cutover);
    enter(phase_cut_over);
    result.put_aside = put_aside();
    return result;
}

}  // namespace dbsync
