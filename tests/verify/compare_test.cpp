// SPDX-License-Identifier: MIT
#include "verify/compare.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace dbsync {
namespace {

using Row = std::pair<std::string, std::string>;  // key, value

// Rows as blocks of `per_block` rows each; the key is the first part of a row.
BlockFeed feed(const std::vector<Row>& rows, std::size_t per_block) {
    return [rows, per_block, next = std::size_t{0}]() mutable -> std::optional<RowBlock> {
        if (next >= rows.size()) {
            return std::nullopt;
        }
        RowBlock block;
        for (std::size_t i = 0; i < per_block && next < rows.size(); ++i, ++next) {
            block.bytes += rows[next].first;
            const auto key_end = static_cast<std::uint32_t>(block.bytes.size());
            block.bytes += rows[next].second;
            block.ends.push_back({key_end, static_cast<std::uint32_t>(block.bytes.size())});
            ++block.rows;
        }
        return block;
    };
}

std::set<std::string> suspects(const std::vector<Row>& source, const std::vector<Row>& target,
                               std::size_t unmatched_max = 1'000) {
    std::set<std::string> found;
    StreamCompare compare{[&](const std::vector<std::string>& keys) {
                              found.insert(keys.begin(), keys.end());
                          },
                          unmatched_max};
    const CompareCounts counts = compare.run(feed(source, 3), feed(target, 4));
    EXPECT_EQ(counts.source_rows, source.size());
    EXPECT_EQ(counts.target_rows, target.size());
    return found;
}

TEST(StreamCompareTest, FindsNothingInEqualStreams) {
    const std::vector<Row> rows{{"1", "=a"}, {"2", "=b"}, {"3", "=c"}, {"4", "=d"}, {"5", "=e"}};

    EXPECT_TRUE(suspects(rows, rows).empty());
}

TEST(StreamCompareTest, FindsAMissingAnExtraAndADifferentRow) {
    const std::vector<Row> source{{"1", "=a"}, {"2", "=b"}, {"3", "=c"}, {"5", "=e"}};
    const std::vector<Row> target{{"1", "=a"}, {"3", "=C"}, {"4", "=d"}, {"5", "=e"}};

    EXPECT_EQ(suspects(source, target), (std::set<std::string>{"2", "3", "4"}));
}

TEST(StreamCompareTest, CountsEqualRows) {
    const std::vector<Row> source{{"h", "=x"}, {"h", "=x"}, {"h", "=x"}};
    const std::vector<Row> target{{"h", "=x"}, {"h", "=x"}};

    EXPECT_EQ(suspects(source, target), (std::set<std::string>{"h"}));
}

TEST(StreamCompareTest, SeesADifferenceWhenOneEndIsEmpty) {
    EXPECT_EQ(suspects({}, {{"1", "=a"}}), (std::set<std::string>{"1"}));
    EXPECT_EQ(suspects({{"1", "=a"}}, {}), (std::set<std::string>{"1"}));
}

TEST(StreamCompareTest, NeverPassesOverADifferenceWhateverTheOrder) {
    const auto seed = std::random_device{}();
    RecordProperty("seed", std::to_string(seed));
    std::mt19937 random{seed};
    for (int round = 0; round < 300; ++round) {
        std::map<std::string, std::string> source;
        std::map<std::string, std::string> target;
        for (int i = 0; i < 40; ++i) {
            const std::string key = std::to_string(random() % 60) + ":";
            source[key] = std::to_string(random() % 3);
            target[key] = random() % 10 == 0 ? std::to_string(random() % 3) : source[key];
            if (random() % 15 == 0) {
                target.erase(key);
            }
        }
        std::set<std::string> differ;
        for (const auto& [key, value] : source) {
            if (!target.contains(key) || target[key] != value) {
                differ.insert(key);
            }
        }
        for (const auto& [key, value] : target) {
            if (!source.contains(key)) {
                differ.insert(key);
            }
        }
        std::vector<Row> left{source.begin(), source.end()};
        std::vector<Row> right{target.begin(), target.end()};
        if (round % 2 == 0) {
            std::shuffle(right.begin(), right.end(), random);
        }
        const std::size_t unmatched_max = round % 3 == 0 ? 5 : 1'000;

        const std::set<std::string> found = suspects(left, right, unmatched_max);

        EXPECT_TRUE(std::includes(found.begin(), found.end(), differ.begin(), differ.end()))
            << "seed " << seed << " round " << round;
        if (unmatched_max > 5) {
            EXPECT_EQ(found, differ) << "seed " << seed << " round " << round;
        }
    }
}

}  // namespace
}  // namespace dbsync
