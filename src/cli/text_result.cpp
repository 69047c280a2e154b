// SPDX-License-Identifier: MIT
#include "cli/text_result.hpp"

#include "base/duration.hpp"
#include "engine/engine_text.hpp"
#include "report/text_table.hpp"

#include <fmt/format.h>

#include <array>

namespace dbsync::cli {

namespace {

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        text += (text.empty() ? "" : ", ") + word;
    }
    return text;
}

const char* severity_word(Severity severity) {
    switch (severity) {
        case Severity::Ok: return "ok";
        case Severity::Warn: return "warn";
        case Severity::Fail: return "FAIL";
    }
    return "FAIL";
}

std::string finding_lines(const Finding& finding) {
    std::string text = fmt::format("{:<4}  {}: {}\n", severity_word(finding.severity),
                                   one_line(finding.subject), one_line(finding.message));
    if (!finding.hint.empty()) {
        text += fmt::format("      next: {}\n", one_line(finding.hint));
    }
    return text;
}

std::string difference_line(const Difference& difference, const Table& table, RowText form) {
    std::vector<std::string> key;
    for (const auto& [column, value] : show_key(form, table, difference.key)) {
        key.push_back(column + "=" + value);
    }
    std::string what;
    switch (difference.kind) {
        case DifferenceKind::Missing: what = "missing on the target"; break;
        case DifferenceKind::Extra: what = "on the target only"; break;
        case DifferenceKind::Different:
            what = "different in " + joined(differing_columns(form, table, difference.source_row,
                                                              difference.target_row));
            break;
    }
    return fmt::format("  {}  {}: {}\n", table.name.display(), joined(key), what);
}

std::string show_lag(const Lag& lag) {
    const std::string time = lag.seconds == 0
                                 ? "below one second"
                                 : show_duration(std::chrono::seconds{lag.seconds});
    return fmt::format("{}, {} changes", time, show_count(lag.rows));
}

std::string put_aside_text(std::uint64_t rows) {
    return rows == 0 ? "" : fmt::format("; {} rows are put aside", show_count(rows));
}

}  // namespace

std::string text_of(const CheckResult& result) {
    std::vector<std::vector<std::string>> rows{{"TABLE", "KEY", "ROWS", "SIZE", "CAPTURE"}};
    for (const Table& each : result.tables) {
        rows.push_back({each.name.display(), each.key.empty() ? "-" : joined(each.key),
                        show_count(each.rows_estimate), show_bytes(each.bytes_estimate),
                        each.key_shape == KeyShape::Columns ? "key" : "row"});
    }
    std::string text = text_table(rows) + "\n";
    std::array<std::size_t, 3> counts{};
    for (const Severity severity : {Severity::Fail, Severity::Warn, Severity::Ok}) {
        for (const Finding& finding : result.findings) {
            if (finding.severity == severity) {
                text += finding_lines(finding);
                ++counts[static_cast<std::size_t>(severity)];
            }
        }
    }
    return text + fmt::format("{} tables, {} ok, {} warn, {} fail\n", result.tables.size(),
                              counts[0], counts[1], counts[2]);
}

std::string text_of(const StartCaptureResult& result) {
    return fmt::format("every change to {} tables is recorded from now on ({} already were)\n",
                       result.tables.size(), result.already_captured);
}

std::string text_of(const std::vector<std::string>& statements) {
    std::string text;
    for (const std::string& statement : statements) {
        text += statement + (statement.ends_with(';') ? "\n\n" : ";\n\n");
    }
    return text;
}

std::string text_of(const SnapshotResult& result) {
    std::vector<std::vector<std::string>> rows{{"TABLE", "ROWS", "SIZE", "SECONDS"}};
    for (const TableCopied& each : result.tables) {
        rows.push_back({each.table, show_count(each.rows), show_bytes(each.bytes),
                        fmt::format("{:.1f}", each.seconds)});
    }
    return text_table(rows) + fmt::format("{} rows, {} copied\n", show_count(result.rows),
                                          show_bytes(result.bytes));
}

std::string text_of(const CatchupResult& result) {
    return fmt::format("lag: {}\napplied: {} changes, {} keys, {} rows written, {} rows deleted "
                       "in {} passes\n",
                       show_lag(result.lag), show_count(result.deltas),
                       show_count(result.applied.keys), show_count(result.applied.rows_written),
                       show_count(result.applied.rows_deleted), show_count(result.passes));
}

std::string text_of(const VerifyResult& result, RowText form) {
    std::vector<std::vector<std::string>> rows{{"TABLE", "ROWS", "RECHECKED", "RESULT"}};
    std::string differences;
    std::uint64_t mismatches = 0;
    for (const TableVerified& each : result.tables) {
        std::string verdict = each.mismatches == 0
                                  ? "identical"
                                  : fmt::format("{} differ", show_count(each.mismatches));
        if (each.repaired > 0) {
            verdict += fmt::format(", {} repaired", show_count(each.repaired));
        }
        if (each.put_aside > 0) {
            verdict += fmt::format(", {} put aside", show_count(each.put_aside));
        }
        rows.push_back({each.table.name.display(), show_count(each.rows),
                        show_count(each.keys_rechecked), verdict});
        mismatches += each.mismatches;
        for (const Difference& difference : each.examples) {
            differences += difference_line(difference, each.table, form);
        }
    }
    std::string text = text_table(rows);
    if (!differences.empty()) {
        text += "\nkeys that differ" + std::string{mismatches == 0 ? "ed" : ""} + ":\n" +
                differences;
    }
    return text + (result.identical ? "identical: " : "NOT identical: ") +
           fmt::format("{} rows in {} tables{}\n", show_count(result.rows), result.tables.size(),
                       put_aside_text(result.put_aside));
}

Error difference_error(const VerifyResult& result) {
    std::uint64_t keys = 0;
    std::vector<std::string> tables;
    for (const TableVerified& each : result.tables) {
        keys += each.mismatches;
        if (each.mismatches > 0) {
            tables.push_back(each.table.name.display());
        }
    }
    return Error{{.kind = ErrorKind::Mismatch,
                  .what_failed = fmt::format("verification found {} differing keys in {}",
                                             show_count(keys), joined(tables)),
                  .hint = "find out who wrote to the target, then run verify --repair"}};
}

std::string text_of(const CutoverCommandResult& result) {
    const CutoverResult& cutover = result.cutover;
    if (result.was_done) {
        return "an earlier run has cut over already; nothing was left to do\n";
    }
    if (!cutover.fenced) {
        return fmt::format("dry run: writers would be stopped for about {}\n",
                           show_duration(std::chrono::milliseconds{cutover.predicted_freeze_ms}));
    }
    std::vector<std::vector<std::string>> rows{{"STEP", "MS"}};
    for (const CutoverStep& each : cutover.steps) {
        rows.push_back({each.step, std::to_string(each.ms)});
    }
    return text_table(rows) +
           fmt::format("cut over: writers were stopped for {} (predicted {}), final pass {} "
                       "changes, {} keys compared in it\n"
                       "verified: {} rows in {} tables{}; the source is fenced\n",
                       show_duration(std::chrono::milliseconds{cutover.freeze_ms}),
                       show_duration(std::chrono::milliseconds{cutover.predicted_freeze_ms}),
                       show_count(cutover.final_deltas), show_count(cutover.keys_rechecked),
                       show_count(result.rows_verified), show_count(result.tables_verified),
                       put_aside_text(result.put_aside));
}

std::string text_of(const StatusResult& result, const StatusExtras& extras) {
    std::string text = "phase: " + result.phase + "\n";
    text += "lag:   " + (result.lag ? show_lag(*result.lag) : "not known") + "\n";
    if (extras.rows_per_second > 0 || extras.deltas_per_second > 0) {
        text += fmt::format("rate:  {:.0f} rows/s, {:.0f} changes/s\n", extras.rows_per_second,
                            extras.deltas_per_second);
    }
    if (extras.eta_seconds) {
        text += "left:  about " + show_duration(std::chrono::seconds{*extras.eta_seconds}) + "\n";
    }
    for (const std::string& each : result.unreachable) {
        text += "unreachable: " + each + "\n";
    }
    if (result.tables.empty()) {
        return text;
    }
    std::vector<std::vector<std::string>> rows{
        {"TABLE", "ROWS (ABOUT)", "COPIED", "PENDING", "VERIFIED"}};
    for (const TableStatus& each : result.tables) {
        rows.push_back({each.table, show_count(each.rows_estimate), show_count(each.copied_rows),
                        show_count(each.pending_deltas),
                        each.verified_at.empty() ? "-" : each.verified_at});
    }
    return text + "\n" + text_table(rows);
}

}  // namespace dbsync::cli
