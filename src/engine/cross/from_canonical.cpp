// SPDX-License-Identifier: MIT
#include "base/check.hpp"
#include "base/long_bytes.hpp"
#include "engine/cross/keys.hpp"
#include "engine/cross/rows.hpp"

#include <algorithm>
#include <utility>

namespace dbsync::cross {

namespace {

constexpr std::size_t not_here = static_cast<std::size_t>(-1);

}  // namespace

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

// False if the value has no form here.
bool FromCanonical::write(std::size_t column, std::string_view field, std::size_t place) {
    values_[place] = {};
    if (field == "\\N") {
        return true;
    }
    const bool escaped = field.find('\\') != std::string_view::npos;
    const std::string unescaped = escaped ? canonical_value(field).value_or("") : std::string{};
    held_[place].clear();
    problem_ = translator_.write(plan_.columns[column].target,
                                 escaped ? std::string_view{unescaped} : field, held_[place],
                                 values_[place]);
    return !problem_;
}

// `row` are the fields of the row's columns.
void FromCanonical::refuse(std::size_t column,
                           std::string_view field,
                           std::span<const std::string_view> row) const {
    std::string key;
    for (const std::size_t part : plan_.key) {
        key += (key.empty() ? "with " : ", ") + plan_.columns[part].source.column.name + " = " +
               shown_value(canonical_value(row[part]).value_or("NULL"));
    }
    refuse_value(plan_, column, canonical_value(field).value_or(""),
                 key.empty() ? "without a key" : key, problem_->reason);
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
    const bool gone = form_ == RowForm::Change && flag != flag_present;
    for (std::size_t i = 0; i < source_of_.size(); ++i) {
        if (form_ == RowForm::Change && i == keys) {
            values_[i] = {.null = false,
                          .storage = 'i',
                          .text = flag == flag_present ? flag_present : flag_absent};
        } else if (source_of_[i] == not_here) {
            values_[i] = {};
        } else {
            const std::span columns = std::span{fields}.subspan(keys + 1);
            const std::string_view field = i < keys ? fields[i] : columns[source_of_[i]];
            if (!write(source_of_[i], field, i)) {
                if (gone) {
                    return false;  // no such row can be here
                }
                refuse(source_of_[i], field, columns);
            }
        }
    }
    translator_.join(rows, values_);
    for (std::string& each : held_) {
        if (each.capacity() > long_value_bytes) {
            release(each);  // what a long row needed is not kept for the short ones after it
        }
    }
    return true;
}

}  // namespace dbsync::cross
