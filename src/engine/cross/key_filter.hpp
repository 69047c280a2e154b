// SPDX-License-Identifier: MIT
// Lets through the rows of form Compare whose key is one of a list: how rows of a table without a
// key are found by their digests.
#pragma once

#include "row/row_block.hpp"

#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace dbsync::cross {

class KeyFilter : public RowSink {
  public:
    KeyFilter(std::span<const std::string> keys, RowSink& sink)
        : keys_{keys.begin(), keys.end()}, sink_{sink} {}

    void push(RowBlock block) override {
        RowBlock kept;
        for (std::size_t i = 0; i < block.ends.size(); ++i) {
            if (!keys_.contains(block.key(i))) {
                continue;
            }
            const auto begin = static_cast<std::uint32_t>(kept.bytes.size());
            kept.bytes += block.row(i);
            kept.ends.push_back({begin + static_cast<std::uint32_t>(block.key(i).size()),
                                 static_cast<std::uint32_t>(kept.bytes.size())});
            ++kept.rows;
        }
        if (kept.rows > 0) {
            sink_.push(std::move(kept));
        }
    }

  private:
    std::unordered_set<std::string_view> keys_;  // of the caller's list
    RowSink& sink_;
};

}  // namespace dbsync::cross
