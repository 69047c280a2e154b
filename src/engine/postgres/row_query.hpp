// SPDX-License-Identifier: MIT
// The statements by which both roles read rows: COPY (SELECT …) TO STDOUT in the three row forms,
// and the text of keys and chunk bounds. Both ends must read the same set of rows for the same
// chunk, so the order and the bounds of form Compare never depend on a collation.
#pragma once

#include "row/row_block.hpp"
#include "row/table.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbsync {
struct Chunk;
}

namespace dbsync::postgres {

class Connection;

// What a statement has to know of a table beyond its columns. Looked up once a session.
struct TableShape {
    bool partitioned = false;  // the rows are in partitions: read through the root, without ONLY
    // Whether equal keys always have the same text: only then may buckets be told by it.
    bool key_text_is_exact = false;
    // Schema of each key column's comparison operators: pg_catalog, but for extensions' types.
    // Operators are found by name, and with an empty search_path citext would be compared as text.
    std::vector<std::string> operator_schemas;
};

// Reads the system catalogue. Throws Error{SchemaChanged} if the table is not there.
[[nodiscard]] TableShape look_up_shape(Connection& connection, const Table& table);

// Number of fields that make up a key: 1 (the row hash) for KeyShape::WholeRow.
[[nodiscard]] int key_field_count(const Table& table);
[[nodiscard]] std::vector<std::string> writable_columns(const Table& table);
[[nodiscard]] std::vector<std::string> all_columns(const Table& table);

// The declared type of a column of the table, as it stands behind "::".
[[nodiscard]] const std::string& column_type(const Table& table, const std::string& column);

// Fields of COPY's text form, taken apart and put together (documentation of COPY, "Text Format").
[[nodiscard]] std::vector<std::optional<std::string>> decode_fields(std::string_view line);
[[nodiscard]] std::string encode_field(std::string_view value);

// "schema"."name", with ONLY where the table's own rows are meant (inheritance, not partitions).
[[nodiscard]] std::string from_table(const Table& table, const TableShape& shape);

// The hash by which rows without a key are found; `alias` names the row. Equal rows hash equal on
// both ends as long as their sessions have the settings of Connection and the same encoding.
[[nodiscard]] std::string row_hash_sql(const std::string& alias);

// A query with columns k1 … kn: each of the given keys once, typed as the key columns.
[[nodiscard]] std::string key_list_sql(const Table& table,
                                       const TableShape& shape,
                                       std::span<const std::string> keys);

// COPY of the rows with the keys of `keys_query` (columns k1 … kn, each key once): Change gives a
// line for every key, Compare a line for every row found. The lookup goes by the key's index,
// whatever the planner believes. For KeyShape::WholeRow one scan of the table.
[[nodiscard]] std::string copy_rows_of_keys(const Table& table,
                                            const TableShape& shape,
                                            const std::string& keys_query,
                                            RowForm form);

// The same for keys as they stand in front of Compare rows.
[[nodiscard]] std::string copy_keys_sql(const Table& table,
                                        const TableShape& shape,
                                        std::span<const std::string> keys,
                                        RowForm form);

// COPY of a chunk by key, form Copy or Compare (ordered by key). A bounded chunk wants
// enable_seqscan = off: the planner may prefer to read the whole table for each chunk.
[[nodiscard]] std::string copy_chunk_sql(const Table& table,
                                         const TableShape& shape,
                                         const Chunk& chunk,
                                         RowForm form);

// How many leading key columns bound a chunk of this form; 0: the table is one chunk.
//   Compare: leading columns of types whose order is the same on every server.
//   Copy:    the key's columns in the index's own order (only the source reads these).
[[nodiscard]] std::size_t bound_columns(const Table& table, const TableShape& shape, RowForm form);

// SELECT of the bound `rows` rows after `lower` (no row: the rest is one chunk), one column each.
[[nodiscard]] std::string chunk_end_sql(const Table& table,
                                        const TableShape& shape,
                                        const std::optional<std::string>& lower,
                                        std::uint64_t rows,
                                        RowForm form);

}  // namespace dbsync::postgres
