// SPDX-License-Identifier: MIT
// What a move between two different engines can be told, and the two ends of any move together.
#pragma once

#include "engine/source.hpp"
#include "engine/target.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace dbsync {

// What becomes of a value that has no form on the target.
enum class OnUnrepresentable {
    Fail,        // Error{Unrepresentable}, naming table, key, column and value
    Null,        // NULL instead, where the column may be NULL
    Quarantine,  // the row is put aside on the target, as it was
};

struct PairOptions {
    OnUnrepresentable on_unrepresentable = OnUnrepresentable::Fail;
    // "table.column" or "schema.table.column" (the source's names) → a type in the target's words.
    std::map<std::string, std::string> types;
};

struct EnginePair {
    std::unique_ptr<Source> source;
    std::unique_ptr<Target> target;
    // Another object for the same target.
    std::function<std::unique_ptr<Target>()> another_target;
};

}  // namespace dbsync
