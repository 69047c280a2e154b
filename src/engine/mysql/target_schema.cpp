// SPDX-License-Identifier: MIT
#include "engine/mysql/target_schema.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "engine/mysql/create_table.hpp"
#include "engine/mysql/dialect.hpp"
#include "engine/mysql/errors.hpp"
#include "engine/mysql/item_session.hpp"
#include "engine/mysql/program_text.hpp"
#include "engine/mysql/quoting.hpp"
#include "engine/mysql/schema_export.hpp"
#include "engine/mysql/schema_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace dbsync::mysql {

namespace {

constexpr unsigned code_no_such_user = 1449;

// "Exists already" of a table or view, index, routine, trigger, event, foreign key, check.
constexpr std::array<unsigned, 8> exists_codes{1050, 1061, 1304, 1359, 1537, 1826, 3822, 121};

// One item under way.
struct Step {
    const SchemaItem& item;
    SchemaText text;
    std::string statement;  // for this server
    bool begun = false;
};

struct LedgerRow {
    bool done = false;
    std::string hash;
};

std::map<std::string, LedgerRow> read_ledger(Connection& target, const std::string& job) {
    const Result rows = target.run(
        "SELECT `item`, `done`, `hash` FROM `_dbsync_target_schema_item` WHERE `job` = " +
        quote_literal(job));
    std::map<std::string, LedgerRow> ledger;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        ledger[rows.text(i, 0)] = {rows.boolean(i, 1), rows.text(i, 2)};
    }
    return ledger;
}

std::string in_ledger(const std::string& job, const SchemaItem& item) {
    return " WHERE `job` = " + quote_literal(job) + " AND `item` = " + quote_literal(item.id);
}

bool is_program(const SchemaText& text) {
    return text.kind != "TABLE" && text.kind != "INDEX" && text.kind != "FOREIGN KEY";
}

// What lists objects of the item's kind, by name.
std::string listing(const SchemaText& text) {
    const std::string table = quote_literal(text.table);
    if (text.kind == "TABLE" || text.kind == "VIEW") {
        return "SELECT table_name FROM information_schema.tables"
               " WHERE table_schema = DATABASE() AND table_name = " +
               quote_literal(text.name);
    }
    if (text.kind == "INDEX") {
        return "SELECT index_name FROM information_schema.statistics"
               " WHERE table_schema = DATABASE() AND table_name = " +
               table;
    }
    if (text.kind == "FOREIGN KEY") {
        return "SELECT constraint_name FROM information_schema.referential_constraints"
               " WHERE constraint_schema = DATABASE() AND table_name = " +
               table;
    }
    if (text.kind == "TRIGGER") {
        return "SELECT trigger_name FROM information_schema.triggers"
               " WHERE trigger_schema = DATABASE()";
    }
    if (text.kind == "EVENT") {
        return "SELECT event_name FROM information_schema.events WHERE event_schema = DATABASE()";
    }
    return "SELECT routine_name FROM information_schema.routines"
           " WHERE routine_schema = DATABASE() AND routine_type = " +
           quote_literal(text.kind);
}

bool is_there(Connection& target, const SchemaText& text) {
    const Result rows = target.run(listing(text));
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        if (rows.text(i, 0) == text.name) {
            return true;
        }
    }
    return false;
}

[[noreturn]] void refuse_existing(const Step& step, const std::string& why) {
    throw Error{{.kind = ErrorKind::Precondition,
                 .what_failed = step.item.description + " is on the target already, " + why,
                 .table = step.text.table,
                 .hint = "drop it on the target and run again, or make the whole schema by hand "
                         "and use --schema none"}};
}

// DDL is atomic on both servers (MySQL 8.0 "Atomic DDL", MariaDB 10.6 "Atomic DDL"): what stands
// there is all of it. A table made from another definition shows in its columns.
void require_ours(Connection& target, const Step& step) {
    if (step.text.kind != "TABLE") {
        return;
    }
    const Result rows = target.run(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE()"
        " AND table_name = " +
        quote_literal(step.text.name) + " ORDER BY ordinal_position");
    std::size_t row = 0;
    for (const TablePart& part : parse_create_table(step.statement).parts) {
        if (part.kind == PartKind::Column &&
            (row >= rows.rows() || rows.text(row++, 0) != part.name)) {
            refuse_existing(step, "with other columns");
        }
    }
    if (row != rows.rows()) {
        refuse_existing(step, "with other columns");
    }
}

void warn_left_out(const Step& step, const std::string& what, const std::string& reason) {
    log::warn("schema.left_out",
              {{"item", step.item.description}, {"what", what}, {"reason", reason}});
}

std::string drop_statement(const SchemaText& text) {
    return "DROP " + text.kind + " IF EXISTS " + quote_ident(text.name);
}

// Servers that let a definer be named who does not exist say so in a warning only; whatever uses
// the object would then fail.
bool definer_is_missing(Connection& target, const Result& made) {
    if (made.warnings() == 0) {
        return false;
    }
    const Result warnings = target.run("SHOW WARNINGS");
    for (std::size_t i = 0; i < warnings.rows(); ++i) {
        if (warnings.integer(i, 1) == code_no_such_user) {
            return true;
        }
    }
    return false;
}

bool is_definer_error(const Error& error) {
    const unsigned code = native_code(error);
    return code == code_access_denied_super || code == code_no_such_user;
}

// Returns what was left out of the text.
std::string make_program(Connection& target, const Step& step) {
    const std::string definer = definer_of(step.text);
    std::string reason;
    try {
        if (!definer_is_missing(target, target.run(step.statement)) || definer.empty()) {
            return {};
        }
        reason = "the target has no such account";
        target.run(drop_statement(step.text));
    } catch (const Error& error) {
        if (definer.empty() || !is_definer_error(error)) {
            throw;
        }
        reason = error.fields().native_text;
    }
    SchemaText plain = step.text;
    plain.statement = step.statement;
    target.run(without_definer(plain));
    warn_left_out(step, "DEFINER=" + definer, reason);
    return "DEFINER=" + definer;
}

bool says_exists(const Error& error) {
    const unsigned code = native_code(error);
    return std::find(exists_codes.begin(), exists_codes.end(), code) != exists_codes.end();
}

std::string make(Connection& target, const Step& step) {
    try {
        if (is_program(step.text)) {
            return make_program(target, step);
        }
        target.run(step.statement);
    } catch (const Error& error) {
        if (!step.begun || !says_exists(error)) {
            throw;
        }
        require_ours(target, step);
    }
    return {};
}

class Run {
  public:
    Run(Connection& target, const std::string& job) : target_{target}, job_{job} {}

    void run(std::span<const SchemaItem> items) {
        std::vector<Step> steps = plan(items);
        if (steps.empty()) {
            return;
        }
        ItemSession session{target_};
        for (Step& step : steps) {
            run_step(step, session);
        }
    }

  private:
    std::vector<Step> plan(std::span<const SchemaItem> items) {
        const std::map<std::string, LedgerRow> ledger = read_ledger(target_, job_);
        std::vector<Step> steps;
        for (const SchemaItem& item : items) {
            const auto known = ledger.find(item.id);
            if (known != ledger.end() && known->second.done) {
                continue;
            }
            Step step{.item = item, .text = decode(item.sql), .statement = {}};
            step.begun = known != ledger.end();
            if (step.begun && known->second.hash != hash_of(item)) {
                begun_otherwise(step);
            }
            translate_step(step);
            steps.push_back(std::move(step));
        }
        return steps;
    }

    std::string hash_of(const SchemaItem& item) {
        return target_.run("SELECT SHA2(" + quote_literal(item.sql) + ", 256)").text(0, 0);
    }

    // The source's definition has changed since a run that did not get to its end.
    void begun_otherwise(Step& step) {
        if (is_there(target_, step.text)) {
            refuse_existing(step, "half made from an earlier definition");
        }
        forget(step);
        step.begun = false;
    }

    void translate_step(Step& step) const {
        if (step.text.server.text.empty()) {
            require_collations();
            step.statement = step.text.statement;
            return;
        }
        Translation translation = translate(step.text, target_.server());
        if (is_program(step.text)) {
            static_cast<void>(
                carry_sql_mode(step.text.sql_mode, step.text.server, target_.server()));
        }
        for (const std::string& note : translation.notes) {
            log::warn("schema.translated", {{"item", step.item.description}, {"note", note}});
        }
        step.statement = std::move(translation.statement);
    }

    // What another engine's schema was made into is good for both servers, if they tell texts apart
    // by their bytes: older ones would take another collation without a word.
    void require_collations() const {
        constexpr int mysql_min = 80'017;
        if (!target_.server().mariadb && target_.server().version < mysql_min) {
            throw Error{{.kind = ErrorKind::Unsupported,
                         .what_failed = target_.server().text +
                                        " has no collation that tells texts apart as other "
                                        "engines do",
                         .hint = "use MySQL 8.0.17 or later, or MariaDB"}};
        }
    }

    void run_step(Step& step, ItemSession& session) {
        if (!step.begun && is_there(target_, step.text)) {
            const bool other_server = step.text.server.mariadb != target_.server().mariadb;
            if (!other_server || !is_program(step.text)) {
                refuse_existing(step, "and no run of this job made it");
            }
            warn_left_out(step, "all", "the target has it already");
            begin(step);
            finish(step, "all");
            return;
        }
        begin(step);
        std::string left_out;
        try {
            session.enter(step.text);
            left_out = make(target_, step);
            session.leave();
        } catch (const Error& error) {
            give_up(step, session, error);
        }
        finish(step, left_out);
        warn_of_names(step);
    }

    void begin(const Step& step) {
        if (!step.begun) {
            target_.run(
                "INSERT INTO `_dbsync_target_schema_item` (`job`, `item`, `hash`) VALUES (" +
                quote_literal(job_) + ", " + quote_literal(step.item.id) + ", SHA2(" +
                quote_literal(step.item.sql) + ", 256))");
        }
    }

    void finish(const Step& step, const std::string& left_out) {
        target_.run("UPDATE `_dbsync_target_schema_item` SET `done` = 1, `left_out` = " +
                    (left_out.empty() ? "NULL" : quote_literal(left_out)) +
                    in_ledger(job_, step.item));
    }

    void forget(const Step& step) {
        target_.run("DELETE FROM `_dbsync_target_schema_item`" + in_ledger(job_, step.item));
    }

    // What the server refused was not begun, if it did not answer we do not know.
    [[noreturn]] void give_up(const Step& step, ItemSession& session, const Error& error) {
        if (target_.usable()) {
            session.leave();
            forget(step);
        }
        ErrorFields fields = error.fields();
        fields.what_failed = "cannot create " + step.item.description + " on the target";
        fields.table = step.text.kind == "TABLE" ? step.text.name : step.text.table;
        if (fields.hint.empty()) {
            fields.hint =
                is_program(step.text) && step.text.server.mariadb != target_.server().mariadb
                    ? "write it for this server, create it on the target, and run again"
                    : "make the target's schema by hand and run with --schema none";
        }
        throw Error{fields};
    }

    void warn_of_names(const Step& step) const {
        if (is_program(step.text) && step.text.database != target_.database() &&
            names_database(step.text)) {
            log::warn("schema.names_database", {{"item", step.item.description},
                                                {"source", step.text.database},
                                                {"target", target_.database()}});
        }
    }

    Connection& target_;
    const std::string& job_;
};

void create_table(Connection& target, const char* file) {
    target.run(sql::render(file, sql::Parameters{quoting}));
}

}  // namespace

void run_schema(Connection& target, const std::string& job, std::span<const SchemaItem> items) {
    create_table(target, "schemas/mysql/target_schema_item.sql");
    Run{target, job}.run(items);
}

void save_and_drop_triggers(Connection& target,
                            const std::string& job,
                            std::span<const Table> tables) {
    create_table(target, "schemas/mysql/target_asleep.sql");
    for (const SchemaItem& item : export_sleepers(target, tables)) {
        target.run(
            "INSERT INTO `_dbsync_target_asleep` (`job`, `item`, `description`, `statement`)"
            " VALUES (" +
            quote_literal(job) + ", " + quote_literal(item.id) + ", " +
            quote_literal(item.description) + ", " + quote_literal(item.sql) +
            ") ON DUPLICATE KEY UPDATE `statement` = VALUES(`statement`)");
        target.run(drop_statement(decode(item.sql)));
    }
}

void run_asleep(Connection& target, const std::string& job, std::span<const SchemaItem> items) {
    create_table(target, "schemas/mysql/target_asleep.sql");
    const std::string of_job = " WHERE `job` = " + quote_literal(job);
    const Result rows =
        target.run("SELECT `item`, `description`, `statement` FROM `_dbsync_target_asleep`" +
                   of_job + " ORDER BY `number`");
    std::vector<SchemaItem> saved;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        saved.push_back({.id = rows.text(i, 0),
                         .stage = SchemaStage::Asleep,
                         .description = rows.text(i, 1),
                         .sql = rows.text(i, 2)});
    }
    run_schema(target, job, saved);
    target.run("DELETE FROM `_dbsync_target_asleep`" + of_job);
    run_schema(target, job, items);
}

}  // namespace dbsync::mysql
