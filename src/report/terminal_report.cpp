// SPDX-License-Identifier: MIT
#include "report/terminal_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace dbsync {

namespace {

constexpr std::size_t bar_width = 30;
// Back to the start of the line, and erase to its end (ECMA-48).
constexpr const char* erase_line = "\r\033[K";

std::optional<double> share(const Progress& progress) {
    if (!progress.rows_estimate || *progress.rows_estimate == 0) {
        return std::nullopt;
    }
    // An estimate may be too low; more than all is never shown.
    return std::min(1.0, static_cast<double>(progress.rows_copied) /
                             static_cast<double>(*progress.rows_estimate));
}

}  // namespace

std::string render_line(const Progress& progress) {
    std::string line = fmt::format("{:<9}", progress.phase);
    if (!progress.step.empty()) {
        line += " " + progress.step;
    }
    if (progress.rows_copied > 0 || progress.rows_estimate) {
        line += fmt::format(" rows {}", progress.rows_copied);
        if (const auto done = share(progress)) {
            line += fmt::format("/{} ({:.0f}%)", *progress.rows_estimate, *done * 100);
        }
    }
    if (progress.deltas_applied > 0 || progress.deltas_behind > 0 || progress.phase == "catchup") {
        line += fmt::format(" behind {}  applied {}  lag {} s", progress.deltas_behind,
                            progress.deltas_applied, progress.lag_seconds);
    }
    return line;
}

std::string render_bar(const Progress& progress, std::size_t width) {
    const auto done = share(progress);
    if (!done) {
        return render_line(progress);
    }
    const auto filled = static_cast<std::size_t>(*done * static_cast<double>(width));
    return fmt::format("[{}{}] {}", std::string(filled, '#'), std::string(width - filled, '.'),
                       render_line(progress));
}

TerminalReport::~TerminalReport() {
    if (drawn_) {
        out_ << erase_line << std::flush;
    }
}

void TerminalReport::on_progress(const Progress& progress) {
    if (style_ == TerminalStyle::None) {
        return;
    }
    const std::lock_guard lock{mutex_};
    const auto now = std::chrono::steady_clock::now();
    const bool new_phase = progress.phase != phase_;
    if (now < next_ && !new_phase) {
        return;
    }
    phase_ = progress.phase;
    if (style_ == TerminalStyle::Bar) {
        out_ << erase_line << render_bar(progress, bar_width) << std::flush;
        drawn_ = true;
        next_ = now + bar_every;
    } else {
        out_ << render_line(progress) << "\n" << std::flush;
        next_ = now + plain_every;
    }
}

}  // namespace dbsync
