// SPDX-License-Identifier: MIT
// Hands values from one thread to another, a bounded number and weight at a time. Either side may
// close it: the producer to say that nothing more comes, the consumer to say that nothing more is
// wanted.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <limits>
#include <mutex>
#include <optional>
#include <utility>

namespace dbsync {

template <class T>
class BoundedQueue {
  public:
    explicit BoundedQueue(std::size_t size_max,
                          std::size_t weight_max = std::numeric_limits<std::size_t>::max())
        : size_max_{size_max}, weight_max_{weight_max} {}

    // Waits for room; a value heavier than all of it waits until it is alone. Returns false (and
    // drops the value) once the queue is closed.
    bool push(T value, std::size_t weight = 0) {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] {
            return closed_ || values_.empty() ||
                   (values_.size() < size_max_ && weight <= weight_max_ - weight_);
        });
        if (closed_) {
            return false;
        }
        weight_ += weight;
        values_.emplace_back(std::move(value), weight);
        changed_.notify_all();
        return true;
    }

    // Waits for a value; nothing once the queue is closed and empty.
    std::optional<T> pop() {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return closed_ || !values_.empty(); });
        if (values_.empty()) {
            return std::nullopt;
        }
        auto [value, weight] = std::move(values_.front());
        values_.pop_front();
        weight_ -= weight;
        changed_.notify_all();
        return value;
    }

    void close() {
        const std::lock_guard lock{mutex_};
        closed_ = true;
        changed_.notify_all();
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::pair<T, std::size_t>> values_;
    std::size_t size_max_;
    std::size_t weight_max_;
    std::size_t weight_ = 0;
    bool closed_ = false;
};

}  // namespace dbsync
