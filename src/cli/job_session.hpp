// SPDX-License-Identifier: MIT
// One command's hold on a job: its state file, its two ends, and the migration over them.
#pragma once

#include "cli/command.hpp"
#include "engine/endpoint.hpp"
#include "engine/engine_text.hpp"
#include "engine/pair.hpp"
#include "migration/migration.hpp"
#include "state/state_store.hpp"

#include <memory>
#include <string>
#include <vector>

namespace dbsync::cli {

class JobSession {
  public:
    enum class Use {
        Look,  // check, status, dry runs: the state file is not touched
        Work,  // the state file is made, locked and kept
    };

    // Everything that can be wrong about options, URLs and the state is found here, before any
    // connection is opened. Throws Error{Usage}, Error{Precondition}, Error{JobBusy}.
    JobSession(const Invocation& invocation, Use use);
    ~JobSession();
    JobSession(const JobSession&) = delete;
    JobSession& operator=(const JobSession&) = delete;

    [[nodiscard]] Migration& migration() { return *migration_; }
    [[nodiscard]] StateStore& state() { return *state_; }
    [[nodiscard]] RowText row_text() const noexcept {
        return dbsync::row_text(source_.engine, target_.engine);
    }

  private:
    class Listener;
    void resolve_ends(const Values& values);
    [[nodiscard]] Endpoint resolve_end(const Values& values, const std::string& role) const;
    void refuse_other_end(const std::string& role, const Endpoint& endpoint) const;
    void remember(const Values& values);
    [[nodiscard]] MigrationOptions options(const Values& values, std::size_t workers) const;
    [[nodiscard]] TableFilter filter(const Values& values) const;
    [[nodiscard]] std::vector<std::string> mapped(const Values& values) const;
    [[nodiscard]] std::string on_unrepresentable(const Values& values) const;
    [[nodiscard]] PairOptions pair_options(const Values& values) const;

    std::unique_ptr<StateStore> state_;
    Endpoint source_;
    Endpoint target_;
    EnginePair pair_;
    std::unique_ptr<Listener> listener_;
    std::unique_ptr<Migration> migration_;
};

// The job's name, checked: it becomes part of a file's name. Throws Error{Usage}.
[[nodiscard]] std::string job_name(const Values& values);
// Parallel workers: --jobs, or as many as cores, at most 4. Throws Error{Usage}.
[[nodiscard]] std::size_t worker_count(const Values& values);
// --log-level, --log-file and --log-format, put into effect.
void configure_log(const Values& values);

}  // namespace dbsync::cli
