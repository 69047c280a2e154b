// SPDX-License-Identifier: MIT
#include "base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace dbsync {

void check_failed(const char* condition, const char* message) noexcept {
    std::fprintf(stderr, "dbsync: internal check failed: %s (%s)\n", message, condition);
    std::abort();
}

}  // namespace dbsync
