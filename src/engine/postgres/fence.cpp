// SPDX-License-Identifier: MIT
#include "engine/postgres/fence.hpp"

#include "base/error.hpp"
#include "sql/statement_template.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace dbsync::postgres {

namespace {

constexpr std::size_t statements_a_message = 200;  // few round trips, short texts
constexpr const char* refused = "25006";           // read_only_sql_transaction

// A captured table, or a partition or partitioned table below it.
struct Member {
    std::string trigger;
    TableName name;
    std::string enabled;  // tgenabled of its fence, or empty
};

sql::Parameters parameters() { return sql::Parameters{{&quote_ident, &quote_literal}}; }

std::vector<Member> members_of(Connection& connection, std::span<const Table> tables) {
    const Result result = connection.run(sql::render(
        "schemas/postgres/read_tree.sql", parameters().literal("tables", name_array(tables))));
    std::vector<Member> members;
    for (int row = 0; row < result.rows(); ++row) {
        const Table& table = tables[static_cast<std::size_t>(result.integer(row, 0) - 1)];
        members.push_back({fmt::format("dbsync_{}_fence", table.id),
                           {result.text(row, 1), result.text(row, 2)},
                           result.text(row, 3)});
    }
    return members;
}

sql::Rendered of_member(const std::string& asset, const Member& member) {
    return sql::render("triggers/postgres/" + asset,
                       parameters().ident("trigger", member.trigger).ident("table", member.name));
}

void run_all(Connection& connection, const std::vector<sql::Rendered>& statements) {
    for (std::size_t i = 0; i < statements.size(); i += statements_a_message) {
        std::string text;
        for (std::size_t k = i; k < std::min(statements.size(), i + statements_a_message); ++k) {
            text += statements[k].text + ";\n";
        }
        connection.run(sql::Rendered{statements[i].asset, text});
    }
}

// An insert of no rows: unlike UPDATE and DELETE it needs no replica identity where the table is
// published, and it fires the fence all the same.
std::string probe(Connection& connection, const TableName& name) {
    return connection
        .run(sql::render("schemas/postgres/read_probe.sql",
                         parameters().literal("schema", name.schema).literal("name", name.name)))
        .text(0, 0);
}

bool is_refused(Connection& connection, const Member& member,
                std::chrono::milliseconds lock_timeout) {
    const std::string statement = probe(connection, member.name);
    // READ WRITE: a read-only transaction is refused with the same code.
    connection.run(fmt::format("BEGIN READ WRITE; SET LOCAL lock_timeout = {}",
                               lock_timeout.count()));
    bool held = false;
    try {
        connection.run(statement);
    } catch (const Error& error) {
        held = error.fields().native_code == refused;
        if (error.fields().native_code != refused && error.kind() != ErrorKind::Internal) {
            connection.rollback();
            throw error.with_table(member.name.display());
        }
    }
    connection.rollback();
    return held;
}

}  // namespace

std::string name_array(std::span<const Table> tables) {
    std::string array;
    for (const Table& table : tables) {
        array += array.empty() ? "\"" : ",\"";
        const std::string name =
            quote_ident(table.name.schema) + "." + quote_ident(table.name.name);
        for (const char c : name) {
            if (c == '"' || c == '\\') {
                array += '\\';
            }
            array += c;
        }
        array += '"';
    }
    return "{" + array + "}";
}

void put_up_fence(Connection& connection, std::span<const Table> tables,
                  const std::string& message) {
    std::vector<sql::Rendered> statements;
    statements.push_back(sql::render("triggers/postgres/fence_function.sql",
                                     parameters().literal("message", message)));
    for (const Member& member : members_of(connection, tables)) {
        if (member.enabled.empty()) {
            statements.push_back(of_member("fence.sql", member));
        }
        if (member.enabled != "A") {
            statements.push_back(of_member("fence_always.sql", member));
        }
    }
    statements.push_back(sql::render("triggers/postgres/fence_mark.sql", parameters()));
    run_all(connection, statements);
}

std::vector<std::string> fence_gaps(Connection& connection, std::span<const Table> tables) {
    std::vector<std::string> gaps;
    for (const Member& member : members_of(connection, tables)) {
        if (member.enabled != "A") {
            gaps.push_back(member.name.display());
        }
    }
    return gaps;
}

bool fence_holds(Connection& connection, std::span<const Table> tables,
                 std::chrono::milliseconds lock_timeout) {
    bool all = true;
    for (const Member& member : members_of(connection, tables)) {
        all = all && member.enabled == "A" && is_refused(connection, member, lock_timeout);
    }
    return all;
}

// By the trigger's own name: the table may have another name by now, or be gone.
static std::vector<Member> fenced_members(Connection& connection, const Table& table) {
    const std::string trigger = fmt::format("dbsync_{}_fence", table.id);
    const Result result = connection.run(
        "SELECT n.nspname, c.relname, t.tgenabled FROM pg_catalog.pg_trigger t"
        " JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE t.tgname = $1 AND NOT t.tgisinternal",
        {trigger});
    std::vector<Member> members;
    for (int row = 0; row < result.rows(); ++row) {
        members.push_back(
            {trigger, {result.text(row, 0), result.text(row, 1)}, result.text(row, 2)});
    }
    return members;
}

void drop_fence(Connection& connection, const Table& table,
                std::chrono::milliseconds lock_timeout) {
    const std::string begin =
        fmt::format("BEGIN; SET LOCAL lock_timeout = {}", lock_timeout.count());
    std::vector<sql::Rendered> disable;
    std::vector<sql::Rendered> drop;
    for (const Member& member : fenced_members(connection, table)) {
        disable.push_back(of_member("fence_disable.sql", member));
        drop.push_back(of_member("fence_drop.sql", member));
    }
    for (const auto& statements : {disable, drop}) {
        if (statements.empty()) {
            continue;
        }
        connection.run(begin);
        try {
            run_all(connection, statements);
            connection.commit();
        } catch (const Error& error) {
            connection.rollback();
            throw error.with_table(table.name.display());
        }
    }
}

}  // namespace dbsync::postgres
