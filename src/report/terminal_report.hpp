// SPDX-License-Identifier: MIT
// Progress as a person sees it on stderr: one line that is drawn again on a terminal, or a plain
// line every few seconds where the output goes to a file.
#pragma once

#include "report/progress.hpp"

#include <chrono>
#include <mutex>
#include <ostream>
#include <string>

namespace dbsync {

// "snapshot  rows 1200000/4000000 (30%)", "catchup   behind 1200  applied 480  lag 3 s".
[[nodiscard]] std::string render_line(const Progress& progress);
// The same behind a bar of `width` characters where a share is known.
[[nodiscard]] std::string render_bar(const Progress& progress, std::size_t width);

enum class TerminalStyle { Bar, Plain, None };

class TerminalReport : public ProgressListener {
  public:
    TerminalReport(std::ostream& out, TerminalStyle style) : out_{out}, style_{style} {}
    ~TerminalReport() override;
    TerminalReport(const TerminalReport&) = delete;
    TerminalReport& operator=(const TerminalReport&) = delete;

    void on_progress(const Progress& progress) override;

    static constexpr std::chrono::milliseconds bar_every{100};
    static constexpr std::chrono::milliseconds plain_every{5'000};

  private:
    std::ostream& out_;
    TerminalStyle style_;
    std::mutex mutex_;
    std::string phase_;
    bool drawn_ = false;
    std::chrono::steady_clock::time_point next_{};
};

}  // namespace dbsync
