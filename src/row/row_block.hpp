// SPDX-License-Identifier: MIT
// Rows under way. Between two servers of the same engine a block is a run of rows in that engine's
// own wire form, passed through unread; only the engine that made it can interpret it. What the
// phases may rely on: where each row, and the key in front of it, ends.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dbsync {

// What a row in a block consists of.
enum class RowForm {
    Copy,     // the writable columns: goes straight into the target's table
    Change,   // key | whether the row exists | the writable columns (NULLs when it does not)
    Compare,  // key | every column, generated ones included: equal rows give equal bytes
};

struct RowEnd {
    std::uint32_t key;  // offset in bytes after the key (form Compare only, else 0)
    std::uint32_t row;  // offset in bytes after the row
};

struct RowBlock {
    std::string bytes;
    std::uint64_t rows = 0;
    std::vector<RowEnd> ends = {};  // one a row; filled for form Compare only

    [[nodiscard]] std::string_view row(std::size_t index) const {
        const std::size_t begin = index == 0 ? 0 : ends[index - 1].row;
        return std::string_view{bytes}.substr(begin, ends[index].row - begin);
    }
    [[nodiscard]] std::string_view key(std::size_t index) const {
        const std::size_t begin = index == 0 ? 0 : ends[index - 1].row;
        return std::string_view{bytes}.substr(begin, ends[index].key - begin);
    }
};

// Most bytes an engine gathers before it hands a block on. A single row may be larger: a block
// then holds that row alone.
inline constexpr std::size_t block_bytes_max = 256 * 1024;

// Takes blocks in order. May throw to stop the reader. One thread at a time.
class RowSink {
  public:
    virtual ~RowSink() = default;
    virtual void push(RowBlock block) = 0;
};

}  // namespace dbsync
