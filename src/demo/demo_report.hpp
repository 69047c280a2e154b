// SPDX-License-Identifier: MIT
// What the demo has to say at its end, as a short table and as JSON.
#pragma once

#include "demo/checker.hpp"
#include "demo/writers.hpp"

#include <cstdint>
#include <string>

namespace dbsync::demo {

struct DemoResult {
    CheckResult check;
    WriterCounts writers;
    bool source_refuses = false;      // a write to the old database was tried and refused
    std::uint64_t rows_verified = 0;  // by dbsync, row by row, before the freeze
    std::int64_t freeze_ms = 0;
    double seconds = 0;

    // Nothing lost, nothing extra, nobody harmed, and no way back by mistake.
    [[nodiscard]] bool good() const {
        return check.right() && writers.failed == 0 && source_refuses;
    }
    [[nodiscard]] int exit_code() const { return good() ? 0 : (check.right() ? 1 : 6); }
};

[[nodiscard]] std::string render_table(const DemoResult& result);
[[nodiscard]] std::string render_json(const DemoResult& result);

}  // namespace dbsync::demo
