// SPDX-License-Identifier: MIT
// Keys, chunks' bounds and cascades' values between canonical text and an engine's own.
#pragma once

#include "engine/cross/crossing.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dbsync::cross {

[[nodiscard]] inline const ColumnCrossing& side(const ColumnPlan& plan, bool by_target) noexcept {
    return by_target ? plan.target : plan.source;
}

// For a person: shortened, and in hexadecimal digits where it is no text.
[[nodiscard]] std::string shown_value(std::string_view text);

// Throws Error{Unrepresentable} naming table, key, column and value. `shown_key` is "with id = 5".
[[noreturn]] void refuse_value(const TablePlan& plan,
                               std::size_t column,
                               std::string_view value,
                               const std::string& shown_key,
                               const std::string& reason);

// The same of a row that was to be put aside, and may not be: others refer to it.
[[noreturn]] void refuse_to_put_aside(const TablePlan& plan,
                                      std::size_t column,
                                      std::string_view value,
                                      const std::string& shown_key,
                                      const std::string& reason);

// An engine's values of the planned columns at `places` as canonical fields.
[[nodiscard]] std::string canonical_of(const TablePlan& plan,
                                       const std::vector<std::size_t>& places,
                                       Translator& translator,
                                       bool by_target,
                                       const std::vector<WireValueView>& values);

// Keys and bounds between canonical text and an engine's own.
[[nodiscard]] std::string own_key(const TablePlan& plan,
                                  Translator& translator,
                                  bool by_target,
                                  std::string_view canonical);
[[nodiscard]] std::string canonical_key(const TablePlan& plan,
                                        Translator& translator,
                                        bool by_target,
                                        std::string_view own);
// The source's bound as the target's.
[[nodiscard]] std::string target_bound(const TablePlan& plan,
                                       Translator& from,
                                       Translator& to,
                                       std::string_view bound);

// One line of the named columns' values (of a cascade's mark), as a key's: the source's, and the
// target's if they have a form there.
[[nodiscard]] std::string own_values(const TablePlan& plan,
                                     const std::vector<std::string>& source_columns,
                                     Translator& translator,
                                     std::string_view canonical);
[[nodiscard]] std::optional<std::string> values_there(
    const TablePlan& plan,
    const std::vector<std::string>& source_columns,
    Translator& translator,
    std::string_view canonical);
[[nodiscard]] std::string canonical_values(const TablePlan& plan,
                                           const std::vector<std::string>& source_columns,
                                           Translator& translator,
                                           bool by_target,
                                           std::string_view own);

}  // namespace dbsync::cross
