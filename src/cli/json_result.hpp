// SPDX-License-Identifier: MIT
// The commands' own members of their JSON results, one object each; docs/formats/json.md promises
// them, and report/json_document.hpp puts them into the document.
#pragma once

#include "engine/engine_text.hpp"
#include "migration/migration.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dbsync::cli {

[[nodiscard]] std::string json_of(const CheckResult& result);
[[nodiscard]] std::string json_of(const StartCaptureResult& result);
[[nodiscard]] std::string json_of(const SnapshotResult& result);
[[nodiscard]] std::string json_of(const CatchupResult& result);
[[nodiscard]] std::string json_of(const VerifyResult& result, RowText form);
[[nodiscard]] std::string json_of(const CutoverCommandResult& result);
// Rates and time left, as far as the samples of a running command tell.
struct StatusExtras {
    double rows_per_second = 0;
    double deltas_per_second = 0;
    std::optional<std::int64_t> eta_seconds;
};
[[nodiscard]] std::string json_of(const StatusResult& result, const StatusExtras& extras);
// {"statements": […]}
[[nodiscard]] std::string json_of_statements(const std::vector<std::string>& statements);
// {"phase": "…"}
[[nodiscard]] std::string json_of_phase(const std::string& phase);
// {"phase": "…", "snapshot": {…}, "catchup": {…}}: results of several steps under their names.
[[nodiscard]] std::string json_of_steps(
    const std::vector<std::pair<std::string, std::string>>& steps, const std::string& phase);

}  // namespace dbsync::cli
