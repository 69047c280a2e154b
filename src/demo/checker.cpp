// SPDX-License-Identifier: MIT
#include "demo/checker.hpp"

#include <fmt/format.h>

#include <utility>

namespace dbsync::demo {

namespace {

class Comparison {
  public:
    void receipts(const ShopState& owed, const ShopState& found) {
        result_.acknowledged = owed.receipts.size();
        for (const std::int64_t token : owed.receipts) {
            result_.present += found.receipts.contains(token) ? 1U : 0U;
        }
        result_.extra = found.receipts.size() - result_.present;
    }

    template <class Content>
    void rows(const char* what,
              const std::unordered_map<std::int64_t, Content>& owed,
              const std::unordered_map<std::int64_t, Content>& found) {
        for (const auto& [id, content] : owed) {
            const auto there = found.find(id);
            if (there == found.end()) {
                differs(fmt::format("{} {} is missing", what, id));
            } else if (there->second != content) {
                differs(fmt::format("{} {} differs from what was acknowledged", what, id));
            }
        }
        for (const auto& [id, content] : found) {
            if (!owed.contains(id)) {
                differs(fmt::format("{} {} is there and should not be", what, id));
            }
        }
    }

    void status_changes(std::uint64_t owed, std::uint64_t found) {
        if (owed != found) {
            differs(fmt::format("status_history holds {} rows instead of {}", found, owed));
        }
    }

    CheckResult take() { return std::move(result_); }

  private:
    void differs(std::string text) {
        ++result_.differences;
        if (result_.examples.size() < examples_max) {
            result_.examples.push_back(std::move(text));
        }
    }

    CheckResult result_;
};

}  // namespace

CheckResult check_shop(const ShopState& owed, const ShopState& found) {
    Comparison comparison;
    comparison.receipts(owed, found);
    comparison.rows("order", owed.orders, found.orders);
    comparison.rows("customer", owed.customers, found.customers);
    comparison.rows("product", owed.products, found.products);
    comparison.status_changes(owed.status_changes, found.status_changes);
    return comparison.take();
}

}  // namespace dbsync::demo
