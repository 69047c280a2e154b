// SPDX-License-Identifier: MIT
#include "engine/cross/crossing.hpp"

#include "base/error.hpp"
#include "engine/registry.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace dbsync::cross {

namespace {

constexpr const char* refusal_hint =
    "rename what is in the way on the source, choose other types with --map, leave the table out "
    "with --exclude, or make it by hand and run with --schema none";

const Column* find_column(const Table& table, const std::string& name) {
    const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                    [&](const Column& each) { return each.name == name; });
    return found == table.columns.end() ? nullptr : &*found;
}

// Values whose order is the same on every server.
bool has_own_order(Kind kind) noexcept {
    switch (kind) {
        case Kind::Bool:
        case Kind::Int:
        case Kind::Decimal:
        case Kind::Float32:
        case Kind::Float64:
        case Kind::Bytes:
        case Kind::Date:
        case Kind::Time:
        case Kind::DateTime:
        case Kind::Instant:
        case Kind::Uuid:
        case Kind::Bits:
            return true;
        case Kind::Text:
        case Kind::Json:
            return false;
    }
    return false;
}

void add_columns(const Table& source, const Table& target, const Translator& to, TablePlan& plan) {
    for (std::size_t i = 0; i < source.columns.size(); ++i) {
        const Column& column = source.columns[i];
        const Column* there = find_column(target, to.rename_column(column.name));
        if (there == nullptr) {
            throw Error{{.kind = ErrorKind::Unsupported,
                         .what_failed = "column " + column.name + " of " + source.name.display() +
                                        " is not on the target",
                         .table = source.name.display(),
                         .hint = "add it there, or make the schema by `dbsync snapshot`"}};
        }
        if (there->generated) {
            plan.source.columns[i].generated = true;  // the target computes it
            continue;
        }
        plan.source.columns[i].generated = false;
        const ModelType type = to.type_of(*there);
        plan.columns.push_back({.source = {.column = column, .kind = type.kind, .type = type},
                                .target = {.column = *there, .kind = type.kind, .type = type}});
    }
}

// Whether both ends sort the column's values in the same way by themselves. An order that differs
// costs time, never truth: rows are compared as a set.
bool sorts_alike(const ColumnPlan& column, const Translator& from) {
    const Kind there = column.target.kind;
    const Kind here = from.type_of(column.source.column).kind;
    const auto is_number = [](Kind kind) {
        return kind == Kind::Bool || kind == Kind::Int || kind == Kind::Decimal;
    };
    return has_own_order(there) && (here == there || (is_number(here) && is_number(there)));
}

void add_key(const Table& source, const Translator& from, const Translator& to, TablePlan& plan) {
    plan.target.key.clear();
    for (const std::string& name : source.key) {
        const auto found =
            std::find_if(plan.columns.begin(), plan.columns.end(),
                         [&](const ColumnPlan& each) { return each.source.column.name == name; });
        if (found == plan.columns.end() || !from.tells_apart(found->source.column) ||
            (found->target.kind == Kind::Text && !to.tells_apart(found->target.column))) {
            plan.key.clear();  // hidden, computed by the target, or spelled in several ways
            plan.target.key.clear();
            break;
        }
        plan.key.push_back(static_cast<std::size_t>(found - plan.columns.begin()));
        plan.target.key.push_back(to.rename_column(name));
    }
    plan.target.key_shape = plan.key.empty() ? KeyShape::WholeRow : KeyShape::Columns;
    const bool by_bytes = std::any_of(plan.key.begin(), plan.key.end(), [&](std::size_t at) {
        return !sorts_alike(plan.columns[at], from);
    });
    plan.source.order_by_bytes = by_bytes;
    plan.target.order_by_bytes = by_bytes;
}

}  // namespace

PlanBook::PlanBook(const Endpoint& source,
                   const Endpoint& target,
                   OnUnrepresentable on_unrepresentable)
    : source_{source},
      target_{target},
      on_unrepresentable_{on_unrepresentable},
      from_{open_translator(source.engine)},
      to_{open_translator(target.engine)} {}

PlanBook::~PlanBook() = default;

std::unique_ptr<Translator> PlanBook::source_translator() const {
    return open_translator(source_.engine);
}

std::unique_ptr<Translator> PlanBook::target_translator() const {
    return open_translator(target_.engine);
}

TableName PlanBook::target_name(const TableName& source) const {
    const std::lock_guard lock{mutex_};
    return to_->rename(source);
}

Table PlanBook::renamed(const Table& source) const {
    Table table = source;
    table.name = target_name(source.name);
    return table;
}

std::optional<Table> PlanBook::look_up(const TableName& source) {
    if (!looked_up_in_) {
        looked_up_in_ = open_target(target_);
    }
    return looked_up_in_->find_table(to_->rename(source));
}

TablePlan PlanBook::make(const Table& source, const Table& there) {
    TablePlan plan;
    plan.source = source;
    plan.target = there;
    plan.target.id = source.id;
    plan.target.rows_estimate = source.rows_estimate;
    plan.target.bytes_estimate = source.bytes_estimate;
    plan.target.has_other_unique = source.has_other_unique || there.has_other_unique;
    add_columns(source, there, *to_, plan);
    std::erase_if(plan.target.columns, [&](const Column& column) {  // they keep their defaults
        return std::none_of(source.columns.begin(), source.columns.end(), [&](const Column& each) {
            return to_->rename_column(each.name) == column.name;
        });
    });
    add_key(source, *from_, *to_, plan);
    if (on_unrepresentable_ == OnUnrepresentable::Quarantine) {
        plan.referred_by = referrer(source, there);
    }
    return plan;
}

std::string PlanBook::referrer(const Table& source, const Table& there) {
    const std::vector<TableName> here = open_source(source_)->referrers(source.name);
    if (!here.empty()) {
        return here.front().display();
    }
    if (!looked_up_in_) {
        return {};
    }
    const std::vector<TableName> others = looked_up_in_->referrers(there.name);
    return others.empty() ? std::string{} : others.front().display();
}

TablePlan PlanBook::expected(const Table& source, const Table& made) {
    const std::lock_guard lock{mutex_};
    const std::optional<Table> there = look_up(source.name);
    return make(source, there ? *there : made);
}

std::optional<PlanBook::Standing> PlanBook::standing(const Table& source) {
    const std::lock_guard lock{mutex_};
    std::optional<Table> there = look_up(source.name);
    if (!there) {
        return std::nullopt;
    }
    Standing found{.there = std::move(*there), .problems = {}};
    std::vector<std::string> columns;
    std::vector<std::string> texts;
    for (const Column& column : source.columns) {
        const std::string& name = columns.emplace_back(to_->rename_column(column.name));
        if (find_column(found.there, name) == nullptr) {
            found.problems.push_back("it has no column " + name);
        }
        const bool of_key =
            std::find(source.key.begin(), source.key.end(), column.name) != source.key.end();
        if (of_key && from_->type_of(column).kind == Kind::Text) {
            texts.push_back(name);
        }
    }
    std::vector<std::string> more = looked_up_in_->misfits(found.there.name, columns, texts);
    std::move(more.begin(), more.end(), std::back_inserter(found.problems));
    return found;
}

std::vector<Finding> PlanBook::refusals(const SchemaModel& model,
                                        const std::vector<SchemaItem>& items) {
    const std::lock_guard lock{mutex_};
    std::map<std::int32_t, std::string> missing;
    for (const ModelTable& table : model.tables) {
        if (!look_up(table.name)) {
            missing.emplace(table.table_id, table.name.display());
        }
    }
    std::vector<SchemaItem> tried;
    std::copy_if(items.begin(), items.end(), std::back_inserter(tried),
                 [&](const SchemaItem& item) { return missing.contains(item.table_id); });
    if (tried.empty()) {
        return {};
    }
    std::vector<Finding> findings;
    for (const SchemaRefusal& refusal : looked_up_in_->try_schema(tried)) {
        const auto table = missing.find(refusal.table_id);
        findings.push_back({Severity::Fail, table == missing.end() ? "target" : table->second,
                            "the target would refuse " + refusal.reason,
                            refusal.hint.empty() ? refusal_hint : refusal.hint});
    }
    return findings;
}

const TablePlan& PlanBook::plan(const Table& source) {
    const std::lock_guard lock{mutex_};
    std::unique_ptr<TablePlan>& plan = plans_[source.id];
    if (!plan) {
        const std::optional<Table> there = look_up(source.name);
        if (!there) {
            throw Error{{.kind = ErrorKind::Precondition,
                         .what_failed = "table " + to_->rename(source.name).display() +
                                        " is not on the target",
                         .table = source.name.display(),
                         .hint = "run `dbsync snapshot`, or create the table"}};
        }
        plan = std::make_unique<TablePlan>(make(source, *there));
    }
    return *plan;
}

}  // namespace dbsync::cross
