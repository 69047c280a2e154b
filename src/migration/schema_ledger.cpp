// SPDX-License-Identifier: MIT
#include "migration/schema_ledger.hpp"

#include "verify/compare.hpp"

#include <fmt/format.h>

#include <map>

namespace dbsync {

namespace {

constexpr const char* key = "schema";

// An entry is the digest, a blank, and the item's id.
constexpr std::size_t digest_digits = 32;

std::string digest_text(const SchemaItem& item) {
    const Digest digest = digest_of(item.sql);
    return fmt::format("{:016x}{:016x}", digest[0], digest[1]);
}

std::map<std::string, std::string> digests_by_id(const StateStore& state) {
    std::map<std::string, std::string> known;
    for (const std::string& entry : state.recall_list(key)) {
        known.emplace(entry.substr(digest_digits + 1), entry.substr(0, digest_digits));
    }
    return known;
}

}  // namespace

void SchemaLedger::note(std::span<const SchemaItem> schema) {
    std::map<std::string, std::string> known = digests_by_id(state_);
    for (const SchemaItem& item : schema) {
        if (item.stage != SchemaStage::Asleep) {
            known.try_emplace(item.id, digest_text(item));
        }
    }
    std::vector<std::string> entries;
    for (const auto& [id, digest] : known) {
        entries.push_back(digest + " " + id);
    }
    state_.remember_list(key, entries);
}

std::vector<std::string> SchemaLedger::changes(std::span<const SchemaItem> schema) const {
    const std::map<std::string, std::string> known = digests_by_id(state_);
    std::vector<std::string> sentences;
    for (const SchemaItem& item : schema) {
        if (known.empty() || item.stage == SchemaStage::Asleep) {
            continue;
        }
        const auto found = known.find(item.id);
        if (found == known.end()) {
            sentences.push_back(item.description + " was made on the source after the schema was "
                                                   "copied: make it on the target");
        } else if (found->second != digest_text(item)) {
            sentences.push_back(item.description + " was changed on the source after the schema "
                                                   "was copied: change it on the target too");
        }
    }
    return sentences;
}

}  // namespace dbsync
