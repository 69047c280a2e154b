// SPDX-License-Identifier: MIT
// What has become of a captured table since its capture was installed, in words and in what follows
// from it.
#pragma once

#include "engine/mysql/capture_catalog.hpp"
#include "engine/mysql/catalog.hpp"
#include "engine/mysql/fingerprint.hpp"

#include <optional>
#include <string>

namespace dbsync::mysql {

enum class Remedy {
    RecordAnew,  // no change to a row was missed: only the record is out of date
    ReadAnew,    // changes may have been missed: mend the capture, read the table as a whole
    BeginAnew,   // its rows are not what they were: this move cannot go on with it
};

struct TableChange {
    std::string what;  // "column c was added"
    Remedy remedy = Remedy::ReadAnew;
};

// The most telling change; nothing if the table and its capture are as recorded. Asks the server
// for the table's definition and, if that has changed, for its columns.
[[nodiscard]] std::optional<TableChange> find_change(Connection& connection,
                                                     const CapturedRecord& record,
                                                     const LiveState& live);

// Words for the first difference of columns or key; empty if there is none.
[[nodiscard]] std::string column_change(const CapturedRecord& record, const TableShape& now);

// Error{SchemaChanged} for what was found, with the way on in its hint.
[[noreturn]] void throw_change(const Table& table, const TableChange& change);

}  // namespace dbsync::mysql
