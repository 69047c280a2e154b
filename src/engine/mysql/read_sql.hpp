// SPDX-License-Identifier: MIT
// The queries by which rows are read, and their way into blocks: the same on both ends, so that
// equal tables give equal rows. The shape's table is the one of the move (the source's, with its
// id); forms and key_index are those of the end that is read.
//
// Rows are always looked up by the key's index, whatever the statistics say: those of a table that
// is being filled are stale, and a plan that scans is the wrong one for ten keys.
#pragma once

#include "engine/mysql/catalog.hpp"
#include "engine/mysql/connection.hpp"
#include "engine/source.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbsync::mysql {

// Fields of a key: 1 for a table without one (its hash).
[[nodiscard]] std::size_t key_fields(const Table& table);

// Whether keys that a collation calls equal are different ones for whoever reads: for the other
// engine of a move, which has no such collation (Table::order_by_bytes). `column` is of the key.
[[nodiscard]] bool is_told_by_bytes(const TableShape& shape, const std::string& column);

// The rows of the keys that `keys` (a table's quoted name, or a query in parentheses) has in its
// columns k1, k2 …, each key once, in key order. Form Change gives a row for every key, where one
// is found with the row's own spelling of the key, and Compare a row for every row found.
//
// Where keys are told by their bytes, a row is found under just its own spelling. `given`, if any,
// are the keys as wire text: they come from another end, which may spell them otherwise where no
// byte counts (a UUID's upper case), and `keys` has each of them.
void read_rows_of_keys(Connection& connection,
                       const TableShape& shape,
                       const std::string& keys,
                       RowForm form,
                       RowSink& sink,
                       std::span<const std::string> given = {});

// The rows of a chunk, see SourceReader::read_chunk().
void read_rows_of_chunk(Connection& connection,
                        const TableShape& shape,
                        const Chunk& chunk,
                        RowForm form,
                        RowSink& sink);

// See SourceReader::chunk_end().
[[nodiscard]] std::optional<std::string> find_chunk_end(Connection& connection,
                                                        const TableShape& shape,
                                                        const std::optional<std::string>& lower,
                                                        std::uint64_t rows);

// For tests and EXPLAIN.
[[nodiscard]] std::string select_chunk(const TableShape& shape, const Chunk& chunk, RowForm form);

// One row's fields, as a key or a value stands in wire form; nothing if one of them is NULL.
[[nodiscard]] std::optional<std::string> wire_text(const RowView& row,
                                                   unsigned first,
                                                   const std::vector<Wire>& wires);

}  // namespace dbsync::mysql
