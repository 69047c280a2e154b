// SPDX-License-Identifier: MIT
// The shop's traffic: several threads, each with its own connection, that keep placing, changing
// and cancelling orders at a steady rate and note every acknowledged commit in the journal.
#pragma once

#include "demo/journal.hpp"
#include "demo/shop.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace dbsync::demo {

struct WriterOptions {
    int writers = 4;
    int rate = 400;  // transactions a second, over all writers
    // How long a statement waits for another writer.
    std::chrono::milliseconds busy_timeout{10'000};
    // How long a writer that met the fence waits to be told where to go.
    std::chrono::milliseconds switch_wait_max{60'000};
};

struct WriterCounts {
    std::uint64_t acknowledged = 0;
    std::uint64_t failed = 0;       // transactions that the application would have to report
    std::uint64_t repeated = 0;     // met the fence and were repeated on the target
    std::chrono::milliseconds longest_stall{0};  // one transaction, from first try to commit
    std::string first_error;        // of the failed ones
};

class Writers {
  public:
    // Starts them on the database at `path`, whose seeded orders are those of `size`.
    // `journal` must outlive this object.
    Writers(std::string path, const ShopSize& size, const WriterOptions& options,
            Journal& journal);
    ~Writers();
    Writers(const Writers&) = delete;
    Writers& operator=(const Writers&) = delete;

    // From the next transaction on, or at once for those that wait at the fence.
    void switch_to(const std::string& path);

    // Waits until `count` more commits have been acknowledged, at most `wait_max`.
    bool wait_for_commits(std::uint64_t count, std::chrono::milliseconds wait_max);

    [[nodiscard]] WriterCounts counts() const;

    // Lets every writer finish its transaction, and ends them. Safe to call twice.
    void stop();

  private:
    class Writer;

    // Where to write, and the how-manieth place that is.
    struct Place {
        std::string path;
        int number = 0;
    };

    void run(int index, const std::stop_token& stop);
    void run_until_acknowledged(Writer& writer, const std::stop_token& stop);
    [[nodiscard]] Place place() const;
    bool wait_for_switch(int number, const std::stop_token& stop);
    void count_acknowledged(std::chrono::steady_clock::duration took);
    void count_failed(const std::string& error);

    ShopSize size_;
    WriterOptions options_;
    Journal& journal_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    Place place_;
    WriterCounts counts_;
    std::vector<std::jthread> threads_;  // last: ends before what it uses
};

}  // namespace dbsync::demo
