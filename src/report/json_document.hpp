// SPDX-License-Identifier: MIT
// What every result has in common as JSON; docs/formats/json.md promises the members. Text that is
// not UTF-8 (a key may be anything) is carried with replacement characters.
#pragma once

#include "base/error.hpp"

#include <string>

namespace dbsync {

struct JsonEnvelope {
    std::string command;
    std::string job;
    int exit_code = 0;
    double seconds = 0;
    const Error* error = nullptr;  // absent when all is well
};

// One line: what every command says, then the members of `body` (one JSON object).
[[nodiscard]] std::string json_document(const JsonEnvelope& envelope, const std::string& body);

}  // namespace dbsync
