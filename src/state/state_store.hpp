// SPDX-License-Identifier: MIT
// What survives a kill and belongs to no end: a job's settings without secrets, its phase, the
// ledger of verifications, the timeline and samples. A SQLite file; see docs/formats/state-file.md.
// The truth about rows and deltas is on the two ends: if this file is lost, they hold enough to
// go on. Safe from any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dbsync {

struct VerifiedTable {
    std::string table;
    std::string verified_at;  // ISO 8601, UTC
    std::uint64_t rows = 0;
    bool identical = false;
};

struct TimelineEvent {
    std::string at;     // ISO 8601, UTC, milliseconds
    std::string event;  // "<phase>.<what>"
    std::string detail;
};

struct Sample {
    std::string at;  // ISO 8601, UTC, milliseconds; filled in by add_sample()
    std::string phase = {};
    std::uint64_t rows_copied = 0;
    std::uint64_t deltas_applied = 0;
    std::uint64_t deltas_behind = 0;
    std::int64_t lag_seconds = 0;
};

class StateStore {
  public:
    enum class Access {
        Read,   // a private copy of what stands in the file (or of nothing): changes are not kept
        Write,  // made if missing; locked for the life of the object
    };

    // Throws Error{Usage} if the file or its folder cannot be written or is no state file,
    // Error{Precondition} if it belongs to another job or to a newer dbsync, Error{JobBusy} if
    // another process holds its lock.
    StateStore(std::filesystem::path file, std::string job, Access access);
    ~StateStore();
    StateStore(const StateStore&) = delete;
    StateStore& operator=(const StateStore&) = delete;

    // $XDG_STATE_HOME/dbsync/JOB.db, or ~/.local/state/dbsync/JOB.db.
    [[nodiscard]] static std::filesystem::path default_file(const std::string& job);

    [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }
    [[nodiscard]] const std::string& job() const noexcept { return job_; }
    [[nodiscard]] bool was_created() const noexcept { return created_; }
    // Removes the file that this object made: nothing came of the command.
    void discard() noexcept;

    // One of "new", "capturing", "copying", "catching-up", "caught-up", "frozen", "cut-over",
    // "rolled-back", "stopped". A change is noted in the timeline.
    [[nodiscard]] std::string phase() const;
    void set_phase(const std::string& phase);

    // Settings by name. Never give a secret.
    void remember(const std::string& key, const std::string& value);
    [[nodiscard]] std::optional<std::string> recall(const std::string& key) const;
    void remember_list(const std::string& key, const std::vector<std::string>& values);
    [[nodiscard]] std::vector<std::string> recall_list(const std::string& key) const;

    // `role` is "source" or "target". Notes who this end is the first time; throws
    // Error{Precondition} if it is another database than then.
    void set_identity(const std::string& role, const std::string& identity);

    // Verification ledger, one entry a table.
    void note_verified(const std::string& table, std::uint64_t rows, bool identical);
    [[nodiscard]] std::vector<VerifiedTable> verified_tables() const;
    void forget_verified();

    void append_event(const std::string& event, const std::string& detail);
    [[nodiscard]] std::vector<TimelineEvent> timeline() const;  // oldest first

    // Keeps the newest `samples_max`.
    void add_sample(const Sample& sample);
    [[nodiscard]] std::vector<Sample> samples() const;  // oldest first
    static constexpr std::int64_t samples_max = 20'000;

    // Begins anew in the same file, for a job whose capture was stopped: only the remembered
    // settings stay.
    void reset();

  private:
    class Lock;
    struct Session;
    void open_for_writing();
    void open_for_reading();
    void check_format(bool may_create);

    std::filesystem::path file_;
    std::string job_;
    bool created_ = false;
    std::unique_ptr<Lock> lock_;
    std::unique_ptr<Session> session_;
};

}  // namespace dbsync
