// SPDX-License-Identifier: MIT
// Takes the rows that a reader sends and gives them back as lines.
#pragma once

#include "row/row_block.hpp"

#include <string>
#include <vector>

namespace dbsync::test {

class RowCollector : public RowSink {
  public:
    void push(RowBlock block) override {
        std::size_t begin = 0;
        rows += block.rows;
        for (std::size_t i = 0; i < block.ends.size(); ++i) {
            keys.emplace_back(block.key(i));
        }
        while (begin < block.bytes.size()) {
            const auto end = block.bytes.find('\n', begin);
            lines.push_back(block.bytes.substr(begin, end - begin));
            begin = end + 1;
        }
    }

    std::uint64_t rows = 0;
    std::vector<std::string> lines;
    std::vector<std::string> keys;  // form Compare
};

}  // namespace dbsync::test
