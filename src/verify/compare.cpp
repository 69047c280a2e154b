// SPDX-License-Identifier: MIT
#include "verify/compare.hpp"

#include <xxhash.h>

#include <set>
#include <utility>

namespace dbsync {

Digest digest_of(std::string_view bytes) {
    const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
    return {hash.high64, hash.low64};
}

// One stream with a row to look at.
struct StreamCompare::Side {
    explicit Side(const BlockFeed& source) : feed{source} {}

    bool ready() {
        while (!block || index >= block->ends.size()) {
            block = feed();
            index = 0;
            if (!block) {
                return false;
            }
        }
        return true;
    }
    [[nodiscard]] std::string_view row() const { return block->row(index); }
    [[nodiscard]] std::string_view key() const { return block->key(index); }
    [[nodiscard]] bool next_is(std::string_view bytes) const {
        return index + 1 < block->ends.size() && block->row(index + 1) == bytes;
    }
    void advance() {
        ++index;
        ++rows;
    }

    const BlockFeed& feed;
    std::optional<RowBlock> block;
    std::size_t index = 0;
    std::uint64_t rows = 0;
};

void StreamCompare::settle(std::string_view row,
                           std::string_view key,
                           Unmatched& mine,
                           Unmatched& other) {
    const Digest digest = digest_of(row);
    if (const auto found = other.find(digest); found != other.end()) {
        found->second.pop_back();
        --unmatched_count_;
        if (found->second.empty()) {
            other.erase(found);
        }
        return;
    }
    mine[digest].emplace_back(key);
    if (++unmatched_count_ >= unmatched_max_) {
        flush();
    }
}

// Everything unmatched becomes suspect. A suspect is looked at again exactly, so giving one up
// early costs time and never truth.
void StreamCompare::flush() {
    std::set<std::string> keys;
    for (Unmatched* side : {&source_only_, &target_only_}) {
        for (auto& [digest, rows] : *side) {
            keys.insert(rows.begin(), rows.end());
        }
        side->clear();
    }
    unmatched_count_ = 0;
    if (!keys.empty()) {
        suspect_({keys.begin(), keys.end()});
    }
}

CompareCounts StreamCompare::run(const BlockFeed& source, const BlockFeed& target) {
    Side a{source};
    Side b{target};
    for (;;) {
        const bool has_a = a.ready();
        const bool has_b = b.ready();
        if (!has_a && !has_b) {
            break;
        }
        if (has_a && has_b && a.row() == b.row()) {
            a.advance();
            b.advance();
            continue;
        }
        // A row that only one end has shifts the streams against each other: hold the other end
        // until it is met again.
        const bool step_a = has_a && !(has_b && b.next_is(a.row()));
        const bool step_b = has_b && !(has_a && a.next_is(b.row()));
        if (step_a || !step_b) {
            settle(a.row(), a.key(), source_only_, target_only_);
            a.advance();
        }
        if (step_b) {
            settle(b.row(), b.key(), target_only_, source_only_);
            b.advance();
        }
    }
    flush();
    return {a.rows, b.rows};
}

}  // namespace dbsync
