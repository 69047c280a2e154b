// SPDX-License-Identifier: MIT
// What a table looks like on one end: its columns with the form in which their values travel, its
// key, and what else the engine must know to read or write it. Looked up in information_schema.
#pragma once

#include "engine/mysql/connection.hpp"
#include "row/table.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dbsync::mysql {

// How values of a column travel between two servers (see wire.hpp).
enum class Wire {
    Text,   // characters, as utf8mb4
    Plain,  // numbers, dates and the like: the server's own text is exact and has no special bytes
    Float,  // FLOAT: as the DOUBLE it is, because its own text has six digits only
    Hex,    // BLOB, BINARY, BIT, geometry: two hexadecimal digits a byte
};

struct ColumnForm {
    Wire wire = Wire::Plain;
    // Type with character set and collation, without NOT NULL, DEFAULT and the like: declares a
    // column of the same type in another table. "varchar(20) CHARACTER SET latin1 COLLATE …".
    std::string declaration;
    std::string data_type;  // lower case, without length: "varchar", "enum"
    std::string charset;    // empty for what is no text
    std::string collation;
    bool auto_increment = false;
    bool invisible = false;
    std::string default_text;  // information_schema's column_default; for checks only
};

// A foreign key of this table (as the child).
struct ForeignKey {
    std::string name;
    std::vector<std::string> columns;
    std::string parent_schema;
    std::string parent_table;
    std::vector<std::string> parent_columns;
    std::string on_delete;  // "CASCADE", "SET NULL", "RESTRICT", "NO ACTION", "SET DEFAULT"
    std::string on_update;

    // Whether the server changes child rows by itself.
    [[nodiscard]] bool cascades() const noexcept;
};

struct TableShape {
    Table table;  // id and fingerprint are not filled in
    std::vector<ColumnForm> forms;  // one a column of `table`, in the same order
    std::string key_index;          // the index of `table.key`: "PRIMARY" or a unique one's name
    std::string engine;             // "InnoDB"
    std::string create_options;     // "partitioned" and the like
    std::vector<ForeignKey> foreign_keys;
    std::vector<std::string> triggers;  // names of all triggers on it, dbsync's included
    std::string problem;  // why the table cannot be captured; empty if it can
    std::string hint;

    [[nodiscard]] const ColumnForm& form(const std::string& column) const;
};

// Names of dbsync's own tables and triggers begin with this.
inline constexpr const char* own_prefix = "_dbsync_";

// Every base table of the connection's database except dbsync's own, by name. A few queries,
// however many tables there are.
[[nodiscard]] std::vector<TableShape> read_shapes(Connection& connection);

// One table by name; nothing if there is none (or a view).
[[nodiscard]] std::optional<TableShape> read_shape(Connection& connection, const std::string& name);

// Columns that a row's Copy and Change forms consist of: all that are not generated.
[[nodiscard]] std::vector<std::string> writable_columns(const Table& table);
// Columns of the Compare form: all.
[[nodiscard]] std::vector<std::string> compared_columns(const Table& table);

// What a query selects to get `column` (quoted, qualified with `alias` and a dot when given) in the
// form it travels in: the column itself, CAST(… AS DOUBLE) for Wire::Float,
// enum_error_field for an ENUM's error value.
[[nodiscard]] std::string select_expression(const TableShape& shape,
                                            const std::string& column,
                                            const std::string& alias);

// A hash of a row's writable columns as an SQL expression of type BINARY(16), the same on MySQL and
// MariaDB and whatever the session's settings (time zone, sql_mode): the key of tables without a
// key. `prefix` stands before each quoted column: "NEW.", "t.".
[[nodiscard]] std::string row_hash_expression(const TableShape& shape, const std::string& prefix);

// The declaration of each key column, in key order ("binary(16)" for the hash of a keyless table).
[[nodiscard]] std::vector<std::string> key_declarations(const TableShape& shape);

// As Source::referrers().
[[nodiscard]] std::vector<TableName> referrers(Connection& connection, const TableName& table);

}  // namespace dbsync::mysql
