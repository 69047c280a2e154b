// SPDX-License-Identifier: MIT
#include "engine/sqlite/inspect.hpp"

#include "base/error.hpp"
#include "engine/sqlite/capture.hpp"
#include "engine/sqlite/index_text.hpp"
#include "engine/sqlite/quoting.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

namespace dbsync::sqlite {

namespace {

constexpr int version_min = 3'034'000;
constexpr std::uint64_t free_bytes_min = 64 * 1024 * 1024;

void add(Inspection& found, Severity severity, std::string message, std::string hint = {}) {
    found.findings.push_back({severity, "source", std::move(message), std::move(hint)});
}

void look_at_library(Inspection& found) {
    if (sqlite3_libversion_number() < version_min) {
        add(found, Severity::Fail, fmt::format("SQLite {} is too old", sqlite3_libversion()),
            "use SQLite 3.34 or later");
    }
}

void look_at_journal(Database& db, Inspection& found) {
    if (db.wal()) {
        add(found, Severity::Ok, fmt::format("SQLite {}, journal mode WAL", sqlite3_libversion()));
    } else {
        add(found, Severity::Warn,
            "journal mode " + db.text("PRAGMA journal_mode") +
                ": while dbsync reads, writers wait, and fail if they do not wait long enough",
            "set PRAGMA journal_mode=WAL on the source before the move");
    }
    add(found, Severity::Warn,
        "a writer without a busy timeout fails at once where it would have to wait for a short "
        "transaction of dbsync's, and while the cutover holds the write lock",
        "have every writer set PRAGMA busy_timeout to some seconds");
    add(found, Severity::Warn,
        "writes by sqlite3_blob_write() and by connections that switch triggers off are not "
        "recorded; verify would find them",
        "make sure that the application does neither during the move");
}

void look_at_file(Database& db, Inspection& found) {
    const std::filesystem::path folder = std::filesystem::path{db.path()}.parent_path();
    if (db.read_only() || ::access(db.path().c_str(), W_OK) != 0) {
        add(found, Severity::Fail, "the file " + db.path() + " may not be written",
            "give this user the right to write to it: capture lives in the same file");
    }
    if (::access(folder.c_str(), W_OK) != 0) {
        add(found, Severity::Fail, "the folder " + folder.string() + " may not be written",
            "give this user the right to write to it: the journal and the lock file stand there");
    }
    struct statvfs space {};
    if (::statvfs(db.path().c_str(), &space) == 0) {
        const std::uint64_t free = std::uint64_t{space.f_bavail} * space.f_frsize;
        const auto size = static_cast<std::uint64_t>(db.integer("PRAGMA page_count") *
                                                     db.integer("PRAGMA page_size"));
        if (free < free_bytes_min || free < size / 10) {
            add(found, Severity::Warn,
                fmt::format("only {} MiB are free where the source is", free / (1024 * 1024)),
                "free some space: delta tables and the journal grow during the move");
        }
    }
}

// Names that capture would need, in a file without capture.
void look_at_own_names(Database& db, Inspection& found) {
    if (const std::optional<CaptureRow> capture = read_capture(db)) {
        add(found, Severity::Ok, "captured by job " + capture->job);
        return;
    }
    Statement rows{db,
                   "SELECT type, name FROM sqlite_master WHERE name LIKE '\\_dbsync\\_delta\\_%'"
                   " ESCAPE '\\' OR name LIKE '\\_dbsync\\_captur%' ESCAPE '\\'"
                   " OR name GLOB '_dbsync_[0-9]*'"};
    while (rows.step()) {
        add(found, Severity::Fail,
            fmt::format("{} {} has a name that dbsync needs", rows.text(0), rows.text(1)),
            "rename or drop it");
    }
}

void look_at_objects(Database& db, Inspection& found) {
    const std::int64_t views = db.integer("SELECT count(*) FROM sqlite_master WHERE type = 'view'");
    const std::int64_t triggers = db.integer(
        "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'"
        " AND substr(name, 1, 8) <> '_dbsync_'");
    if (views + triggers > 0) {
        add(found, Severity::Ok,
            fmt::format("{} views and {} triggers move too; triggers wake at the cutover", views,
                        triggers));
    }
}

bool says_raise_ignore(const std::string& sql) {
    const std::vector<std::string> names = names_in(sql);
    for (std::size_t i = 0; i + 1 < names.size(); ++i) {
        if (same_name(names[i], "RAISE") && same_name(names[i + 1], "IGNORE")) {
            return true;
        }
    }
    return false;
}

void look_at_triggers(Database& db, const Table& table, Inspection& found) {
    Statement rows{db,
                   "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
                   " AND substr(name, 1, 8) <> '_dbsync_' AND tbl_name = ?1 COLLATE NOCASE"};
    rows.bind_text(1, table.name.name);
    while (rows.step()) {
        if (says_raise_ignore(std::string{rows.text(1)})) {
            found.findings.push_back(
                {Severity::Warn, table.name.display(),
                 fmt::format("trigger {} uses RAISE(IGNORE): in an AFTER trigger that runs before "
                             "dbsync's it would hide the change",
                             rows.text(0)),
                 "do not create such triggers while the move goes on"});
        }
    }
}

std::string key_text(const Table& table) {
    std::string names;
    for (const std::string& name : table.key) {
        names += (names.empty() ? "" : ", ") + name;
    }
    return names;
}

// Reads one row: a generated column may need a function, or a key a collation, that only the
// application has.
std::string reading_problem(Database& db, const TableShape& shape) {
    try {
        const std::string name = quote_ident(shape.table.name.name);
        Statement row{
            db, "SELECT * FROM " + name + " ORDER BY " + quote_list(shape.table.key) + " LIMIT 1"};
        static_cast<void>(row.step());
    } catch (const Error& error) {
        return error.fields().native_text;
    }
    return {};
}

void look_at_table(Database& db, TableShape& shape, Inspection& found) {
    const std::string name = shape.table.name.display();
    if (!shape.problem.empty()) {
        found.findings.push_back({Severity::Fail, name, shape.problem, shape.hint});
    } else if (const std::string problem = reading_problem(db, shape); !problem.empty()) {
        found.findings.push_back({Severity::Fail, name, "the table cannot be read: " + problem,
                                  "leave it out with --exclude"});
    } else if (hidden_rowid(shape.table)) {
        found.findings.push_back(
            {Severity::Warn, name,
             "no key over NOT NULL columns: rows are found by their rowid, and after a VACUUM or "
             "a schema change dbsync reads the whole table anew",
             "add an INTEGER PRIMARY KEY, or do not VACUUM during the move"});
    } else {
        found.findings.push_back(
            {Severity::Ok, name, "key (" + key_text(shape.table) + "), captured row by row"});
    }
    look_at_triggers(db, shape.table, found);
    estimate_size(db, shape.table, shape.without_rowid);
    found.tables.push_back(shape.table);
}

void give_ids(Database& db, std::vector<Table>& tables) {
    const std::vector<Table> captured = read_captured(db);
    for (Table& table : tables) {
        for (const Table& known : captured) {
            if (same_name(known.name.name, table.name.name)) {
                table.id = known.id;
            }
        }
    }
}

void take_nullable_key(Database& db, TableShape& shape, Inspection& found) {
    TableShape with_key = shape;
    if (!shape.problem.empty() || !with_key.take_nullable_key()) {
        return;
    }
    const std::string name = shape.table.name.display();
    const std::string key = "PRIMARY KEY (" + key_text(with_key.table) + ")";
    if (has_null_key(db, with_key.table)) {
        found.findings.push_back({Severity::Warn, name, key + " is NULL in some rows",
                                  "give them values and declare it NOT NULL, so that it can be the "
                                  "key on the target"});
        return;
    }
    shape = std::move(with_key);
    found.findings.push_back({Severity::Warn, name,
                              key + " may be NULL here and not on the target: a row that gets NULL "
                                    "there stops the move",
                              "declare it NOT NULL, or see that no writer leaves it out"});
}

void look_at_tables(Database& db, const TableFilter& filter, Inspection& found) {
    for (const ListedTable& listed : list_tables(db)) {
        const TableName name{"", listed.name};
        if (!filter.matches(name) || listed.kind == ListedKind::Shadow) {
            continue;
        }
        if (listed.kind == ListedKind::Virtual) {
            found.findings.push_back({Severity::Fail, name.display(),
                                      "a virtual table: SQLite allows no triggers on it",
                                      "leave it out with --exclude and make it on the target"});
            continue;
        }
        try {
            TableShape shape = read_shape(db, listed.name);
            if (filter.for_another_engine) {
                take_nullable_key(db, shape, found);
            }
            look_at_table(db, shape, found);
        } catch (const Error& error) {
            found.findings.push_back({Severity::Fail, name.display(),
                                      std::string{"cannot be looked at: "} + error.what(),
                                      "leave it out with --exclude"});
        }
    }
}

}  // namespace

Inspection inspect_source(const std::string& path, const TableFilter& filter) {
    Inspection found;
    look_at_library(found);
    try {
        Database db{path, {.role = Role::Source}};
        const Transaction snapshot{db, Transaction::Kind::Deferred};
        look_at_journal(db, found);
        look_at_file(db, found);
        look_at_own_names(db, found);
        if (!filter.for_another_engine) {
            look_at_objects(db, found);
        }
        look_at_tables(db, filter, found);
        give_ids(db, found.tables);
    } catch (const Error& error) {
        add(found, Severity::Fail, error.what(), error.fields().hint);
    }
    return found;
}

}  // namespace dbsync::sqlite
