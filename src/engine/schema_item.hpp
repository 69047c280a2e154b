// SPDX-License-Identifier: MIT
// A database's schema as an ordered list of statements, each with the moment at which it may run
// on the target. Made by the source's engine, run (and noted as done) by the target's.
#pragma once

#include "row/finding.hpp"
#include "row/table.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace dbsync {

enum class SchemaStage {
    Before,  // schemas, types, functions, tables, views: before any row
    Key,     // the key that catch-up finds rows by: after the rows, before the first pass
    After,   // other indexes, unique and check constraints: after a complete pass, in parallel
    Last,    // foreign keys and whatever needs the indexes: after After, in order
    Asleep,  // triggers, rules, events: at the cutover
};

struct SchemaItem {
    std::string id;           // stable between two exports of the same schema; the ledger's key
    SchemaStage stage = SchemaStage::Before;
    std::string description;  // "INDEX public orders_pkey", for progress and errors
    std::string sql;          // one or more statements, run as they are
    std::int32_t table_id = 0;  // the captured table it belongs to (Key, After), or 0
};

// A schema that was made from words of another engine's.
struct MadeSchema {
    std::vector<SchemaItem> items;
    std::vector<std::string> left_out;  // what this engine has not: "index a of t (…)"
    // As they will stand here, in the model's order: names, and columns with their types.
    std::vector<Table> tables;
    std::vector<Finding> problems;  // for which the statements would fail
};

// An item that a server would not take.
struct SchemaRefusal {
    std::int32_t table_id = 0;  // the item's; 0 where it is the whole schema that is refused
    std::string reason;         // "INDEX t: Too many keys specified (1069)"
    std::string hint = {};      // empty: change the table
};

// The state of one sequence, autoincrement counter or the like.
struct SequenceState {
    std::string schema;
    std::string name;
    std::int64_t value = 0;
    bool is_called = true;  // PostgreSQL: whether `value` has been given out
    // PostgreSQL: the table one of whose columns it numbers, and that column; empty if none.
    TableName owner = {};
    std::string column = {};
};

}  // namespace dbsync
