// SPDX-License-Identifier: MIT
// The conductor: what each command of the product does, told from top to bottom. It alone knows
// all the phases; they know each other only through it.
#pragma once

#include "catchup/catchup.hpp"
#include "cutover/cutover.hpp"
#include "engine/move.hpp"
#include "report/progress.hpp"
#include "row/finding.hpp"
#include "snapshot/snapshot.hpp"
#include "state/state_store.hpp"
#include "verify/verify.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dbsync {

struct MigrationOptions {
    std::string job = "default";
    std::size_t workers = 2;
    TableFilter filter;
    std::uint64_t batch_rows = 0;  // most deltas of a batch; 0: the default of PassOptions
    // Opens another object for the same target (parallel index builds).
    std::function<std::unique_ptr<Target>()> another_target;
};

struct CheckResult {
    std::vector<Table> tables;
    std::vector<Finding> findings;
    [[nodiscard]] bool has_failure() const;
};

struct StartCaptureOptions {
    std::chrono::milliseconds lock_timeout{2'000};
    std::chrono::milliseconds retry_for{600'000};
};

struct StartCaptureResult {
    std::vector<Table> tables;
    std::size_t already_captured = 0;
};

enum class SchemaChoice { All, None, Only };

struct SnapshotCommandOptions {
    bool external = false;
    SchemaChoice schema = SchemaChoice::All;
    std::uint64_t chunk_rows = 0;
};

enum class VerifyChoice { Changed, Full, None };

struct CutoverCommandOptions {
    std::chrono::milliseconds max_freeze{30'000};
    Hooks hooks;
    VerifyChoice verify = VerifyChoice::Changed;
    bool dry_run = false;  // everything up to the freeze, which is only predicted
};

struct CutoverCommandResult {
    CutoverResult cutover;
    std::uint64_t tables_verified = 0;
    std::uint64_t rows_verified = 0;
    std::uint64_t put_aside = 0;  // rows that are not in their tables on the target
    bool was_done = false;  // an earlier run had switched already; nothing was left to do
};

struct TableStatus {
    std::string table;
    std::uint64_t rows_estimate = 0;
    std::uint64_t copied_rows = 0;
    std::uint64_t pending_deltas = 0;
    std::string verified_at;  // ISO 8601, empty if never
};

struct StatusResult {
    std::string phase;
    std::optional<Lag> lag;  // absent when an end cannot be asked
    std::vector<TableStatus> tables;
    std::vector<std::string> unreachable;  // "source: …" with the reason
};

// One job over two ends. Not thread-safe. Every member can be called again after any crash and
// goes on where it was. Throws Error as the phases do; Error{JobBusy} if another process works on
// the job.
class Migration {
  public:
    Migration(Source& source, Target& target, StateStore& state, ProgressListener& progress,
              MigrationOptions options, std::stop_token stop);
    ~Migration();
    Migration(const Migration&) = delete;
    Migration& operator=(const Migration&) = delete;

    // `scan`: reads every row for values that have no form on the target.
    CheckResult check(bool scan);
    // The statements that start_capture would run.
    std::vector<std::string> capture_statements();
    // What `snapshot` would run to make the schema, in order. Nothing is touched.
    std::vector<std::string> schema_statements();
    // Throws Error{Precondition} listing every finding that is a `fail`.
    StartCaptureResult start_capture(const StartCaptureOptions& options);
    // Once a job: a file that an earlier run of this job made is left as it is.
    void back_up(const std::string& file);
    // Throws Error{Precondition} if capture is not installed.
    SnapshotResult snapshot(const SnapshotCommandOptions& options);
    // Throws Error{Precondition} if there is no complete snapshot.
    CatchupResult catchup(const CatchupOptions& options);
    VerifyResult verify(bool repair);
    CutoverCommandResult cutover(const CutoverCommandOptions& options);
    StatusResult status();
    // `keep_target`: leave dbsync's tables on the target. How many rows stay put aside there: after
    // a cutover they are nowhere else on it.
    std::uint64_t stop_capture(bool keep_target);

  private:
    struct Claims;
    Move move(std::chrono::milliseconds lock_timeout = std::chrono::milliseconds{2'000});
    void claim_source();
    void claim();
    void enter(const std::string& phase);
    std::uint64_t put_aside();
    void refuse_failures(const std::vector<Finding>& findings) const;
    void check_identities();
    std::vector<Table> require_capture();
    TargetJob require_snapshot();
    std::string history();
    void require_same_history(const TargetJob& job);
    std::vector<std::string> uncopied(const std::vector<Table>& tables);
    void require_copied(const std::vector<Table>& tables);
    void refuse_fenced(const std::string& hint);
    void refuse_changes_past_the_fence();
    [[nodiscard]] std::string uncaptured(const std::vector<Table>& captured);
    void refuse_uncaptured(const std::vector<Table>& captured);
    Pass make_pass(std::vector<Table> tables);
    void note_verified(const VerifyResult& result);
    static CompletePass complete_pass(Pass& pass);
    SnapshotResult copied_rows(const std::vector<Table>& tables);
    SnapshotResult copy_all(const SnapshotCommandOptions& options, std::vector<Table> tables);
    std::function<void()> keep_up(Pass& pass);
    VerifyResult verify_online(Pass& pass, Verify& verify, bool repair);
    void verify_again(Pass& pass, Verify& verify);
    void rescan_replaced(Pass& pass, Verify& verify, int rounds_max);
    void prepare_verification(Pass& pass, Verify& verify, VerifyChoice choice,
                              CutoverCommandResult& result);
    FrozenWork frozen_work(Pass& pass, Verify& verify, bool compares);
    std::vector<SchemaItem> sleepers(const std::vector<Table>& tables);
    CutoverCommandResult finish_cutover(const CutoverCommandOptions& options,
                                        const std::vector<Table>& tables);
    static std::string phase_of(const std::optional<TargetJob>& job, const CaptureState& capture);

    Source& source_;
    Target& target_;
    StateStore& state_;
    ProgressListener& progress_;
    MigrationOptions options_;
    std::stop_token stop_;
    std::unique_ptr<Claims> claims_;
};

// Whether a text is one of the documented phases, and their order in a normal move.
inline constexpr const char* phase_new = "new";
inline constexpr const char* phase_capturing = "capturing";
inline constexpr const char* phase_copying = "copying";
inline constexpr const char* phase_catching_up = "catching-up";
inline constexpr const char* phase_caught_up = "caught-up";
inline constexpr const char* phase_frozen = "frozen";
inline constexpr const char* phase_cut_over = "cut-over";
inline constexpr const char* phase_stopped = "stopped";

}  // namespace dbsync
