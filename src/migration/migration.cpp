// SPDX-License-Identifier: MIT
#include "migration/migration.hpp"

#include "base/checkpoint.hpp"
#include "base/log.hpp"
#include "base/retry.hpp"
#include "migration/schema_ledger.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

namespace dbsync {

namespace {

constexpr const char* no_table = "has no table that --tables and --exclude choose";
constexpr const char* no_table_hint =
    "look at the patterns (they match schema.table, or the table's name) and at the database in "
    "--source";

}  // namespace

struct Migration::Claims {
    std::unique_ptr<JobClaim> source;
    std::unique_ptr<JobClaim> target;
};

bool CheckResult::has_failure() const {
    return std::any_of(findings.begin(), findings.end(),
                       [](const Finding& f) { return f.severity == Severity::Fail; });
}

Migration::Migration(Source& source,
                     Target& target,
                     StateStore& state,
                     ProgressListener& progress,
                     MigrationOptions options,
                     std::stop_token stop)
    : source_{source},
      target_{target},
      state_{state},
      progress_{progress},
      options_{std::move(options)},
      stop_{std::move(stop)} {}

Migration::~Migration() = default;

Move Migration::move(std::chrono::milliseconds lock_timeout) {
    return {.source = source_,
            .target = target_,
            .job = options_.job,
            .workers = std::max<std::size_t>(1, options_.workers),
            .lock_timeout = lock_timeout,
            .stop = stop_,
            .another_target = options_.another_target};
}

// One process a job, proven on both ends: a state file of another name does not get around it.
void Migration::claim_source() {
    if (!claims_) {
        claims_ = std::make_unique<Claims>();
    }
    if (!claims_->source) {
        claims_->source = source_.claim(options_.job);
    }
}

void Migration::claim() {
    claim_source();
    if (!claims_->target) {
        claims_->target = target_.claim(options_.job);
    }
}

void Migration::enter(const std::string& phase) {
    state_.set_phase(phase);
    log::info("migration.phase", {{"phase", phase}});
}

void Migration::refuse_failures(const std::vector<Finding>& findings) const {
    std::string all;
    std::string hint;
    for (const Finding& finding : findings) {
        if (finding.severity == Severity::Fail) {
            all += (all.empty() ? "" : "; ") + finding.subject + ": " + finding.message;
            hint += (hint.empty() ? "" : "; ") + finding.hint;
        }
    }
    if (!all.empty()) {
        throw Error{{.kind = ErrorKind::Precondition, .what_failed = all, .hint = hint}};
    }
}

// An end that is not the one this job began with has another history: going on would be wrong.
void Migration::check_identities() {
    state_.set_identity("source", source_.identity());
    state_.set_identity("target", target_.identity());
}

std::vector<Table> Migration::require_capture() {
    const CaptureState capture = source_.capture_state();
    if (!capture.installed) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = "capture is not installed on the source",
                     .hint = "run `dbsync start-capture` first"}};
    }
    if (capture.job != options_.job) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = "the capture on the source belongs to job " + capture.job,
                     .hint = "use --job " + capture.job + ", or stop that job's capture first"}};
    }
    return source_.captured_tables();
}

TargetJob Migration::require_snapshot() {
    const std::optional<TargetJob> job = target_.job(options_.job);
    if (!job || !job->rows_copied || !job->indexes_built) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = "there is no complete snapshot on the target",
                     .hint = "run `dbsync snapshot` first"}};
    }
    require_same_history(*job);
    return *job;
}

// Which database feeds the target, and by which capture: between two captures of one database
// changes went unrecorded.
std::string Migration::history() {
    return source_.identity() + ", capture " + source_.capture_state().epoch;
}

void Migration::require_same_history(const TargetJob& job) {
    if (job.source_identity == history()) {
        return;
    }
    const bool same_database = job.source_identity.starts_with(source_.identity() + ", capture ");
    throw Error{{.kind = ErrorKind::Precondition,
                 .what_failed = same_database
                                    ? "the target was fed by an earlier capture of the source: "
                                      "what was written between the two was not recorded"
                                    : "the source is not the database this job began with",
                 .hint = same_database ? "empty the target, or give another one, and begin the "
                                         "move anew with another --job"
                                       : "look at --source; after a failover or a restored backup "
                                         "begin a new move"}};
}

// Tables of which the target's ledger does not have every chunk. After a snapshot these are tables
// for which capture was started later.
std::vector<std::string> Migration::uncopied(const std::vector<Table>& tables) {
    std::set<std::int32_t> known;
    std::set<std::int32_t> unfinished;
    for (const ChunkRecord& record : target_.chunks(options_.job)) {
        (record.done ? known : unfinished).insert(record.chunk.table_id);
    }
    std::vector<std::string> names;
    for (const Table& table : tables) {
        if (!known.contains(table.id) || unfinished.contains(table.id)) {
            names.push_back(table.name.display());
        }
    }
    return names;
}

void Migration::require_copied(const std::vector<Table>& tables) {
    const std::vector<std::string> names = uncopied(tables);
    if (!names.empty()) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = std::to_string(names.size()) +
                                    " captured tables have not been copied, among them " +
                                    names.front(),
                     .table = names.front(),
                     .hint = "run `dbsync snapshot`: it copies what was added since"}};
    }
}

CheckResult Migration::check(bool scan) {
    static_cast<void>(source_.describe());  // an end that cannot be reached is no finding
    static_cast<void>(target_.describe());
    Inspection inspection = source_.inspect(options_.filter);
    CheckResult result{.tables = std::move(inspection.tables),
                       .findings = std::move(inspection.findings)};
    if (result.tables.empty() && !result.has_failure()) {
        result.findings.push_back({Severity::Fail, "source", no_table, no_table_hint});
    }
    for (Finding& finding : target_.inspect(result.tables, options_.job)) {
        result.findings.push_back(std::move(finding));
    }
    for (Finding& finding : source_.plan(result.tables)) {
        result.findings.push_back(std::move(finding));
    }
    if (scan) {
        for (Finding& finding : source_.scan(result.tables, stop_)) {
            result.findings.push_back(std::move(finding));
        }
    }
    return result;
}

std::vector<std::string> Migration::capture_statements() {
    const Inspection inspection = source_.inspect(options_.filter);
    refuse_failures(inspection.findings);
    return source_.capture_statements(inspection.tables);
}

std::vector<std::string> Migration::schema_statements() {
    const Inspection inspection = source_.inspect(options_.filter);
    refuse_failures(inspection.findings);
    std::vector<std::string> statements;
    for (const SchemaItem& item : source_.export_schema(inspection.tables)) {
        statements.push_back(item.sql);
    }
    return statements;
}

void Migration::back_up(const std::string& given) {
    claim_source();
    const std::string file = std::filesystem::absolute(given).string();
    if (state_.recall("backup") == file) {
        return;
    }
    source_.back_up(file, stop_);
    state_.remember("backup", file);
    log::info("migration.backup", {{"file", file}});
}

// The target is not touched: before an external restore it may not even exist.
StartCaptureResult Migration::start_capture(const StartCaptureOptions& options) {
    claim_source();
    if (state_.phase() == phase_stopped) {
        state_.reset();
    }
    if (source_.capture_state().installed) {
        require_capture();
        state_.set_identity("source", source_.identity());
    }
    const Inspection inspection = source_.inspect(options_.filter);
    refuse_failures(inspection.findings);
    if (inspection.tables.empty()) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = std::string{"the source "} + no_table,
                     .hint = no_table_hint}};
    }
    CaptureResult installed = source_.install_capture(
        inspection.tables,
        {.job = options_.job, .lock_timeout = options.lock_timeout, .retry_for = options.retry_for},
        stop_);
    source_.prove_capture();
    state_.set_identity("source", source_.identity());
    if (state_.phase() == phase_new) {
        enter(phase_capturing);
    }
    return {.tables = std::move(installed.tables), .already_captured = installed.already_captured};
}

Pass Migration::make_pass(std::vector<Table> tables) {
    // A source transaction larger than a batch is split by key; each share reads all its deltas.
    constexpr std::uint64_t bucket_keys_min = 10'000;
    PassOptions options;
    if (options_.batch_rows > 0) {
        options.batch_deltas_max = options_.batch_rows;
        options.near_deltas_max = std::min(options.near_deltas_max, options_.batch_rows);
        options.bucket_keys_max =
            std::max(bucket_keys_min, std::min(options.bucket_keys_max, options_.batch_rows));
    }
    return Pass{move(), std::move(tables), options};
}

SnapshotResult Migration::snapshot(const SnapshotCommandOptions& options) {
    claim();
    std::vector<Table> tables = require_capture();
    const std::optional<TargetJob> job = target_.job(options_.job);
    if (job) {
        require_same_history(*job);
        check_identities();
    }
    source_.audit();
    if (!options.external) {
        refuse_failures(target_.inspect(tables, options_.job));
    }
    if (job && job->rows_copied && job->indexes_built) {
        if (uncopied(tables).empty()) {
            return copied_rows(tables);
        }
        refuse_fenced("copy the tables that were captured since in a move of their own");
        target_.reopen_snapshot(options_.job);
        enter(phase_copying);
    }
    if (state_.phase() == phase_new || state_.phase() == phase_capturing) {
        enter(phase_copying);
    }
    return copy_all(options, std::move(tables));
}

// What the target's ledger says of a snapshot that is complete.
SnapshotResult Migration::copied_rows(const std::vector<Table>& tables) {
    std::map<std::int32_t, TableCopied> copied;
    for (const ChunkRecord& record : target_.chunks(options_.job)) {
        copied[record.chunk.table_id].rows += record.rows;
        copied[record.chunk.table_id].bytes += record.bytes;
    }
    SnapshotResult result;
    for (const Table& table : tables) {
        TableCopied& each = copied[table.id];
        each.table = table.name.display();
        result.rows += each.rows;
        result.bytes += each.bytes;
        result.tables.push_back(each);
    }
    return result;
}

SnapshotResult Migration::copy_all(const SnapshotCommandOptions& options,
                                   std::vector<Table> tables) {
    const bool with_schema = !options.external && options.schema != SchemaChoice::None;
    std::vector<SchemaItem> schema;
    if (with_schema) {
        schema = source_.export_schema(tables);
        if (!source_.translates_schema()) {
            SchemaLedger{state_}.note(schema);
        }
    } else if (!options.external) {
        refuse_failures(source_.plan(tables));  // the target's own tables must fit
    }
    Snapshot snapshot{move(), tables, std::move(schema), progress_};
    if (options.external) {
        snapshot.adopt();
    }
    target_.prepare(options_.job, history());
    check_identities();
    if (with_schema) {
        snapshot.create_schema();
    }
    if (options.schema == SchemaChoice::Only) {
        snapshot.create_keys();
        snapshot.build_indexes(true);
        return {};
    }
    SnapshotResult result;
    if (options.external) {
        snapshot.note_adopted();
    } else {
        result = snapshot.copy_rows({.chunk_rows = options.chunk_rows, .with_schema = with_schema});
    }
    enter(phase_catching_up);
    Pass pass = make_pass(tables);
    Catchup{move(), pass, progress_}.run({});
    pass.settle_orphans();
    snapshot.build_indexes(with_schema);
    target_.set_indexes_built(options_.job);
    return result;
}

// Behind the fence the target's rows are the newer ones: nothing of the source may replace them.
void Migration::refuse_fenced(const std::string& hint) {
    if (source_.capture_state().fenced) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = "this job has been cut over: the target is the primary now",
                     .hint = hint}};
    }
}

CatchupResult Migration::catchup(const CatchupOptions& options) {
    claim();
    std::vector<Table> tables = require_capture();
    require_snapshot();
    check_identities();
    refuse_fenced("run `dbsync cutover` again if it did not finish");
    require_copied(tables);
    if (state_.phase() != phase_caught_up) {
        enter(phase_catching_up);
    }
    Pass pass = make_pass(std::move(tables));
    CatchupResult result = Catchup{move(), pass, progress_}.run(options);
    if (result.lag.rows == 0) {
        enter(phase_caught_up);
    }
    return result;
}

std::uint64_t Migration::put_aside() {
    std::uint64_t rows = 0;
    for (const auto& [table_id, count] : target_.quarantined(options_.job)) {
        rows += count;
    }
    return rows;
}

std::uint64_t Migration::stop_capture(bool keep_target) {
    claim_source();
    const CaptureState capture = source_.capture_state();
    if (capture.installed && capture.job != options_.job) {
        require_capture();
    }
    source_.remove_capture({.job = options_.job}, stop_);
    std::uint64_t stay = 0;
    if (!keep_target) {
        claim();
        stay = target_.remove(options_.job);
    }
    enter(phase_stopped);
    return stay;
}

}  // namespace dbsync
