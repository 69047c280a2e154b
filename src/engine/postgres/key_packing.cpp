// SPDX-License-Identifier: MIT
#include "engine/postgres/key_packing.hpp"

#include "engine/postgres/connection.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dbsync::postgres {

namespace {

// Rows that get a delta each: what costs a statement of one row nothing, and is not worth an array.
constexpr std::int64_t few_keys = 64;
// What one array may take of a writer's memory while it is made, and how long it may get.
constexpr std::int64_t array_memory_bytes_max = 64 * 1024 * 1024;
constexpr std::int64_t array_keys_max = 500'000;
// A value lies there twice, once rounded up to a power of two, with a pointer and a flag in a list
// that doubles as it grows.
constexpr std::int64_t value_copies = 3;
constexpr std::int64_t value_overhead_bytes = 48;
// Wider keys are not put into arrays.
constexpr std::int64_t varying_key_bytes_max = 80;
constexpr std::int64_t array_header_bytes = 24;

sql::Rendered in_arrays(const TableName& delta,
                        const std::vector<std::string>& key,
                        const KeyPacking& packing,
                        const std::string& rows) {
    const auto names = numbered_columns('k', key.size());
    sql::Parameters p{quoting};
    p.ident("delta", delta)
        .columns("delta", numbered_columns('a', key.size()))
        .columns("arrays", names, "pg_catalog.array_agg(s.{})")
        .columns("names", names)
        .ident("rows", rows)
        .columns("keys", key, rows + ".{}")
        .literal("few", few_keys)
        .literal("most", packing.keys_max)
        .literal("first", few_keys + packing.keys_max);
    return sql::render("triggers/postgres/capture_keys_arrays.sql", p);
}

sql::Rendered of_any_width(const TableName& delta,
                           const std::vector<std::string>& key,
                           const KeyPacking& packing,
                           const std::string& rows) {
    const auto columns = static_cast<std::int64_t>(key.size());
    sql::Parameters p{quoting};
    p.ident("delta", delta)
        .columns("delta", numbered_columns('k', key.size()))
        .ident("rows", rows)
        .columns("keys", key, rows + ".{}")
        .columns("widths", key, "pg_catalog.pg_column_size(ARRAY[" + rows + ".{}])",
                 " OPERATOR(pg_catalog.+) ")
        .literal("widest", varying_key_bytes_max + columns * array_header_bytes)
        .literal("few", few_keys)
        .parts("narrow", {in_arrays(delta, key, packing, rows)});
    return sql::render("triggers/postgres/capture_keys_any_width.sql", p);
}

}  // namespace

KeyPacking key_packing(const LiveTable& live) {
    KeyPacking packing;
    if (live.table.capture == CaptureMethod::Row || live.key_types.empty()) {
        return packing;
    }
    std::int64_t width = 0;
    for (const KeyType& type : live.key_types) {
        if (!type.has_arrays) {
            return packing;
        }
        packing.widths_vary = packing.widths_vary || type.width == 0;
        width += type.width;
    }
    if (packing.widths_vary) {
        width = varying_key_bytes_max;
    }
    const auto columns = static_cast<std::int64_t>(live.key_types.size());
    packing.keys_max =
        std::min(array_keys_max,
                 array_memory_bytes_max / (value_copies * width + columns * value_overhead_bytes));
    return packing;
}

std::vector<std::string> numbered_columns(char prefix, std::size_t count) {
    std::vector<std::string> names;
    for (std::size_t i = 1; i <= count; ++i) {
        names.push_back(fmt::format("{}{}", prefix, i));
    }
    return names;
}

sql::Rendered record_keys(const TableName& delta,
                          const std::vector<std::string>& key,
                          const KeyPacking& packing,
                          const std::string& rows) {
    sql::Parameters p{quoting};
    p.ident("delta", delta)
        .columns("delta", numbered_columns('k', key.size()))
        .ident("rows", rows)
        .columns("keys", key, rows + ".{}")
        .literal("few", few_keys)
        .parts("rest", {packing.widths_vary ? of_any_width(delta, key, packing, rows)
                                            : in_arrays(delta, key, packing, rows)});
    return sql::render("triggers/postgres/capture_keys.sql", p);
}

}  // namespace dbsync::postgres
