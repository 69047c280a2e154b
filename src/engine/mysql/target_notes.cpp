// SPDX-License-Identifier: MIT
#include "engine/mysql/target_notes.hpp"

#include "engine/mysql/quoting.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <iterator>

namespace dbsync::mysql {

namespace {

// Keys gathered for one statement, in bytes; a key is at most a few KiB.
constexpr std::size_t notes_bytes_max = 256 * 1024;
constexpr std::size_t hashes_per_statement = 2'000;

sql::Parameters parameters(const std::string& job, std::int32_t table_id) {
    sql::Parameters values{quoting};
    values.literal("job", job).literal("table_id", table_id);
    return values;
}

// Of the same bytes the same text on every machine; its order is the set's order.
std::string hash_of(std::string_view key) {
    const XXH128_hash_t hash = XXH3_128bits(key.data(), key.size());
    return fmt::format("{:016X}{:016X}", hash.high64, hash.low64);
}

}  // namespace

KeyNotes::KeyNotes(Connection& connection, std::string job, std::int32_t table_id)
    : connection_{connection}, job_{std::move(job)}, table_id_{table_id} {}

void KeyNotes::add(std::string_view key) {
    keys_.emplace_back(hash_of(key), key);
    bytes_ += 2 * key.size() + job_.size() + 64;
    if (bytes_ >= notes_bytes_max) {
        flush();
    }
}

// In the order of the index: two sessions that note the same keys do not lock each other out.
void KeyNotes::flush() {
    if (keys_.empty()) {
        return;
    }
    std::sort(keys_.begin(), keys_.end());
    std::string statement =
        "INSERT INTO `_dbsync_target_unverified`"
        " (`job`, `table_id`, `hash`, `key`) VALUES ";
    const std::string job = quote_literal(job_);
    const char* separator = "";
    for (const auto& [hash, key] : keys_) {
        fmt::format_to(std::back_inserter(statement), "{}({},{},X'{}',{})", separator, job,
                       table_id_, hash, quote_literal(key));
        separator = ",";
    }
    statement += " ON DUPLICATE KEY UPDATE `hash` = `_dbsync_target_unverified`.`hash`";
    connection_.run(statement);
    keys_.clear();
    bytes_ = 0;
}

std::vector<std::string> next_unverified(Connection& connection,
                                         const std::string& job,
                                         std::int32_t table_id,
                                         const std::string* after,
                                         std::size_t limit) {
    const Result rows = connection.run(
        sql::render("schemas/mysql/target_next_keys.sql",
                    parameters(job, table_id)
                        .literal("after", after == nullptr ? std::string{} : hash_of(*after))
                        .literal("limit", static_cast<std::int64_t>(limit))));
    std::vector<std::string> keys;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        keys.push_back(rows.text(row, 0));
    }
    return keys;
}

void forget_unverified(Connection& connection,
                       const std::string& job,
                       std::int32_t table_id,
                       std::span<const std::string> keys) {
    connection.run(sql::render("schemas/mysql/target_forgotten.sql", sql::Parameters{quoting}));
    connection.run("START TRANSACTION");
    connection.run("DELETE FROM `_dbsync_forgotten`");
    for (std::size_t i = 0; i < keys.size(); i += hashes_per_statement) {
        std::string values;
        for (const std::string& key :
             keys.subspan(i, std::min(hashes_per_statement, keys.size() - i))) {
            values += fmt::format("{}(X'{}')", values.empty() ? "" : ",", hash_of(key));
        }
        connection.run("INSERT IGNORE INTO `_dbsync_forgotten` (`hash`) VALUES " + values);
    }
    connection.run(sql::render("schemas/mysql/target_forget_keys.sql", parameters(job, table_id)));
    connection.commit();
}

}  // namespace dbsync::mysql
