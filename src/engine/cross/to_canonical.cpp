// SPDX-License-Identifier: MIT
#include "base/check.hpp"
#include "base/long_bytes.hpp"
#include "engine/cross/keys.hpp"
#include "engine/cross/rows.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace dbsync::cross {

namespace {

bool is_yes(const WireValueView& value) noexcept {
    return value.text == "1" || value.text == "t" || value.text == "true";
}

}  // namespace

void append_put_aside(const std::string& key, const std::string& row, RowBlock& block) {
    block.bytes += key;
    const auto key_end = static_cast<std::uint32_t>(block.bytes.size());
    block.bytes += "\t" + std::string{put_aside_mark} + "\t" + canonical_digest(row) + "\n";
    ++block.rows;
    block.ends.push_back({key_end, static_cast<std::uint32_t>(block.bytes.size())});
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
    const Table& table = by_target_ ? plan_.target : plan_.source;
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
        const bool handed_on = take_row(rows);
        let_go();
        if (rows.empty()) {
            release(block.bytes);  // a long row need not be held twice
        }
        if (handed_on && block_.bytes.size() >= block_bytes_max) {
            flush();
        }
    }
}

// What a long row needed is not kept for the short ones after it.
void ToCanonical::let_go() {
    for (std::string* each : {&scratch_, &written_, &fields_}) {
        if (each->capacity() > long_value_bytes) {
            release(*each);
        }
    }
}

// Two long values need not be held, to say whether they are one.
void ToCanonical::put_value(std::size_t column, std::string& fields) {
    const bool is_long = form_ == RowForm::Compare && scratch_.size() > long_value_bytes;
    if (is_long && std::find(plan_.key.begin(), plan_.key.end(), column) == plan_.key.end()) {
        fields += digest_mark;
        fields += canonical_digest(scratch_);
    } else {
        append_canonical(fields, scratch_);
    }
    if (scratch_.capacity() > long_value_bytes) {
        release(scratch_);
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

// Appends the columns' fields. False at a value that has no form and may not be NULL instead.
bool ToCanonical::spell(std::string& fields, Problem& problem) {
    ends_.clear();
    all_have_form_ = true;
    for (std::size_t i = 0; i < plan_.columns.size(); ++i) {
        if (i > 0) {
            ends_.push_back(fields.size());
            fields += '\t';
        }
        const WireValueView& value = values_[at_[i]];
        if (value.null) {
            if (!by_target_ && plan_.columns[i].target.column.not_null) {
                problem = {i, std::string{null_into_not_null}};
                return false;
            }
            append_canonical_null(fields);
            continue;
        }
        const std::optional<NoForm> no_form = spell_value(i);
        if (!no_form) {
            put_value(i, fields);
        } else if (by_target_) {
            append_canonical(fields, "?" + hex_of(value.text));
            all_have_form_ = false;
        } else if (may_be_null(i)) {
            append_canonical_null(fields);
        } else {
            problem = {i, no_form->reason};
            return false;
        }
    }
    ends_.push_back(fields.size());
    return true;
}

void ToCanonical::put_key() {
    const auto end = values_.begin() + static_cast<std::ptrdiff_t>(plan_.key.size());
    block_.bytes +=
        canonical_of(plan_, plan_.key, translator_, by_target_, {values_.begin(), end});
}

// The key's columns are among the row's: they need not be spelled twice.
void ToCanonical::put_spelled_key(const std::string& fields) {
    for (std::size_t i = 0; i < plan_.key.size(); ++i) {
        const std::size_t place = plan_.key[i];
        const std::size_t begin = place == 0 ? 0 : ends_[place - 1] + 1;
        block_.bytes.append(i == 0 ? "" : "\t");
        block_.bytes.append(fields, begin, ends_[place] - begin);
    }
}

// What stands before the columns of a row of form Copy or Change.
void ToCanonical::put_front(std::string_view flag) {
    if (form_ == RowForm::Change) {
        put_key();
        block_.bytes += plan_.keyless() ? "" : "\t";  // a key of one empty text has no bytes
    }
    block_.bytes += flag;
    block_.bytes += '\t';
}

void ToCanonical::put_row(std::string_view fields, std::string_view flag) {
    put_front(flag);
    block_.bytes += fields;
    end_row();
}

void ToCanonical::end_row() {
    block_.bytes += '\n';
    ++block_.rows;
}

// A row of form Copy or Change. False if a value has no form; nothing of the row is left then.
bool ToCanonical::put_present(Problem& problem) {
    const std::size_t begin = block_.bytes.size();
    put_front(flag_present);
    if (!spell(block_.bytes, problem)) {
        block_.bytes.resize(begin);
        return false;
    }
    end_row();
    return true;
}

bool ToCanonical::put_to_compare(Problem& problem) {
    fields_.clear();
    if (!spell(fields_, problem)) {
        return false;
    }
    if (plan_.keyless()) {
        block_.bytes += canonical_digest(fields_);
    } else if (all_have_form_) {
        put_spelled_key(fields_);
    } else {
        put_key();
    }
    const std::size_t key_end = block_.bytes.size();
    block_.bytes += '\t';
    block_.bytes += fields_;
    end_row();
    block_.ends.push_back({static_cast<std::uint32_t>(key_end),
                           static_cast<std::uint32_t>(block_.bytes.size())});
    return true;
}

bool ToCanonical::key_has_form() {
    for (std::size_t i = 0; i < plan_.key.size(); ++i) {
        scratch_.clear();
        if (!values_[i].null && translator_.read(crossing(plan_.key[i]), values_[i], scratch_)) {
            return false;
        }
    }
    return true;
}

// Takes one row; whether it was handed on.
bool ToCanonical::take_row(std::string_view& rows) {
    translator_.split(rows, values_in_row_, values_);
    if (form_ == RowForm::Change && !is_yes(values_[key_values_])) {
        if (!key_has_form()) {
            return false;  // no such row can be on the target
        }
        std::string nulls;
        for (std::size_t i = 0; i < plan_.columns.size(); ++i) {
            nulls += i == 0 ? "\\N" : "\t\\N";
        }
        put_row(nulls, flag_absent);
        return true;
    }
    Problem problem;
    if (form_ == RowForm::Compare ? put_to_compare(problem) : put_present(problem)) {
        return true;
    }
    const bool of_key =
        std::find(plan_.key.begin(), plan_.key.end(), problem.column) != plan_.key.end();
    if (of_key || on_unrepresentable_ != OnUnrepresentable::Quarantine) {
        refuse(problem);
    }
    require_unreferred(problem);
    if (form_ == RowForm::Compare) {
        put_aside_to_compare();
    } else {
        put_aside(problem);
    }
    return true;
}

std::string ToCanonical::put_aside_key(const std::string& row) const {
    if (plan_.keyless()) {
        return canonical_digest(row);
    }
    std::vector<WireValueView> key;
    for (const std::size_t place : plan_.key) {
        key.push_back(values_[at_[place]]);
    }
    return canonical_of(plan_, plan_.key, translator_, by_target_, key);
}

void ToCanonical::put_aside_to_compare() {
    const std::string row = as_json();
    append_put_aside(put_aside_key(row), row, block_);
}

void ToCanonical::put_aside(const Problem& problem) {
    std::string fields;
    for (std::size_t i = 0; i < plan_.columns.size(); ++i) {
        fields += i == 0 ? "\\N" : "\t\\N";
    }
    const std::string row = as_json();
    for (const std::string& more :
         {put_aside_key(row), plan_.columns[problem.column].source.column.name, problem.reason,
          row}) {
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

// Without its parent a child has no place on the target, or the target would delete it.
void ToCanonical::require_unreferred(const Problem& problem) const {
    if (!plan_.referred_by.empty()) {
        refuse_to_put_aside(plan_, problem.column, values_[at_[problem.column]].text, shown_key(),
                            problem.reason);
    }
}

void ToCanonical::refuse(const Problem& problem) const {
    refuse_value(plan_, problem.column, values_[at_[problem.column]].text, shown_key(),
                 problem.reason);
}

}  // namespace dbsync::cross
