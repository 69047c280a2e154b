// SPDX-License-Identifier: MIT
// The demo's database: a small web shop in SQLite, with what real shops have and moves stumble
// over: foreign keys (one of them to itself), unique slugs and emails, text, blobs, NULLs, a
// partial index, a table without rowid, a trigger and a view.
#pragma once

#include <cstdint>
#include <string>

namespace dbsync::demo {

struct ShopSize {
    std::int64_t customers = 20'000;
    std::int64_t products = 5'000;
    std::int64_t orders = 56'000;  // with about two items each: 200,000 rows in total
};

// Creates the file in WAL mode and fills it, in one transaction; the same contents every time.
void create_shop(const std::string& path, const ShopSize& size);

}  // namespace dbsync::demo
