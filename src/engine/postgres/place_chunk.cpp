// SPDX-License-Identifier: MIT
#include "engine/postgres/place_chunk.hpp"

#include "base/check.hpp"
#include "base/error.hpp"
#include "engine/postgres/connection.hpp"
#include "engine/postgres/row_query.hpp"
#include "sql/statement_template.hpp"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <vector>

namespace dbsync::postgres {

namespace {

constexpr std::uint64_t rows_a_block_guess = 50;  // for a table that was never analysed
constexpr int tid_ranges_since = 140000;          // TID range scans: release notes of 14

// Where a chunk begins or ends: "<oid>/<file>/<block>".
struct Place {
    std::int64_t oid = 0;
    std::int64_t file = 0;
    std::int64_t block = 0;

    [[nodiscard]] std::string text() const { return fmt::format("{}/{}/{}", oid, file, block); }
};

// A table with rows of its own: the table itself or one of its partitions.
struct Leaf {
    Place end;  // its last block plus one
    TableName name;
    double rows_a_block = 0;
};

Place parse_place(const std::string& text) {
    Place place;
    char* rest = nullptr;
    place.oid = std::strtoll(text.c_str(), &rest, 10);
    DBSYNC_CHECK(*rest == '/', "a bound is not a place");
    place.file = std::strtoll(rest + 1, &rest, 10);
    DBSYNC_CHECK(*rest == '/', "a bound is not a place");
    place.block = std::strtoll(rest + 1, &rest, 10);
    return place;
}

std::vector<Leaf> leaves_of(Connection& connection, const Table& table) {
    const auto rendered = sql::render("schemas/postgres/read_leaves.sql",
                                      sql::Parameters{{&quote_ident, &quote_literal}}
                                          .literal("schema", table.name.schema)
                                          .literal("name", table.name.name));
    const Result result = connection.run(rendered.text);
    std::vector<Leaf> leaves;
    for (int row = 0; row < result.rows(); ++row) {
        leaves.push_back({{result.integer(row, 0), result.integer(row, 1), result.integer(row, 2)},
                          {result.text(row, 3), result.text(row, 4)},
                          std::strtod(result.text(row, 5).c_str(), nullptr)});
    }
    return leaves;
}

[[noreturn]] void throw_rewritten(const Table& table) {
    throw Error{{.kind = ErrorKind::SchemaChanged,
                 .what_failed = "a table without a key was rewritten while it was being copied: " +
                                table.name.display(),
                 .table = table.name.display(),
                 .hint = "run snapshot again after emptying this table on the target, and do not "
                         "VACUUM FULL, CLUSTER or TRUNCATE it meanwhile"}};
}

void require_same_file(const Table& table, const std::vector<Leaf>& leaves, const Place& place) {
    const bool found = std::any_of(leaves.begin(), leaves.end(), [&](const Leaf& leaf) {
        return leaf.end.oid == place.oid && leaf.end.file == place.file;
    });
    if (!found) {
        throw_rewritten(table);
    }
}

// Before 14 the server reads ranges of ctid by scanning the whole table, but fetches an array of
// ctids directly; a block of `size` bytes holds at most (size - 24) / 28 rows (bufpage.h,
// htup_details.h: page header, line pointer and tuple header).
std::string blocks_condition(int server_version, std::int64_t from, std::int64_t to) {
    if (server_version >= tid_ranges_since) {
        return fmt::format("t.ctid >= '({},0)'::tid AND t.ctid < '({},0)'::tid", from, to);
    }
    return fmt::format(
        "t.ctid = ANY (ARRAY(SELECT pg_catalog.format('(%s,%s)', b, i)::tid"
        " FROM pg_catalog.generate_series({}, {}) AS b,"
        " pg_catalog.generate_series(1, (pg_catalog.current_setting('block_size')::integer - 24)"
        " / 28) AS i))",
        from, to - 1);
}

}  // namespace

std::string copy_place_sql(Connection& connection, const Table& table, const Chunk& chunk) {
    const std::vector<Leaf> leaves = leaves_of(connection, table);
    const std::optional<Place> lower =
        chunk.lower ? std::optional{parse_place(*chunk.lower)} : std::nullopt;
    const std::optional<Place> upper =
        chunk.upper ? std::optional{parse_place(*chunk.upper)} : std::nullopt;
    for (const auto& place : {lower, upper}) {
        if (place) {
            require_same_file(table, leaves, *place);
        }
    }
    std::vector<std::string> fields;
    for (const std::string& column : writable_columns(table)) {
        fields.push_back("t." + quote_ident(column));
    }
    std::vector<std::string> arms;
    for (const Leaf& leaf : leaves) {
        const bool outside = (lower && leaf.end.oid < lower->oid) ||
                             (upper && leaf.end.oid > upper->oid);
        const auto from = lower && leaf.end.oid == lower->oid ? lower->block : 0;
        const auto to = upper && leaf.end.oid == upper->oid ? upper->block : leaf.end.block;
        if (!outside && from < to) {
            arms.push_back(fmt::format("SELECT {} FROM ONLY {}.{} AS t WHERE {}",
                                       fmt::join(fields, ", "), quote_ident(leaf.name.schema),
                                       quote_ident(leaf.name.name),
                                       blocks_condition(connection.server_version(), from, to)));
        }
    }
    if (arms.empty()) {
        arms.push_back(fmt::format("SELECT {} FROM {}.{} AS t WHERE false",
                                   fmt::join(fields, ", "), quote_ident(table.name.schema),
                                   quote_ident(table.name.name)));
    }
    return fmt::format("COPY ({}) TO STDOUT", fmt::join(arms, " UNION ALL "));
}

std::optional<std::string> place_chunk_end(Connection& connection,
                                           const Table& table,
                                           const std::optional<std::string>& lower,
                                           std::uint64_t rows) {
    const std::vector<Leaf> leaves = leaves_of(connection, table);
    if (leaves.empty()) {
        return std::nullopt;
    }
    Place begin{leaves.front().end.oid, leaves.front().end.file, 0};
    if (lower) {
        begin = parse_place(*lower);
        require_same_file(table, leaves, begin);
    }
    const auto leaf = std::find_if(leaves.begin(), leaves.end(),
                                   [&](const Leaf& l) { return l.end.oid == begin.oid; });
    const double dense =
        leaf->rows_a_block > 0 ? leaf->rows_a_block : static_cast<double>(rows_a_block_guess);
    const auto blocks =
        std::max<std::int64_t>(1, static_cast<std::int64_t>(static_cast<double>(rows) / dense));
    if (begin.block + blocks < leaf->end.block) {
        begin.block += blocks;
        return begin.text();
    }
    const auto next = std::next(leaf);
    if (next == leaves.end()) {
        return std::nullopt;
    }
    return Place{next->end.oid, next->end.file, 0}.text();
}

}  // namespace dbsync::postgres
