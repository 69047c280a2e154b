// SPDX-License-Identifier: MIT
// Looks at every value of a table for those that the target cannot take.
#pragma once

#include "engine/cross/crossing.hpp"
#include "row/finding.hpp"
#include "row/row_block.hpp"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dbsync::cross {

// Takes rows of the source in form Copy.
class Scan : public RowSink {
  public:
    // `indexed`: the source's columns over which the target gets an index.
    Scan(const TablePlan& plan,
         Translator& from,
         Translator& to,
         const std::set<std::string>& indexed);
    void push(RowBlock block) override;
    // One for each column that has such values, with the first of them.
    [[nodiscard]] std::vector<Finding> findings() const;

  private:
    struct Found {
        std::uint64_t values = 0;
        std::uint64_t too_long = 0;  // for an index, perhaps
        std::string first;  // "value x in the row with id = 1: reason"
    };
    void look_at(std::size_t column);

    const TablePlan& plan_;
    Translator& from_;
    Translator& to_;
    std::vector<std::size_t> at_;  // where each planned column stands in a row
    std::size_t values_in_row_ = 0;
    std::vector<WireValueView> values_;
    std::string canonical_;
    std::string written_;
    std::vector<Found> found_;  // by planned column
    std::vector<std::size_t> indexed_bytes_max_;  // likewise; 0: any
};

}  // namespace dbsync::cross
