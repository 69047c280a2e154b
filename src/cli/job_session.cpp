// SPDX-License-Identifier: MIT
#include "cli/job_session.hpp"

#include "base/log.hpp"
#include "engine/registry.hpp"
#include "report/terminal_report.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <thread>

namespace dbsync::cli {

namespace {

constexpr std::size_t job_name_bytes_max = 50;
constexpr std::uint64_t workers_max = 64;
constexpr std::uint64_t workers_default_max = 4;

Error usage(const std::string& what, const std::string& hint) {
    return Error{{.kind = ErrorKind::Usage, .what_failed = what, .hint = hint}};
}

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

Endpoint parse_end(const std::string& role, const std::string& url) {
    try {
        return Endpoint::parse(url, variable(role == "source" ? "DBSYNC_SOURCE_PASSWORD"
                                                              : "DBSYNC_TARGET_PASSWORD"));
    } catch (const Error& error) {
        ErrorFields fields = error.fields();
        fields.what_failed = "--" + role + ": " + fields.what_failed;
        throw Error{fields};
    }
}

TerminalStyle style_of(const Values& values) {
    const std::string choice = values.text("progress");
    if (choice == "none") {
        return TerminalStyle::None;
    }
    if (choice == "plain") {
        return TerminalStyle::Plain;
    }
    const bool terminal = choice == "bar" || isatty(STDERR_FILENO) == 1;
    return terminal ? TerminalStyle::Bar : TerminalStyle::Plain;
}

}  // namespace

std::string job_name(const Values& values) {
    const std::string job = values.text("job");
    const bool fine = std::all_of(job.begin(), job.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    });
    if (!fine || job.size() > job_name_bytes_max || job.starts_with('.')) {
        throw usage("--job cannot be '" + job + "'",
                    fmt::format("use up to {} letters, digits, '-', '_' and '.'",
                                job_name_bytes_max));
    }
    return job;
}

std::size_t worker_count(const Values& values) {
    if (!values.is_set("jobs")) {
        const std::uint64_t cores = std::max(1U, std::thread::hardware_concurrency());
        return static_cast<std::size_t>(std::min(cores, workers_default_max));
    }
    const std::uint64_t count = values.count("jobs");
    if (count < 1 || count > workers_max) {
        throw usage(fmt::format("--jobs cannot be {}", count),
                    fmt::format("write a number from 1 to {}", workers_max));
    }
    return static_cast<std::size_t>(count);
}

void configure_log(const Values& values) {
    log::Options options;
    options.file = values.text("log-file");
    options.format = values.text("log-format") == "json" ? log::Format::Json : log::Format::Text;
    const std::string level = values.text("log-level");
    if (level == "trace") {
        options.level = log::Level::Trace;
    } else if (level == "debug") {
        options.level = log::Level::Debug;
    } else if (level == "info" || (level.empty() && !options.file.empty())) {
        options.level = log::Level::Info;
    } else if (level == "error") {
        options.level = log::Level::Error;
    } else if (level == "off") {
        options.level = log::Level::Off;
    }
    log::configure(options);
}

// Draws progress and keeps a sample of it now and then, for `status` and the report.
class JobSession::Listener : public ProgressListener {
  public:
    Listener(TerminalStyle style, StateStore* samples)
        : terminal_{std::cerr, style}, samples_{samples} {}

    void on_progress(const Progress& progress) override {
        terminal_.on_progress(progress);
        if (samples_ != nullptr && is_time()) {
            keep(progress);
        }
    }

  private:
    static constexpr std::chrono::milliseconds sample_every{2'000};

    bool is_time() {
        const std::lock_guard lock{mutex_};
        const auto now = std::chrono::steady_clock::now();
        if (now < next_) {
            return false;
        }
        next_ = now + sample_every;
        return true;
    }

    // Losing a sample is no reason to end the run.
    void keep(const Progress& progress) {
        try {
            samples_->add_sample({.at = {},
                                  .phase = progress.phase,
                                  .rows_copied = progress.rows_copied,
                                  .deltas_applied = progress.deltas_applied,
                                  .deltas_behind = progress.deltas_behind,
                                  .lag_seconds = progress.lag_seconds});
        } catch (const std::exception& failure) {
            log::warn("job.sample_lost", {{"why", failure.what()}});
        }
    }

    TerminalReport terminal_;
    StateStore* samples_;
    std::mutex mutex_;
    std::chrono::steady_clock::time_point next_{};
};

JobSession::JobSession(const Invocation& invocation, Use use) {
    const Values& values = invocation.values;
    const std::string job = job_name(values);
    const std::size_t workers = worker_count(values);
    for (const char* role : {"source", "target"}) {
        if (values.is_set(role)) {
            parse_end(role, values.text(role));
        }
    }
    const std::filesystem::path file =
        values.is_set("state") ? std::filesystem::path{values.text("state")}
                               : StateStore::default_file(job);
    const bool given = values.is_set("source") && values.is_set("target");
    std::error_code unknown;
    if (!given && !std::filesystem::exists(file, unknown)) {
        throw usage(fmt::format("--{} is not given, and there is no state of job '{}' in {}",
                                values.is_set("source") ? "target" : "source", job, file.string()),
                    "give --source URL and --target URL");
    }
    state_ = std::make_unique<StateStore>(
        file, job, use == Use::Work ? StateStore::Access::Write : StateStore::Access::Read);
    try {
        resolve_ends(values);
        remember(values);
        pair_ = open_pair(source_, target_, pair_options(values));
    } catch (const Error&) {
        state_->discard();
        throw;
    }
    listener_ = std::make_unique<Listener>(style_of(values),
                                           use == Use::Work ? state_.get() : nullptr);
    migration_ = std::make_unique<Migration>(*pair_.source, *pair_.target, *state_, *listener_,
                                             options(values, workers), invocation.stop);
}

// A state file that this command made, and that knows nothing yet, would only be in the way.
JobSession::~JobSession() {
    migration_.reset();
    try {
        if (state_->was_created() && state_->phase() == phase_new) {
            state_->discard();
        }
    } catch (const std::exception& failure) {
        log::warn("job.state_unreadable", {{"why", failure.what()}});
    }
}

void JobSession::resolve_ends(const Values& values) {
    source_ = resolve_end(values, "source");
    target_ = resolve_end(values, "target");
    require_pair(source_, target_);
    const std::string phase = state_->phase();
    if (phase != phase_new && phase != phase_stopped) {
        refuse_other_end("source", source_);
        refuse_other_end("target", target_);
    }
}

Endpoint JobSession::resolve_end(const Values& values, const std::string& role) const {
    if (values.is_set(role)) {
        return parse_end(role, values.text(role));
    }
    const auto remembered = state_->recall(role);
    if (!remembered) {
        throw usage(fmt::format("--{} is not given, and job '{}' does not remember one", role,
                                state_->job()),
                    fmt::format("give --{} URL", role));
    }
    return parse_end(role, *remembered);
}

// A job under way stays with the ends it began with.
void JobSession::refuse_other_end(const std::string& role, const Endpoint& endpoint) const {
    const auto remembered = state_->recall(role);
    if (remembered && *remembered != endpoint.url) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = fmt::format("job '{}' has the {} {}, not {}", state_->job(),
                                                role, *remembered, endpoint.url),
                     .hint = fmt::format("leave --{} out to go on with it, or name another move "
                                         "with --job",
                                         role)}};
    }
}

void JobSession::remember(const Values& values) {
    state_->remember("source", source_.url);
    state_->remember("target", target_.url);
    const TableFilter chosen = filter(values);
    state_->remember_list("tables", chosen.include);
    state_->remember_list("exclude", chosen.exclude);
    state_->remember_list("map", mapped(values));
    state_->remember("on-unrepresentable", on_unrepresentable(values));
}

std::vector<std::string> JobSession::mapped(const Values& values) const {
    return values.is_set("map") ? values.list("map") : state_->recall_list("map");
}

std::string JobSession::on_unrepresentable(const Values& values) const {
    if (values.is_set("on-unrepresentable")) {
        return values.text("on-unrepresentable");
    }
    return state_->recall("on-unrepresentable").value_or(values.text("on-unrepresentable"));
}

PairOptions JobSession::pair_options(const Values& values) const {
    PairOptions options;
    const std::string choice = on_unrepresentable(values);
    if (choice == "null") {
        options.on_unrepresentable = OnUnrepresentable::Null;
    } else if (choice == "quarantine") {
        options.on_unrepresentable = OnUnrepresentable::Quarantine;
    }
    for (const std::string& text : mapped(values)) {
        const auto equals = text.find('=');
        if (equals == std::string::npos || equals == 0 || equals + 1 == text.size() ||
            text.find('.') > equals) {
            throw usage("--map cannot be '" + text + "'", "write TABLE.COLUMN=TYPE");
        }
        options.types[text.substr(0, equals)] = text.substr(equals + 1);
    }
    return options;
}

MigrationOptions JobSession::options(const Values& values, std::size_t workers) const {
    const bool has_batch = std::any_of(
        values.table().begin(), values.table().end(),
        [](const OptionSpec& each) { return each.name == "batch-rows"; });
    return {.job = state_->job(),
            .workers = workers,
            .filter = filter(values),
            .batch_rows =
                has_batch && values.is_set("batch-rows") ? values.count("batch-rows") : 0,
            .another_target = pair_.another_target};
}

// The two belong together: who gives either anew means the whole choice anew.
TableFilter JobSession::filter(const Values& values) const {
    if (values.is_set("tables") || values.is_set("exclude")) {
        return {.include = values.is_set("tables") ? values.list("tables")
                                                   : std::vector<std::string>{},
                .exclude = values.is_set("exclude") ? values.list("exclude")
                                                    : std::vector<std::string>{}};
    }
    return {.include = state_->recall_list("tables"), .exclude = state_->recall_list("exclude")};
}

}  // namespace dbsync::cli
