// SPDX-License-Identifier: MIT
// One thing that `check` has to say about a move.
#pragma once

#include <string>

namespace dbsync {

enum class Severity { Ok, Warn, Fail };

struct Finding {
    Severity severity = Severity::Ok;
    std::string subject;  // "source", "target", or a table's display name
    std::string message;
    std::string hint = {};  // what to do about it; empty for Ok
};

}  // namespace dbsync
