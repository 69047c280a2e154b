// SPDX-License-Identifier: MIT
#include "demo/writers.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <random>
#include <utility>

namespace dbsync::demo {

namespace {

using Clock = std::chrono::steady_clock;

std::chrono::milliseconds in_ms(Clock::duration duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration);
}

}  // namespace

// One thread's plans: which orders are its own, and what to do next. Orders belong to one writer
// each, so that what was acknowledged last about an order is known.
class Writers::Writer {
  public:
    Writer(int index, const ShopSize& size, int writers)
        : index_{index}, size_{size}, random_{static_cast<std::uint64_t>(index) + 1} {
        for (std::int64_t id = 1 + index; id <= size.orders; id += writers) {
            own_.push_back(id);
        }
    }

    void plan_next() {
        plan_ = Plan{};
        plan_.token = (std::int64_t{index_ + 1} << 40) + ++sequence_;
        const std::int64_t dice = below(10);
        plan_.action = own_.empty() || dice < 4 ? Action::Place
                       : dice < 8              ? Action::Change
                                               : Action::Cancel;
        plan_.status = statuses[static_cast<std::size_t>(below(statuses.size()))];
        if (below(3) != 0) {
            plan_.note = fmt::format("note {} of writer {}", sequence_, index_);
        }
        if (plan_.action == Action::Place) {
            plan_place();
            return;
        }
        chosen_ = static_cast<std::size_t>(below(static_cast<std::int64_t>(own_.size())));
        plan_.order_id = own_[chosen_];
        plan_.renumber_lines = below(4) == 0;
        if (plan_.action == Action::Change) {
            plan_.items.push_back(item());
        }
    }

    [[nodiscard]] const Plan& plan() const { return plan_; }

    void acknowledged(const Acknowledgement& ack) {
        switch (plan_.action) {
            case Action::Place: own_.push_back(ack.order_id); break;
            case Action::Change: break;
            case Action::Cancel:
                own_[chosen_] = own_.back();
                own_.pop_back();
                break;
        }
    }

    void connect(const Place& place, std::chrono::milliseconds busy_timeout) {
        if (!client_ || place.number != connected_to_) {
            client_ = std::make_unique<ShopClient>(place.path, busy_timeout);
            connected_to_ = place.number;
        }
    }

    [[nodiscard]] ShopClient& client() { return *client_; }
    [[nodiscard]] int connected_to() const { return connected_to_; }

  private:
    static constexpr std::array<const char*, 4> statuses{"new", "paid", "shipped", "returned"};

    void plan_place() {
        plan_.number = fmt::format("W{}-{:06}", index_, sequence_);
        plan_.customer_id = 1 + below(size_.customers);
        if (below(10) == 0) {
            plan_.new_customer_email = fmt::format("new.{}.{}@example.com", index_, sequence_);
        }
        const std::int64_t count = 1 + below(4);
        for (std::int64_t i = 0; i < count; ++i) {
            plan_.items.push_back(item());
        }
    }

    PlannedItem item() { return {1 + below(size_.products), 1 + below(4), 99 + below(50'000)}; }

    std::int64_t below(std::int64_t limit) {
        return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(limit));
    }

    int index_;
    ShopSize size_;
    std::mt19937_64 random_;
    std::vector<std::int64_t> own_;
    std::int64_t sequence_ = 0;
    Plan plan_;
    std::size_t chosen_ = 0;  // in own_: the order of the plan
    std::unique_ptr<ShopClient> client_;
    int connected_to_ = 0;
};

Writers::Writers(std::string path, const ShopSize& size, const WriterOptions& options,
                 Journal& journal)
    : size_{size}, options_{options}, journal_{journal}, place_{std::move(path), 1} {
    for (int i = 0; i < options.writers; ++i) {
        threads_.emplace_back([this, i](const std::stop_token& stop) { run(i, stop); });
    }
}

Writers::~Writers() { stop(); }

void Writers::stop() {
    for (std::jthread& thread : threads_) {
        thread.request_stop();
    }
    threads_.clear();
}

void Writers::switch_to(const std::string& path) {
    {
        const std::lock_guard lock{mutex_};
        place_ = Place{path, place_.number + 1};
    }
    changed_.notify_all();
}

Writers::Place Writers::place() const {
    const std::lock_guard lock{mutex_};
    return place_;
}

bool Writers::wait_for_commits(std::uint64_t count, std::chrono::milliseconds wait_max) {
    std::unique_lock lock{mutex_};
    const std::uint64_t goal = counts_.acknowledged + count;
    return changed_.wait_for(lock, wait_max, [&] { return counts_.acknowledged >= goal; });
}

WriterCounts Writers::counts() const {
    const std::lock_guard lock{mutex_};
    return counts_;
}

// Keeps the beat: one transaction each interval. A writer that fell behind does not hurry after
// the lost beats, it goes on from now.
void Writers::run(int index, const std::stop_token& stop) {
    const auto interval = std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>{static_cast<double>(options_.writers) /
                                      static_cast<double>(std::max(options_.rate, 1))});
    Writer writer{index, size_, options_.writers};
    auto next = Clock::now() + interval * index / options_.writers;
    while (true) {
        {
            std::unique_lock lock{mutex_};
            changed_.wait_until(lock, stop, next, [] { return false; });
        }
        if (stop.stop_requested()) {
            return;
        }
        writer.plan_next();
        run_until_acknowledged(writer, stop);
        next = std::max(next + interval, Clock::now());
    }
}

void Writers::run_until_acknowledged(Writer& writer, const std::stop_token& stop) {
    const auto begun = Clock::now();
    while (true) {
        try {
            writer.connect(place(), options_.busy_timeout);
            const Acknowledgement ack = writer.client().run(writer.plan());
            journal_.acknowledge(ack);
            writer.acknowledged(ack);
            count_acknowledged(Clock::now() - begun);
            return;
        } catch (const SQLite::Exception& error) {
            if (!is_fence(error)) {
                count_failed(error.what());
                return;
            }
        } catch (const std::exception& error) {
            count_failed(error.what());
            return;
        }
        if (!wait_for_switch(writer.connected_to(), stop)) {
            count_failed("the database refuses writes, and no other was named");
            return;
        }
    }
}

bool Writers::wait_for_switch(int number, const std::stop_token& stop) {
    std::unique_lock lock{mutex_};
    const bool switched = changed_.wait_for(lock, stop, options_.switch_wait_max,
                                            [&] { return place_.number != number; });
    counts_.repeated += switched ? 1U : 0U;
    return switched;
}

void Writers::count_acknowledged(Clock::duration took) {
    {
        const std::lock_guard lock{mutex_};
        ++counts_.acknowledged;
        counts_.longest_stall = std::max(counts_.longest_stall, in_ms(took));
    }
    changed_.notify_all();
}

void Writers::count_failed(const std::string& error) {
    const std::lock_guard lock{mutex_};
    if (counts_.failed++ == 0) {
        counts_.first_error = error;
    }
}

}  // namespace dbsync::demo
