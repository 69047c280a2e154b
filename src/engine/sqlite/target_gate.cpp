// SPDX-License-Identifier: MIT
#include "engine/sqlite/target_gate.hpp"

#include "base/error.hpp"

#include <filesystem>
#include <map>

namespace dbsync::sqlite {

std::shared_ptr<WriteGate> WriteGate::of(const std::string& path) {
    static std::mutex mutex;
    static std::map<std::string, std::weak_ptr<WriteGate>> gates;
    const std::string name = std::filesystem::weakly_canonical(path).string();
    const std::lock_guard lock{mutex};
    std::shared_ptr<WriteGate> gate = gates[name].lock();
    if (!gate) {
        gate = std::make_shared<WriteGate>();
        gates[name] = gate;
    }
    return gate;
}

void WriteGate::enter() {
    std::unique_lock lock{mutex_};
    const std::uint64_t turn = next_++;
    waiting_.insert(turn);
    const bool entered = changed_.wait_for(
        lock, gate_wait_max, [&] { return !held_ && *waiting_.begin() == turn; });
    waiting_.erase(turn);
    if (!entered) {
        changed_.notify_all();
        throw Error{{.kind = ErrorKind::Busy,
                     .what_failed = "another session of this process has been writing to the "
                                    "target for 10 minutes",
                     .hint = "run the same command again with a smaller --chunk-rows"}};
    }
    held_ = true;
}

void WriteGate::leave() noexcept {
    {
        const std::lock_guard lock{mutex_};
        held_ = false;
    }
    changed_.notify_all();
}

}  // namespace dbsync::sqlite
