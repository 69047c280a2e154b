// SPDX-License-Identifier: MIT
#include "engine/cross/keys.hpp"

#include "base/check.hpp"
#include "base/error.hpp"

#include <algorithm>
#include <utility>

namespace dbsync::cross {

namespace {

constexpr std::size_t shown_value_bytes_max = 80;

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

struct Own {
    std::vector<WireValueView> values;
    std::vector<std::string> held;  // their bytes
    std::optional<NoForm> problem;  // of one of them
};

// Canonical fields as an engine's values.
Own own_or_not(const TablePlan& plan,
               const std::vector<std::size_t>& places,
               Translator& translator,
               bool by_target,
               std::string_view canonical) {
    const std::vector<std::string_view> fields = canonical_fields(canonical);
    DBSYNC_CHECK(fields.size() == places.size(), "a key has its columns");
    Own own;
    own.held.assign(places.size(), {});
    own.values.resize(places.size());
    for (std::size_t i = 0; i < places.size() && !own.problem; ++i) {
        if (const auto text = canonical_value(fields[i])) {
            own.problem = translator.write(side(plan.columns[places[i]], by_target), *text,
                                           own.held[i], own.values[i]);
        }
    }
    return own;
}

Own own(const TablePlan& plan,
        const std::vector<std::size_t>& places,
        Translator& translator,
        bool by_target,
        std::string_view canonical) {
    Own own = own_or_not(plan, places, translator, by_target, canonical);
    if (own.problem) {
        throw Error{{.kind = ErrorKind::Unrepresentable,
                     .what_failed = "a key of " + plan.source.name.display() +
                                    " has no form on the " + (by_target ? "target" : "source") +
                                    ": " + own.problem->reason,
                     .table = plan.source.name.display()}};
    }
    return own;
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

namespace {

std::string column_name(const TablePlan& plan, std::size_t column) {
    return plan.source.name.display() + "." + plan.columns[column].source.column.name;
}

std::string no_form(const TablePlan& plan, std::size_t column, std::string_view value,
                    const std::string& shown_key, const std::string& reason) {
    return "the value " + shown_value(value) + " of " + column_name(plan, column) +
           " in the row " + shown_key + " has no form on the target: " + reason;
}

}  // namespace

void refuse_value(const TablePlan& plan,
                  std::size_t column,
                  std::string_view value,
                  const std::string& shown_key,
                  const std::string& reason) {
    const bool of_key = std::find(plan.key.begin(), plan.key.end(), column) != plan.key.end();
    throw Error{{.kind = ErrorKind::Unrepresentable,
                 .what_failed = no_form(plan, column, value, shown_key, reason),
                 .table = plan.source.name.display(),
                 .hint = "choose another type with --map " + column_name(plan, column) + "=TYPE" +
                         (of_key ? ", or change the key on the source"
                                 : ", or say what is to become of such rows with "
                                   "--on-unrepresentable null or quarantine")}};
}

void refuse_to_put_aside(const TablePlan& plan,
                         std::size_t column,
                         std::string_view value,
                         const std::string& shown_key,
                         const std::string& reason) {
    throw Error{{.kind = ErrorKind::Unrepresentable,
                 .what_failed = no_form(plan, column, value, shown_key, reason) +
                                "; it cannot be put aside, since a foreign key of " +
                                plan.referred_by + " refers to rows of its table",
                 .table = plan.source.name.display(),
                 .hint = "change the value on the source, choose another type with --map " +
                         column_name(plan, column) + "=TYPE, or run with --on-unrepresentable "
                                                     "null where the column may be NULL"}};
}

std::string canonical_of(const TablePlan& plan,
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

std::string own_key(const TablePlan& plan,
                    Translator& translator,
                    bool by_target,
                    std::string_view canonical_text) {
    return translator.join_key(own(plan, plan.key, translator, by_target, canonical_text).values);
}

std::string canonical_key(const TablePlan& plan,
                          Translator& translator,
                          bool by_target,
                          std::string_view own_text) {
    return canonical_of(plan, plan.key, translator, by_target,
                     split_values(translator, own_text, plan.key.size()));
}

std::string target_bound(const TablePlan& plan,
                         Translator& from,
                         Translator& to,
                         std::string_view bound) {
    std::vector<WireValueView> values;
    from.split_bound(bound, plan.key.size(), values);
    const std::string text = canonical_of(plan, plan.key, from, false, values);
    return to.join_bound(own(plan, plan.key, to, true, text).values);
}

std::string own_values(const TablePlan& plan,
                       const std::vector<std::string>& source_columns,
                       Translator& translator,
                       std::string_view canonical_text) {
    return translator.join_key(
        own(plan, places_of(plan, source_columns), translator, false, canonical_text).values);
}

std::optional<std::string> values_there(const TablePlan& plan,
                                        const std::vector<std::string>& source_columns,
                                        Translator& translator,
                                        std::string_view canonical_text) {
    const Own own = own_or_not(plan, places_of(plan, source_columns), translator, true,
                               canonical_text);
    return own.problem ? std::nullopt : std::optional{translator.join_key(own.values)};
}

std::string canonical_values(const TablePlan& plan,
                             const std::vector<std::string>& source_columns,
                             Translator& translator,
                             bool by_target,
                             std::string_view own_text) {
    return canonical_of(plan, places_of(plan, source_columns), translator, by_target,
                     split_values(translator, own_text, source_columns.size()));
}

}  // namespace dbsync::cross
