// SPDX-License-Identifier: MIT
// What the phases know of a table: names, columns and the key by which its rows are found.
// Values of this type are plain and cheap to copy; nothing here knows a server.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace dbsync {

struct TableName {
    std::string schema;  // empty on engines without schemas
    std::string name;

    auto operator<=>(const TableName&) const = default;

    // "schema.name", or "name" without a schema; for messages and --tables patterns, not for SQL.
    [[nodiscard]] std::string display() const {
        return schema.empty() ? name : schema + "." + name;
    }
};

struct Column {
    std::string name;
    std::string type;               // as the server declares it
    bool not_null = false;
    bool generated = false;         // computed by the server: read for comparing, never written
    bool identity_always = false;   // PostgreSQL GENERATED ALWAYS AS IDENTITY

    bool operator==(const Column&) const = default;
};

// How the rows of a table are found again; see docs/decisions/0001-dirty-keys.md.
enum class KeyShape {
    Columns,   // primary key, or a unique key over NOT NULL columns: 0 or 1 row a key
    WholeRow,  // no key: rows are found by a hash of their whole value, and counted
};

// What records a change at the source.
enum class CaptureMethod {
    Statement,  // one trigger call a statement, with the set of changed rows
    Row,        // one trigger call a row
};

struct Table {
    std::int32_t id = 0;  // number in the source's capture catalogue; 0 before capture
    TableName name;
    std::vector<Column> columns;   // in table order
    std::vector<std::string> key;  // column names in key order; empty for WholeRow
    KeyShape key_shape = KeyShape::Columns;
    CaptureMethod capture = CaptureMethod::Row;
    std::string fingerprint;       // changes when anything that capture relies on changes
    std::uint64_t rows_estimate = 0;
    std::uint64_t bytes_estimate = 0;
    // Whether another unique or exclusion constraint than the key exists: then a row may be in
    // the way of another row of the same batch.
    bool has_other_unique = false;
    // Compare reads come ordered by the key's bytes, whatever its collation: for comparing with a
    // server whose collations are others.
    bool order_by_bytes = false;
};

}  // namespace dbsync
