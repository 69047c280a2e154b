// SPDX-License-Identifier: MIT
// Results as people read them on stdout.
#pragma once

#include "base/error.hpp"
#include "cli/json_result.hpp"
#include "engine/engine_text.hpp"
#include "migration/migration.hpp"

#include <string>
#include <vector>

namespace dbsync::cli {

[[nodiscard]] std::string text_of(const CheckResult& result);
[[nodiscard]] std::string text_of(const StartCaptureResult& result);
// Of a dry run: one statement after the other, each with its semicolon.
[[nodiscard]] std::string text_of(const std::vector<std::string>& statements);
[[nodiscard]] std::string text_of(const SnapshotResult& result);
[[nodiscard]] std::string text_of(const CatchupResult& result);
[[nodiscard]] std::string text_of(const VerifyResult& result, RowText form);
// The Error{Mismatch} of a verification that found differences.
[[nodiscard]] Error difference_error(const VerifyResult& result);
[[nodiscard]] std::string text_of(const CutoverCommandResult& result);
[[nodiscard]] std::string text_of(const StatusResult& result, const StatusExtras& extras);

}  // namespace dbsync::cli
