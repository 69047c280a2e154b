// SPDX-License-Identifier: MIT
// One writer at a time, in turn. SQLite lets one connection write, and the others poll for the
// lock: several sessions of this process would starve one another. They queue here instead, and
// meet SQLite's own lock only when another process writes.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace dbsync::sqlite {

// Longest wait for the sessions of this process that write before us: several large chunks.
inline constexpr std::chrono::minutes gate_wait_max{10};

class WriteGate {
  public:
    // The gate of a file: the same for every connection of this process.
    [[nodiscard]] static std::shared_ptr<WriteGate> of(const std::string& path);

    // Throws Error{Busy} after `gate_wait_max`.
    void enter();
    void leave() noexcept;

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::uint64_t next_ = 0;
    std::set<std::uint64_t> waiting_;  // the lowest is next
    bool held_ = false;
};

// Inside the gate for as long as it lives. May end on another thread than it began on.
class GateHold {
  public:
    explicit GateHold(std::shared_ptr<WriteGate> gate) : gate_{std::move(gate)} { gate_->enter(); }
    ~GateHold() { gate_->leave(); }
    GateHold(const GateHold&) = delete;
    GateHold& operator=(const GateHold&) = delete;

  private:
    std::shared_ptr<WriteGate> gate_;
};

}  // namespace dbsync::sqlite
