// SPDX-License-Identifier: MIT
#include "cli/suggest.hpp"

#include <algorithm>
#include <numeric>

namespace dbsync::cli {

namespace {

// Insertions, deletions and replacements that make one word of the other (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
    constexpr std::size_t prefix_min = 3;
    std::string best;
    std::size_t best_distance = std::min<std::size_t>(3, word.size() / 3 + 2);
    for (const std::string& candidate : known) {
        const bool is_prefix = word.size() >= prefix_min && candidate.starts_with(word);
        const std::size_t steps = is_prefix ? 1 : distance(word, candidate);
        if (steps < best_distance) {
            best = candidate;
            best_distance = steps;
        }
    }
    return best;
}

}  // namespace dbsync::cli
