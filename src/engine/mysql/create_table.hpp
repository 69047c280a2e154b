// SPDX-License-Identifier: MIT
// SHOW CREATE TABLE taken apart into the columns, indexes and constraints between its parentheses
// and what stands behind them, and put together again.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbsync::mysql {

enum class PartKind {
    Column,
    Primary,
    Unique,
    Index,
    Fulltext,
    Spatial,
    Vector,
    ForeignKey,
    Check,
    Period,  // PERIOD FOR … (MariaDB)
};

struct TablePart {
    PartKind kind = PartKind::Column;
    std::string name;  // empty for a primary key and for what has none
    std::string text;  // as it stands in CREATE TABLE, comments for certain versions laid open
    // Of an index or foreign key: its columns. Not `whole` if a part of a column or an expression
    // is among them.
    std::vector<std::string> columns = {};
    bool whole = true;
    bool expression = false;         // a functional key part (MySQL)
    bool auto_increment = false;     // of a column
    std::string parent_schema = {};  // of a foreign key; empty: the same database
    std::string parent_table = {};
};

struct CreateTable {
    std::vector<TablePart> parts;  // in the server's order
    // ENGINE, character set, comment, partitions; without AUTO_INCREMENT=n and without the places
    // of files (DATA DIRECTORY, TABLESPACE), which belong to the server and not to the table.
    std::string options;
};

// Throws Error{Internal} if the text is no CREATE TABLE.
[[nodiscard]] CreateTable parse_create_table(std::string_view text);

[[nodiscard]] std::string create_statement(const std::string& name, const CreateTable& table);
// One ALTER TABLE that adds the parts.
[[nodiscard]] std::string alter_statement(const std::string& name,
                                          std::span<const TablePart> parts);

}  // namespace dbsync::mysql
