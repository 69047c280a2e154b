// SPDX-License-Identifier: MIT
#include "engine/mysql/target_counters.hpp"

#include "base/error.hpp"
#include "engine/mysql/quoting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>

namespace dbsync::mysql {

namespace {

// What counts on the target: tables with their AUTO_INCREMENT column, and sequences.
struct Counters {
    std::map<std::string, std::string> columns;
    std::set<std::string> sequences;
};

Counters read_counters(Connection& connection) {
    Counters counters;
    const Result columns = connection.run(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = DATABASE() AND extra LIKE '%auto_increment%'");
    for (std::size_t row = 0; row < columns.rows(); ++row) {
        counters.columns[columns.text(row, 0)] = columns.text(row, 1);
    }
    const Result sequences = connection.run(
        "SELECT table_name FROM information_schema.tables"
        " WHERE table_schema = DATABASE() AND table_type = 'SEQUENCE'");
    for (std::size_t row = 0; row < sequences.rows(); ++row) {
        counters.sequences.insert(sequences.text(row, 0));
    }
    return counters;
}

// The largest value in use; the column is the first of an index.
std::uint64_t largest(Connection& connection, const std::string& table, const std::string& column) {
    return connection
        .run(fmt::format("SELECT CAST(GREATEST(COALESCE(MAX({}), 0), 0) AS UNSIGNED) FROM {}",
                         quote_ident(column), quote_ident(table)))
        .unsigned_integer(0, 0);
}

std::uint64_t next_value(Connection& connection, const std::string& table) {
    return connection
        .run(
            "SELECT auto_increment FROM information_schema.tables"
            " WHERE table_schema = DATABASE() AND table_name = " +
            quote_literal(table))
        .unsigned_integer(0, 0);
}

// A counter at the end of its type stays there, as it does at the source.
void set_auto_increment(Connection& connection,
                        const std::string& table,
                        const std::string& column,
                        std::uint64_t wanted) {
    const std::uint64_t used = largest(connection, table, column);
    const std::uint64_t above = used == std::numeric_limits<std::uint64_t>::max() ? used : used + 1;
    const std::uint64_t next = std::max({wanted, above, std::uint64_t{1}});
    connection.run(fmt::format("ALTER TABLE {} AUTO_INCREMENT = {}", quote_ident(table), next));
    const std::uint64_t stored = next_value(connection, table);
    if (stored <= used && stored < wanted) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = fmt::format("the target's next AUTO_INCREMENT value of {} is "
                                                "{}, and {} is in use",
                                                table, stored, used),
                     .table = table,
                     .hint = "set it with ALTER TABLE … AUTO_INCREMENT, then run cutover again"}};
    }
}

// SETVAL never sets a sequence back (MariaDB "SETVAL").
void set_sequence(Connection& connection, const SequenceState& sequence) {
    connection.run(fmt::format("SELECT SETVAL({}, {}, {})", quote_ident(sequence.name),
                               sequence.value, sequence.is_called ? 1 : 0));
}

std::uint64_t next_of(const SequenceState& state) {
    const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(state.value, 0));
    return state.is_called ? value + 1 : value;
}

[[noreturn]] void refuse_unknown(const std::string& name) {
    throw Error{{.kind = ErrorKind::Precondition,
                 .what_failed = "the target has no AUTO_INCREMENT column in " + name +
                                ", and no such sequence",
                 .table = name,
                 .hint = "make the table the same on both ends"}};
}

}  // namespace

void set_counters(Connection& connection,
                  std::span<const SequenceState> sequences,
                  bool of_other_engine) {
    if (sequences.empty()) {
        return;
    }
    if (!connection.server().mariadb) {
        connection.run("SET SESSION information_schema_stats_expiry = 0");
    }
    const Counters counters = read_counters(connection);
    for (const SequenceState& sequence : sequences) {
        if (counters.sequences.contains(sequence.name)) {
            set_sequence(connection, sequence);
        } else if (const auto found = counters.columns.find(sequence.name);
                   found != counters.columns.end()) {
            if (sequence.column.empty() || sequence.column == found->second) {
                set_auto_increment(connection, sequence.name, found->second, next_of(sequence));
            }
        } else if (!of_other_engine) {
            refuse_unknown(sequence.name);
        }
    }
}

}  // namespace dbsync::mysql
