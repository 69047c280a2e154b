// SPDX-License-Identifier: MIT
#include "engine/postgres/capture_audit.hpp"

#include "base/error.hpp"
#include "sql/statement_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace dbsync::postgres {

namespace {

struct Change {
    std::int32_t id = 0;
    TableName table;
    std::string problem;
    std::string detail;
    Remedy remedy = Remedy::BeginAnew;
};

sql::Rendered plain(const char* path) {
    return sql::render(path, sql::Parameters{quoting});
}

Remedy remedy_of(const std::string& problem) {
    if (problem == "label") {
        return Remedy::RecordAnew;
    }
    const bool rows_only = problem == "trigger" || problem == "partition" ||
                           problem == "rewritten" || problem == "type";
    return rows_only ? Remedy::ReadAnew : Remedy::BeginAnew;
}

std::vector<Change> find_changes(Connection& connection, const std::optional<std::string>& ids) {
    const sql::Rendered query = sql::render(
        "schemas/postgres/query_source_audit.sql",
        sql::Parameters{quoting}
            .parts("fingerprint", {plain("schemas/postgres/query_source_fingerprint.sql")})
            .parts("versions", {plain("schemas/postgres/query_source_column_versions.sql")})
            .parts("shapes", {plain("schemas/postgres/query_source_type_shapes.sql")}));
    const Result r = connection.run(query.text, {ids});
    std::vector<Change> changes;
    for (int row = 0; row < r.rows(); ++row) {
        changes.push_back({.id = static_cast<std::int32_t>(r.integer(row, 0)),
                           .table = {r.text(row, 1), r.text(row, 2)},
                           .problem = r.text(row, 3),
                           .detail = r.text(row, 4),
                           .remedy = remedy_of(r.text(row, 3))});
    }
    return changes;
}

std::string column_changes(Connection& connection, const std::string& id) {
    const Result r =
        connection.run(plain("schemas/postgres/query_source_column_changes.sql").text, {id});
    std::string text;
    for (int row = 0; row < r.rows(); ++row) {
        text += (row == 0 ? "" : ", ") + r.text(row, 0);
    }
    return text.empty() ? "its columns were altered or put into another order" : text;
}

std::string describe(Connection& connection, const Change& change) {
    if (change.problem == "gone") {
        return "was dropped";
    }
    if (change.problem == "renamed") {
        return "is called " + change.detail + " now";
    }
    if (change.problem == "columns") {
        return column_changes(connection, change.detail);
    }
    if (change.problem == "key") {
        return "the unique index of its key is gone";
    }
    if (change.problem == "trigger") {
        return "capture trigger " + change.detail + " is missing or not ENABLE ALWAYS";
    }
    if (change.problem == "partition") {
        return "partition " + change.detail;
    }
    if (change.problem == "rewritten") {
        return "columns of " + change.detail +
               " were altered and its rows written anew: values may be others";
    }
    if (change.problem == "type" || change.problem == "label") {
        return "uses type " + change.detail;
    }
    if (change.problem == "method") {
        return "has become part of an inheritance or a subscription, which its triggers miss";
    }
    return "dbsync." + change.detail + " was dropped";
}

std::string hint_of(const Change& change) {
    const std::string first =
        change.problem == "type" || change.problem == "label"
            ? "make the same change on the target, where its type or column lists them, and "
            : "";
    switch (change.remedy) {
        case Remedy::RecordAnew:
            return first + "run start-capture again: it notes the type as it is now";
        case Remedy::ReadAnew:
            return first +
                   "run start-capture again: it closes the gap and has the whole table read anew";
        case Remedy::BeginAnew:
            break;
    }
    return "undo the change, or run stop-capture and begin this move again with start-capture";
}

bool less_grave(const Change& a, const Change& b) {
    return a.remedy < b.remedy;
}

}  // namespace

std::map<std::int32_t, Remedy> find_remedies(Connection& connection) {
    std::map<std::int32_t, Remedy> remedies;
    for (const Change& change : find_changes(connection, std::nullopt)) {
        Remedy& remedy = remedies.emplace(change.id, change.remedy).first->second;
        remedy = std::max(remedy, change.remedy);
    }
    return remedies;
}

void audit(Connection& connection, std::span<const Table> tables) {
    std::optional<std::string> ids;
    if (!tables.empty()) {
        std::string list;
        for (const Table& table : tables) {
            list += fmt::format("{}{}", list.empty() ? "" : ",", table.id);
        }
        ids = "{" + list + "}";
    }
    const std::vector<Change> changes = find_changes(connection, ids);
    if (changes.empty()) {
        return;
    }
    const Change& gravest = *std::max_element(changes.begin(), changes.end(), less_grave);
    const std::string more =
        changes.size() == 1 ? "" : fmt::format(" (and {} more findings)", changes.size() - 1);
    throw Error{
        {.kind = ErrorKind::SchemaChanged,
         .what_failed = fmt::format("table {} on the source is not what it was when capture "
                                    "began: {}{}",
                                    gravest.table.display(), describe(connection, gravest), more),
         .table = gravest.table.display(),
         .hint = hint_of(gravest)}};
}

}  // namespace dbsync::postgres
