// SPDX-License-Identifier: MIT
// Verification as the conductor tells it, and what it refuses to overlook.
#include "base/log.hpp"
#include "base/retry.hpp"
#include "migration/migration.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

namespace dbsync {

// For the pauses of a scan: a pass every few seconds, so that the target does not fall behind.
std::function<void()> Migration::keep_up(Pass& pass) {
    static constexpr auto pass_every = std::chrono::seconds{2};
    return [this, &pass, last = std::chrono::steady_clock::now()]() mutable {
        throw_if_stopped(stop_);
        if (std::chrono::steady_clock::now() - last >= pass_every) {
            pass.run_batch();
            last = std::chrono::steady_clock::now();
        }
    };
}

// Scan and exact recheck, with passes in between so that the target does not fall behind.
VerifyResult Migration::verify_online(Pass& pass, Verify& verify, bool repair) {
    constexpr int rescans_max = 5;
    Catchup{move(), pass, progress_}.run({});
    target_.begin_verification(options_.job, pass.tables());
    pass.reset_sessions();
    verify.scan(pass.tables(), keep_up(pass));
    rescan_replaced(pass, verify, rescans_max);
    verify.recheck(repair);
    VerifyResult result = verify.result();
    target_.end_verification(options_.job, result.identical);
    return result;
}

// Tables that a pass has replaced as a whole (TRUNCATE) since the verification began.
void Migration::rescan_replaced(Pass& pass, Verify& verify, int rounds_max) {
    for (int round = 0; round < rounds_max; ++round) {
        const std::vector<std::int32_t> ids = target_.unverified_tables(options_.job);
        if (ids.empty()) {
            return;
        }
        std::vector<Table> replaced;
        for (const std::int32_t id : ids) {
            target_.clear_unverified_table(options_.job, id);
            replaced.push_back(table_by_id(pass.tables(), id));
        }
        verify.scan(replaced, [&] { throw_if_stopped(stop_); });
    }
}

// Tables that the job's patterns choose and that nobody captures: made since start-capture.
std::string Migration::uncaptured(const std::vector<Table>& captured) {
    std::string names;
    for (const Table& table : source_.inspect(options_.filter).tables) {
        const bool known = std::any_of(captured.begin(), captured.end(), [&](const Table& each) {
            return each.name == table.name;
        });
        if (!known) {
            names += (names.empty() ? "" : ", ") + table.name.display();
        }
    }
    return names;
}

// What is left behind at the switch is lost to the clients.
void Migration::refuse_uncaptured(const std::vector<Table>& captured) {
    if (const std::string names = uncaptured(captured); !names.empty()) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = "not captured, and so not on the target: " + names,
                     .hint = "run `dbsync start-capture` and `dbsync snapshot` again to move what "
                             "was made since, or leave it out with --exclude"}};
    }
}

// A comparison brings the target to the source's state first. Once the target is the primary, a
// change that got past the fence must not replace what clients have written there.
void Migration::refuse_changes_past_the_fence() {
    const std::optional<TargetJob> job = target_.job(options_.job);
    if (!job || !job->woken || !source_.capture_state().fenced) {
        return;
    }
    for (const BacklogTable& each : source_.backlog(job->watermark)) {
        if (each.deltas > 0) {
            throw Error{{.kind = ErrorKind::Precondition,
                         .what_failed = "the source was written to after the cutover",
                         .hint = "find out who got past the fence; what was written there is not "
                                 "brought to the target"}};
        }
    }
}

VerifyResult Migration::verify(bool repair) {
    claim();
    std::vector<Table> tables = require_capture();
    require_snapshot();
    check_identities();
    require_copied(tables);
    if (repair) {
        refuse_fenced("compare with `dbsync verify`; what differs may be what clients wrote since");
    }
    refuse_changes_past_the_fence();
    if (const std::string names = uncaptured(tables); !names.empty()) {
        log::warn("verify.not_captured", {{"tables", names}});
    }
    Pass pass = make_pass(tables);
    Verify verify{move(), std::move(tables), complete_pass(pass), progress_};
    VerifyResult result = verify_online(pass, verify, repair);
    note_verified(result);
    return result;
}

void Migration::note_verified(const VerifyResult& result) {
    for (const TableVerified& each : result.tables) {
        state_.note_verified(each.table.name.display(), each.rows, each.mismatches == 0);
    }
}

CompletePass Migration::complete_pass(Pass& pass) {
    return [&pass](SourceReader& reader, SnapshotTime time) { pass.complete_at(reader, time); };
}

}  // namespace dbsync
