// SPDX-License-Identifier: MIT
#include "engine/cross/rows.hpp"

#include "base/check.hpp"
#include "base/error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <span>
#include <utility>

namespace dbsync::cross {

namespace {

constexpr std::size_t shown_value_bytes_max = 80;
constexpr std::size_t not_here = static_cast<std::size_t>(-1);

const Table& table_of(const TablePlan& plan, bool by_target) noexcept {
    return by_target ? plan.target : plan.source;
}

const ColumnCrossing& side(const ColumnPlan& plan, bool by_target) noexcept {
    return by_target ? plan.target : plan.source;
}

bool is_yes(const WireValueView& value) noexcept {
    return value.text == "1" || value.text == "t" || value.text == "true";
}

std::size_t place_of(const TablePlan& plan, const std::string& source_column) {
    const auto found =
        std::find_if(plan.columns.begin(), plan.columns.end(), [&](const ColumnPlan& each) {
            return each.source.column.name == source_column;
        });
    DBSYNC_CHECK(found != plan.columns.end(), "a column that crosses");
    return static_cast<std::size_t>(found - plan.columns.begin());
}

std::vector<std::size_t> places_of(const TablePlan& plan, const std::vector<std::string>& names) {
    std::vector<std::size_t> places;
    std::transform(names.begin(), names.end(), std::back_inserter(places),
                   [&](const std::string& name) { return place_of(plan, name); });
    return places;
}

[[noreturn]] void refuse_value(const TablePlan& plan,
                               std::size_t column,
                               std::string_view value,
                               const std::string& shown_key,
                               const std::string& reason) {
    const std::string table = plan.source.name.display();
    const std::string name = table + "." + plan.columns[column].source.column.name;
    const bool of_key = std::find(plan.key.begin(), plan.key.end(), column) != plan.key.end();
    throw Error{{.kind = ErrorKind::Unrepresentable,
                 .what_failed = "the value " + shown_value(value) + " of " + name + " in the row " +
                                shown_key + " has no form on the target: " + reason,
                 .table = table,
                 .hint = "choose another type with --map " + name + "=TYPE" +
                         (of_key ? ", or change the key on the source"
                                 : ", or say what is to become of such rows with "
                                   "--on-unrepresentable null or quarantine")}};
}

// Canonical fields as an engine's values; `held` keeps their bytes.
std::vector<WireValueView> own(const TablePlan& plan,
                               const std::vector<std::size_t>& places,
                               Translator& translator,
                               bool by_target,
                               std::string_view canonical,
                               std::vector<std::string>& held) {
    const std::vector<std::string_view> fields = canonical_fields(canonical);
    DBSYNC_CHECK(fields.size() == places.size(), "a key has its columns");
    held.assign(places.size(), {});
    std::vector<WireValueView> values(places.size());
    for (std::size_t i = 0; i < places.size(); ++i) {
        const auto text = canonical_value(fields[i]);
        if (!text) {
            continue;
        }
        const ColumnCrossing& crossing = side(plan.columns[places[i]], by_target);
        if (const auto problem = translator.write(crossing, *text, held[i], values[i])) {
            throw Error{{.kind = ErrorKind::Unrepresentable,
                         .what_failed = "a key of " + plan.source.name.display() +
                                        " has no form on the " + (by_target ? "target" : "source") +
                                        ": " + problem->reason,
                         .table = plan.source.name.display()}};
        }
    }
    return values;
}

// An engine's values as canonical fields.
std::string canonical(const TablePlan& plan,
                      const std::vector<std::size_t>& places,
                      Translator& translator,
                      bool by_target,
                      const std::vector<WireValueView>& values) {
    std::string fields;
    std::string text;
    for (std::size_t i = 0; i < places.size(); ++i) {
        fields += i == 0 ? "" : "\t";
        if (values[i].null) {
            append_canonical_null(fields);
            continue;
        }
        text.clear();
        const ColumnCrossing& crossing = side(plan.columns[places[i]], by_target);
        if (const auto problem = translator.read(crossing, values[i], text)) {
            throw Error{{.kind = ErrorKind::Unrepresentable,
                         .what_failed = "the key value " + shown_value(values[i].text) + " of " +
                                        plan.source.name.display() + "." +
                                        plan.columns[places[i]].source.column.name +
                                        " has no form on the target: " + problem->reason,
                         .table = plan.source.name.display(),
                         .hint = "choose another type with --map, or change the value"}};
        }
        append_canonical(fields, text);
    }
    return fields;
}

// Valid for as long as `own_text` is.
std::vector<WireValueView> split_values(Translator& translator,
                                        std::string_view own_text,
                                        std::size_t count) {
    std::vector<WireValueView> values;
    translator.split(own_text, count, values);
    return values;
}

}  // namespace

std::string shown_value(std::string_view text) {
    std::string shown{text.substr(0, shown_value_bytes_max)};
    if (!is_utf8(shown) || std::any_of(shown.begin(), shown.end(), [](char c) {
            return static_cast<unsigned char>(c) < 0x20;
        })) {
        shown = "x'" + hex_of(shown) + "'";
    }
    return text.size() > shown_value_bytes_max ? shown + "…" : shown;
}

ToCanonical::ToCanonical(const TablePlan& plan,
                         Translator& translator,
                         Translator& writer,
                         RowForm form,
                         OnUnrepresentable on_unrepresentable,
                         RowSink& sink)
    : plan_{plan},
      translator_{translator},
      writer_{on_unrepresentable == OnUnrepresentable::Fail ? nullptr : &writer},
      by_target_{false},
      form_{form},
      on_unrepresentable_{on_unrepresentable},
      sink_{sink} {
    find_columns();
}

ToCanonical::ToCanonical(const TablePlan& plan, Translator& translator, RowSink& sink)
    : plan_{plan},
      translator_{translator},
      by_target_{true},
      form_{RowForm::Compare},
      on_unrepresentable_{OnUnrepresentable::Fail},
      sink_{sink} {
    find_columns();
}

void ToCanonical::find_columns() {
    const Table& table = table_of(plan_, by_target_);
    const std::vector<std::string> names = translator_.columns_of(table, form_);
    key_values_ = form_ == RowForm::Copy ? 0 : std::max<std::size_t>(1, table.key.size());
    values_in_row_ = key_values_ + (form_ == RowForm::Change ? 1 : 0) + names.size();
    for (const ColumnPlan& column : plan_.columns) {
        const auto found =
            std::find(names.begin(), names.end(), side(column, by_target_).column.name);
        DBSYNC_CHECK(found != names.end(), "a row has every column that crosses");
        at_.push_back(values_in_row_ - names.size() +
                      static_cast<std::size_t>(found - names.begin()));
    }
}

const ColumnCrossing& ToCanonical::crossing(std::size_t column) const {
    return side(plan_.columns[column], by_target_);
}

void ToCanonical::push(RowBlock block) {
    std::string_view rows = block.bytes;
    while (!rows.empty()) {
        if (take_row(rows) && block_.bytes.size() >= block_bytes_max) {
            flush();
        }
    }
}

void ToCanonical::flush() {
    if (block_.rows > 0) {
        sink_.push(std::exchange(block_, {}));
    }
}

std::optional<NoForm> ToCanonical::spell_value(std::size_t column) {
    scratch_.clear();
    std::optional<NoForm> no_form =
        translator_.read(crossing(column), values_[at_[column]], scratch_);
    if (!no_form && writer_ != nullptr) {
        written_.clear();
        WireValueView value;
        no_form = writer_->write(plan_.columns[column].target, scratch_, written_, value);
    }
    return no_form;
}

bool ToCanonical::may_be_null(std::size_t column) const {
    return on_unrepresentable_ == OnUnrepresentable::Null &&
           !plan_.columns[column].target.column.not_null;
}

// The columns' fields. False at a value that has no form and may not be NULL instead.
bool ToCanonical::spell(std::string& fields, Problem& problem) {
    fields.clear();
    for (std::size_t i = 0; i < plan_.columns.size(); ++i) {
        fields += i == 0 ? "" : "\t";
        const WireValueView& value = values_[at_[i]];
        if (value.null) {
            append_canonical_null(fields);
            continue;
        }
        const std::optional<NoForm> no_form = spell_value(i);
        if (!no_form) {
            append_canonical(fields, scratch_);
        } else if (by_target_) {
            append_canonical(fields, "?" + hex_of(value.text));
        } else if (may_be_null(i)) {
            append_canonical_null(fields);
        } else {
            problem = {i, no_form->reason};
            return false;
        }
    }
    return true;
}

void ToCanonical::put_key(const std::vector<std::size_t>& places) {
    std::vector<WireValueView> key;
    key.reserve(places.size());
    for (std::size_t i = 0; i < places.size(); ++i) {
        key.push_back(values_[i]);
    }
    block_.bytes += canonical(plan_, places, translator_, by_target_, key);
}

void ToCanonical::put_row(const std::string& fields, std::string_view flag) {
    const std::size_t begin = block_.bytes.size();
    if (form_ == RowForm::Compare && plan_.keyless()) {
        block_.bytes += canonical_digest(fields);
    } else if (form_ != RowForm::Copy) {
        put_key(plan_.key);
    }
    const std::size_t key_end = block_.bytes.size();
    if (form_ != RowForm::Compare) {
        block_.bytes += key_end > begin ? "\t" : "";
        block_.bytes += flag;
    }
    block_.bytes += "\t" + fields + "\n";
    ++block_.rows;
    if (form_ == RowForm::Compare) {
        block_.ends.push_back({static_cast<std::uint32_t>(key_end),
                               static_cast<std::uint32_t>(block_.bytes.size())});
    }
}

// Takes one row; whether it was handed on.
bool ToCanonical::take_row(std::string_view& rows) {
    translator_.split(rows, values_in_row_, values_);
    if (form_ == RowForm::Change && !is_yes(values_[key_values_])) {
        std::string nulls;
        for (std::size_t i = 0; i < plan_.columns.size(); ++i) {
            nulls += i == 0 ? "\\N" : "\t\\N";
        }
        put_row(nulls, flag_absent);
        return true;
    }
    Problem problem;
    if (spell(fields_, problem)) {
        put_row(fields_, flag_present);
        return true;
    }
    const bool of_key =
        std::find(plan_.key.begin(), plan_.key.end(), problem.column) != plan_.key.end();
    if (of_key || on_unrepresentable_ != OnUnrepresentable::Quarantine) {
        refuse(problem);
    }
    if (form_ == RowForm::Compare) {
        return false;  // it is not among the target's rows either
    }
    put_aside(problem);
    return true;
}

void ToCanonical::put_aside(const Problem& problem) {
    std::string fields;
    for (std::size_t i = 0; i < plan_.columns.size(); ++i) {
        fields += i == 0 ? "\\N" : "\t\\N";
    }
    const std::string row = as_json();
    std::vector<WireValueView> key;
    for (const std::size_t place : plan_.key) {
        key.push_back(values_[at_[place]]);
    }
    const std::string key_text = plan_.keyless()
                                     ? canonical_digest(row)
                                     : canonical(plan_, plan_.key, translator_, by_target_, key);
    for (const std::string& more :
         {key_text, plan_.columns[problem.column].source.column.name, problem.reason, row}) {
        fields += '\t';
        append_canonical(fields, more);
    }
    put_row(fields, flag_put_aside);
}

std::string ToCanonical::shown_key() const {
    std::string shown;
    for (const std::size_t place : plan_.key) {
        shown += shown.empty() ? "" : ", ";
        shown += plan_.columns[place].source.column.name + " = " +
                 (values_[at_[place]].null ? "NULL" : shown_value(values_[at_[place]].text));
    }
    return shown.empty() ? "without a key" : "with " + shown;
}

// The row as the source has it: text where it is text, hexadecimal digits where it is none.
std::string ToCanonical::as_json() const {
    nlohmann::ordered_json row = nlohmann::ordered_json::object();
    for (std::size_t i = 0; i < plan_.columns.size(); ++i) {
        const WireValueView& value = values_[at_[i]];
        const std::string& name = plan_.columns[i].source.column.name;
        if (value.null) {
            row[name] = nullptr;
        } else if (is_utf8(value.text)) {
            row[name] = std::string{value.text};
        } else {
            row[name] = {{"hex", hex_of(value.text)}};
        }
    }
    return row.dump();
}

void ToCanonical::refuse(const Problem& problem) const {
    refuse_value(plan_, problem.column, values_[at_[problem.column]].text, shown_key(),
                 problem.reason);
}

FromCanonical::FromCanonical(const TablePlan& plan, Translator& translator, RowForm form)
    : plan_{plan}, translator_{translator}, form_{form} {
    if (form == RowForm::Change) {
        source_of_ = plan.key;
        source_of_.push_back(not_here);  // the flag
    }
    for (const std::string& name : translator.columns_of(plan.target, form)) {
        const auto found =
            std::find_if(plan.columns.begin(), plan.columns.end(),
                         [&](const ColumnPlan& each) { return each.target.column.name == name; });
        source_of_.push_back(found == plan.columns.end()
                                 ? not_here
                                 : static_cast<std::size_t>(found - plan.columns.begin()));
    }
    values_.resize(source_of_.size());
    held_.resize(source_of_.size());
}

// `row` are the fields of the row's columns.
void FromCanonical::write(std::size_t column,
                          std::string_view field,
                          std::span<const std::string_view> row,
                          std::size_t place) {
    values_[place] = {};
    const auto text = canonical_value(field);
    if (!text) {
        return;
    }
    held_[place].clear();
    const std::optional<NoForm> problem =
        translator_.write(plan_.columns[column].target, *text, held_[place], values_[place]);
    if (problem) {
        std::string key;
        for (const std::size_t part : plan_.key) {
            key += (key.empty() ? "with " : ", ") + plan_.columns[part].source.column.name + " = " +
                   shown_value(canonical_value(row[part]).value_or("NULL"));
        }
        refuse_value(plan_, column, *text, key.empty() ? "without a key" : key, problem->reason);
    }
}

bool FromCanonical::add(std::string_view row, std::string& rows) {
    const std::vector<std::string_view> fields = canonical_fields(row);
    const std::size_t keys = form_ == RowForm::Change ? plan_.key.size() : 0;
    const std::string_view flag = fields[keys];
    if (flag == flag_put_aside) {
        const std::size_t more = keys + 1 + plan_.columns.size();
        put_aside.push_back({.key = canonical_value(fields[more]).value_or(""),
                             .column = canonical_value(fields[more + 1]).value_or(""),
                             .reason = canonical_value(fields[more + 2]).value_or(""),
                             .row = canonical_value(fields[more + 3]).value_or("")});
        if (form_ == RowForm::Copy) {
            return false;
        }
    } else if (keys > 0) {
        std::string& key = settled.emplace_back();
        for (std::size_t i = 0; i < keys; ++i) {
            key += (i == 0 ? "" : "\t") + std::string{fields[i]};
        }
    }
    for (std::size_t i = 0; i < source_of_.size(); ++i) {
        if (form_ == RowForm::Change && i == keys) {
            values_[i] = {.null = false,
                          .storage = 'i',
                          .text = flag == flag_present ? flag_present : flag_absent};
        } else if (source_of_[i] == not_here) {
            values_[i] = {};
        } else {
            const std::span columns = std::span{fields}.subspan(keys + 1);
            write(source_of_[i], i < keys ? fields[i] : columns[source_of_[i]], columns, i);
        }
    }
    translator_.join(rows, values_);
    return true;
}

std::string own_key(const TablePlan& plan,
                    Translator& translator,
                    bool by_target,
                    std::string_view canonical_text) {
    std::vector<std::string> held;
    return translator.join_key(own(plan, plan.key, translator, by_target, canonical_text, held));
}

std::string canonical_key(const TablePlan& plan,
                          Translator& translator,
                          bool by_target,
                          std::string_view own_text) {
    return canonical(plan, plan.key, translator, by_target,
                     split_values(translator, own_text, plan.key.size()));
}

std::string target_bound(const TablePlan& plan,
                         Translator& from,
                         Translator& to,
                         std::string_view bound) {
    std::vector<WireValueView> values;
    from.split_bound(bound, plan.key.size(), values);
    const std::string text = canonical(plan, plan.key, from, false, values);
    std::vector<std::string> held;
    return to.join_bound(own(plan, plan.key, to, true, text, held));
}

std::string own_values(const TablePlan& plan,
                       const std::vector<std::string>& source_columns,
                       Translator& translator,
                       bool by_target,
                       std::string_view canonical_text) {
    std::vector<std::string> held;
    return translator.join_key(own(plan, places_of(plan, source_columns), translator, by_target,
                                   canonical_text, held));
}

std::string canonical_values(const TablePlan& plan,
                             const std::vector<std::string>& source_columns,
                             Translator& translator,
                             bool by_target,
                             std::string_view own_text) {
    return canonical(plan, places_of(plan, source_columns), translator, by_target,
                     split_values(translator, own_text, source_columns.size()));
}

}  // namespace dbsync::cross
