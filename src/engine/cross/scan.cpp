// SPDX-License-Identifier: MIT
#include "engine/cross/scan.hpp"

#include "base/check.hpp"
#include "engine/cross/keys.hpp"
#include "engine/cross/rows.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace dbsync::cross {

Scan::Scan(const TablePlan& plan,
           Translator& from,
           Translator& to,
           const std::set<std::string>& indexed)
    : plan_{plan}, from_{from}, to_{to}, found_(plan.columns.size()) {
    const std::vector<std::string> names = from.columns_of(plan.source, RowForm::Copy);
    values_in_row_ = names.size();
    for (const ColumnPlan& column : plan.columns) {
        const auto found = std::find(names.begin(), names.end(), column.source.column.name);
        DBSYNC_CHECK(found != names.end(), "a row has every column that crosses");
        at_.push_back(static_cast<std::size_t>(found - names.begin()));
        indexed_bytes_max_.push_back(
            indexed.contains(column.source.column.name) ? to.index_value_bytes_max() : 0);
    }
}

void Scan::push(RowBlock block) {
    std::string_view rows = block.bytes;
    while (!rows.empty()) {
        from_.split(rows, values_in_row_, values_);
        for (std::size_t i = 0; i < plan_.columns.size(); ++i) {
            look_at(i);
        }
    }
}

void Scan::look_at(std::size_t column) {
    const WireValueView& value = values_[at_[column]];
    const ColumnPlan& plan = plan_.columns[column];
    canonical_.clear();
    std::optional<NoForm> no_form;
    if (!value.null) {
        no_form = from_.read(plan.source, value, canonical_);
    } else if (plan.target.column.not_null) {
        no_form = NoForm{std::string{null_into_not_null}};
    } else {
        return;
    }
    if (!no_form) {
        written_.clear();
        WireValueView there;
        no_form = to_.write(plan.target, canonical_, written_, there);
    }
    if (!no_form) {
        const std::size_t most = indexed_bytes_max_[column];
        found_[column].too_long += most > 0 && written_.size() > most ? 1U : 0U;
        return;
    }
    Found& found = found_[column];
    if (found.values++ == 0) {
        std::string key;
        for (const std::size_t part : plan_.key) {
            const WireValueView& of_key = values_[at_[part]];
            key += (key.empty() ? " in the row with " : ", ") +
                   plan_.columns[part].source.column.name + " = " +
                   (of_key.null ? "NULL" : shown_value(of_key.text));
        }
        found.first =
            (value.null ? "NULL" : shown_value(value.text)) + key + ": " + no_form->reason;
    }
}

std::vector<Finding> Scan::findings() const {
    std::vector<Finding> all;
    const std::string table = plan_.source.name.display();
    for (std::size_t i = 0; i < found_.size(); ++i) {
        const std::string& column = plan_.columns[i].source.column.name;
        if (found_[i].too_long > 0) {
            all.push_back({Severity::Warn, table,
                           column + ": " + std::to_string(found_[i].too_long) +
                               " values of more than " + std::to_string(indexed_bytes_max_[i]) +
                               " bytes are in an index, which may not hold them on the target",
                           "shorten them, or drop the index on the source before the move"});
        }
        if (found_[i].values == 0) {
            continue;
        }
        all.push_back({Severity::Warn, table,
                       column + ": " + std::to_string(found_[i].values) +
                           " values have no form on the target, the first is " + found_[i].first,
                       "choose another type with --map " + table + "." + column +
                           "=TYPE, or say what is to become of them with --on-unrepresentable"});
    }
    return all;
}

}  // namespace dbsync::cross
