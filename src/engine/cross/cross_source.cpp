// SPDX-License-Identifier: MIT
#include "engine/cross/cross_source.hpp"

#include "base/check.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/retry.hpp"
#include "engine/cross/cross_reader.hpp"
#include "engine/cross/scan.hpp"
#include "sql/tokens.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

namespace dbsync::cross {

namespace {

constexpr std::uint64_t scan_chunk_rows = 100'000;
constexpr std::chrono::milliseconds scan_lock_timeout{2'000};

// "t.c" or "schema.t.c", as the operator may write it.
bool names(const std::string& option, const TableName& table, const std::string& column) {
    return option == table.name + "." + column || option == table.display() + "." + column;
}

// Rows of another engine are found by columns that cross.
void add_keyless(Inspection& inspection, const Translator& from) {
    for (const Table& table : inspection.tables) {
        const bool has_key =
            table.key_shape == KeyShape::Columns && !table.key.empty() &&
            std::all_of(table.key.begin(), table.key.end(), [&](const std::string& name) {
                return std::any_of(table.columns.begin(), table.columns.end(),
                                   [&](const Column& each) {
                                       return each.name == name && from.tells_apart(each);
                                   });
            });
        if (!has_key) {
            inspection.findings.push_back(
                {Severity::Warn, table.name.display(),
                 "no key that the target has too: every pass that finds it changed reads the "
                 "whole table anew, the last one while writers wait",
                 "give it a primary key, or keep it small"});
        }
    }
}

// What compared well with the type that would have been chosen need not with the operator's.
void leave_checks(ModelTable& table, const ModelColumn& column, SchemaModel& model) {
    const auto left = std::stable_partition(
        table.checks.begin(), table.checks.end(), [&](const std::string& condition) {
            const auto tokens = sql::tokenize(condition, sql::standard_tokens);
            return std::none_of(tokens.begin(), tokens.end(), [&](const sql::Token& token) {
                return token.kind == sql::TokenKind::Quoted && token.name() == column.name;
            });
        });
    for (auto each = left; each != table.checks.end(); ++each) {
        model.left_behind.push_back("check constraint of " + table.name.display() + " (" + *each +
                                    ", whose column --map gives another type)");
    }
    table.checks.erase(left, table.checks.end());
}

// Tables that would be called alike on the target.
std::vector<Finding> name_clashes(const SchemaModel& model, Translator& to) {
    std::vector<Finding> findings;
    std::map<std::string, std::string> taken;
    for (const ModelTable& table : model.tables) {
        const std::string name = to.rename(table.name).display();
        const auto [other, fresh] = taken.try_emplace(name, table.name.display());
        if (!fresh) {
            findings.push_back(
                {Severity::Fail, table.name.display(),
                 "would be called " + name + " on the target, as " + other->second + " is",
                 "rename one of them, or leave one out with --exclude"});
        }
    }
    return findings;
}

void refuse_first(const std::vector<Finding>& problems) {
    if (!problems.empty()) {
        const Finding& first = problems.front();
        const bool of_table = first.subject != "target";
        throw Error{{.kind = ErrorKind::Precondition,
                     .what_failed =
                         (of_table ? "table " : "") + first.subject + ": " + first.message,
                     .table = of_table ? first.subject : std::string{},
                     .hint = first.hint}};
    }
}

Finding planned_type(const ModelTable& table, const ModelColumn& column, const Column& made) {
    const std::string note =
        sql::same_word(column.source_type, made.type) ? std::string{} : column.type.note;
    const std::string renamed = made.name == column.name ? "" : " as " + made.name;
    return {note.empty() ? Severity::Ok : Severity::Warn, table.name.display(),
            column.name + renamed + ": " + column.source_type + " → " + made.type +
                (note.empty() ? "" : " (" + note + ")"),
            note.empty() ? ""
                         : "choose another type with --map " + table.name.display() + "." +
                               column.name + "=TYPE if that is not what you want"};
}

// The target's own table decides.
Finding standing_type(const ModelTable& table,
                      const ModelColumn& column,
                      const Table& there,
                      Translator& to) {
    const std::string name = to.rename_column(column.name);
    const auto found = std::find_if(there.columns.begin(), there.columns.end(),
                                    [&](const Column& each) { return each.name == name; });
    const std::string type = found == there.columns.end() ? "missing" : found->type;
    return {Severity::Ok, table.name.display(),
            column.name + ": " + column.source_type + " → " + type + " (as it is there)"};
}

const std::vector<std::string> no_problems;

class CrossSource final : public Source {
  public:
    CrossSource(std::unique_ptr<Source> inner,
                std::shared_ptr<PlanBook> plans,
                PairOptions options)
        : inner_{std::move(inner)}, plans_{std::move(plans)}, options_{std::move(options)} {}

    std::string identity() override { return inner_->identity(); }
    std::string describe() override { return inner_->describe(); }
    std::unique_ptr<JobClaim> claim(const std::string& job) override { return inner_->claim(job); }
    Inspection inspect(const TableFilter& filter) override;
    std::vector<std::string> capture_statements(std::span<const Table> tables) override {
        return inner_->capture_statements(tables);
    }
    CaptureResult install_capture(std::span<const Table> tables,
                                  const CaptureOptions& options,
                                  const std::stop_token& stop) override {
        return inner_->install_capture(tables, options, stop);
    }
    void prove_capture() override { inner_->prove_capture(); }
    CaptureState capture_state() override { return inner_->capture_state(); }
    std::vector<Table> captured_tables() override { return inner_->captured_tables(); }
    std::vector<Cascade> cascades() override { return inner_->cascades(); }
    std::vector<TableName> referrers(const TableName& table) override {
        return inner_->referrers(table);
    }
    void audit() override { inner_->audit(); }
    std::unique_ptr<SourceReader> open_reader() override {
        return make_reader(inner_->open_reader(), plans_, inner_->cascades(), options_);
    }
    bool readers_block_writers() override { return inner_->readers_block_writers(); }
    std::vector<BacklogTable> backlog(const Cursor& from) override {
        return inner_->backlog(from);
    }
    std::int64_t clock_us() override { return inner_->clock_us(); }
    void forget(const Batch& batch) override { inner_->forget(batch); }
    std::vector<SchemaItem> export_schema(std::span<const Table> tables) override {
        const SchemaModel model = describe_schema(tables);
        const std::unique_ptr<Translator> to = plans_->target_translator();
        refuse_first(name_clashes(model, *to));
        MadeSchema made = to->make_schema(model);
        refuse_first(made.problems);
        refuse_first(plans_->refusals(model, made.items));
        for (const std::string& left : made.left_out) {
            log::warn("schema.left_out", {{"what", left}});
        }
        return std::move(made.items);
    }
    bool translates_schema() const override { return true; }
    std::vector<Finding> plan(std::span<const Table> tables) override;
    SchemaModel describe_schema(std::span<const Table> tables) override;
    std::vector<Finding> scan(std::span<const Table> tables, const std::stop_token& stop) override;
    void back_up(const std::string& file, const std::stop_token& stop) override {
        inner_->back_up(file, stop);
    }
    std::unique_ptr<Freeze> open_freeze(std::span<const Table> tables) override {
        return inner_->open_freeze(tables);
    }
    bool fence_holds() override { return inner_->fence_holds(); }
    void remove_capture(const CaptureOptions& options, const std::stop_token& stop) override {
        inner_->remove_capture(options, stop);
    }

  private:
    void plan_table(const Table& source,
                    const ModelTable& table,
                    const Table* made,
                    std::vector<Finding>& findings);

    std::unique_ptr<Source> inner_;
    std::shared_ptr<PlanBook> plans_;
    PairOptions options_;
};

// The operator's types come in the target's own words. Before capture tables are counted, so that
// what is made of them can be told apart.
SchemaModel CrossSource::describe_schema(std::span<const Table> tables) {
    SchemaModel model = inner_->describe_schema(tables);
    std::int32_t number = 0;
    for (ModelTable& table : model.tables) {
        --number;
        table.table_id = table.table_id == 0 ? number : table.table_id;
    }
    const std::unique_ptr<Translator> to = plans_->target_translator();
    for (const auto& [option, declared] : options_.types) {
        bool found = false;
        for (ModelTable& table : model.tables) {
            for (ModelColumn& column : table.columns) {
                if (names(option, table.name, column.name)) {
                    column.type = to->type_of({.name = column.name, .type = declared});
                    column.declared = declared;
                    found = true;
                    leave_checks(table, column, model);
                }
            }
        }
        if (!found) {
            throw Error{{.kind = ErrorKind::Usage,
                         .what_failed = "--map names " + option + ", which is no captured column",
                         .hint = "write table.column=type with the source's names"}};
        }
    }
    return model;
}

Inspection CrossSource::inspect(const TableFilter& filter) {
    TableFilter with_target = filter;
    with_target.for_another_engine = true;
    Inspection inspection = inner_->inspect(with_target);
    add_keyless(inspection, *plans_->source_translator());
    return inspection;
}

// What the target's own table, or the one that will be made, says of the source's.
void CrossSource::plan_table(const Table& source,
                             const ModelTable& table,
                             const Table* made,
                             std::vector<Finding>& findings) {
    const auto standing = plans_->standing(source);
    const std::unique_ptr<Translator> to = plans_->target_translator();
    if (!standing && made != nullptr && made->name.name != table.name.name) {
        findings.push_back({Severity::Ok, table.name.display(),
                            "is called " + made->name.display() + " on the target"});
    }
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        if (standing) {
            findings.push_back(standing_type(table, table.columns[i], standing->there, *to));
        } else if (made != nullptr) {
            findings.push_back(planned_type(table, table.columns[i], made->columns[i]));
        }
    }
    for (const std::string& problem : standing ? standing->problems : no_problems) {
        findings.push_back({Severity::Fail, table.name.display(),
                            "the table on the target does not fit: " + problem,
                            "change it there, or drop it and let dbsync make it"});
    }
}

std::vector<Finding> CrossSource::plan(std::span<const Table> tables) {
    const SchemaModel model = describe_schema(tables);
    const std::unique_ptr<Translator> to = plans_->target_translator();
    std::vector<Finding> findings = name_clashes(model, *to);
    MadeSchema made = findings.empty() ? to->make_schema(model) : MadeSchema{};
    std::vector<Finding> problems = made.problems.empty()
                                        ? plans_->refusals(model, made.items)
                                        : std::move(made.problems);
    std::move(problems.begin(), problems.end(), std::back_inserter(findings));
    for (std::size_t i = 0; i < model.tables.size(); ++i) {
        const auto source = std::find_if(tables.begin(), tables.end(), [&](const Table& each) {
            return each.name == model.tables[i].name;
        });
        DBSYNC_CHECK(source != tables.end(), "a table that was asked for");
        plan_table(*source, model.tables[i], made.tables.empty() ? nullptr : &made.tables[i],
                   findings);
    }
    std::vector<std::string> left = model.left_behind;
    left.insert(left.end(), made.left_out.begin(), made.left_out.end());
    for (const std::string& each : left) {
        findings.push_back({Severity::Warn, "source", each + " is not carried over",
                            "make its like on the target by hand"});
    }
    return findings;
}

std::set<std::string> indexed_columns(const ModelTable& table) {
    std::set<std::string> names{table.key.begin(), table.key.end()};
    for (const ModelIndex& index : table.indexes) {
        names.insert(index.columns.begin(), index.columns.end());
    }
    return names;
}

// Chunk by chunk, each in a transaction of its own.
std::vector<Finding> CrossSource::scan(std::span<const Table> tables,
                                       const std::stop_token& stop) {
    const SchemaModel model = describe_schema(tables);
    const std::unique_ptr<Translator> from = plans_->source_translator();
    const std::unique_ptr<Translator> to = plans_->target_translator();
    if (!name_clashes(model, *to).empty()) {
        return {};  // plan() says so
    }
    const std::vector<Table> made = to->make_schema(model).tables;
    std::vector<Finding> findings;
    for (const Table& each : tables) {
        const auto described =
            std::find_if(model.tables.begin(), model.tables.end(),
                         [&](const ModelTable& of) { return of.name == each.name; });
        DBSYNC_CHECK(described != model.tables.end(), "every table is described");
        const auto standing = plans_->standing(each);
        if (standing && !standing->problems.empty()) {
            continue;  // plan() says so
        }
        const auto place = static_cast<std::size_t>(described - model.tables.begin());
        const TablePlan plan = plans_->expected(each, made[place]);
        Table table = plan.source;
        table.id = 0;
        Scan rows{plan, *from, *to, indexed_columns(*described)};
        const std::unique_ptr<SourceReader> reader = inner_->open_reader();
        Chunk chunk;
        do {
            throw_if_stopped(stop);
            chunk.lower = std::exchange(chunk.upper, std::nullopt);
            reader->begin({&table, 1}, scan_lock_timeout);
            reader->snapshot();
            chunk.upper = reader->chunk_end(table, chunk.lower, scan_chunk_rows, RowForm::Copy);
            reader->read_chunk(table, chunk, RowForm::Copy, rows);
            reader->end();
        } while (chunk.upper);
        for (Finding& finding : rows.findings()) {
            findings.push_back(std::move(finding));
        }
    }
    return findings;
}

}  // namespace

std::unique_ptr<Source> make_source(std::unique_ptr<Source> inner,
                                    std::shared_ptr<PlanBook> plans,
                                    const PairOptions& options) {
    return std::make_unique<CrossSource>(std::move(inner), std::move(plans), options);
}

}  // namespace dbsync::cross
