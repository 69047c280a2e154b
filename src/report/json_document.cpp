// SPDX-License-Identifier: MIT
#include "report/json_document.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>

namespace dbsync {

std::string json_document(const JsonEnvelope& envelope, const std::string& body) {
    using Json = nlohmann::ordered_json;
    const auto ms = static_cast<std::int64_t>(envelope.seconds * 1'000);
    Json document = {{"command", envelope.command},
                     {"job", envelope.job},
                     {"result", envelope.exit_code == 0 ? "ok" : "error"},
                     {"exit_code", envelope.exit_code},
                     {"seconds", static_cast<double>(ms) / 1'000}};
    if (envelope.error != nullptr) {
        document["error"] = {{"code", error_code(envelope.error->kind())},
                             {"message", envelope.error->what()},
                             {"hint", envelope.error->fields().hint}};
    }
    const Json members = Json::parse(body);
    for (const auto& [name, value] : members.items()) {
        document[name] = value;
    }
    return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace dbsync
