// SPDX-License-Identifier: MIT
// Hands values from one thread to another, a bounded number at a time. Either side may close it:
// the producer to say that nothing more comes, the consumer to say that nothing more is wanted.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace dbsync {

template <class T>
class BoundedQueue {
  public:
    explicit BoundedQueue(std::size_t size_max) : size_max_{size_max} {}

    // Waits for room. Returns false (and drops the value) once the queue is closed.
    bool push(T value) {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return closed_ || values_.size() < size_max_; });
        if (closed_) {
            return false;
        }
        values_.push_back(std::move(value));
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
        T value = std::move(values_.front());
        values_.pop_front();
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
    std::deque<T> values_;
    std::size_t size_max_;
    bool closed_ = false;
};

}  // namespace dbsync
