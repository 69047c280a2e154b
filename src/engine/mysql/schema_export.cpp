// SPDX-License-Identifier: MIT
#include "engine/mysql/schema_export.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "engine/mysql/catalog.hpp"
#include "engine/mysql/create_table.hpp"
#include "engine/mysql/dialect_words.hpp"
#include "engine/mysql/program_text.hpp"
#include "engine/mysql/quoting.hpp"
#include "engine/mysql/schema_text.hpp"
#include "engine/mysql/view_order.hpp"
#include "sql/tokens.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace dbsync::mysql {

namespace {

using Items = std::vector<SchemaItem>;

SchemaText text_of(Connection& connection, const std::string& kind, const std::string& name) {
    return {.server = connection.server(),
            .database = connection.database(),
            .kind = kind,
            .name = name,
            .table = {},
            .statement = {}};
}

// `more` tells several items of a kind on one table apart.
SchemaItem make_item(SchemaStage stage,
                     const SchemaText& text,
                     std::int32_t table_id = 0,
                     const std::string& more = {}) {
    const std::string on = text.table.empty() ? text.name : text.table;
    const bool named = !text.table.empty() && text.kind == "TRIGGER";
    const std::string shown =
        text.kind + " " + (named ? text.name + " ON " + on : on) + (more.empty() ? "" : " " + more);
    return {.id = text.kind + " " + (named ? text.name : on) + (more.empty() ? "" : " " + more),
            .stage = stage,
            .description = shown,
            .sql = encode(text),
            .table_id = table_id};
}

bool is_secondary(PartKind kind) {
    return kind == PartKind::Unique || kind == PartKind::Index || kind == PartKind::Fulltext ||
           kind == PartKind::Spatial || kind == PartKind::Vector;
}

// The unique index that Table::key names, when that is not the primary key.
const TablePart* key_index(const Table& table, const CreateTable& create) {
    for (const TablePart& part : create.parts) {
        if (part.kind == PartKind::Primary && part.columns == table.key) {
            return nullptr;
        }
    }
    for (const TablePart& part : create.parts) {
        if (part.kind == PartKind::Unique && part.whole && part.columns == table.key) {
            return &part;
        }
    }
    return nullptr;
}

// An AUTO_INCREMENT column must be the first of an index (MySQL "CREATE TABLE").
const TablePart* counter_index(const CreateTable& create) {
    for (const TablePart& column : create.parts) {
        if (!column.auto_increment) {
            continue;
        }
        for (const TablePart& part : create.parts) {
            const bool index = part.kind == PartKind::Primary || is_secondary(part.kind);
            if (index && !part.columns.empty() && part.columns.front() == column.name) {
                return &part;
            }
        }
    }
    return nullptr;
}

bool says(const TablePart& part, std::string_view first, std::string_view second) {
    const std::vector<sql::Token> tokens = sql::tokenize(part.text);
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
        if (tokens[i].is_word(first) && tokens[i + 1].is_word(second)) {
            return true;
        }
    }
    return false;
}

// Said with the table, so that what cannot be built later is known before any row is copied.
std::vector<std::string> needs_of(const CreateTable& create) {
    std::set<std::string> needs;
    for (const TablePart& part : create.parts) {
        if (part.expression) {
            needs.insert(functional_key);
        }
        if (part.kind == PartKind::Vector) {
            needs.insert(vector_index);
        }
        if (part.kind == PartKind::Unique && says(part, "USING", "HASH")) {
            needs.insert(long_unique);
        }
        if (part.kind == PartKind::Period || says(part, "WITHOUT", "OVERLAPS")) {
            needs.insert(without_overlaps);
        }
        if (part.kind == PartKind::Fulltext && says(part, "WITH", "PARSER")) {
            needs.insert(other_parser);
        }
    }
    return {needs.begin(), needs.end()};
}

class TableItems {
  public:
    TableItems(Connection& connection, std::span<const Table> tables) : connection_{connection} {
        for (const Table& table : tables) {
            names_.insert(table.name.name);
        }
        for (const Table& table : tables) {
            add(table);
        }
    }

    Items before;
    Items after;
    Items last;

  private:
    void add(const Table& table) {
        const std::string& name = table.name.name;
        CreateTable create = parse_create_table(
            connection_.run("SHOW CREATE TABLE " + quote_ident(name)).text(0, 1));
        SchemaText text = text_of(connection_, "TABLE", name);
        text.needs = needs_of(create);
        const TablePart* key = key_index(table, create);
        const TablePart* counter = counter_index(create);
        CreateTable first{.parts = {}, .options = create.options};
        std::vector<TablePart> indexes;
        std::vector<TablePart> foreign_keys;
        for (const TablePart& part : create.parts) {
            if (part.kind == PartKind::ForeignKey) {
                foreign_keys.push_back(part);
            } else if (is_secondary(part.kind) && &part != key && &part != counter) {
                indexes.push_back(part);
            } else {
                first.parts.push_back(part);
            }
        }
        text.statement = table_statement(create_statement(name, first), text);
        before.push_back(make_item(SchemaStage::Before, text, table.id));
        add_indexes(table, indexes);
        add_foreign_keys(table, foreign_keys);
    }

    // InnoDB builds one FULLTEXT or SPATIAL index at a time (MySQL "Online DDL Operations").
    void add_indexes(const Table& table, const std::vector<TablePart>& indexes) {
        std::vector<TablePart> together;
        for (const TablePart& index : indexes) {
            if (index.kind == PartKind::Unique || index.kind == PartKind::Index) {
                together.push_back(index);
            } else {
                add_alter(after, SchemaStage::After, table, "INDEX", {&index, 1}, index.name);
            }
        }
        if (!together.empty()) {
            add_alter(after, SchemaStage::After, table, "INDEX", together, {});
        }
    }

    void add_foreign_keys(const Table& table, const std::vector<TablePart>& foreign_keys) {
        std::vector<TablePart> kept;
        for (const TablePart& part : foreign_keys) {
            if (part.parent_schema.empty() && !names_.contains(part.parent_table)) {
                log::warn("schema.left_out",
                          {{"item", "FOREIGN KEY " + part.name},
                           {"table", table.name.display()},
                           {"reason", "refers to " + part.parent_table + ", which is not moved"}});
            } else {
                kept.push_back(part);
            }
        }
        if (!kept.empty()) {
            add_alter(last, SchemaStage::Last, table, "FOREIGN KEY", kept, {});
        }
    }

    void add_alter(Items& items,
                   SchemaStage stage,
                   const Table& table,
                   const std::string& kind,
                   std::span<const TablePart> parts,
                   const std::string& more) {
        SchemaText text = text_of(connection_, kind, parts.front().name);
        text.table = table.name.name;
        text.statement = alter_statement(table.name.name, parts);
        items.push_back(make_item(stage, text, table.id, more));
    }

    Connection& connection_;
    std::set<std::string> names_;
};

std::vector<std::string> names(Connection& connection, const std::string& query) {
    const Result rows = connection.run(query);
    std::vector<std::string> found;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        if (!rows.text(i, 0).starts_with(own_prefix)) {
            found.push_back(rows.text(i, 0));
        }
    }
    return found;
}

void require_text(const Result& shown,
                  std::size_t column,
                  const std::string& what,
                  const std::string& hint) {
    if (shown.rows() == 0 || shown.is_null(0, column)) {
        throw Error{{.kind = ErrorKind::Permission,
                     .what_failed = "the source does not show the text of " + what,
                     .hint = hint}};
    }
}

std::string routine_hint(const Connection& connection) {
    return connection.server().mariadb ? "grant SELECT ON mysql.proc to this user"
                                       : "grant SHOW_ROUTINE ON *.* to this user";
}

void add_routines(Connection& connection, const std::string& kind, Items& items) {
    for (const std::string& name : names(connection,
                                         "SELECT routine_name FROM information_schema.routines"
                                         " WHERE routine_schema = DATABASE() AND routine_type = " +
                                             quote_literal(kind) + " ORDER BY routine_name")) {
        const Result shown = connection.run("SHOW CREATE " + kind + " " + quote_ident(name));
        require_text(shown, 2, kind + " " + name, routine_hint(connection));
        SchemaText text = text_of(connection, kind, name);
        text.sql_mode = shown.text(0, 1);
        text.collation = shown.text(0, 4);
        text.database_collation = shown.text(0, 5);
        text.statement = program_statement(shown.text(0, 2), text);
        items.push_back(make_item(SchemaStage::Last, text));
    }
}

void add_triggers(Connection& connection, std::span<const Table> tables, Items& items) {
    const Result rows = connection.run(
        "SELECT trigger_name, event_object_table FROM information_schema.triggers"
        " WHERE trigger_schema = DATABASE() ORDER BY event_object_table, event_manipulation,"
        " action_timing, action_order");
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        const auto table = std::find_if(tables.begin(), tables.end(), [&](const Table& each) {
            return each.name.name == rows.text(i, 1);
        });
        if (table == tables.end() || rows.text(i, 0).starts_with(own_prefix)) {
            continue;
        }
        const Result shown = connection.run("SHOW CREATE TRIGGER " + quote_ident(rows.text(i, 0)));
        SchemaText text = text_of(connection, "TRIGGER", rows.text(i, 0));
        text.table = rows.text(i, 1);
        text.sql_mode = shown.text(0, 1);
        text.collation = shown.text(0, 4);
        text.database_collation = shown.text(0, 5);
        text.statement = trigger_statement(shown.text(0, 2), text);
        items.push_back(make_item(SchemaStage::Asleep, text, table->id));
    }
}

void add_events(Connection& connection, Items& items) {
    for (const std::string& name : names(connection,
                                         "SELECT event_name FROM information_schema.events"
                                         " WHERE event_schema = DATABASE() ORDER BY event_name")) {
        const Result shown = connection.run("SHOW CREATE EVENT " + quote_ident(name));
        SchemaText text = text_of(connection, "EVENT", name);
        text.sql_mode = shown.text(0, 1);
        text.time_zone = shown.text(0, 2);
        text.collation = shown.text(0, 5);
        text.database_collation = shown.text(0, 6);
        text.statement = program_statement(shown.text(0, 3), text);
        items.push_back(make_item(SchemaStage::Asleep, text));
    }
}

std::optional<View> read_view(Connection& connection, const std::string& name) {
    try {
        // SHOW CREATE VIEW prints a view that cannot be used as well.
        connection.run("SHOW COLUMNS FROM " + quote_ident(name));
        const Result shown = connection.run("SHOW CREATE VIEW " + quote_ident(name));
        SchemaText text = text_of(connection, "VIEW", name);
        text.collation = shown.text(0, 3);
        text.statement = view_statement(shown.text(0, 1), text);
        return View{text};
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Connection || error.kind() == ErrorKind::Permission) {
            throw;
        }
        log::warn("schema.left_out",
                  {{"item", "VIEW " + name}, {"reason", error.fields().native_text}});
        return std::nullopt;
    }
}

void add_views(Connection& connection, std::span<const Table> tables, Items& items) {
    std::vector<View> views;
    for (const std::string& name : names(connection,
                                         "SELECT table_name FROM information_schema.tables"
                                         " WHERE table_schema = DATABASE() AND table_type = 'VIEW'"
                                         " ORDER BY table_name")) {
        if (std::optional<View> view = read_view(connection, name)) {
            views.push_back(std::move(*view));
        }
    }
    std::vector<std::string> missing =
        names(connection,
              "SELECT table_name FROM information_schema.tables"
              " WHERE table_schema = DATABASE() AND table_type <> 'VIEW'");
    std::erase_if(missing, [&](const std::string& name) {
        return std::any_of(tables.begin(), tables.end(),
                           [&](const Table& table) { return table.name.name == name; });
    });
    const ViewOrder order = order_views(std::move(views), {missing.begin(), missing.end()});
    for (const LeftOutView& view : order.left_out) {
        log::warn("schema.left_out",
                  {{"item", "VIEW " + view.name}, {"reason", "reads " + view.because}});
    }
    for (const View& view : order.views) {
        items.push_back(make_item(SchemaStage::Last, view.text));
    }
}

void append(Items& items, Items more) {
    std::move(more.begin(), more.end(), std::back_inserter(items));
}

}  // namespace

std::vector<SchemaItem> export_sleepers(Connection& connection, std::span<const Table> tables) {
    Items items;
    add_triggers(connection, tables, items);
    add_events(connection, items);
    return items;
}

std::vector<SchemaItem> export_schema(Connection& source, std::span<const Table> tables) {
    TableItems made{source, tables};
    Items items = std::move(made.before);
    append(items, std::move(made.after));
    append(items, std::move(made.last));
    const std::vector<std::string> kinds =
        source.server().mariadb
            ? std::vector<std::string>{"FUNCTION", "PROCEDURE", "PACKAGE", "PACKAGE BODY"}
            : std::vector<std::string>{"FUNCTION", "PROCEDURE"};
    for (const std::string& kind : kinds) {
        add_routines(source, kind, items);
    }
    add_views(source, tables, items);
    append(items, export_sleepers(source, tables));
    return items;
}

}  // namespace dbsync::mysql
