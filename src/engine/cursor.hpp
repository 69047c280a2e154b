// SPDX-License-Identifier: MIT
// How far a source's deltas have been read. Opaque on purpose: what "complete up to here" means
// differs per engine, and comparing ids would skip rows of transactions that were still open when
// we looked. Only the engine that made a cursor may interpret it.
#pragma once

#include <string>
#include <utility>

namespace dbsync {

class Cursor {
  public:
    Cursor() = default;  // the beginning: every delta is pending
    explicit Cursor(std::string position) : position_{std::move(position)} {}
    [[nodiscard]] const std::string& text() const noexcept { return position_; }
    bool operator==(const Cursor&) const = default;

  private:
    std::string position_;
};

}  // namespace dbsync
