// SPDX-License-Identifier: MIT
#include "cli/json_result.hpp"

#include "engine/engine_text.hpp"

#include <nlohmann/json.hpp>

namespace dbsync::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const char* severity_name(Severity severity) {
    switch (severity) {
        case Severity::Ok: return "ok";
        case Severity::Warn: return "warn";
        case Severity::Fail: return "fail";
    }
    return "fail";
}

const char* kind_name(DifferenceKind kind) {
    switch (kind) {
        case DifferenceKind::Missing: return "missing";
        case DifferenceKind::Extra: return "extra";
        case DifferenceKind::Different: return "different";
    }
    return "different";
}

Json json_of_difference(const Difference& difference, const Table& table, RowText form) {
    Json key = Json::object();
    for (const auto& [column, value] : show_key(form, table, difference.key)) {
        key[column] = value;
    }
    Json columns = Json::array();
    if (difference.kind == DifferenceKind::Different) {
        columns = differing_columns(form, table, difference.source_row, difference.target_row);
    }
    return {{"key", key}, {"kind", kind_name(difference.kind)}, {"columns", columns}};
}

Json json_of_lag(const Lag& lag) { return {{"seconds", lag.seconds}, {"rows", lag.rows}}; }

}  // namespace

std::string json_of(const CheckResult& result) {
    Json findings = Json::array();
    for (const Finding& each : result.findings) {
        findings.push_back({{"severity", severity_name(each.severity)},
                            {"subject", each.subject},
                            {"message", each.message},
                            {"hint", each.hint}});
    }
    Json tables = Json::array();
    for (const Table& each : result.tables) {
        tables.push_back({{"table", each.name.display()},
                          {"key", each.key},
                          {"rows_estimate", each.rows_estimate},
                          {"bytes_estimate", each.bytes_estimate},
                          {"capture", each.key_shape == KeyShape::Columns ? "key" : "row"}});
    }
    return text_of({{"findings", findings}, {"tables", tables}});
}

std::string json_of(const StartCaptureResult& result) {
    Json tables = Json::array();
    for (const Table& each : result.tables) {
        tables.push_back(each.name.display());
    }
    return text_of({{"tables", tables}, {"already_captured", result.already_captured}});
}

std::string json_of(const SnapshotResult& result) {
    Json tables = Json::array();
    for (const TableCopied& each : result.tables) {
        tables.push_back({{"table", each.table},
                          {"rows", each.rows},
                          {"bytes", each.bytes},
                          {"seconds", each.seconds}});
    }
    return text_of({{"tables", tables}, {"rows", result.rows}, {"bytes", result.bytes}});
}

std::string json_of(const CatchupResult& result) {
    return text_of({{"lag", json_of_lag(result.lag)},
                    {"applied",
                     {{"deltas", result.deltas},
                      {"keys", result.applied.keys},
                      {"rows_written", result.applied.rows_written},
                      {"rows_deleted", result.applied.rows_deleted}}},
                    {"passes", result.passes}});
}

std::string json_of(const VerifyResult& result, RowText form) {
    Json tables = Json::array();
    for (const TableVerified& each : result.tables) {
        Json examples = Json::array();
        for (const Difference& difference : each.examples) {
            examples.push_back(json_of_difference(difference, each.table, form));
        }
        tables.push_back({{"table", each.table.name.display()},
                          {"rows", each.rows},
                          {"identical", each.mismatches == 0},
                          {"mismatches", each.mismatches},
                          {"repaired", each.repaired},
                          {"keys_rechecked", each.keys_rechecked},
                          {"put_aside", each.put_aside},
                          {"examples", examples}});
    }
    return text_of({{"identical", result.identical},
                    {"rows", result.rows},
                    {"keys_rechecked", result.keys_rechecked},
                    {"put_aside", result.put_aside},
                    {"tables", tables}});
}

std::string json_of(const CutoverCommandResult& result) {
    Json steps = Json::array();
    for (const CutoverStep& each : result.cutover.steps) {
        steps.push_back({{"step", each.step}, {"ms", each.ms}});
    }
    const CutoverResult& cutover = result.cutover;
    return text_of({{"freeze_ms", cutover.freeze_ms},
                    {"predicted_freeze_ms", cutover.predicted_freeze_ms},
                    {"final_pass",
                     {{"deltas", cutover.final_deltas}, {"keys", cutover.final_keys}}},
                    {"verified",
                     {{"tables", result.tables_verified},
                      {"rows", result.rows_verified},
                      {"keys_rechecked", cutover.keys_rechecked},
                      {"put_aside", result.put_aside}}},
                    {"fenced", cutover.fenced},
                    {"already_done", result.was_done},
                    {"sequences", cutover.sequences},
                    {"end_mark", cutover.end_mark},
                    {"drain_proof", cutover.drain_proof},
                    {"steps", steps}});
}

std::string json_of(const StatusResult& result, const StatusExtras& extras) {
    Json tables = Json::array();
    for (const TableStatus& each : result.tables) {
        tables.push_back(
            {{"table", each.table},
             {"rows_estimate", each.rows_estimate},
             {"copied_rows", each.copied_rows},
             {"pending_deltas", each.pending_deltas},
             {"verified_at", each.verified_at.empty() ? Json{} : Json(each.verified_at)}});
    }
    return text_of({{"phase", result.phase},
                    {"lag", result.lag ? json_of_lag(*result.lag) : Json{}},
                    {"rates",
                     {{"rows_per_second", extras.rows_per_second},
                      {"deltas_per_second", extras.deltas_per_second}}},
                    {"eta_seconds", extras.eta_seconds ? Json(*extras.eta_seconds) : Json{}},
                    {"unreachable", result.unreachable},
                    {"tables", tables}});
}

std::string json_of_statements(const std::vector<std::string>& statements) {
    return text_of({{"statements", statements}});
}

std::string json_of_phase(const std::string& phase) { return text_of({{"phase", phase}}); }

std::string json_of_steps(const std::vector<std::pair<std::string, std::string>>& steps,
                          const std::string& phase) {
    Json document = {{"phase", phase}};
    for (const auto& [name, body] : steps) {
        document[name] = Json::parse(body);
    }
    return text_of(document);
}

}  // namespace dbsync::cli
