// SPDX-License-Identifier: MIT
// Compares two streams of rows as multisets. Order is only an optimisation: two streams in the
// same order are compared by memory alone; whatever does not meet its like at once is remembered
// by a 128-bit digest until it does, or is left over.
#pragma once

#include "row/row_block.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dbsync {

using Digest = std::array<std::uint64_t, 2>;
[[nodiscard]] Digest digest_of(std::string_view bytes);

// Gives the next block of a stream, or nothing at its end.
using BlockFeed = std::function<std::optional<RowBlock>()>;

struct CompareCounts {
    std::uint64_t source_rows = 0;
    std::uint64_t target_rows = 0;
};

class StreamCompare {
  public:
    // `suspect` is called with keys whose rows did not meet their like, at most
    // `unmatched_max` at a time; a key may be given more than once.
    StreamCompare(std::function<void(std::vector<std::string>)> suspect,
                  std::size_t unmatched_max)
        : suspect_{std::move(suspect)}, unmatched_max_{unmatched_max} {}

    CompareCounts run(const BlockFeed& source, const BlockFeed& target);

  private:
    struct Side;
    using Unmatched = std::map<Digest, std::vector<std::string>>;
    void settle(std::string_view row, std::string_view key, Unmatched& mine, Unmatched& other);
    void flush();

    std::function<void(std::vector<std::string>)> suspect_;
    std::size_t unmatched_max_;
    std::size_t unmatched_count_ = 0;
    Unmatched source_only_;
    Unmatched target_only_;
};

}  // namespace dbsync
