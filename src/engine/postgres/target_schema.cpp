// SPDX-License-Identifier: MIT
#include "engine/postgres/target_schema.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "engine/postgres/connection.hpp"
#include "engine/postgres/target_stage.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace dbsync::postgres {

namespace {

constexpr std::size_t sequences_per_call = 500;

// Few enough for the server's lock table, with their indexes and sequences.
constexpr std::size_t tables_per_trial = 100;
constexpr const char* trial_lock_timeout = "SET LOCAL lock_timeout = '5s'";
constexpr std::string_view code_no_object = "42704";

// As pg_dump's own output begins: names are qualified, bodies may name what comes later.
constexpr const char* dump_settings =
    "SET LOCAL search_path = ''; SET LOCAL check_function_bodies = off;"
    "SET LOCAL row_security = off; SET LOCAL default_tablespace = ''";

std::set<std::string> items_done(Connection& connection, const std::string& job) {
    const Result result =
        connection.run("SELECT item FROM dbsync.target_schema_item WHERE job = $1", {job});
    std::set<std::string> done;
    for (int row = 0; row < result.rows(); ++row) {
        done.insert(result.text(row, 0));
    }
    return done;
}

// Who owns an object, and who may use it, needs roles that belong to the server and not to the
// database; rows can be moved without them.
bool may_be_left_out(const SchemaItem& item) {
    static constexpr std::string_view prefixes[] = {"OWNER ", "ACL ", "SECURITY LABEL ",
                                                    "COMMENT - EXTENSION "};
    return std::any_of(std::begin(prefixes), std::end(prefixes), [&](std::string_view prefix) {
        return item.description.starts_with(prefix);
    });
}

bool is_foreign_key(const std::string& description) {
    return description.starts_with("FK CONSTRAINT ") || description.starts_with("FOREIGN KEY ");
}

// Of what a constraint is for, and it may be a foreign key.
bool is_constraint_comment(const std::string& description) {
    return description.starts_with("COMMENT ") &&
           description.find(" CONSTRAINT ") != std::string::npos;
}

// Runs the statement, or says why it cannot.
std::optional<Error> try_run(Connection& connection, const std::string& sql) {
    connection.run("SAVEPOINT dbsync_item");
    try {
        connection.run(sql);
        connection.run("RELEASE SAVEPOINT dbsync_item");
        return std::nullopt;
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Connection) {
            throw;
        }
        connection.run("ROLLBACK TO SAVEPOINT dbsync_item");
        return error;
    }
}

// Whether foreign keys can be put to sleep by this role; within a transaction.
bool can_sleep(Connection& connection) {
    if (try_run(connection, "SET LOCAL session_replication_role = replica")) {
        return false;
    }
    connection.run("SET LOCAL session_replication_role = DEFAULT");
    return true;
}

// The statement that makes a foreign key, for rows to come.
std::string not_valid(std::string sql) {
    const auto last = sql.find_last_not_of("; \n");
    sql.resize(last == std::string::npos ? 0 : last + 1);
    return sql.ends_with(" NOT VALID") ? sql : sql + " NOT VALID";
}

// Statements that have the foreign keys checked which were made for rows to come only.
std::set<std::string> unvalidated(Connection& connection) {
    const Result keys = connection.run(
        "SELECT n.nspname, c.relname, k.conname FROM pg_catalog.pg_constraint AS k"
        " JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid"
        " JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
        " WHERE k.contype = 'f' AND NOT k.convalidated");
    std::set<std::string> statements;
    for (int row = 0; row < keys.rows(); ++row) {
        statements.insert("ALTER TABLE " + qualified({keys.text(row, 0), keys.text(row, 1)}) +
                          " VALIDATE CONSTRAINT " + quote_ident(keys.text(row, 2)));
    }
    return statements;
}

// Returns why the item was left out; empty if it ran.
std::string run_item(Connection& connection, const SchemaItem& item) {
    if (!may_be_left_out(item)) {
        connection.run(item.sql);
        return {};
    }
    const std::optional<Error> problem = try_run(connection, item.sql);
    if (!problem) {
        return {};
    }
    const std::string& state = problem->fields().native_code;
    if (state != "42704" && state != "42501") {
        throw *problem;
    }
    log::warn("schema.left_out",
              {{"item", item.description}, {"reason", problem->fields().native_text}});
    return problem->fields().native_text;
}

// Where it cannot sleep, a foreign key would refuse rows that come before their parents, and
// change rows by its own cascades that nobody hears of.
bool is_postponed(Connection& connection, const SchemaItem& item) {
    return item.stage == SchemaStage::Last &&
           (is_foreign_key(item.description) || is_constraint_comment(item.description)) &&
           !can_sleep(connection);
}

sql::Rendered raise_sequence(const Result& owned, int row) {
    const TableName sequence{owned.text(row, 0), owned.text(row, 1)};
    return sql::render("schemas/postgres/target_raise_sequence.sql",
                       parameters()
                           .ident("sequence", sequence)
                           .literal("sequence", qualified(sequence))
                           .ident("table", TableName{owned.text(row, 2), owned.text(row, 3)})
                           .ident("column", owned.text(row, 4))
                           .literal("increment", owned.integer(row, 5))
                           .literal("largest", owned.integer(row, 6)));
}

// A state that names a table stands for the sequences which number that table's columns: so
// engines whose tables count by themselves give theirs.
std::vector<SequenceState> sequences_of(Connection& connection,
                                        std::span<const SequenceState> given) {
    std::vector<std::string> schemas;
    std::vector<std::string> names;
    for (const SequenceState& state : given) {
        schemas.push_back(state.schema);
        names.push_back(state.name);
    }
    const auto with_names = [&](const char* file) {
        return connection.run(sql::render(file, parameters()
                                                    .literal("schemas", array_text(schemas))
                                                    .literal("names", array_text(names))));
    };
    std::vector<SequenceState> states{given.begin(), given.end()};
    const Result tables = with_names("schemas/postgres/target_tables_named.sql");
    for (int row = tables.rows(); row-- > 0;) {
        states.erase(states.begin() + tables.integer(row, 0) - 1);
    }
    const Result found = with_names("schemas/postgres/target_table_sequences.sql");
    for (int row = 0; row < found.rows(); ++row) {
        const SequenceState& of = given[static_cast<std::size_t>(found.integer(row, 0) - 1)];
        const std::int64_t least = found.integer(row, 3);
        const std::int64_t next = std::clamp(of.value, least, found.integer(row, 4));
        states.push_back({found.text(row, 1), found.text(row, 2), next,
                          of.is_called && of.value >= least});
    }
    return states;
}

void set_some_sequences(Connection& connection, std::span<const SequenceState> given) {
    const std::vector<SequenceState> sequences = sequences_of(connection, given);
    if (sequences.empty()) {
        return;
    }
    std::string statements;
    std::vector<std::string> schemas;
    std::vector<std::string> names;
    for (const SequenceState& sequence : sequences) {
        statements += "SELECT pg_catalog.setval(" +
                      quote_literal(qualified({sequence.schema, sequence.name})) +
                      "::pg_catalog.regclass, " + std::to_string(sequence.value) +
                      (sequence.is_called ? ", true);" : ", false);");
        schemas.push_back(sequence.schema);
        names.push_back(sequence.name);
    }
    connection.run(statements);
    const Result owned = connection.run(sql::render("schemas/postgres/target_owned_sequences.sql",
                                                    parameters()
                                                        .literal("schemas", array_text(schemas))
                                                        .literal("names", array_text(names))));
    std::string raises;
    for (int row = 0; row < owned.rows(); ++row) {
        raises += raise_sequence(owned, row).text + ";";
    }
    connection.run(raises);
}

// The transaction under way leaves nothing.
class Undo {
  public:
    explicit Undo(Connection& connection) : connection_{connection} {}
    ~Undo() { connection_.rollback(); }
    Undo(const Undo&) = delete;
    Undo& operator=(const Undo&) = delete;

  private:
    Connection& connection_;
};

SchemaRefusal refusal_of(const SchemaItem& item, const Error& error) {
    const ErrorFields& fields = error.fields();
    SchemaRefusal refusal{.table_id = item.table_id,
                          .reason = item.description + ": " + fields.native_text};
    if (error.kind() == ErrorKind::Permission) {
        refusal.table_id = 0;
        refusal.hint = "grant CREATE on that schema to the role, or make the tables as its owner "
                       "and run with --schema none";
    } else if (fields.native_code == code_no_object) {
        refusal.hint = "write a type of --map with its schema, as in public.citext, and create "
                       "its extension on the target first";
    }
    return refusal;
}

// The table's items in their order, up to the first that is refused.
std::optional<SchemaRefusal> try_table(Connection& connection,
                                       const std::vector<const SchemaItem*>& items) {
    connection.run("SAVEPOINT dbsync_trial");
    for (const SchemaItem* item : items) {
        try {
            connection.run(item->sql);
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::Connection) {
                throw;
            }
            connection.run("ROLLBACK TO SAVEPOINT dbsync_trial");
            return refusal_of(*item, error);
        }
    }
    return std::nullopt;
}

}  // namespace

void run_items(Connection& connection, const std::string& job, std::span<const SchemaItem> items) {
    const std::set<std::string> done = items_done(connection, job);
    connection.run(dump_settings);
    for (const SchemaItem& item : items) {
        if (done.contains(item.id)) {
            continue;
        }
        if (is_postponed(connection, item)) {
            connection.run("INSERT INTO dbsync.target_schema_item (job, item, description,"
                           " postponed) VALUES ($1, $2, $3, $4)",
                           {job, item.id, item.description, item.sql});
            continue;
        }
        std::string left_out;
        try {
            left_out = run_item(connection, item);
        } catch (const Error& error) {
            ErrorFields fields = error.fields();
            fields.what_failed = "cannot create " + item.description + " on the target";
            throw Error{fields};
        }
        connection.run("INSERT INTO dbsync.target_schema_item (job, item, description, skipped)"
                       " VALUES ($1, $2, $3, $4)",
                       {job, item.id, item.description,
                        left_out.empty() ? std::nullopt : std::optional{left_out}});
    }
}

void make_postponed(Connection& connection, const std::string& job) {
    const Result items = connection.run(
        "SELECT item, description, postponed FROM dbsync.target_schema_item"
        " WHERE job = $1 AND postponed IS NOT NULL ORDER BY description LIKE 'COMMENT %', item",
        {job});
    for (int row = 0; row < items.rows(); ++row) {
        const std::string sql = items.text(row, 2);
        const std::set<std::string> before = unvalidated(connection);
        const bool is_key = is_foreign_key(items.text(row, 1));
        std::optional<Error> problem = try_run(connection, is_key ? not_valid(sql) : sql);
        if (problem && is_key) {
            problem = try_run(connection, sql);  // partitioned tables take none that is not valid
        }
        std::optional<std::string> reason;
        if (problem) {
            reason = problem->fields().native_text;
            log::warn("schema.left_out", {{"item", items.text(row, 1)}, {"reason", *reason}});
        }
        std::optional<std::string> next;
        for (const std::string& statement : unvalidated(connection)) {
            const bool made_here =
                !before.contains(statement) && sql.find(" NOT VALID") == std::string::npos;
            next = made_here ? std::optional{statement} : next;
        }
        connection.run("UPDATE dbsync.target_schema_item SET skipped = $3, postponed = $4"
                       " WHERE job = $1 AND item = $2",
                       {job, items.text(row, 0), reason, next});
    }
}

void run_postponed(Connection& connection, const std::string& job) {
    const Result items = connection.run(
        "SELECT item, description, postponed FROM dbsync.target_schema_item"
        " WHERE job = $1 AND postponed IS NOT NULL ORDER BY item",
        {job});
    for (int row = 0; row < items.rows(); ++row) {
        std::optional<std::string> reason;
        try {
            connection.run(items.text(row, 2));
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::Connection) {
                throw;
            }
            reason = error.fields().native_text;
            log::warn("schema.not_valid", {{"item", items.text(row, 1)}, {"reason", *reason}});
        }
        connection.run("UPDATE dbsync.target_schema_item SET skipped = $3, postponed = NULL"
                       " WHERE job = $1 AND item = $2",
                       {job, items.text(row, 0), reason});
    }
}

std::vector<SchemaRefusal> try_items(Connection& connection, std::span<const SchemaItem> items) {
    std::map<std::int32_t, std::vector<const SchemaItem*>> by_table;
    for (const SchemaItem& item : items) {
        if (item.stage != SchemaStage::Last) {
            by_table[item.table_id].push_back(&item);
        }
    }
    std::vector<SchemaRefusal> refusals;
    if (connection.run("SELECT pg_catalog.pg_is_in_recovery()").boolean(0, 0)) {
        return refusals;  // inspect() says so
    }
    std::size_t tried = 0;
    const Undo undo{connection};
    for (const auto& [id, of_table] : by_table) {
        if (tried++ % tables_per_trial == 0) {
            connection.rollback();
            connection.run("BEGIN");
            connection.run(trial_lock_timeout);
            connection.run(dump_settings);
        }
        if (std::optional<SchemaRefusal> refusal = try_table(connection, of_table)) {
            refusals.push_back(std::move(*refusal));
            if (refusals.back().table_id == 0) {
                break;
            }
        }
    }
    return refusals;
}

// A sequence that lags behind its column (rows with values of their own) would fail the first
// insert after the cutover; a larger value harms nobody.
void set_sequences(Connection& connection, std::span<const SequenceState> sequences) {
    for (std::size_t i = 0; i < sequences.size(); i += sequences_per_call) {
        set_some_sequences(
            connection, sequences.subspan(i, std::min(sequences_per_call, sequences.size() - i)));
    }
}

}  // namespace dbsync::postgres
