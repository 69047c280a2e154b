// SPDX-License-Identifier: MIT
// The story of the demo, from top to bottom: a shop, its customers, a move while they buy, and
// the count afterwards. The move is the product's own (src/migration); the count is not: it
// reads both files with code that knows nothing of dbsync.
#include "demo/demo.hpp"

#include "base/error.hpp"
#include "base/retry.hpp"
#include "demo/demo_report.hpp"
#include "demo/journal.hpp"
#include "demo/shop.hpp"
#include "engine/registry.hpp"
#include "migration/migration.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <ostream>
#include <thread>
#include <utility>

namespace dbsync {

namespace {

using Clock = std::chrono::steady_clock;

// How long the writers write before the move begins, and at least after it.
constexpr std::chrono::milliseconds before_move{500};
constexpr std::chrono::milliseconds after_move{1'000};

// Removed at the end; kept, and named, when something went wrong.
class Folder {
  public:
    explicit Folder(std::ostream& narration) : narration_{narration} {
        std::string pattern = std::filesystem::temp_directory_path() / "dbsync-demo-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) {
            throw Error{{.kind = ErrorKind::Usage,
                         .what_failed = "cannot create the demo's folder " + pattern,
                         .hint = "set TMPDIR to a folder that can be written"}};
        }
        path_ = pattern;
    }
    ~Folder() {
        if (!done_) {
            narration_ << "demo: both databases are kept in " << path_.string() << "\n";
            return;
        }
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] std::string file(const char* name) const { return path_ / name; }
    void may_go() { done_ = true; }

  private:
    std::ostream& narration_;
    std::filesystem::path path_;
    bool done_ = false;
};

class Demo {
  public:
    Demo(const DemoOptions& options, std::ostream& narration, const std::stop_token& stop)
        : options_{options}, narration_{narration}, stop_{stop}, folder_{narration} {}

    demo::DemoResult run() {
        const auto begun = Clock::now();
        demo::create_shop(source_, size_);
        demo::ShopState initial = demo::read_shop(source_);
        tell(fmt::format("a shop in SQLite: {} orders with their items, {} customers, {} products",
                         initial.orders.size(), initial.customers.size(),
                         initial.products.size()));
        demo::Journal journal{std::move(initial)};
        const demo::WriterOptions writing{.rate = options_.rate};
        demo::Writers writers{source_, size_, writing, journal};
        tell(fmt::format("{} writers place, change and cancel orders, {} times a second",
                         writing.writers, writing.rate));
        write_until(Clock::now() + before_move);
        move();
        writers.switch_to(target_);
        tell("the writers go on on the target");
        write_until(std::max(begun + Clock::duration{options_.seconds},
                             Clock::now() + after_move));
        writers.stop();
        return count(journal, writers, begun);
    }

    void may_go() { folder_.may_go(); }

  private:
    void tell(const std::string& what) { narration_ << "demo: " << what << "\n" << std::flush; }

    // The real thing, command by command.
    void move() {
        const Endpoint from = Endpoint::parse("sqlite://" + source_, "");
        const Endpoint to = Endpoint::parse("sqlite://" + target_, "");
        const std::unique_ptr<Source> source = open_source(from);
        const std::unique_ptr<Target> target = open_target(to);
        StateStore state{folder_.file("state.db"), "demo", StateStore::Access::Write};
        SilentProgress progress;
        MigrationOptions options;
        options.job = "demo";
        options.workers = workers();
        options.another_target = [to] { return open_target(to); };
        Migration migration{*source, *target, state, progress, options, stop_};

        migration.start_capture({});
        tell("capture: every change from here on is recorded");
        const SnapshotResult copied = migration.snapshot({});
        tell(fmt::format("snapshot: {} rows copied", copied.rows));
        const CatchupResult caught_up = migration.catchup({.until_lag = std::chrono::seconds{0}});
        tell(fmt::format("catchup: {} changes applied meanwhile", caught_up.deltas));
        const VerifyResult verified = migration.verify(false);
        tell(fmt::format("verify: {} rows compared, {}", verified.rows,
                         verified.identical ? "identical" : "DIFFERENT"));
        rows_verified_ = verified.rows;
        const CutoverCommandResult cutover = migration.cutover({});
        freeze_ms_ = cutover.cutover.freeze_ms;
        tell(fmt::format("cutover: the source was frozen for {} ms and is fenced now",
                         freeze_ms_));
    }

    demo::DemoResult count(const demo::Journal& journal, const demo::Writers& writers,
                           Clock::time_point begun) {
        demo::DemoResult result;
        result.check = demo::check_shop(journal.owed(), demo::read_shop(target_));
        result.writers = writers.counts();
        result.source_refuses = source_refuses();
        result.rows_verified = rows_verified_;
        result.freeze_ms = freeze_ms_;
        result.seconds = std::chrono::duration<double>(Clock::now() - begun).count();
        return result;
    }

    bool source_refuses() {
        demo::Plan plan;
        plan.token = -1;
        plan.number = "written by mistake";
        plan.customer_id = 1;
        plan.items.push_back({.product_id = 1});
        try {
            demo::ShopClient{source_, std::chrono::milliseconds{1'000}}.run(plan);
            return false;
        } catch (const SQLite::Exception& error) {
            return demo::is_fence(error);
        }
    }

    void write_until(Clock::time_point end) {
        std::mutex mutex;
        std::unique_lock lock{mutex};
        std::condition_variable_any never;
        never.wait_until(lock, stop_, end, [] { return false; });
        throw_if_stopped(stop_);
    }

    [[nodiscard]] std::size_t workers() const {
        constexpr unsigned workers_max = 4;
        const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
        return options_.jobs > 0 ? static_cast<std::size_t>(options_.jobs)
                                 : std::min(cores, workers_max);
    }

    DemoOptions options_;
    std::ostream& narration_;
    std::stop_token stop_;
    Folder folder_;
    std::string source_ = folder_.file("old.db");
    std::string target_ = folder_.file("new.db");
    demo::ShopSize size_;
    std::uint64_t rows_verified_ = 0;
    std::int64_t freeze_ms_ = 0;
};

std::ofstream open_report(const std::string& path) {
    std::ofstream file{path};
    if (!file) {
        throw Error{{.kind = ErrorKind::Usage,
                     .what_failed = "cannot write the report " + path,
                     .hint = "name a file in a folder that can be written"}};
    }
    return file;
}

}  // namespace

int run_demo(const DemoOptions& options, std::ostream& out, std::ostream& narration,
             const std::stop_token& stop) {
    std::ofstream report;
    if (!options.report.empty()) {
        report = open_report(options.report);
    }
    Demo story{options, narration, stop};
    const demo::DemoResult result = story.run();
    if (result.good()) {
        story.may_go();
    }
    if (report.is_open()) {
        report << demo::render_json(result);
    }
    out << (options.json ? demo::render_json(result) : "\n" + demo::render_table(result))
        << std::flush;
    return result.exit_code();
}

}  // namespace dbsync
