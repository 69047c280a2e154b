// SPDX-License-Identifier: MIT
#include "engine/mysql/table_change.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <vector>

namespace dbsync::mysql {

namespace {

// Longest piece of a definition that a message shows.
constexpr std::size_t shown_bytes_max = 200;

const Column* find_column(const Table& table, const std::string& name) {
    const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                    [&](const Column& column) { return column.name == name; });
    return found == table.columns.end() ? nullptr : &*found;
}

std::vector<std::string> lines_of(const std::string& definition) {
    std::vector<std::string> lines;
    std::istringstream in{definition};
    for (std::string line; std::getline(in, line);) {
        const bool partition = line.find("PARTITION ") < 3;  // behind " " or "("
        const auto begin = line.find_first_not_of(partition ? " (" : " ");
        const auto end = line.find_last_not_of(partition ? " ,)*/" : " ,");
        if (begin != std::string::npos && end != std::string::npos) {
            lines.push_back(line.substr(begin, end - begin + 1).substr(0, shown_bytes_max));
        }
    }
    return lines;
}

// The first line of `one` that `other` does not have.
std::string line_only_in(const std::string& one, const std::string& other) {
    const std::vector<std::string> others = lines_of(other);
    for (const std::string& line : lines_of(one)) {
        if (std::find(others.begin(), others.end(), line) == others.end()) {
            return line;
        }
    }
    return {};
}

std::string definition_change(const std::string& before, const std::string& now) {
    if (const std::string added = line_only_in(now, before); !added.empty()) {
        return "its definition has changed: it has now " + added;
    }
    if (const std::string gone = line_only_in(before, now); !gone.empty()) {
        return "its definition has changed: it had " + gone;
    }
    return "its definition has changed: the order of its columns or keys";
}

// Where the table's own trigger stands now tells what became of the table.
std::string moved_to(const CapturedRecord& record, const LiveState& live) {
    for (const auto& [name, checksum] : record.triggers) {
        const auto found = live.triggers.find(name);
        if (found != live.triggers.end() && found->second.table != record.table.name.name) {
            return found->second.table;
        }
    }
    return {};
}

std::optional<TableChange> trigger_change(const CapturedRecord& record, const LiveState& live) {
    std::vector<std::string> missing;
    for (const auto& [name, checksum] : record.triggers) {
        const auto found = live.triggers.find(name);
        if (found == live.triggers.end()) {
            missing.push_back(name);
        } else if (found->second.statement.empty()) {
            // MariaDB shows the name alone.
            throw Error{{.kind = ErrorKind::Permission,
                         .what_failed = "cannot see what dbsync's triggers on the source are",
                         .table = record.table.name.name,
                         .hint = "grant TRIGGER on the database to this user"}};
        } else if (found->second.checksum != checksum) {
            return TableChange{.what = "trigger " + name + " is not the one that was made"};
        }
    }
    if (missing.empty()) {
        return std::nullopt;
    }
    if (live.triggers.empty()) {
        return TableChange{.what =
                               "every trigger of dbsync is missing, or the TRIGGER privilege is"};
    }
    return TableChange{.what = missing.size() == record.triggers.size()
                                   ? "its triggers are missing: it was dropped and made anew, or "
                                     "another table was put in its place"
                                   : "trigger " + missing.front() + " is missing"};
}

std::optional<TableChange> id_change(const CapturedRecord& record, const LiveState& live) {
    if (!record.innodb_ids || !live.ids) {
        return std::nullopt;
    }
    const std::string now = live.ids->of(record.table.name.name);
    if (now == *record.innodb_ids) {
        return std::nullopt;
    }
    if (only_more_ids(*record.innodb_ids, now)) {
        return TableChange{.what = "a partition was added", .remedy = Remedy::RecordAnew};
    }
    return TableChange{.what = record.innodb_ids->starts_with('#')
                                   ? "it or one of its partitions was truncated, exchanged or "
                                     "rebuilt"
                                   : "it was truncated or rebuilt"};
}

// A column that is dropped and added again, or two that exchange their names, in an instant: the
// definition and InnoDB's number are as before, and the values are not (seen on MariaDB 10.11 and
// MySQL 9.7). Both servers set create_time at every ALTER, and neither at what triggers, ANALYZE,
// rows or child tables do.
std::optional<TableChange> time_change(const CapturedRecord& record, const LiveState& live) {
    const auto found = live.tables.find(record.table.name.name);
    if (record.altered.empty() || found == live.tables.end() || found->second.empty() ||
        found->second == record.altered) {
        return std::nullopt;
    }
    return TableChange{.what = "it was altered at " + found->second +
                               " (UTC), though it is declared as before"};
}

void require_process(const CapturedRecord& record, const LiveState& live) {
    if (record.innodb_ids && !live.ids) {
        throw Error{{.kind = ErrorKind::Permission,
                     .what_failed = "cannot tell whether tables of the source were truncated: "
                                    "InnoDB's table numbers cannot be read any more",
                     .hint = "grant PROCESS to this user again"}};
    }
}

// Without InnoDB's numbers a rebuild cannot be told from a change that leaves the rows alone.
Remedy remedy_of_definition(const CapturedRecord& record, const LiveState& live) {
    const bool same_rows =
        record.innodb_ids && live.ids &&
        (live.ids->of(record.table.name.name) == *record.innodb_ids ||
         only_more_ids(*record.innodb_ids, live.ids->of(record.table.name.name)));
    return same_rows ? Remedy::RecordAnew : Remedy::ReadAnew;
}

}  // namespace

std::string column_change(const CapturedRecord& record, const TableShape& now) {
    const Table& before = record.table;
    for (std::size_t i = 0; i < before.columns.size(); ++i) {
        const Column& column = before.columns[i];
        const Column* found = find_column(now.table, column.name);
        if (found == nullptr) {
            return "column " + column.name + " is gone";
        }
        if (!(*found == column) || now.form(column.name).declaration != record.declarations[i]) {
            return "column " + column.name + " is declared otherwise";
        }
    }
    for (const Column& column : now.table.columns) {
        if (find_column(before, column.name) == nullptr) {
            return "column " + column.name + " was added";
        }
    }
    if (before.columns != now.table.columns) {
        return "its columns are in another order";
    }
    if (before.key != now.table.key || before.key_shape != now.table.key_shape) {
        return "its key is another";
    }
    return {};
}

std::optional<TableChange> find_change(Connection& connection,
                                       const CapturedRecord& record,
                                       const LiveState& live) {
    const std::string& name = record.table.name.name;
    require_process(record, live);
    const std::string elsewhere = moved_to(record, live);
    if (!live.tables.contains(name)) {
        return TableChange{.what = elsewhere.empty() ? "it was renamed or dropped"
                                                     : "it was renamed to " + elsewhere,
                           .remedy = Remedy::BeginAnew};
    }
    const std::string definition = read_definition(connection, name);
    if (definition != record.definition) {
        const std::optional<TableShape> shape = read_shape(connection, name);
        const std::string words = shape ? column_change(record, *shape) : "it is gone";
        if (!words.empty()) {
            return TableChange{.what = words, .remedy = Remedy::BeginAnew};
        }
    }
    if (!elsewhere.empty()) {
        return TableChange{.what = "it was renamed to " + elsewhere +
                                   ", and another table was put in its place"};
    }
    if (auto change = trigger_change(record, live)) {
        return change;
    }
    if (definition != record.definition) {
        return TableChange{.what = definition_change(record.definition, definition),
                           .remedy = remedy_of_definition(record, live)};
    }
    if (auto change = id_change(record, live)) {
        return change;
    }
    if (auto change = time_change(record, live)) {
        return change;
    }
    if (record.state == TableState::Refreshing || record.state == TableState::Repairing) {
        return TableChange{.what = "start-capture ended while it mended the capture of it",
                           .remedy = record.state == TableState::Repairing ? Remedy::ReadAnew
                                                                           : Remedy::RecordAnew};
    }
    return std::nullopt;
}

void throw_change(const Table& table, const TableChange& change) {
    const std::string& name = table.name.name;
    std::string hint;
    switch (change.remedy) {
        case Remedy::RecordAnew:
            hint = "run start-capture again: it records the table as it is now";
            break;
        case Remedy::ReadAnew:
            hint = "run start-capture again: it mends the capture, and the next pass reads table " +
                   name + " anew as a whole";
            break;
        case Remedy::BeginAnew:
            hint = "undo the change, or run stop-capture and begin this move again";
            break;
    }
    throw Error{{.kind = ErrorKind::SchemaChanged,
                 .what_failed = fmt::format("table {} on the source was changed since its capture "
                                            "began: {}",
                                            name, change.what),
                 .table = name,
                 .hint = hint}};
}

}  // namespace dbsync::mysql
