// SPDX-License-Identifier: MIT
#include "engine/source.hpp"

#include <fnmatch.h>

#include <algorithm>

namespace dbsync {

namespace {

bool matches_one(const std::string& pattern, const TableName& name) {
    const bool qualified = pattern.find('.') != std::string::npos;
    const std::string& subject = qualified ? name.display() : name.name;
    return fnmatch(pattern.c_str(), subject.c_str(), 0) == 0;
}

bool matches_any(const std::vector<std::string>& patterns, const TableName& name) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const std::string& pattern) { return matches_one(pattern, name); });
}

}  // namespace

bool TableFilter::matches(const TableName& name) const {
    return (include.empty() || matches_any(include, name)) && !matches_any(exclude, name);
}

}  // namespace dbsync
