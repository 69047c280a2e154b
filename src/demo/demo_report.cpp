// SPDX-License-Identifier: MIT
#include "demo/demo_report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string_view>

namespace dbsync::demo {

namespace {

// 1234567 as "1,234,567".
std::string grouped(std::uint64_t number) {
    std::string text = std::to_string(number);
    for (std::size_t i = text.size(); i > 3; i -= 3) {
        text.insert(i - 3, ",");
    }
    return text;
}

std::string line(std::string_view what, const std::string& value) {
    return fmt::format("  {:<30} {:>12}\n", what, value);
}

std::string verdict(const DemoResult& result) {
    if (!result.check.right()) {
        std::string text = fmt::format("NOT as acknowledged: {} differences\n",
                                       result.check.differences);
        for (const std::string& example : result.check.examples) {
            text += "  " + example + "\n";
        }
        return text;
    }
    if (result.writers.failed > 0) {
        return fmt::format("Nothing lost, but a commit failed: {}\n", result.writers.first_error);
    }
    if (!result.source_refuses) {
        return "Nothing lost, but the old database still takes writes\n";
    }
    return "Every commit that was acknowledged stands on the target, and nothing else does.\n";
}

}  // namespace

std::string render_table(const DemoResult& result) {
    std::string text;
    text += line("acknowledged commits", grouped(result.check.acknowledged));
    text += line("present on the target", grouped(result.check.present));
    text += line("extra on the target", grouped(result.check.extra));
    text += line("failed", grouped(result.writers.failed));
    text += line("longest stall of a writer",
                 fmt::format("{} ms", result.writers.longest_stall.count()));
    text += line("rows verified", grouped(result.rows_verified));
    text += line("freeze", fmt::format("{} ms", result.freeze_ms));
    text += line("old database refuses writes", result.source_refuses ? "yes" : "NO");
    return text + "\n" + verdict(result);
}

std::string render_json(const DemoResult& result) {
    nlohmann::ordered_json json;
    json["command"] = "demo";
    json["job"] = "demo";
    json["result"] = result.good() ? "ok" : "error";
    json["exit_code"] = result.exit_code();
    json["seconds"] = result.seconds;
    json["acknowledged"] = result.check.acknowledged;
    json["present"] = result.check.present;
    json["extra"] = result.check.extra;
    json["failed"] = result.writers.failed;
    json["repeated_on_target"] = result.writers.repeated;
    json["longest_stall_ms"] = result.writers.longest_stall.count();
    json["differences"] = result.check.differences;
    json["examples"] = result.check.examples;
    json["rows_verified"] = result.rows_verified;
    json["freeze_ms"] = result.freeze_ms;
    json["source_refuses_writes"] = result.source_refuses;
    if (!result.good()) {
        json["error"] = {{"code", result.check.right() ? "internal" : "mismatch"},
                         {"message", verdict(result)},
                         {"hint", "run `dbsync demo` again and keep its folder for a report"}};
    }
    return json.dump(2) + "\n";
}

}  // namespace dbsync::demo
