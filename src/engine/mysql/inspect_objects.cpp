// SPDX-License-Identifier: MIT
#include "engine/mysql/inspect_objects.hpp"

#include "base/error.hpp"
#include "engine/mysql/capture_catalog.hpp"
#include "engine/mysql/cascade_catalog.hpp"
#include "engine/mysql/program_text.hpp"
#include "engine/mysql/quoting.hpp"
#include "engine/mysql/schema_export.hpp"
#include "engine/mysql/schema_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace dbsync::mysql {

namespace {

constexpr std::size_t accounts_named_max = 10;
constexpr std::array plain_charsets{"", "utf8mb4", "utf8mb3", "utf8", "latin1", "ascii", "binary"};

void look_at_key(const TableShape& shape, Findings& findings) {
    const std::string subject = shape.table.name.display();
    if (shape.table.key_shape == KeyShape::WholeRow) {
        say(findings, Severity::Warn, subject,
            "has no key: its rows are found and compared by a hash of the whole row, and each pass "
            "that it changes in reads all of it",
            "add a primary key, or a unique index over NOT NULL columns");
    }
    for (std::size_t i = 0; i < shape.table.columns.size(); ++i) {
        const Column& column = shape.table.columns[i];
        if (std::find(shape.table.key.begin(), shape.table.key.end(), column.name) ==
            shape.table.key.end()) {
            continue;
        }
        if (shape.forms[i].data_type == "float" || shape.forms[i].data_type == "double") {
            say(findings, Severity::Warn, subject,
                "its key has the floating-point column " + column.name,
                "add a key of whole numbers, decimals or text");
        }
        if (column.generated) {
            say(findings, Severity::Warn, subject,
                "its key has the generated column " + column.name +
                    ": the target must compute the same value",
                "make sure that its expression means the same on the target");
        }
    }
}

void look_at_charsets(const TableShape& shape, Findings& findings) {
    for (std::size_t i = 0; i < shape.forms.size(); ++i) {
        const std::string& charset = shape.forms[i].charset;
        if (std::find(plain_charsets.begin(), plain_charsets.end(), charset) ==
            plain_charsets.end()) {
            say(findings, Severity::Warn, shape.table.name.display(),
                fmt::format("column {} is in character set {}: it travels as utf8mb4, and bytes "
                            "without a character there are refused or read as '?'",
                            shape.table.columns[i].name, charset),
                "convert it to utf8mb4 before the move, or compare a sample by hand");
        }
    }
}

// A foreign key to a table of this database that is not moved.
void look_at_parents(const TableShape& shape,
                     const std::set<std::string>& moved,
                     const std::string& database,
                     Findings& findings) {
    for (const ForeignKey& key : shape.foreign_keys) {
        if (key.parent_schema == database && !moved.contains(key.parent_table)) {
            say(findings, Severity::Warn, shape.table.name.display(),
                fmt::format("foreign key {} refers to {}, which is not moved: it is left out",
                            key.name, key.parent_table),
                "move that table as well, or add the foreign key after the cutover");
        }
    }
}

void look_at_cascades(const std::vector<TableShape>& shapes,
                      const std::string& database,
                      Findings& findings) {
    std::size_t cascades = 0;
    for (const TableShape& shape : shapes) {
        cascades += static_cast<std::size_t>(
            std::count_if(shape.foreign_keys.begin(), shape.foreign_keys.end(),
                          [](const ForeignKey& key) { return key.cascades(); }));
    }
    if (cascades > 0) {
        say(findings, Severity::Ok, "source",
            fmt::format(
                "{} foreign key(s) with CASCADE or SET NULL: the server tells no trigger of "
                "what they do, so the parents' triggers record the values they follow",
                cascades));
    }
    for (const CascadeGap& gap : cascade_gaps(shapes, database)) {
        say(findings, Severity::Fail, gap.child,
            fmt::format("foreign key {} changes its rows from {}, which is not captured: these "
                        "changes could not be seen",
                        gap.constraint, gap.parent),
            "capture that table as well, or leave this one out with --exclude");
    }
}

// Tables that came after start-capture.
void look_at_captured(Connection& connection, Inspection& inspection) {
    const std::vector<Table> captured = read_captured(connection);
    for (Table& table : inspection.tables) {
        const auto same = std::find_if(captured.begin(), captured.end(), [&](const Table& other) {
            return other.name == table.name;
        });
        if (same != captured.end()) {
            table.id = same->id;
        } else if (!captured.empty()) {
            say(inspection.findings, Severity::Warn, table.name.display(),
                "is not captured: it is newer than the last start-capture",
                "run start-capture again, or leave it out with --exclude");
        }
    }
}

void look_at_size(const std::vector<Table>& tables, Findings& findings) {
    constexpr double gib = 1024.0 * 1024.0 * 1024.0;
    std::uint64_t bytes = 0;
    for (const Table& table : tables) {
        bytes += table.bytes_estimate;
    }
    say(findings, Severity::Ok, "source",
        fmt::format("about {:.1f} GiB in {} table(s); whether the target has room cannot be seen "
                    "from here",
                    static_cast<double>(bytes) / gib, tables.size()));
}

// "shop: a, b and 3 more"
std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), accounts_named_max); ++i) {
        text += (i == 0 ? "" : ", ") + names[i];
    }
    return names.size() > accounts_named_max
               ? text + fmt::format(" and {} more", names.size() - accounts_named_max)
               : text;
}

std::vector<std::string> names(Connection& connection, const std::string& query) {
    const Result rows = connection.run(query);
    std::vector<std::string> found;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        found.push_back(rows.text(i, 0));
    }
    return found;
}

void look_at_accounts(Connection& connection, const TableFilter& filter, Findings& findings) {
    const std::vector<std::string> accounts =
        names(connection,
              "SELECT grantee FROM information_schema.schema_privileges"
              " WHERE DATABASE() LIKE table_schema UNION SELECT grantee"
              " FROM information_schema.table_privileges WHERE table_schema = DATABASE()"
              " UNION SELECT grantee FROM information_schema.column_privileges"
              " WHERE table_schema = DATABASE() ORDER BY 1");
    if (!accounts.empty()) {
        say(findings, Severity::Warn, "source",
            "users and grants are not moved; privileges on this database, as far as this user can "
            "see: " +
                listed(accounts),
            filter.for_another_engine
                ? "create their like on the target before the cutover"
                : "create these accounts on the target before snapshot (definers) and before the "
                  "cutover");
    }
}

void look_at_sequences(Connection& connection, const TableFilter& filter, Findings& findings) {
    for (const std::string& name :
         names(connection,
               "SELECT table_name FROM information_schema.tables"
               " WHERE table_schema = DATABASE() AND table_type = 'SEQUENCE'"
               " ORDER BY table_name")) {
        if (filter.matches({.schema = {}, .name = name})) {
            say(findings, Severity::Fail, name, "is a sequence, which dbsync does not move",
                "leave it out with --exclude, create it on the target before snapshot, and set it "
                "there with SETVAL when the source is fenced");
        }
    }
}

void look_at_programs(Connection& connection, std::span<const Table> tables, Findings& findings) {
    std::size_t views = 0;
    std::size_t sleepers = 0;
    for (const SchemaItem& item : export_schema(connection, tables)) {
        const SchemaText text = decode(item.sql);
        views += text.kind == "VIEW" ? 1U : 0U;
        sleepers += item.stage == SchemaStage::Asleep ? 1U : 0U;
        if (item.stage >= SchemaStage::Last && names_database(text)) {
            say(findings, Severity::Warn, item.description,
                "names the database `" + text.database + "` in its own text",
                "give the target's database the same name, or write the text without it");
        }
    }
    if (views > 0) {
        say(findings, Severity::Ok, "source", fmt::format("{} view(s) move too", views));
    }
    if (sleepers > 0) {
        say(findings, Severity::Warn, "source",
            fmt::format("{} trigger(s) and event(s) of the application are made on the target at "
                        "the cutover, and not before",
                        sleepers),
            "rehearse their creation on a copy: the cutover waits for it");
    }
}

void look_at_broken_views(Connection& connection, Findings& findings) {
    for (const std::string& name : names(connection,
                                         "SELECT table_name FROM information_schema.views"
                                         " WHERE table_schema = DATABASE() ORDER BY table_name")) {
        try {
            connection.run("SHOW COLUMNS FROM " + quote_ident(name));
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::Connection) {
                throw;
            }
            say(findings, Severity::Warn, name,
                "is a view that cannot be used: " + error.fields().native_text,
                "drop or mend it, or make it on the target by hand");
        }
    }
}

}  // namespace

void look_at_tables(Connection& connection, const TableFilter& filter, Inspection& inspection) {
    std::vector<TableShape> shapes = read_shapes(connection);
    std::erase_if(shapes, [&](const TableShape& each) { return !filter.matches(each.table.name); });
    std::set<std::string> moved;
    for (const TableShape& shape : shapes) {
        moved.insert(shape.table.name.name);
    }
    for (const TableShape& shape : shapes) {
        if (!shape.problem.empty()) {
            say(inspection.findings, Severity::Fail, shape.table.name.display(), shape.problem,
                shape.hint);
        }
        look_at_key(shape, inspection.findings);
        look_at_charsets(shape, inspection.findings);
        look_at_parents(shape, moved, connection.database(), inspection.findings);
        inspection.tables.push_back(shape.table);
    }
    look_at_cascades(shapes, connection.database(), inspection.findings);
    look_at_captured(connection, inspection);
    look_at_size(inspection.tables, inspection.findings);
    say(inspection.findings, Severity::Ok, "source",
        "while capture is on, RENAME TABLE into another database fails (error 1435), and ALTER, "
        "TRUNCATE or RENAME of a captured table ends dbsync with exit code 8");
}

void look_at_objects(Connection& connection,
                     const TableFilter& filter,
                     std::span<const Table> tables,
                     Findings& findings) {
    look_at_sequences(connection, filter, findings);
    look_at_accounts(connection, filter, findings);
    if (!filter.for_another_engine) {  // else they stay, and plan() lists them
        look_at_broken_views(connection, findings);
        look_at_programs(connection, tables, findings);
    }
}

}  // namespace dbsync::mysql
