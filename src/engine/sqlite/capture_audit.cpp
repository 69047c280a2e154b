// SPDX-License-Identifier: MIT
// audit_capture() and run_canary(): whether capture is what it was made to be, and does what it
// was made for.
#include "base/error.hpp"
#include "engine/sqlite/capture.hpp"
#include "engine/sqlite/quoting.hpp"
#include "sql/assets.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dbsync::sqlite {

namespace {

struct Change {
    std::int32_t table_id = 0;
    std::string type;
    std::string name;
    std::string now_on;  // the table that the object stands on now; empty if it is gone
    bool was_there = false;
    bool is_there = false;
};

std::vector<Change> read_changes(Database& db) {
    Statement rows{db, sql::render("schemas/sqlite/source_audit.sql", sql::Parameters{quoting})};
    std::vector<Change> changes;
    while (rows.step()) {
        changes.push_back({static_cast<std::int32_t>(rows.integer(0)), std::string{rows.text(1)},
                           std::string{rows.text(2)}, std::string{rows.text(3)}, !rows.is_null(4),
                           !rows.is_null(5)});
    }
    return changes;
}

// Where the table's trigger stands now says what a vanished table is called now.
std::string new_name(Database& db, const Table& table) {
    Statement row{db, "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name = ?1"};
    const std::string trigger = trigger_prefix(table.id) + "ai";
    row.bind_text(1, trigger);
    return row.step() ? std::string{row.text(0)} : std::string{};
}

std::string column_change(Database& db, const Table& table) {
    const TableShape now = read_shape(db, table.name.name);
    for (const Column& column : table.columns) {
        const ColumnDetail* found = now.column(column.name);
        if (found == nullptr) {
            return "column " + column.name + " is gone";
        }
        if (found->type != column.type || found->not_null != column.not_null ||
            found->generated != column.generated) {
            return "column " + column.name + " is declared otherwise";
        }
    }
    for (const Column& column : now.table.columns) {
        if (std::none_of(table.columns.begin(), table.columns.end(),
                         [&](const Column& c) { return same_name(c.name, column.name); })) {
            return "column " + column.name + " was added";
        }
    }
    return "its definition is another";
}

std::string sentence(Database& db, const Table& table, const Change& change) {
    if (change.type == "table" && change.name != delta_name(table.id)) {
        const std::string name = new_name(db, table);
        if (change.is_there) {
            return name.empty() ? "the table was dropped and made anew" : column_change(db, table);
        }
        return name.empty() ? "the table is gone" : "the table was renamed to " + name;
    }
    const std::string object =
        (change.type == "trigger" ? "dbsync's trigger " : change.type + " ") + change.name;
    if (!change.is_there) {
        return object + " is gone" + (change.type == "trigger" ? " (was the table rebuilt?)" : "");
    }
    return object + (change.was_there ? " is another" : " was created");
}

// The table itself says most, then its indexes, then our triggers (they follow from the others).
int rank(const Change& change) {
    return change.type == "table" ? 0 : (change.type == "index" ? 1 : 2);
}

[[noreturn]] void throw_changed(Database& db, const Table& table, const Change& change) {
    throw Error{{.kind = ErrorKind::SchemaChanged,
                 .what_failed = "table " + table.name.display() +
                                " on the source is not what it was when capture began: " +
                                sentence(db, table, change),
                 .table = table.name.display(),
                 .hint = "run stop-capture, then begin the move anew with the changed schema"}};
}

void expect_delta(Database& db, const std::string& delta, const char* after, std::int64_t key) {
    Statement row{db, "SELECT 1 FROM " + quote_ident(delta) + " WHERE k1 = ?1"};
    row.bind(1, key);
    if (!row.step()) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = fmt::format(
                         "the canary on the source shows that capture misses a row: {}", after),
                     .hint = "report this SQLite version; do not move this database with dbsync"}};
    }
    row.reset();
    db.run("DELETE FROM " + quote_ident(delta));
}

constexpr std::int32_t canary_id = 0;
constexpr const char* canary_table = "_dbsync_canary";

void change_canary(Database& db) {
    const std::string delta = delta_name(canary_id);
    const std::string table = quote_ident(canary_table);
    db.run("INSERT INTO " + table + " VALUES (1, 10)");
    expect_delta(db, delta, "INSERT", 1);
    db.run("UPDATE " + table + " SET u = 11 WHERE id = 1");
    expect_delta(db, delta, "UPDATE", 1);
    db.run("INSERT OR REPLACE INTO " + table + " VALUES (2, 11)");
    expect_delta(db, delta, "INSERT OR REPLACE over another unique column", 1);
    db.run("INSERT INTO " + table + " VALUES (3, 13)");
    db.run("DELETE FROM " + quote_ident(delta));
    db.run("UPDATE OR REPLACE " + table + " SET u = 13 WHERE id = 2");
    expect_delta(db, delta, "UPDATE OR REPLACE", 3);
    db.run("DELETE FROM " + table);
    expect_delta(db, delta, "DELETE", 2);
}

}  // namespace

void audit_capture(Database& db, std::span<const Table> tables) {
    if (!read_capture(db)) {
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed = "there is no capture on the source " + db.path(),
                     .hint = "run start-capture first; if it has run, the file was replaced"}};
    }
    std::vector<Change> changes = read_changes(db);
    if (changes.empty()) {
        return;
    }
    std::stable_sort(changes.begin(), changes.end(),
                     [](const Change& a, const Change& b) { return rank(a) < rank(b); });
    const std::vector<Table> captured = read_captured(db);
    for (const Change& change : changes) {
        const auto concerns = [&](const Table& table) { return table.id == change.table_id; };
        const auto table = std::find_if(captured.begin(), captured.end(), concerns);
        if (table != captured.end() &&
            (tables.empty() || std::any_of(tables.begin(), tables.end(), concerns))) {
            throw_changed(db, *table, change);
        }
    }
}

void run_canary(Database& db) {
    const Transaction rolled_back{db, Transaction::Kind::Immediate};
    db.run("CREATE TABLE " + quote_ident(canary_table) + " (id INTEGER PRIMARY KEY, u UNIQUE)");
    for (const sql::Rendered& statement : trigger_statements(read_shape(db, canary_table))) {
        db.run(statement);
    }
    change_canary(db);
}

}  // namespace dbsync::sqlite
